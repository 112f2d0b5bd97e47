"""SQL written once with SQLAlchemy, for both databases, and spelled out once for each.

SQLAlchemy looks a statement up and arranges its parameters anew at each call. That is most of
what a claim would cost, so what it makes of the statement is kept and given to the driver.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect

Parameters: TypeAlias = Mapping[str, Any]
Spelling: TypeAlias = tuple[str, Callable[[Parameters], Any]]  # the text, and what goes with it


class Statement:
    """`columns` names what an INSERT fills; elsewhere the statement's own bindparams count."""

    def __init__(self, clause: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._clause = clause
        self._columns = columns
        self._spellings: dict[str, Spelling] = {}

    def run(self, connection: Connection, **parameters: Any) -> CursorResult[Any]:
        text, arrange = self._spelled(connection.dialect)
        return connection.exec_driver_sql(text, arrange(parameters))

    def run_each(
        self, connection: Connection, entries: Sequence[Parameters]
    ) -> CursorResult[Any] | None:
        """Once for each entry; None where there are none."""
        if not entries:
            return None
        text, arrange = self._spelled(connection.dialect)
        return connection.exec_driver_sql(text, [arrange(entry) for entry in entries])

    def _spelled(self, dialect: Dialect) -> Spelling:
        spelling = self._spellings.get(dialect.name)
        if spelling is None:
            spelling = self._spellings[dialect.name] = self._spell(dialect)
        return spelling

    def _spell(self, dialect: Dialect) -> Spelling:
        compiled: Any = self._clause.compile(dialect=dialect, column_keys=self._columns)
        constants = {
            name: bound.value for name, bound in compiled.binds.items() if not bound.required
        }
        if not compiled.positional:
            return str(compiled), lambda given: {**constants, **given}
        names: list[str] = compiled.positiontup
        if not constants:
            return str(compiled), lambda given: tuple([given[name] for name in names])
        return str(compiled), lambda given: tuple(
            [given[name] if name in given else constants[name] for name in names]
        )

"""SQL written once with SQLAlchemy, for both databases, and spelled out once for each.

SQLAlchemy looks a statement up, arranges its parameters and wraps its result anew at each call.
That is most of what a claim would cost, so what it makes of a statement is kept, and handed to
the driver. Here errors are the driver's own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ClauseElement, Connection, Dialect

Parameters: TypeAlias = Mapping[str, Any]
Found: TypeAlias = dict[str, Any]  # a row, by the names of its columns
Spelling: TypeAlias = tuple[str, Callable[[Parameters], Any]]  # the text, and what goes with it


class Statement:
    """`columns` names what an INSERT fills; elsewhere the statement's own bindparams count."""

    def __init__(self, clause: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._clause = clause
        self._columns = columns
        self._spellings: dict[str, Spelling] = {}

    def run(self, connection: Connection, **parameters: Any) -> int:
        """How many rows were changed."""
        return int(self._execute(connection, parameters).rowcount)

    def run_each(self, connection: Connection, entries: Sequence[Parameters]) -> int:
        """Once for each entry; how many rows were changed in all."""
        if not entries:
            return 0
        text, arrange = self._spelled(connection.dialect)
        cursor = connection.connection.cursor()
        cursor.executemany(text, [arrange(entry) for entry in entries])
        return int(cursor.rowcount)

    def all(self, connection: Connection, **parameters: Any) -> list[Found]:
        """The rows found."""
        cursor = self._execute(connection, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, found, strict=True)) for found in cursor.fetchall()]

    def one(self, connection: Connection, **parameters: Any) -> Found | None:
        """The only row there can be, if it is there."""
        found = self.all(connection, **parameters)
        return found[0] if found else None

    def values(self, connection: Connection, **parameters: Any) -> list[Any]:
        """The only column of the rows found."""
        return [value for (value,) in self._execute(connection, parameters).fetchall()]

    def value(self, connection: Connection, **parameters: Any) -> Any:
        """The only value there is."""
        [value] = self.values(connection, **parameters)
        return value

    def _execute(self, connection: Connection, parameters: Parameters) -> Any:
        text, arrange = self._spelled(connection.dialect)
        cursor = connection.connection.cursor()
        cursor.execute(text, arrange(parameters))
        return cursor

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

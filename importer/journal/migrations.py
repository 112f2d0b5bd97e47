"""From any older journal to this one, step by step, one process at a time."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Engine,
    Table,
    bindparam,
    column,
    func,
    insert,
    inspect,
    literal,
    null,
    or_,
    select,
    table,
    text,
    update,
)

from importer.journal.old_sentences import facts_of
from importer.journal.settling import THIS_ROW
from importer.journal.tables import attempt, call_row, metadata, row, run, schema_version
from importer.journal.text import NO_PROBLEMS, to_json
from importer.journal.transactions import writing
from importer.model.errors import JournalError

Step = Callable[[Connection], None]

LOCK = 7_231_905_518  # any number that nobody else locks in the same PostgreSQL database

_LINES = 10_000_000  # version 1 numbered the lines of row 5 as 5, 10000005, 20000005 and so on


def rows_have_lines(connection: Connection) -> None:
    """Version 2: the row and its line are two columns; problems, and the run that undid a row,
    are data.

    The tables are made as they are now: once another step changes them, this one keeps its own.
    """
    for change in (
        "DROP INDEX ix_row_identity",
        'ALTER TABLE "row" RENAME TO row_1',
        "ALTER TABLE call_row RENAME TO call_row_1",
    ):
        connection.execute(text(change))
    metadata.create_all(connection, tables=[row, call_row])
    _copy(connection, "row_1", row, problems=literal(NO_PROBLEMS), undone_by=null())
    _copy(connection, "call_row_1", call_row)
    _find_facts(connection)
    connection.execute(text("DROP TABLE call_row_1"))
    connection.execute(text("DROP TABLE row_1"))
    _give_lines_to_looks(connection)
    _take_lines_from_fixes(connection)


def _copy(connection: Connection, name: str, new: Table, **added: ColumnElement[Any]) -> None:
    number: ColumnClause[int] = column("row")
    cells: dict[str, ColumnElement[Any]] = {each.name: column(each.name) for each in new.columns}
    cells |= added | {"row": number % _LINES, "line": number // _LINES + 1}
    old = select(*cells.values()).select_from(table(name))
    connection.execute(insert(new).from_select(list(cells), old))


def _find_facts(connection: Connection) -> None:
    """The one time that facts are read from sentences."""
    names: list[ColumnClause[Any]] = [
        column(name) for name in ("run_id", "row", "status", "sentence", "warning")
    ]
    old = table("row_1", *names)
    query = select(old).where(or_(old.c.sentence != "", old.c.warning != ""))
    facts = [
        {"the_run": found["run_id"], "the_row": found["row"] % _LINES}
        | {"the_line": found["row"] // _LINES + 1}
        | facts_of(found["status"], found["sentence"], found["warning"])
        for found in connection.execute(query).mappings()
    ]
    if facts:
        put: dict[Any, Any] = {
            row.c.sentence: bindparam("the_sentence"),
            row.c.problems: bindparam("the_problems"),
            row.c.undone_by: bindparam("the_undo"),
        }
        connection.execute(update(row).where(*THIS_ROW).values(put), facts)


def _give_lines_to_looks(connection: Connection) -> None:
    """What a platform showed before a call was sent is a list of rows with their lines."""
    query = select(attempt.c.id, attempt.c.reply).where(
        attempt.c.purpose == "before look", attempt.c.reply.like("[%]")
    )
    for number, reply in connection.execute(query).all():
        ids = [[each % _LINES, each // _LINES + 1] for each in json.loads(reply)]
        connection.execute(
            update(attempt).where(attempt.c.id == number).values(reply=json.dumps(ids))
        )


def _take_lines_from_fixes(connection: Connection) -> None:
    """A fix file names the rows it fixes by row, for all their lines."""
    query = select(run.c.id, run.c.settings).where(run.c.settings.like('%"mends":{%'))
    for number, kept in connection.execute(query).all():
        settings: dict[str, Any] = json.loads(kept)
        rows = settings["mends"]["rows"].items()
        settings["mends"]["rows"] = {str(int(each) % _LINES): parent for each, parent in rows}
        connection.execute(update(run).where(run.c.id == number).values(settings=to_json(settings)))


STEPS: Sequence[Step] = (rows_have_lines,)  # the first takes a journal from version 1 to 2


def migrate(engine: Engine, name: str, steps: Sequence[Step] = STEPS) -> None:
    """Bring the journal `name` up to date; raises JournalError where it is newer than `steps`.

    Of many processes starting at once, one does the work and the others find it done.
    """
    newest = 1 + len(steps)
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        version = version_of(connection, name)
        if version > newest:
            raise JournalError(
                f'The journal "{name}" is of version {version}, this program knows up to '
                f"{newest}: update the importer, or name another journal."
            )
        if version == 0:
            metadata.create_all(connection)
            connection.execute(insert(schema_version).values(version=newest))
        elif version < newest:
            for step in steps[version - 1 :]:
                step(connection)
            connection.execute(update(schema_version).values(version=newest))


def version_of(connection: Connection, name: str) -> int:
    """0 for an empty database."""
    tables = inspect(connection).get_table_names()
    if schema_version.name in tables:
        return int(connection.execute(select(schema_version.c.version)).scalar_one())
    if connection.dialect.name == "sqlite" and tables:
        raise JournalError(
            f'"{name}" is a database of another program: name another file for the journal.'
        )
    return 0

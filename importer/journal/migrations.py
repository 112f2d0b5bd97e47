"""From any older journal to this one, step by step, one process at a time."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, func, insert, inspect, select, update

from importer.journal.tables import metadata, schema_version
from importer.journal.transactions import writing
from importer.model.errors import JournalError

Step = Callable[[Connection], None]

LOCK = 7_231_905_518  # any number that nobody else locks in the same PostgreSQL database


def create(connection: Connection) -> None:
    """Version 1. Once another step follows, this one keeps the tables as they were by then."""
    metadata.create_all(connection)


STEPS: Sequence[Step] = (create,)  # a journal of version N has taken the first N


def migrate(engine: Engine, name: str, steps: Sequence[Step] = STEPS) -> None:
    """Bring the journal `name` up to date; raises JournalError where it is newer than `steps`.

    Of many processes starting at once, one does the work and the others find it done.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        version = version_of(connection, name)
        if version > len(steps):
            raise JournalError(
                f'The journal "{name}" is of version {version}, this program knows up to '
                f"{len(steps)}: update the importer, or name another journal."
            )
        for step in steps[version:]:
            step(connection)
        if version < len(steps):
            _note_version(connection, version, len(steps))


def version_of(connection: Connection, name: str) -> int:
    """How many steps the journal has taken; 0 for an empty database."""
    tables = inspect(connection).get_table_names()
    if schema_version.name in tables:
        return int(connection.execute(select(schema_version.c.version)).scalar_one())
    if connection.dialect.name == "sqlite" and tables:
        raise JournalError(
            f'"{name}" is a database of another program: name another file for the journal.'
        )
    return 0


def _note_version(connection: Connection, before: int, now: int) -> None:
    if before:
        connection.execute(update(schema_version).values(version=now))
    else:
        connection.execute(insert(schema_version).values(version=now))

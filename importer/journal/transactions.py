"""How a transaction begins on either database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True)
class Transaction:
    """Where a write happens, and when."""

    connection: Connection
    now: float  # seconds since 1970
    stale_after_s: float  # the age at which a heartbeat no longer protects its run


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is committed at the end, or undone where something is raised.

    On SQLite it takes the lock first: a transaction that reads, then writes, is refused at once
    when another process has written in between, and no busy_timeout helps.
    """
    with _begun(engine, "BEGIN IMMEDIATE") as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    with _begun(engine, "BEGIN") as connection:
        yield connection


@contextmanager
def _begun(engine: Engine, on_sqlite: str) -> Iterator[Connection]:
    # A listener to SQLAlchemy's "begin" event would do as well, and make each statement slower.
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(on_sqlite)
        yield connection

"""From a path or an address to an open journal."""

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from importer.journal.clock import own_clock
from importer.journal.faults import explained
from importer.journal.journal import Journal
from importer.journal.migrations import migrate
from importer.model.errors import JournalError

STALE_AFTER_S = 30.0
LOCK_WAIT_S = 20.0  # a sheet of 100,000 rows is written down in a few seconds
POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class JournalPlace:
    """Where a journal is, and how a sentence may name it: without user and password."""

    url: URL
    name: str


def open_journal(
    location: str | Path,
    *,
    clock: Callable[[], float] | None = None,
    stale_after_s: float = STALE_AFTER_S,
    lock_wait_s: float = LOCK_WAIT_S,
) -> Journal:
    """The journal at a path (SQLite) or a "postgresql://" address, made or brought up to date.

    `clock` gives seconds since 1970 and replaces the database's own. A run is stale, so that
    `take` gives it to another, when its heartbeat is `stale_after_s` old. Raises JournalError:
    cannot be reached or written, damaged, of another program, or newer than this one.
    """
    place = find(location)
    engine = _engine(place, lock_wait_s)
    try:
        with explained(place.name):
            migrate(engine, place.name)
    except JournalError:
        engine.dispose()
        raise
    return Journal(
        engine,
        name=place.name,
        clock=(lambda _connection: clock()) if clock else own_clock,
        stale_after_s=stale_after_s,
    )


def find(location: str | Path) -> JournalPlace:
    """
    >>> find("postgres://po:secret@db.example/journal").name
    'postgresql://db.example/journal'
    """
    if isinstance(location, Path) or "://" not in location:
        return _file(Path(location).expanduser())
    scheme = location.partition("://")[0]
    if scheme not in POSTGRES | {"sqlite"}:
        raise JournalError(
            f'"{scheme}://" is no journal: give the path of a file, or a "postgresql://" address.'
        )
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        # Without the address itself: it may contain a password.
        raise JournalError(
            f'The journal\'s address cannot be read: write "{scheme}://user@host:5432/database".'
        ) from None
    if scheme == "sqlite":
        return _file(Path(url.database or "journal.db"))
    return JournalPlace(
        url.set(drivername="postgresql+psycopg"), f"postgresql://{url.host or ''}/{url.database}"
    )


def _file(path: Path) -> JournalPlace:
    """The file, created if needed and readable only by this user."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise JournalError(
            f'The journal "{path}" cannot be written: {error.strerror}. Allow writing to its '
            "folder, or name another."
        ) from error
    return JournalPlace(URL.create("sqlite", database=str(path)), str(path))


def _engine(place: JournalPlace, lock_wait_s: float) -> Engine:
    postgres = place.url.drivername.startswith("postgresql")
    try:
        engine = create_engine(
            place.url, hide_parameters=True, max_overflow=-1, pool_pre_ping=postgres
        )
    except ImportError:
        raise JournalError(
            "A PostgreSQL journal needs psycopg: pip install 'purchase-order-importer[postgres]'."
        ) from None
    if postgres:
        event.listen(engine, "connect", lambda raw, _record: _prepare_postgres(raw, lock_wait_s))
    else:
        event.listen(engine, "connect", lambda raw, _record: _prepare_sqlite(raw, lock_wait_s))
    return engine


def _prepare_postgres(raw: Any, lock_wait_s: float) -> None:
    milliseconds = int(lock_wait_s * 1000)
    raw.execute(f"SET lock_timeout = {milliseconds}")
    # A frozen machine must not keep an account's row locked for the others.
    raw.execute("SET idle_in_transaction_session_timeout = 10000")
    raw.execute("SET synchronous_commit = on")
    raw.commit()


def _prepare_sqlite(raw: sqlite3.Connection, lock_wait_s: float) -> None:
    raw.isolation_level = None  # no BEGIN but ours
    raw.execute(f"PRAGMA busy_timeout = {int(lock_wait_s * 1000)}")
    _write_ahead(raw, time.monotonic() + lock_wait_s)
    raw.execute("PRAGMA synchronous = FULL")  # NORMAL could lose an intent in a power cut
    raw.execute("PRAGMA foreign_keys = ON")


def _write_ahead(raw: sqlite3.Connection, until: float) -> None:
    """The first change to WAL does not wait for others as busy_timeout says, so this does."""
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return

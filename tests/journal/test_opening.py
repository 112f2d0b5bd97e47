import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from importer.journal import open_journal
from importer.journal.migrations import STEPS, migrate
from importer.model.errors import JournalError

NEWEST = 1 + len(STEPS)
OPEN_AND_WRITE = """
import sys
from importer.journal import NewRow, NewRun, open_journal
from importer.model.row_ids import RowId

run = NewRun("add_tracking", "acme", "/a", "a", 1, "ab", None, "1", "u", "h")
sys.stdin.readline()
with open_journal(sys.argv[1]) as journal:
    journal.begin(run, [NewRow(RowId(2))], [])
"""


def test_eight_processes_open_a_fresh_journal_at_once(scene, location):
    root = Path(__file__).parents[2]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_WRITE, str(location)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(root)},
            text=True,
        )
        for _ in range(8)
    ]

    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate()[1] for process in processes]

    assert said == [""] * 8
    assert [run.id for run in scene.open().runs()] == [8, 7, 6, 5, 4, 3, 2, 1]


def test_a_journal_of_an_older_version_goes_on(scene, begin):
    run = begin()
    engine = scene.open()._engine

    def add_note(connection):
        connection.execute(text("ALTER TABLE run ADD COLUMN note TEXT"))

    for _ in range(2):
        migrate(engine, "the journal", [*STEPS, add_note])

    with engine.begin() as connection:
        assert "note" in {column["name"] for column in inspect(connection).get_columns("run")}
        assert connection.execute(text("SELECT version FROM schema_version")).all() == [
            (NEWEST + 1,)
        ]
        assert connection.execute(text("SELECT id, note FROM run")).all() == [(run.id, None)]


def test_a_step_that_fails_leaves_the_journal_as_it_was(scene, begin):
    begin()
    engine = scene.open()._engine

    def fail_half_way(connection):
        connection.execute(text("ALTER TABLE run ADD COLUMN note TEXT"))
        raise JournalError("No.")

    with pytest.raises(JournalError):
        migrate(engine, "the journal", [*STEPS, fail_half_way])

    with engine.begin() as connection:
        assert "note" not in {column["name"] for column in inspect(connection).get_columns("run")}
        assert connection.execute(text("SELECT version FROM schema_version")).all() == [(NEWEST,)]


def test_a_newer_journal_is_refused(scene, journal):
    migrate(journal._engine, "the journal", [*STEPS, lambda _connection: None])

    with pytest.raises(JournalError) as refused:
        scene.open()

    assert str(refused.value) == (
        f'The journal "{journal.name}" is of version {NEWEST + 1}, this program knows up to '
        f"{NEWEST}: update the importer, or name another journal."
    )


def test_folders_are_made_and_the_file_is_private(tmp_path):
    path = tmp_path / "not" / "there" / "journal.db"

    with open_journal(path) as journal:
        assert journal.name == str(path)
        assert repr(journal) == f"Journal({str(path)!r})"

    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_commits_survive_a_power_cut_and_foreign_keys_are_kept(tmp_path):
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")

    with open_journal(tmp_path / "j.db") as journal, journal._engine.begin() as connection:
        answers = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in asked]

    assert answers == ["wal", 2, 1, 20_000]  # 2 is FULL


def test_a_sqlite_address_is_a_path(tmp_path):
    with open_journal(f"sqlite:///{tmp_path / 'j.db'}") as journal:
        assert journal.name == str(tmp_path / "j.db")


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE stock (item)")
    other.close()

    with pytest.raises(JournalError, match="is a database of another program: name another file"):
        open_journal(path)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "journal.db"

    with pytest.raises(JournalError, match=r'The journal ".*" cannot be written: .*Allow writing'):
        open_journal(path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path):
    path = tmp_path / "journal.db"
    path.touch(mode=0o400)

    with pytest.raises(JournalError, match="cannot be written: Permission denied"):
        open_journal(path)

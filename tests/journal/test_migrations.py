"""A journal that version 0.1.0 made opens and says the same: a real one, as SQL text.

Its runs: 1 is a sheet of five rows, of which row 4 was split in two; 2 is one row split in three,
undone by run 3; 4 is run 1's fix file, which was stopped before its first call. Only the last
attempt was added by hand.
"""

import sqlite3
from pathlib import Path

import pytest

from importer.journal import NewRow, Purpose
from importer.model.outcomes import Status
from importer.model.row_ids import RowId, sheet_rows

DUMP = Path(__file__).with_name("version_0_1_0.sql")
POSTGRES = {
    "DOUBLE": "DOUBLE PRECISION",
    "\tid INTEGER NOT NULL": "\tid SERIAL",
    "\tuser TEXT": '\t"user" TEXT',
    "WITHOUT ROWID": "",
}


@pytest.fixture
def old(scene, location):
    """The journal of version 0.1.0, opened by this one."""
    script = DUMP.read_text()
    if isinstance(location, Path):
        with sqlite3.connect(location) as raw:
            raw.executescript(script)
        raw.close()
    else:
        _load_into_postgres(script, location)
    return scene.open()


def _load_into_postgres(script, location):
    psycopg = pytest.importorskip("psycopg")
    for theirs, ours in POSTGRES.items():
        script = script.replace(theirs, ours)
    script += "SELECT setval('run_id_seq', 4); SELECT setval('attempt_id_seq', 11);"
    with psycopg.connect(location) as raw:
        raw.execute(script)


def test_the_lines_of_a_row_are_lines_of_it(old):
    assert [record.id for record in old.rows(1)] == [
        *(RowId(2), RowId(3), RowId(4), RowId(4, 2), RowId(5), RowId(6)),
    ]
    assert [call.call.rows for call in old.calls(2)] == [(RowId(2), RowId(2, 2), RowId(2, 3))]


def test_the_rows_that_a_fix_file_fixes_are_told_by_row(old):
    assert old.run(4).settings["mends"] == {"run": 1, "rows": {"2": 3, "3": 4, "4": 6}}


def test_what_a_look_before_a_call_has_shown_names_rows_and_lines(old):
    (look,) = [it for it in old.attempts(4, 1) if it.purpose is Purpose.BEFORE_LOOK]

    assert look.reply == "[[3, 1], [3, 2]]"


def test_counts_are_of_rows_of_the_sheet(old):
    assert old.counts(1) == {Status.INVALID: 2, Status.VERIFIED: 2, Status.REJECTED: 1}
    assert old.counts(2) == {Status.VERIFIED: 1}


def test_it_goes_on(old, begin, new_run):
    run = old.begin(new_run(), [NewRow(RowId(2))], [])

    assert run.id == 5
    assert old.take(4, "1@here") == 2
    assert sheet_rows(row.id for row in old.rows(4)) == [2, 3, 4]

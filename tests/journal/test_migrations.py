"""A journal that version 0.1.0 made opens and says the same: a real one, as SQL text.

Its runs: 1 is a sheet of five rows, of which row 4 was split in two; 2 is one row split in three,
undone by run 3; 4 is run 1's fix file, which was stopped before its first call. Only the last
attempt was added by hand.
"""

import sqlite3
from pathlib import Path

import pytest

from importer.journal import NewRow, Purpose
from importer.model.outcomes import Outcome, Problem, ProblemKind, Status
from importer.model.row_counts import RowCounts
from importer.model.row_ids import RowId, sheet_rows
from importer.model.run_settings import FixedRows
from importer.reports.run_stats import causes, stories
from importer.settings.settings import Settings

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
    assert old.run(4).settings.fixes == FixedRows(1, {2: 3, 3: 4, 4: 6})


def test_what_a_look_before_a_call_has_shown_names_rows_and_lines(old):
    (look,) = [it for it in old.attempts(4, 1) if it.purpose is Purpose.BEFORE_LOOK]

    assert look.reply == "[[3, 1], [3, 2]]"


def test_problems_become_data_once(old):
    rows = {record.id.row: record.outcome for record in old.rows(1)}

    assert rows[3] == Outcome(
        Status.INVALID,
        problems=(
            Problem(
                RowId(3),
                "Carrier",
                "Road; Other Carrier: Truck",
                '"Road; Other Carrier: Truck" is not one of UPS, USPS, FedEx, DHL, Other; for '
                "another carrier, write Other here and Road; Other Carrier: Truck in Other Carrier",
            ),
        ),
    )
    assert rows[4] == Outcome(Status.REJECTED, "Purchase order 99999 was not found.")
    assert rows[6].problems == (
        Problem(RowId(6), "PO ID", "", "is empty, and needed", ProblemKind.EMPTY),
        Problem(RowId(6), "Tracking Number", "", "is empty, and needed", ProblemKind.EMPTY),
    )


def test_a_warning_is_said_once(old):
    outcome = old.outcomes(1)[RowId(5)]

    assert outcome.message == ""
    assert [(p.column, p.value, p.kind) for p in outcome.problems] == [
        ("Tracking Number", "1Z999AA10123456785", ProblemKind.WARNING)
    ]
    assert outcome.sentence == (
        'Tracking Number: the check digit of "1Z999AA10123456785" does not fit a UPS number; '
        "compare it with the label"
    )


def test_what_was_undone_names_the_run_that_did(old):
    assert set(old.outcomes(2).values()) == {Outcome(Status.VERIFIED, undone_by=3)}
    assert old.counts(2) == RowCounts({Status.VERIFIED: 1}, undone=1)


def test_its_report_counts_rows_of_the_sheet(old):
    runs = [old.run(1), old.run(2)]
    first, second = stories(old, runs, Settings())

    assert (first.counts.attention, second.counts.accepted, second.counts.undone) == (3, 0, 1)
    every = causes([first], [Status.INVALID, Status.REJECTED])
    assert {cause.words: cause.rows for cause in every} == {
        "Carrier: … is not one of UPS, USPS, FedEx, DHL, Other; for another carrier, write Other "
        "here and … in Other Carrier": 1,
        "Purchase order … was not found.": 1,
        "PO ID: is empty, and needed": 1,
        "Tracking Number: is empty, and needed": 1,
    }


def test_counts_are_of_rows_of_the_sheet(old):
    assert old.counts(1).statuses == {Status.INVALID: 2, Status.VERIFIED: 2, Status.REJECTED: 1}


def test_it_goes_on(old, begin, new_run):
    run = old.begin(new_run(), [NewRow(RowId(2))], [])

    assert run.id == 5
    assert old.take(4, "1@here") == 2
    assert sheet_rows(row.id for row in old.rows(4)) == [2, 3, 4]

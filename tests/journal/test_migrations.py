"""A journal that version 0.1.0 made opens and says the same: a real one, as SQL text.

Its runs: 1 is a sheet of five rows, of which row 4 was split in two; 2 is one row split in three,
undone by run 3; 4 is run 1's fix file, which was stopped before its first call. Only the last
attempt was added by hand.
"""

from importer.journal import NewRow, Purpose
from importer.model.outcomes import Status
from importer.model.row_ids import RowId, sheet_rows
from importer.model.run_settings import FixedRows
from importer.reports.run_stats import causes, stories
from importer.settings.settings import Settings


def test_the_lines_of_a_row_are_lines_of_it(old):
    assert [record.id for record in old.rows(1)] == [
        *(RowId(2), RowId(3), RowId(4), RowId(4, 2), RowId(5), RowId(6))
    ]
    assert [call.call.rows for call in old.calls(2)] == [(RowId(2), RowId(2, 2), RowId(2, 3))]


def test_the_rows_that_a_fix_file_fixes_are_told_by_row(old):
    assert old.run(4).settings.fixes == FixedRows(1, {2: 3, 3: 4, 4: 6})


def test_what_a_look_before_a_call_has_shown_names_rows_and_lines(old):
    (look,) = [it for it in old.attempts(4, 1) if it.purpose is Purpose.BEFORE_WRITE]

    assert look.reply == "[[3, 1], [3, 2]]"


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

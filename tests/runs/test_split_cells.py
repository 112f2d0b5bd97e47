"""Cells with several tracking numbers, against the sandbox: each is sent once, the row is one."""

from dataclasses import replace

import pytest
from openpyxl import load_workbook

from importer.model.options import ReadingOptions, UploadOptions
from importer.model.outcomes import Status
from importer.model.row_counts import RowCounts
from importer.model.row_ids import RowId
from importer.model.sheet_rows import by_sheet_row
from importer.reports.run_stats import stories
from importer.reports.terminal.run_lines import run_story
from importer.runs.upload import plan_sheet, resume_run, upload_sheet
from importer.undo import undo_run
from tests.runs.uploads import HEADINGS, listed, statuses

FIRST, SECOND, THIRD = "1Z999AA10123456784", "1Z12345E1512345676", "1Z999AA10123456793"
SPLIT = UploadOptions(ReadingOptions("add_tracking", split=True))


def line(number, po_id=10001, carrier="UPS"):
    return f'{po_id},"{number}",{carrier},2026-11-19,2'


def upload(path, context, options=SPLIT):
    return upload_sheet(path, options, context, context.settings.account("sellercloud"))


def test_each_number_is_sent_and_the_row_has_one_outcome(context, sandbox, sheet):
    path = sheet(HEADINGS, line(f"{FIRST}; {SECOND}"), line(THIRD, 10002))

    summary = upload(path, context)

    assert listed(sandbox) == [FIRST, SECOND]
    assert listed(sandbox, 10002) == [THIRD]
    assert statuses(summary) == {2: "verified", 3: "verified"}
    assert any("row 2" in note and "taken by itself" in note for note in summary.notes)
    assert summary.result.read_text().splitlines()[1].endswith(",verified,")


def test_without_being_asked_it_is_a_problem_that_says_what_to_do(context, sandbox, sheet):
    summary = upload(
        sheet(HEADINGS, line(f"{FIRST}; {SECOND}")),
        context,
        UploadOptions(ReadingOptions("add_tracking")),
    )

    assert "use --split" in summary.outcomes[2].sentence
    assert listed(sandbox) == []


def test_a_plan_names_the_row_of_the_sheet(context, sandbox, sheet):
    account = context.settings.account("sellercloud")
    path = sheet(HEADINGS, line(f"{FIRST}; {SECOND}"))

    planned = plan_sheet(path, SPLIT, context.settings, account).as_json()

    assert [call["rows"] for call in planned["plan"]] == [[2]]
    assert planned["rows"] == 1


def test_full_width_marks_part_numbers_too(context, sandbox, sheet):
    upload(sheet(HEADINGS, line(f"{FIRST}\uff1b{SECOND}")), context)

    assert listed(sandbox) == [FIRST, SECOND]


def test_a_number_that_stands_twice_in_its_cell_is_one(context, sandbox, sheet):
    upload(sheet(HEADINGS, line(f"{FIRST}\n{FIRST}")), context)

    assert listed(sandbox) == [FIRST]


def test_a_number_sent_before_is_not_sent_again(context, sandbox, sheet):
    upload(sheet(HEADINGS, line(FIRST)), context)

    again = upload(sheet(HEADINGS, line(f"{FIRST}, {SECOND}")), context)

    assert listed(sandbox) == [FIRST, SECOND]
    assert statuses(again) == {2: "verified"}
    assert "1 unchanged" in again.outcomes[2].sentence


def test_one_bad_number_is_fixed_in_the_fix_file_and_completes_the_run(context, sandbox, sheet):
    first = upload(sheet(HEADINGS, line(f"{FIRST}; 1Z?"), line(THIRD, 10002)), context)
    book = load_workbook(first.fix)
    page = book.worksheets[0]
    found = [row[3:5] for row in page.iter_rows(min_row=2, values_only=True)]
    page["E2"] = f"{FIRST}; {SECOND}"
    book.save(first.fix)

    second = upload(first.fix, context)

    assert statuses(first) == {2: "invalid", 3: "verified"}
    assert found == [("10001", f"{FIRST}; 1Z?")]
    assert listed(sandbox) == [FIRST, SECOND]
    assert statuses(second) == {2: "verified"}
    kept = by_sheet_row(context.journal.outcomes(first.run))
    assert all(outcome.status.settled for outcome in kept.values())
    assert statuses(resume_run(first.run, context)).keys() == {2, 3}


def test_what_was_split_can_be_taken_back(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(f"{FIRST}; {SECOND}")), context)

    undo_run(summary.run, context)

    assert listed(sandbox) == []


def test_a_run_counts_the_rows_of_the_sheet(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(f"{FIRST}; {SECOND}"), line("", 10002)), context)

    told = context.journal.counts(summary.run)
    (story,) = stories(context.journal, [context.journal.run(summary.run)], context.settings)

    assert told == story.counts == RowCounts({Status.INVALID: 1, Status.VERIFIED: 1})


def test_what_is_told_of_a_run_and_of_its_undo_names_the_rows_of_the_sheet(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(f"{FIRST}; {SECOND}")), context)
    planned = undo_run(summary.run, context, dry_run=True)

    undone = undo_run(summary.run, context)

    assert statuses(planned) == {2: "planned"}
    assert statuses(undone) == {2: "verified"}
    assert undone.result.read_text(encoding="utf-8-sig") == (
        "Row,Import Status,Import Error\n2,verified,\n"
    )
    assert "000002" not in run_story(context.journal, summary.run) + run_story(
        context.journal, undone.run
    ).replace("900000", "")


def test_a_line_with_too_many_fields_has_one_problem_however_many_numbers(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(f"{FIRST}; {SECOND}") + ",x"), context)

    assert [problem.row for problem in summary.problems] == [2]
    assert listed(sandbox) == []


@pytest.mark.parametrize("other", ["Box 2", "pending", "986578788855 and 986578788856", "N/A"])
def test_a_cell_with_anything_beside_numbers_is_never_sent_in_pieces(
    context, sandbox, sheet, other
):
    summary = upload(sheet(HEADINGS, line(f"{FIRST}, {other}")), context)

    assert statuses(summary) == {2: "invalid"}
    assert "may not be a tracking number" in summary.outcomes[2].sentence
    assert listed(sandbox) == []


@pytest.fixture
def half_unknown(context, sandbox, sheet):
    """A row of two numbers: one is in since before, the other may have been sent."""
    upload(sheet(HEADINGS, line(FIRST)), context)
    sandbox.fault("drop", after=False, times=1)
    hasty = replace(context, patience=replace(context.patience, wait_to_settle=False))
    path = sheet(HEADINGS, line(f"{FIRST}; {SECOND}"), name="second.csv")
    summary = upload(path, hasty, replace(SPLIT, verify=False))
    assert statuses(summary) == {2: "unknown"}
    return summary


def test_one_number_that_may_have_been_sent_is_looked_at_beside_one_that_was(
    half_unknown, context, sandbox
):
    summary = upload(half_unknown.fix, context)

    assert statuses(summary) == {2: "unchanged"}
    assert listed(sandbox) == [FIRST, SECOND]
    assert {o.status for o in context.journal.outcomes(half_unknown.run).values()} == {
        Status.UNCHANGED,
        Status.SENT,
    }


@pytest.mark.parametrize("cell", [f"{FIRST}; {THIRD}", FIRST, THIRD])
def test_one_number_that_may_have_been_sent_is_not_forgotten_in_a_fix_file(
    half_unknown, context, sandbox, cell
):
    book = load_workbook(half_unknown.fix)
    book.worksheets[0]["E2"] = cell
    book.save(half_unknown.fix)

    summary = upload(half_unknown.fix, context)

    assert summary.outcomes[2].status is Status.UNKNOWN
    assert listed(sandbox) == [FIRST]
    assert context.journal.outcomes(half_unknown.run)[RowId(2, 2)].status is Status.UNKNOWN

"""The lines of one sheet: its rows, its plan, its problems, its files."""

from pathlib import Path

from importer.model.calls import Call
from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import RowId
from importer.model.summary import Summary
from importer.reports.terminal.sheet_lines import left, summary_lines
from importer.runs.upload import upload_sheet
from tests.reports.made import HEADINGS, NUMBERS


def test_a_stopped_run_is_shown_with_its_rows_its_problems_and_its_files(snapshot):
    problem = Problem(RowId(4), "Carrier", "Pigeon", '"Pigeon" is not one of UPS, FedEx')
    summary = Summary(
        Path("dock.xlsx"),
        worksheet="Week 47",
        operation="add_tracking",
        account="acme",
        run=7,
        outcomes={
            2: Outcome(Status.SENT),
            3: Outcome(Status.REJECTED, "Purchase order 10003 is closed."),
            4: Outcome(Status.INVALID, problems=(problem,)),
            5: Outcome(Status.UNSENT),
        },
        calls=3,
        result=Path("dock.result.xlsx"),
        fix=Path("dock.fix.xlsx"),
        problems=[problem],
        notes=["not used: Boxes, Comment"],
        stopped_by="the platform refused 10 calls in a row",
    )

    snapshot(summary_lines(summary, 1))


def test_a_plan_shows_each_call_and_how_long_they_take(snapshot):
    calls = [
        Call("PUT", "x/1", {"a": 1}, (RowId(2), RowId(3))),
        Call("DELETE", "x/2", rows=(RowId(4),)),
    ]
    outcomes = {row: Outcome(Status.PLANNED) for row in (2, 3, 4)}

    snapshot(summary_lines(Summary(Path("a.csv"), outcomes=outcomes, plan=calls, minutes=1.5)))


def test_only_the_first_twenty_problems_are_listed():
    outcomes = {row: Outcome(Status.REJECTED, "closed.") for row in range(2, 25)}

    lines = summary_lines(Summary(Path("a.csv"), outcomes=outcomes)).splitlines()

    assert lines[2:] == [f"  row {row}: rejected: closed." for row in range(2, 22)] + [
        "  and 3 more"
    ]


def test_the_calls_that_a_stop_left_are_counted(context, sheet, tmp_path):
    path = sheet(HEADINGS, *(f"{10001 + n},{NUMBERS[n]},UPS,2026-11-19,2" for n in range(2)))
    context.stop.set()
    account = context.settings.account("sellercloud")

    summary = upload_sheet(path, UploadOptions(into=tmp_path), context, account)

    assert (summary.calls, left(context.journal, summary)) == (2, 2)
    assert left(context.journal, Summary(path)) == 0

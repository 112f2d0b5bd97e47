"""What the report of runs tells of them: counts, causes, what is in doubt, whom to call."""

from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook

from importer.model.options import ReadingOptions, UploadOptions
from importer.reports.html_page import page
from importer.reports.machine import report_as_json
from importer.reports.model import Report
from importer.reports.run_report import report_of
from importer.reports.run_stats import days, stories
from importer.reports.workbook import write_workbook
from importer.runs.upload import upload_sheet
from importer.sending.task import Patience
from tests.reports.made import HEADINGS, NUMBERS

SAMPLES = Path(__file__).parents[2] / "samples"


def told(context, *runs, **more) -> Report:
    now = context.journal.now()
    reported = [context.journal.run(run) for run in runs] or context.journal.runs()
    found = stories(context.journal, reported, context.settings)
    return report_of("tonight", found, days(context.journal, now), now, **more)


def upload(context, path, tmp_path, account="sellercloud", **how):
    return upload_sheet(
        path, UploadOptions(into=tmp_path, **how), context, context.settings.account(account)
    )


def line_of(table):
    """The table's only line, by the titles of its columns."""
    (line,) = table.lines
    return dict(zip((column.title for column in table.columns), line.cells, strict=True))


def test_what_was_refused_is_told_by_cause_with_an_example(context, tmp_path):
    summary = upload(context, SAMPLES / "add_tracking_mistakes.xlsx", tmp_path)

    made = told(context)

    wrong = sum(not outcome.status.settled for outcome in summary.outcomes.values())
    assert made.headline == f"{wrong} of {len(summary.outcomes)} rows need attention"
    causes = made.table("Causes").lines
    assert [line.cells[0] for line in causes] == sorted(
        (line.cells[0] for line in causes), reverse=True
    )
    assert any("is Completed and cannot be changed" in str(line.cells[2]) for line in causes)
    assert len(made.table("Rows").lines) == wrong


def test_a_clean_night_says_so(context, tmp_path):
    summary = upload(context, SAMPLES / "add_tracking.xlsx", tmp_path)

    made = told(context)

    assert made.headline == f"All {len(summary.outcomes)} rows were accepted"
    assert made.attention == []
    assert made.charts[1].series["accepted"][-1] == len(summary.outcomes)
    assert len(made.charts[1].labels) == 30


def test_what_is_in_doubt_is_listed_with_what_to_look_up(context, sandbox, tmp_path):
    sandbox.fault("drop", after=True, body_contains="1Z57V0X40390310916")  # of one row
    hasty = replace(context, patience=replace(context.patience, wait_to_settle=False))
    assert isinstance(hasty.patience, Patience)

    upload(hasty, SAMPLES / "notify_shipped.csv", tmp_path, "shipengine")

    made = told(context)
    (line,) = made.table("Unknown").lines
    assert line.cells[1] == "notify_shipped.csv"
    assert "may or may not have been sent" in made.attention[0]


def test_files_that_were_not_processed_come_first(context, tmp_path):
    upload(context, SAMPLES / "add_tracking.xlsx", tmp_path)

    made = told(context, unprocessed=[("broken.xlsx", "it is no workbook")])

    assert made.headline == "1 file could not be processed; 16 rows accepted"
    assert made.attention == ["broken.xlsx was not processed: it is no workbook."]
    assert made.tables[0].title == "Not processed"


def test_the_vendor_with_the_largest_share_to_look_at_comes_first(context, tmp_path):
    upload(context, SAMPLES / "add_tracking.xlsx", tmp_path)
    upload(context, SAMPLES / "add_tracking_mistakes.xlsx", tmp_path)

    (line,) = told(context).table("Vendors").lines
    assert line.cells[:3] == ["no profile", 2, 31]
    assert str(line.cells[-1]).startswith("worse: 0% before")


def test_a_row_of_three_numbers_that_was_undone_is_one_undone_row_everywhere(
    context, undone, tmp_path
):
    made, facts = told(context, undone), dict(told(context, undone).facts)
    book, day = tmp_path / "report.xlsx", made.charts[1]
    write_workbook(made, book)

    assert made.headline == "0 of 1 row accepted; 1 was undone"
    assert (facts["Rows"], facts["Undone"]) == (1, 1)
    run = line_of(made.table("Runs"))
    assert (run["Rows"], run["Accepted"], run["Undone"]) == (1, 0, 1)
    assert (line_of(made.table("Vendors"))["Rows"], made.table("Rows").lines) == (1, [])
    assert made.charts[0].series == {"undone": [1]}
    assert (day.series["accepted"][-1], day.series["undone"][-1]) == (1, 1)  # the undo is a run too
    assert report_as_json(made)["facts"]["Taken back"] == 1
    assert "0 of 1 row accepted; 1 was undone" in page(made)
    texts = [str(cell.value) for sheet in load_workbook(book) for row in sheet for cell in row]
    assert "0 of 1 row accepted; 1 was undone" in texts


def test_one_missing_po_named_by_a_split_row_is_one_row(context, sheet, tmp_path):
    path = sheet(HEADINGS, f'99999,"{"; ".join(NUMBERS)}",UPS,2026-11-19,2')
    summary = upload(context, path, tmp_path, reading=ReadingOptions(split=True))

    made = told(context)

    assert made.headline == "1 of 1 row needs attention"
    assert made.attention == [
        "1 row rejected: Purchase order … was not found. For example row 2 of sheet.csv."
    ]
    assert line_of(made.table("Causes"))["Rows"] == 1
    assert line_of(made.table("Rows"))["Message"] == "Purchase order 99999 was not found."
    assert made.charts[2].series == {"rows": [1]}
    assert summary.statuses == {"rejected": 1}


def test_a_value_that_reads_like_another_column_is_one_cause(context, sheet, tmp_path):
    path = sheet(HEADINGS, f'10001,{NUMBERS[0]},"Road; Other Carrier: Truck",2026-11-19,2')
    upload(context, path, tmp_path)

    made = told(context)

    assert line_of(made.table("Causes"))["Cause"] == (
        "Carrier: … is not one of UPS, USPS, FedEx, DHL, Other; for another carrier, write Other "
        "here and … in Other Carrier"
    )
    assert line_of(made.table("Vendors"))["Kinds of problem"] == 1

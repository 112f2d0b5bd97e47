"""What the report of runs tells of them: counts, causes, what is in doubt, whom to call."""

from dataclasses import replace
from pathlib import Path

from importer.model.options import UploadOptions
from importer.reports.model import Report
from importer.reports.run_report import report_of
from importer.reports.run_stats import days, stories
from importer.runs.upload import upload_sheet
from importer.sending.task import Patience

SAMPLES = Path(__file__).parents[2] / "samples"


def told(context, **more) -> Report:
    now = context.journal.now()
    found = stories(context.journal, context.journal.runs(), context.settings)
    return report_of("tonight", found, days(context.journal, now), now, **more)


def upload(context, path, tmp_path, account="sellercloud"):
    return upload_sheet(
        path, UploadOptions(into=tmp_path), context, context.settings.account(account)
    )


def test_what_was_refused_is_told_by_cause_with_an_example(context, tmp_path):
    summary = upload(context, SAMPLES / "add_tracking_mistakes.xlsx", tmp_path)

    made = told(context)

    wrong = sum(not outcome.status.settled for outcome in summary.outcomes.values())
    assert made.headline == f"{wrong} of {len(summary.outcomes)} rows need a person"
    causes = made.table("Causes").lines
    assert [line.cells[0] for line in causes] == sorted(
        (line.cells[0] for line in causes), reverse=True
    )
    assert any("is Completed and cannot be changed" in str(line.cells[2]) for line in causes)
    assert len(made.table("Rows").lines) == wrong


def test_a_clean_night_says_so(context, tmp_path):
    summary = upload(context, SAMPLES / "add_tracking.xlsx", tmp_path)

    made = told(context)

    assert made.headline == f"All {len(summary.outcomes)} rows are in"
    assert made.attention == []
    assert made.charts[1].series["in"][-1] == len(summary.outcomes)
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


def test_files_that_were_not_taken_up_come_first(context, tmp_path):
    upload(context, SAMPLES / "add_tracking.xlsx", tmp_path)

    made = told(context, refused=[("broken.xlsx", "it is no workbook")])

    assert made.headline == "1 file could not be taken up; 16 rows went in"
    assert made.attention == ["broken.xlsx was not taken up: it is no workbook."]
    assert made.tables[0].title == "Not taken up"


def test_the_vendor_with_the_largest_share_to_look_at_comes_first(context, tmp_path):
    upload(context, SAMPLES / "add_tracking.xlsx", tmp_path)
    upload(context, SAMPLES / "add_tracking_mistakes.xlsx", tmp_path)

    (line,) = told(context).table("Vendors").lines
    assert line.cells[:3] == ["no profile", 2, 31]
    assert str(line.cells[-1]).startswith("worse: 0% before")

"""A report in a few lines: what matters, the facts, what to do, where the files are."""

from datetime import UTC, datetime
from pathlib import Path

from importer.reports.model import Report
from importer.reports.terminal.report_lines import report_lines


def test_the_lines_of_a_report(snapshot):
    report = Report(
        title="Run report",
        subject="sheet.csv: add tracking numbers",
        made_at=datetime(2026, 11, 20, 6, 30, tzinfo=UTC),
        headline="2 of 3 rows need attention",
        attention=["1 row rejected: the PO is closed.", "1 row not sent yet."],
        facts=[("Rows", 3), ("Took", "under a second")],
        charts=[],
        tables=[],
    )

    snapshot(report_lines(report, [Path("sheet.report.html"), Path("sheet.report.xlsx")]))

"""A report with everything in it that a form of reports might get wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal

from importer.reports.model import Chart, Report, ReportColumn, ReportLine, ReportTable, Tone

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
NUMBERS = ["1Z999AA10123456784", "1Z12345E1512345676", "1Z999AA10123456793"]
NASTY = '<script>alert(1)</script>=cmd|"&\x1b[31m\u202e\x00'


def report(**changes):
    lines = [
        ReportLine(
            [number, f"PO {number}", Decimal("5.50"), date(2026, 3, 1), NASTY],
            Tone.ATTENTION,
            frozenset({2}),
        )
        for number in range(1, 9)
    ]  # fmt: skip
    columns = [
        ReportColumn("Row", "number"),
        ReportColumn("PO ID"),
        ReportColumn("Price", "number"),
        ReportColumn("Shipped", "date"),
        ReportColumn("Message"),
    ]
    given = {
        "title": "Reconciliation",
        "subject": NASTY,
        "made_at": datetime(2026, 11, 20, 6, 30, tzinfo=UTC),
        "headline": "8 of 8 rows need attention",
        "attention": ["8 rows differ: " + NASTY],
        "facts": [("Rows", 1234), ("Said", NASTY)],
        "charts": [
            Chart("Verdicts", "Most differ.", ["matches", NASTY], {NASTY: [3, 5]}, horizontal=True),
            Chart("Nights", "Few.", ["11-19", "11-20"], {"in": [3, 5], "out": [0, 2]}),
        ],
        "tables": [
            ReportTable("Rows", columns, lines),
            ReportTable("Extra", columns, [], empty="None here."),
        ],
    }
    return Report(**given | changes)

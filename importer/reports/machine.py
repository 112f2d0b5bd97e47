"""A report for programs: JSON as one object, and a table as CSV."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from importer.model.files import write_bytes
from importer.reports.model import Cell, Report, ReportTable
from importer.sheets.xlsx.cell_text import cell_text

_KEYS = {  # titles that were reworded -> their keys, which scripts rely on
    "Not processed": "Not taken up",
    "Undone": "Taken back",
    "Started (UTC)": "Begun (UTC)",
    "Accepted": "In",
    "Needs attention": "Needs a person",
    "% needing attention": "% to look at",
    "What to check": "What to look up",
    "Message": "What is said",
    "Its message": "What is said there",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_as_json(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "subject": report.subject,
        "made_at": report.made_at.isoformat(),
        "headline": report.headline,
        "attention": list(report.attention),
        "facts": {_key(name): _plain(value) for name, value in report.facts},
        "tables": {_key(table.title): table_as_json(table) for table in report.tables},
    }


def table_as_json(table: ReportTable) -> list[dict[str, Any]]:
    keys = [_key(column.title) for column in table.columns]
    return [dict(zip(keys, map(_plain, line.cells), strict=True)) for line in table.lines]


def _key(title: str) -> str:
    return _KEYS.get(title, title)


def _plain(cell: Cell) -> str | int | float | None:
    """
    >>> _plain(Decimal("5.50")), _plain(date(2026, 3, 1))
    ('5.50', '2026-03-01')
    """
    if isinstance(cell, Decimal):
        return str(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def write_csv(table: ReportTable, path: Path) -> Path:
    """Writes a table as UTF-8 with a byte order mark, which Excel needs; raises OSError."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.title for column in table.columns)
    writer.writerows([_guarded(_plain(cell)) for cell in line.cells] for line in table.lines)
    return write_bytes(path, text.getvalue().encode("utf-8-sig"))


def _guarded(cell: str | float | None) -> str | float | None:
    """A text that Excel would read as a formula gets an apostrophe in front."""
    if not isinstance(cell, str):
        return cell
    text = cell_text(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text

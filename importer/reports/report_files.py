"""The files of a report, side by side under one name; an existing file is never overwritten."""

from pathlib import Path

from importer.model.files import numbered, write_bytes
from importer.reports.html_page import page
from importer.reports.machine import write_csv
from importer.reports.model import Report
from importer.reports.workbook import write_workbook


def write_report(report: Report, name: Path, *, as_csv: bool = False) -> list[Path]:
    """Writes NAME.html, NAME.xlsx and perhaps NAME.csv of the rows; returns the paths.

    If one of them exists, all get the next free number. Raises OSError.
    """
    suffixes = [".html", ".xlsx", *([".csv"] if as_csv else [])]
    name.parent.mkdir(parents=True, exist_ok=True)
    free = next(n for n in numbered(name) if not any(_with(s, n).exists() for s in suffixes))
    files = [write_bytes(_with(".html", free), page(report).encode())]
    files.append(write_workbook(report, _with(".xlsx", free)))
    if as_csv:
        files.append(write_csv(report.table("Rows"), _with(".csv", free)))
    return files


def _with(suffix: str, name: Path) -> Path:
    return name.with_name(name.name + suffix)

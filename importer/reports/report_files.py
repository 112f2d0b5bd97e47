"""The files of a report, beside each other under one name; one that is there is never lost."""

from itertools import count
from pathlib import Path

from importer.reports.html_page import write_page
from importer.reports.machine import write_csv
from importer.reports.model import Report
from importer.reports.workbook import write_workbook


def write_report(report: Report, name: Path, *, as_csv: bool = False) -> list[Path]:
    """Writes NAME.html and NAME.xlsx, and NAME.csv of the rows; the paths. Raises OSError.

    Where one of them is there already the next free number is taken for all.
    """
    suffixes = [".html", ".xlsx", *([".csv"] if as_csv else [])]
    name.parent.mkdir(parents=True, exist_ok=True)
    free = next(
        stem
        for number in count(1)
        if not any(_beside(stem := _numbered(name, number), suffix).exists() for suffix in suffixes)
    )
    files = [write_page(report, _beside(free, ".html")).path]
    files.append(write_workbook(report, _beside(free, ".xlsx")).path)
    if as_csv:
        files.append(write_csv(report.table("Rows"), _beside(free, ".csv")).path)
    return files


def _numbered(name: Path, number: int) -> Path:
    return name if number == 1 else name.with_name(f"{name.name}-{number}")


def _beside(name: Path, suffix: str) -> Path:
    return name.with_name(name.name + suffix)

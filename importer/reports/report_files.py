"""The files of a report, side by side under one name; an existing file is never overwritten."""

from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from importer.model.files import write_bytes
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
    free = next(each for each in _numbered(name) if not _is_taken(each, suffixes))
    files = [write_bytes(_with(".html", free), page(report).encode())]
    files.append(write_workbook(report, _with(".xlsx", free)))
    if as_csv:
        files.append(write_csv(report.table("Rows"), _with(".csv", free)))
    return files


def _numbered(name: Path) -> Iterator[Path]:
    yield name
    for number in count(2):
        yield name.with_name(f"{name.name}-{number}")


def _is_taken(name: Path, suffixes: Iterable[str]) -> bool:
    return any(_with(suffix, name).exists() for suffix in suffixes)


def _with(suffix: str, name: Path) -> Path:
    return name.with_name(name.name + suffix)

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
    choices = ([each.with_name(each.name + s) for s in suffixes] for each in numbered(name))
    html, xlsx, *csv = next(paths for paths in choices if not any(map(Path.exists, paths)))
    files = [write_bytes(html, page(report).encode()), write_workbook(report, xlsx)]
    return [*files, *(write_csv(report.table("Rows"), path) for path in csv)]

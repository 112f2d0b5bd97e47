"""A report as one HTML file: no script or picture is fetched, and every cell is escaped."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from importer.model.cells import printable
from importer.model.files import WrittenResult, written
from importer.reports.charts import legend, svg
from importer.reports.model import Cell, Report, ReportColumn, ReportLine

_SHORT, _LONG = 12, 34  # characters of a text that stands in one line, of a word that cannot
_MOST_LINES = 5_000  # of a table in the page; the workbook has them all


def write_page(report: Report, path: Path) -> WrittenResult:
    """Writes the page whole or not at all; raises OSError."""

    def write(file: BinaryIO) -> tuple[str, ...]:
        file.write(page(report).encode())
        return ()

    return written(path, write)


def page(report: Report) -> str:
    """The report as an HTML document."""
    return _environment().get_template("page.html").render(report=report, most=_MOST_LINES)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("importer.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters |= {"svg": svg, "legend": legend, "shown": shown, "cells": cells}
    return environment


def shown(cell: Cell) -> str:
    """A cell as a person reads it.

    >>> shown(1234), shown(Decimal("5.50")), shown(date(2026, 3, 1)), shown(None)
    ('1,234', '5.50', '2026-03-01', '')
    """
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case int() | float() | Decimal():
            return f"{cell:,}"
        case _:
            return cell  # made visible with every other text of the page


def cells(line: ReportLine, columns: Sequence[ReportColumn]) -> list[tuple[str, str, Cell]]:
    """Each cell of a line with its classes, and what it sorts by where that is not what it shows.

    >>> columns = [ReportColumn("A"), ReportColumn("B", "number")]
    >>> cells(ReportLine(["a", 1234], marked=frozenset({0})), columns)
    [('text short marked', '', 'a'), ('number', '1234', 1234)]
    """
    found = []
    for at, (column, cell) in enumerate(zip(columns, line.cells, strict=True)):
        size = _size(cell) if isinstance(cell, str) else ""
        by = str(cell) if column.kind == "number" and cell is not None else ""
        found.append((f"{column.kind}{size}{' marked' if at in line.marked else ''}", by, cell))
    return found


def _size(text: str) -> str:
    """How a text may be broken: not at all, between words, or within one that is too long."""
    if len(text) <= _SHORT:
        return " short"
    if any(len(word) > _LONG for word in text.split()):
        return " words long"
    return " words" if len(text) > _LONG else ""

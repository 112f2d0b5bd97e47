"""A report as one HTML file: it loads nothing from elsewhere, and every cell is escaped."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from jinja2 import Environment, PackageLoader, StrictUndefined

from importer.model.cleaning import printable
from importer.reports.charts import legend, svg
from importer.reports.model import Cell, Report, ReportColumn, ReportLine

_SHORT, _LONG = 12, 34  # characters: a text kept on one line, a word that has to be broken
_MOST_LINES = 5_000  # of a table in the page; the workbook has all of them


def page(report: Report) -> str:
    """The report as an HTML document."""
    environment = Environment(
        loader=PackageLoader("importer.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters |= {"svg": svg, "legend": legend, "shown": shown, "cells": cells}
    return environment.get_template("page.html").render(report=report, most=_MOST_LINES)


def shown(cell: Cell) -> str:
    """A cell as it is shown.

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
            return cell  # `finalize` makes its control characters visible


def cells(line: ReportLine, columns: Sequence[ReportColumn]) -> list[tuple[str, str, Cell]]:
    """Each cell of a line with its classes, and its sort key if that is not the text it shows.

    >>> columns = [ReportColumn("A"), ReportColumn("B", "number")]
    >>> cells(ReportLine(["a", 1234], marked=frozenset({0})), columns)
    [('text short marked', '', 'a'), ('number', '1234', 1234)]
    """
    shown_cells = []
    for at, (column, cell) in enumerate(zip(columns, line.cells, strict=True)):
        size = _size(cell) if isinstance(cell, str) else ""
        marked = " marked" if at in line.marked else ""
        sort_key = str(cell) if column.kind == "number" and cell is not None else ""
        shown_cells.append((f"{column.kind}{size}{marked}", sort_key, cell))
    return shown_cells


def _size(text: str) -> str:
    """Where a text may be broken: nowhere, between words, or inside a word that is too long."""
    if len(text) <= _SHORT:
        return " short"
    if any(len(word) > _LONG for word in text.split()):
        return " words long"
    return " words" if len(text) > _LONG else ""

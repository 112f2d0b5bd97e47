"""Writes a fix file: a workbook of only the rows that need attention, to be fixed and uploaded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet as Page

from importer.model.cells import Cell, shown
from importer.sheets.fix_marks import plain, vendors_columns
from importer.sheets.sheet import (
    ERROR_HEADING,
    ROW_HEADING,
    RUN_HEADING,
    STATUS_HEADING,
    Worksheet,
    column_letters,
    title_of,
)
from importer.sheets.xlsx.cell_text import cell_text

_OURS = (ROW_HEADING, STATUS_HEADING, ERROR_HEADING)  # left of the vendor's columns, in sight
_WIDTHS = (12, 14, 60)  # in characters
_NARROWEST, _WIDEST = 10, 40
HEADING_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_OUR_FILL = PatternFill("solid", fgColor="4F6F94")
_THEIR_FILL = PatternFill("solid", fgColor="1F3A5F")
_WRONG_FONT = Font(name="Calibri", size=11, color="9C0006")
_WRONG_FILL = PatternFill("solid", fgColor="FFC7CE")
_CALM_FONT = Font(name="Calibri", size=11, color="595959")
_LINE_HEIGHT, _IN_A_LINE = 15, 54  # points; characters of the sentences' column, wide ones too
_LINE = Border(bottom=Side("thin", color="D9D9D9"))
TEXT = "@"  # keeps every digit of what is pasted: Excel rounds a number after its 15th
_MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class FixRow:
    """What a fix file says of one row."""

    status: str
    sentence: str
    wrong: Collection[str] = ()  # headings of the cells to fix


def write_fix(
    target: BinaryIO, worksheet: Worksheet, header_row: int, run: str, rows: Mapping[int, FixRow]
) -> None:
    """The rows, by the number Excel shows, under their headings; status and sentence come first."""
    columns = vendors_columns(worksheet, header_row)
    book = Workbook()
    page: Page = book.worksheets[0]
    page.title = title_of(worksheet.name, "Rows")
    headings = [shown(column[header_row - 1]) for column in columns]
    _write_headings(page, headings)
    for place, (number, fix) in enumerate(rows.items(), start=2):
        _write_ours(page, place, number, fix)
        for left, (heading, column) in enumerate(zip(headings, columns, strict=True), start=4):
            cell = page.cell(place, left)
            _write_cell(cell, column[number - 1])
            if heading in fix.wrong:
                cell.fill, cell.font = _WRONG_FILL, _WRONG_FONT
        _write_text(page.cell(place, len(columns) + 4), run)
    _keep_text(page, columns, header_row, len(rows))
    _fit(page, columns, [*rows], header_row)
    book.save(target)


def _write_headings(page: Page, headings: Sequence[str]) -> None:
    for left, heading in enumerate((*_OURS, *headings, RUN_HEADING), start=1):
        cell = page.cell(1, left)
        _write_text(cell, heading)
        cell.font = HEADING_FONT
        cell.fill = _OUR_FILL if heading in {*_OURS, RUN_HEADING} else _THEIR_FILL
        cell.alignment = Alignment(vertical="center")


def _write_ours(page: Page, place: int, number: int, fix: FixRow) -> None:
    ours: tuple[Cell, ...] = (number, fix.status, fix.sentence)
    for left, value in enumerate(ours, start=1):
        cell = page.cell(place, left)
        _write_cell(cell, value)
        cell.font = _CALM_FONT if left == 1 else _WRONG_FONT
        cell.alignment = Alignment(vertical="top", wrap_text=left == len(ours))
    lines = max(1, ceil(len(fix.sentence) / _IN_A_LINE))  # LibreOffice would show one
    page.row_dimensions[place].height = _LINE_HEIGHT * min(lines, _MOST_LINES)


def _write_cell(cell: Any, value: Cell) -> None:
    """The value and a format that shows it; nothing in it becomes a formula."""
    value = plain(value)
    if isinstance(value, str):
        _write_text(cell, value)
    elif value is not None:
        cell.value = value
        if isinstance(value, datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
    cell.alignment = Alignment(vertical="top")
    cell.border = _LINE


def _write_text(cell: Any, text: str) -> None:
    cell.value = cell_text(text)
    cell.data_type = "s"
    cell.number_format = TEXT


def _keep_text(page: Page, columns: Sequence[Sequence[Cell]], header_row: int, rows: int) -> None:
    """Where a column holds texts, its numbers and empty cells take text too."""
    for left, column in enumerate(columns, start=4):
        if any(isinstance(cell, str) for cell in column[header_row:]):
            for place in range(2, rows + 2):
                cell = page.cell(place, left)
                if cell.value is None or isinstance(cell.value, int | float):
                    cell.number_format = TEXT


def _fit(page: Page, columns: Sequence[Sequence[Cell]], rows: Sequence[int], header: int) -> None:
    """Widths that show the cells, the headings kept in sight, a filter, the run's column hidden."""
    widths = [*_WIDTHS, *(_width(column, rows, header) for column in columns)]
    for left, width in enumerate(widths, start=1):
        page.column_dimensions[column_letters(left)].width = width
    last = column_letters(len(widths) + 1)
    page.column_dimensions[last].hidden = True
    page.row_dimensions[1].height = 24
    page.freeze_panes = f"{column_letters(len(_WIDTHS) + 1)}2"
    page.auto_filter.ref = f"A1:{last}{len(rows) + 1}"
    fit_to_paper(page)


def fit_to_paper(page: Page) -> None:
    """One page wide, as long as it needs, its headings on each page."""
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0  # 0: any number of pages
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"


def _width(column: Sequence[Cell], rows: Sequence[int], header: int) -> int:
    longest = max(len(shown(column[row - 1])) for row in (header, *rows))
    return min(_WIDEST, max(_NARROWEST, longest + 4))  # room for the filter's arrow

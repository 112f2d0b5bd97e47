"""A report as a workbook: real numbers and dates, frozen headings, ready to print."""

from datetime import date, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from importer.model.cleaning import printable
from importer.model.files import written
from importer.reports.model import Cell, Report, ReportColumn, ReportLine, ReportTable, Tone
from importer.sheets.xlsx.cell_text import cell_text

_FILLS = {
    Tone.ATTENTION: PatternFill("solid", fgColor="FFFBE3DF"),
    Tone.NOTE: PatternFill("solid", fgColor="FFFDF3DC"),
}
_HEADING = PatternFill("solid", fgColor="FF2F3B46")
_PLAIN = Font(name="Calibri", size=11)
_BOLD = Font(name="Calibri", size=11, bold=True)
_WHITE = Font(name="Calibri", size=11, bold=True, color="FFFFFFFF")
_TITLE = Font(name="Calibri", size=16, bold=True)
_LINE_POINTS = 15  # height of a line of text
_SENTENCES = 90  # width of the summary's sentences, in characters
_HIGHEST = 409  # points, Excel's limit
_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
_LEFT = Alignment(vertical="top", horizontal="left")
_RIGHT = Alignment(vertical="top", horizontal="right", indent=1)  # away from the text next to it
_NARROWEST, _WIDEST = 8, 60
_LANDSCAPE_FROM = 6  # columns

_NUMBER_FORMATS = {  # a datetime is a date too, so it comes first
    datetime: "yyyy-mm-dd hh:mm",
    date: "yyyy-mm-dd",
    Decimal: "#,##0.00##",
}

_Styles = dict[tuple[object, ...], Any]


def write_workbook(report: Report, path: Path) -> Path:
    """Writes a summary and a worksheet for each table, all or nothing; raises OSError."""
    book = Workbook(write_only=True)
    _summary(book.create_sheet("Summary"), report)
    for table in report.tables:
        _table(book.create_sheet(table.title[:31]), table)
    return written(path, book.save).path


def _summary(sheet: Any, report: Report) -> None:
    sheet.column_dimensions["A"].width = 28
    sheet.column_dimensions["B"].width = _SENTENCES
    sheet.row_dimensions[1].height = 2 * _LINE_POINTS
    _fit_to_paper(sheet, wide=False)
    sheet.append([_cell(sheet, report.headline, font=_TITLE)])
    sheet.append([_cell(sheet, f"{report.title}. {report.subject}")])
    sheet.append([])
    for number, sentence in enumerate(report.attention, start=4):
        _grow(sheet, number, len(sentence) / _SENTENCES)
        sheet.append([
            _cell(sheet, "Needs attention", font=_BOLD, fill=_FILLS[Tone.ATTENTION]),
            _cell(sheet, sentence, fill=_FILLS[Tone.ATTENTION], wrap=True),
        ])  # fmt: skip
    if report.attention:
        sheet.append([])
    for name, value in [("Created (UTC)", report.made_at), *report.facts]:
        cell = _cell(sheet, value)
        cell.alignment = _LEFT
        sheet.append([_cell(sheet, name, font=_BOLD), cell])


def _table(sheet: Any, table: ReportTable) -> None:
    for at, width in enumerate(_widths(table), start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    _fit_to_paper(sheet, wide=len(table.columns) >= _LANDSCAPE_FROM)
    last = f"{get_column_letter(len(table.columns))}{len(table.lines) + 1}"
    sheet.auto_filter.ref = f"A1:{last}"
    sheet.append([_heading(sheet, column) for column in table.columns])
    styles: _Styles = {}
    for number, line in enumerate(table.lines, start=2):
        longest = max(len(cell) for cell in (*line.cells, "") if isinstance(cell, str))
        _grow(sheet, number, longest / _WIDEST)
        sheet.append(_cells(sheet, line, styles))


def _heading(sheet: Any, column: ReportColumn) -> Any:
    cell = _cell(sheet, column.title, font=_WHITE, fill=_HEADING)
    cell.alignment = _RIGHT if column.kind == "number" else _LEFT
    return cell


def _grow(sheet: Any, row: int, lines: float) -> None:
    """Makes room for wrapped text, as not every program does; breaking at words takes 10 % more."""
    if lines > 1:
        sheet.row_dimensions[row].height = min(_HIGHEST, _LINE_POINTS * ceil(lines * 1.1))


def _cells(sheet: Any, line: ReportLine, styles: _Styles) -> list[Any]:
    """`styles` are those of earlier lines: openpyxl needs as long for a style as for a cell."""
    cells = []
    fill = _FILLS.get(line.tone)
    for at, value in enumerate(line.cells):
        font = _BOLD if at in line.marked else _PLAIN
        wrap = isinstance(value, str) and len(value) > _WIDEST
        key = (type(value), line.tone, font is _BOLD, wrap)
        cell = _cell(sheet, value, font=font, fill=fill, wrap=wrap, style=styles.get(key))
        styles.setdefault(key, cell._style)  # noqa: SLF001  # nothing public returns one
        cells.append(cell)
    return cells


def _cell(
    sheet: Any,
    value: Cell,
    *,
    font: Font = _PLAIN,
    fill: PatternFill | None = None,
    wrap: bool = False,
    style: Any = None,
) -> Any:
    """A cell of the value's own type; a text is never a formula, whatever it starts with.

    `style` is that of another cell of the same format; without one the cell gets its own.
    """
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)  # a workbook has no time zones; the heading says UTC
    if isinstance(value, str):
        value = cell_text(printable(value))
    cell: Any = SheetCell(sheet, 1, 1, cast("Any", value), style)
    if isinstance(value, str):
        cell.data_type = "s"
    if style is None:
        formats = (each for kind, each in _NUMBER_FORMATS.items() if isinstance(value, kind))
        cell.number_format = next(formats, "General")
        cell.font, cell.alignment = font, _alignment(value, wrap=wrap)
        if fill is not None:
            cell.fill = fill
    return cell


def _alignment(value: Cell, *, wrap: bool) -> Alignment:
    if isinstance(value, int | float | Decimal):
        return _RIGHT
    if isinstance(value, date):
        return _LEFT
    return _WRAPPED if wrap else _TOP


def _widths(table: ReportTable) -> list[int]:
    """Wide enough for the heading with its filter button and for almost every cell."""
    widths = []
    for at, column in enumerate(table.columns):
        longest = max((_length(line.cells[at]) for line in table.lines), default=0)
        widths.append(min(_WIDEST, max(_NARROWEST, len(column.title) + 4, longest + 2)))
    return widths


def _length(cell: Cell) -> int:
    if isinstance(cell, datetime):
        return 16
    return len(str(cell)) if cell is not None else 0


def _fit_to_paper(sheet: Any, *, wide: bool) -> None:
    """One page wide on A4 and on Letter: no paper size is set, so the printer's own applies."""
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    sheet.page_margins.header = sheet.page_margins.footer = 0.3
    sheet.oddFooter.right.text = "&P / &N"
    sheet.oddFooter.left.text = "&A"

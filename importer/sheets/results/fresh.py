"""A new workbook with a worksheet's values and results, where its own cannot be changed."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Alignment, Font, PatternFill

from importer.model.cells import Cell, Fault, shown
from importer.model.errors import SheetError
from importer.sheets.fix_marks import plain
from importer.sheets.results.part_edits import ERROR_WIDTH, STATUS_WIDTH
from importer.sheets.results.result_styles import AMBER, RED
from importer.sheets.sheet import (
    LAST_COLUMN,
    Results,
    Worksheet,
    column_letters,
    old_results,
    title_of,
)
from importer.sheets.xlsx.cell_text import cell_text
from importer.sheets.xlsx.slow_rows import read_rows

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

NO_ROOM = "Cells right of column {} were left out to make room for the results."


Rows = Callable[[], Iterator[Sequence[Any]]]  # of cells, each row as long as its last cell


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell of a worksheet that openpyxl cannot read, in openpyxl's words."""

    value: Any
    data_type: str = "n"
    number_format: str = "General"


def write_fresh(rows: Rows, target: BinaryIO, results: Results) -> tuple[str, ...]:
    """Write values, number formats and results; what a person should hear."""
    longest, headings = measured(rows, results.header_row)
    old = old_results(headings)
    right = min(len(longest), LAST_COLUMN - 2) if old is None else old
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title_of(results.worksheet, "Sheet1"))
    widths = [min(max(characters + 2, 9), 40) for characters in longest[:right]]
    for place, width in enumerate([*widths, STATUS_WIDTH, ERROR_WIDTH], start=1):
        sheet.column_dimensions[column_letters(place)].width = width
    for number, row in enumerate(rows(), start=1):
        kept = [copied(sheet, cell) for cell in row[:right]]
        padding = [None] * (right - len(kept))
        beyond = [copied(sheet, cell) for cell in row[right + 2 :]]
        line = [*kept, *padding, *result_cells(sheet, number, results), *beyond]
        for cell in filter(None, line if number == results.header_row else ()):
            cell.font = Font(bold=True)
        sheet.append(line)
    book.save(target)
    left_out = len(longest) > right and old is None
    return (NO_ROOM.format(column_letters(right)),) if left_out else ()


def rows_of(source: Path, worksheet: str | None, read: Worksheet | None) -> Rows:
    """The rows by openpyxl, which keeps number formats; else as they were read for the check.

    Raises SheetError where neither has them.
    """
    if read is None:
        return partial(_by_openpyxl, source, worksheet)
    if read.form == "xlsx":
        with suppress(SheetError):
            deque(_by_openpyxl(source, worksheet), maxlen=0)
            return partial(_by_openpyxl, source, worksheet)
    return partial(rows_as_read, read)


def rows_as_read(worksheet: Worksheet) -> Iterator[tuple[ReadCell, ...]]:
    for row in zip(*worksheet.columns, strict=True):
        cells = [_as_read(cell) for cell in row]
        while cells and cells[-1].value is None:
            cells.pop()
        yield tuple(cells)


def _as_read(cell: Cell) -> ReadCell:
    if isinstance(cell, Fault):
        return ReadCell(plain(cell), "e" if plain(cell) in ERROR_CODES else "s")
    return ReadCell(cell, "s" if isinstance(cell, str) else "n")


def _by_openpyxl(source: Path, worksheet: str | None) -> Iterator[tuple[Any, ...]]:
    try:
        with source.open("rb") as file:
            yield from read_rows(file, worksheet)
    except OSError as error:
        raise SheetError(f'"{source}" cannot be read: {error.strerror}.') from error
    except SheetError as error:
        raise SheetError(f'"{source}" {error}.') from error


def measured(rows: Rows, header_row: int) -> tuple[list[int], list[str]]:
    """The longest text of each column up to the last with a value, and the headings."""
    widths: list[int] = []
    headings = [""]
    for number, row in enumerate(rows(), start=1):
        lengths = [len(shown(cell.value)) for cell in row]
        while lengths and not lengths[-1]:
            lengths.pop()
        widths = [max(pair) for pair in zip_longest(widths, lengths, fillvalue=0)]
        if number == header_row:
            headings = [str(cell.value or "") for cell in row]
    return widths, headings


def copied(sheet: "WriteOnlyWorksheet", cell: Any) -> Any:
    """Its value and number format, text as text: nothing in it becomes a formula.

    An .xls may hold control characters, which no .xlsx can.
    """
    new = WriteOnlyCell(sheet, cell_text(cell.value) if isinstance(cell.value, str) else cell.value)
    if isinstance(cell.value, str):
        new.data_type = "e" if cell.data_type == "e" else "s"
    elif cell.value is not None and cell.number_format != "General":
        new.number_format = cell.number_format
    return new


def color_of(status: str, sentence: str, results: Results) -> tuple[str, str] | None:
    """Text and fill, as the rules of a spliced worksheet would choose them."""
    if status in results.attention:
        return RED
    return AMBER if sentence and status not in results.calm else None


def result_cells(sheet: "WriteOnlyWorksheet", row: int, results: Results) -> list[Any]:
    result = results.of_row(row)
    if result is None:
        return [None, None]
    color = color_of(*result, results) if row > results.header_row else None
    made = []
    for text in result:
        cell = WriteOnlyCell(sheet, text or None)
        cell.data_type = "s" if text else "n"
        if color:
            cell.font = Font(color=color[0])
            cell.fill = PatternFill("solid", fgColor=color[1])
        made.append(cell)
    made[1].alignment = Alignment(wrap_text=True, vertical="top")
    return made

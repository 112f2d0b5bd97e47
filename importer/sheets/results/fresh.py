"""A new workbook with a worksheet's values and results, where its own cannot be changed."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
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
    ERROR_HEADING,
    LAST_COLUMN,
    STATUS_HEADING,
    Worksheet,
    column_letters,
    title_of,
)
from importer.sheets.xlsx.cell_text import cell_text
from importer.sheets.xlsx.slow_rows import read_rows

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_KEPT_FORM = "xlsx"
NO_ROOM = "Cells right of column {} were left out to make room for the results."


Rows = Callable[[], Iterator[Sequence[Any]]]  # of cells, each row as long as its last cell


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell of a worksheet that openpyxl cannot read, in openpyxl's words."""

    value: Any
    data_type: str = "n"
    number_format: str = "General"


def write_fresh(
    rows: Rows,
    target: BinaryIO,
    worksheet: str | None,
    header_row: int,
    *,
    cells: Mapping[int, tuple[str, str]],
    attention: Collection[str],
    calm: Collection[str],
) -> tuple[str, ...]:
    """Write values, number formats and results; what a person should hear."""
    widths, headings = measured(rows, header_row)
    width = len(widths)
    place = old_results(headings)
    right = place if place is not None else min(width, LAST_COLUMN - 2)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title_of(worksheet, "Sheet1"))
    for place, longest in enumerate(widths[:right], start=1):
        sheet.column_dimensions[column_letters(place)].width = min(max(longest + 2, 9), 40)
    sheet.column_dimensions[column_letters(right + 1)].width = STATUS_WIDTH
    sheet.column_dimensions[column_letters(right + 2)].width = ERROR_WIDTH
    titles = {header_row: (STATUS_HEADING, ERROR_HEADING)}
    for number, row in enumerate(rows(), start=1):
        result = cells.get(number) if number > header_row else titles.get(number)
        kept = [copied(sheet, cell) for cell in islice(row, right)]
        beyond = [copied(sheet, cell) for cell in row[right + 2 :]] if place is not None else []
        padding = [None] * (right - len(kept))
        color = color_of(result, attention, calm) if number > header_row else None
        line = [*kept, *padding, *result_cells(sheet, result, color), *beyond]
        for cell in filter(None, line if number == header_row else ()):
            cell.font = Font(bold=True)
        sheet.append(line)
    book.save(target)
    return (NO_ROOM.format(column_letters(right)),) if width > right and place is None else ()


def rows_of(source: Path, worksheet: str | None, read: Worksheet | None) -> Rows:
    """The rows by openpyxl, which keeps number formats; else as they were read for the check.

    Raises SheetError where neither has them.
    """
    if read is None:
        return partial(_by_openpyxl, source, worksheet)
    if read.form == _KEPT_FORM:
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
            headings = [str(cell.value or "").strip().casefold() for cell in row]
    return widths, headings


def old_results(headings: list[str]) -> int | None:
    """How many columns come before the two that an earlier run left."""
    pair = [STATUS_HEADING.casefold(), ERROR_HEADING.casefold()]
    places = [place for place in range(len(headings)) if headings[place : place + 2] == pair]
    return places[-1] if places else None


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


def color_of(
    result: tuple[str, str] | None, attention: Collection[str], calm: Collection[str]
) -> tuple[str, str] | None:
    """Text and fill, as the rules of a spliced worksheet would choose them."""
    if result is None:
        return None
    if result[0] in attention:
        return RED
    return AMBER if result[1] and result[0] not in calm else None


def result_cells(
    sheet: "WriteOnlyWorksheet", result: tuple[str, str] | None, color: tuple[str, str] | None
) -> list[Any]:
    if result is None:
        return [None, None]
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

"""The child process that reads a workbook: what a hostile file breaks is this process alone.

Imports calamine and the standard library only: it starts in the time of a bare interpreter. What
goes back to the parent is plain values that `marshal` knows, never objects to be built.
"""

import gc
import marshal
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from importer.model.cells import LAST_EXACT
from importer.model.errors import SheetError
from importer.sheets.reading.binary_records import scan_xls, scan_xlsb
from importer.sheets.reading.calamine_book import Book, Listed, chosen
from importer.sheets.reading.container import Form
from importer.sheets.reading.ods import scan_ods
from importer.sheets.reading.scanning import Scan
from importer.sheets.reading.workbook_parts import Parts
from importer.sheets.reading.xlsx_worksheets import WorksheetCells, read_xlsx
from importer.sheets.xlsx.cell_styles import padded

_UNSEEN = "zeros that only a number format shows cannot be seen in this format; .xlsx has them"
_MOMENTS: dict[type, tuple[str, Callable[[Any], Any]]] = {  # the parent's word, the plain value
    date: ("date", date.toordinal),
    datetime: ("datetime", datetime.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda duration: duration / timedelta(microseconds=1)),
}
_SAMPLE = 200  # cells that show whether a column repeats itself


def main(head: dict[str, Any]) -> None:
    """Reads the workbook on standard input and answers on standard output."""
    gc.disable()  # a list of lists of cells makes it work in vain
    _limit(head["memory"], head["seconds"])
    answer = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  (no path, a device)
        os.dup2(nowhere.fileno(), 1)  # openpyxl prints what it thinks of styles
        try:
            reply: Any = [_sent(sheet) for sheet in read(head, sys.stdin.buffer.read())]
        except SheetError as error:
            reply = str(error)
        except MemoryError:
            reply = None
    with answer:
        marshal.dump(reply, answer)
    os._exit(0)  # nothing is left to be done, and much to be freed


def _limit(memory: int, seconds: int) -> None:
    """Bytes and processor seconds; Windows has neither, and the parent's clock must do."""
    try:
        import resource  # noqa: PLC0415  (Windows has none)
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        with suppress(ValueError, OSError):  # a lower limit may be set already
            resource.setrlimit(kind, (most, most))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(head: dict[str, Any], content: bytes) -> Iterator[WorksheetCells]:
    """Each worksheet's cells, and what else the file says of them."""
    form = Form(head["form"])
    parts = None if form is Form.XLS else Parts(content)
    if form is Form.XLSX and parts is not None:
        yield from read_xlsx(content, parts, head["worksheet"], careful=head["careful"])
        return
    book = Book(content)
    sheets, notes = chosen(book.sheets(), head["worksheet"])
    if form in {Form.XLS, Form.XLSB}:
        notes.append(_UNSEEN)
    for sheet in sheets:
        scan, table = _scan(content, form, parts, sheet), book.table(sheet.name)
        scan.merges += table.merges
        yield WorksheetCells(sheet.name, notes, table.columns, scan)


def _scan(content: bytes, form: Form, parts: Parts | None, sheet: Listed) -> Scan:
    """What the reader does not report; it reads the errors of an ods as texts."""
    if parts is None:
        return scan_xls(content, sheet.number)
    if form is Form.XLSB:
        return scan_xlsb(parts.blocks(parts.place_of(sheet.name)))
    return scan_ods(parts.blocks("content.xml"), sheet.name)


def _sent(sheet: WorksheetCells) -> dict[str, Any]:
    """The worksheet in plain values, column by column."""
    columns, scan = sheet.columns, sheet.scan
    _fit(columns, scan)
    moments = []
    for number, column in enumerate(columns):
        kinds = _settle(column)
        for kind, (word, plain) in _MOMENTS.items():
            if kind in kinds:
                places, cells = _taken(column, kind)
                moments.append((number, word, places, list(map(plain, cells))))
    for (row, number), digits in scan.padded.items():
        column = columns[number - 1]
        column[row - 1] = padded(column[row - 1], digits)
    scan.padded.clear()
    facts = {"name": sheet.name, "notes": sheet.notes, "columns": columns, "moments": moments}
    return facts | scan.as_values()


def _fit(columns: list[list[Any]], scan: Scan) -> None:
    """Make the columns as high and as many as what holds anything, faults as well."""
    height, width = map(max, zip((0, 0), *scan.faults, strict=True))
    end = len(columns[0]) if columns else 0
    while len(columns) > width and columns[-1].count("") == end:
        columns.pop()
    columns += [[""] * end for _ in range(width - len(columns))]
    while end > height and all(column[end - 1] == "" for column in columns):
        end -= 1
    for column in columns:
        del column[end:]
        column.extend([""] * (height - len(column)))


def _settle(column: list[Any]) -> set[type]:
    """Whole numbers as int, None where a cell is empty, equal texts one object; its types."""
    kinds = set(map(type, column))
    if float in kinds:
        column[:] = _whole_as_int(column, floats_alone=len(kinds) == 1)
    if str in kinds and "" in column:
        column[:] = [None if cell == "" else cell for cell in column]
    if kinds == {str} and len(set(column[:_SAMPLE])) * 2 < len(column[:_SAMPLE]):
        known: dict[str | None, str | None] = {}
        column[:] = map(known.setdefault, column, column)
    return kinds


def _whole_as_int(column: list[Any], *, floats_alone: bool) -> Iterable[Any]:
    exact = floats_alone and min(column) > -LAST_EXACT and max(column) < LAST_EXACT
    if exact and all(map(float.is_integer, column)):
        return map(int, column)
    return [
        int(cell)
        if cell.__class__ is float and -LAST_EXACT < cell < LAST_EXACT and cell.is_integer()
        else cell
        for cell in column
    ]


def _taken(column: list[Any], kind: type) -> tuple[list[int], list[Any]]:
    """Where the column has moments, and what they are; None is left in their place."""
    places = [i for i, cell in enumerate(column) if cell.__class__ is kind]
    cells = [column[i] for i in places]
    for i in places:
        column[i] = None
    return places, cells

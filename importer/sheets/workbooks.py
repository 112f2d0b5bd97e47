"""The child process that reads a workbook: what a hostile file breaks is this process alone.

Imports calamine and the standard library only: it starts in the time of a bare interpreter. What
goes back to the parent is plain values that `marshal` knows, never objects to be built.
"""

import gc
import io
import marshal
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from operator import methodcaller
from threading import Thread
from typing import Any

import python_calamine as calamine

from importer.cells import LAST_EXACT, Cell
from importer.errors import SheetError
from importer.sheets.container import PROTECTED, Form
from importer.sheets.parts import Parts
from importer.sheets.records import scan_xls, scan_xlsb
from importer.sheets.scanning import Scan, look_at_worksheet, scan_worksheet

_AGAIN = "open it in Excel and save it again as .xlsx"
_BROKEN = f"is a damaged workbook, or written in a way that no reader knows; {_AGAIN}"
_UNSEEN = "zeros that only a number format shows cannot be seen in this format; .xlsx has them"
_EPOCHS = {date: "date", datetime: "datetime", time: "time", timedelta: "timedelta"}

_LARGE = 2**22  # bytes of XML
_AT_ONCE = 1_000  # rows
_WHOLE = float.is_integer
_SAMPLE = 200  # cells that tell whether a column repeats itself


def main(head: dict[str, Any]) -> None:
    """Reads the workbook on standard input and answers on standard output."""
    gc.disable()  # a list of lists of cells makes it work in vain
    _limit(head["memory"], head["seconds"])
    answer = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  (no path, a device)
        os.dup2(nowhere.fileno(), 1)  # openpyxl prints what it thinks of styles
        try:
            found: Any = [_sent(sheet) for sheet in read(head, sys.stdin.buffer.read())]
        except SheetError as error:
            found = str(error)
        except MemoryError:
            found = None
    with answer:
        marshal.dump(found, answer)
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


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A worksheet of the workbook."""

    name: str
    visible: bool
    number: int  # among all sheets, charts too, from 0
    part: str | None = None  # of an xlsx or xlsb: the folded name of its part


def read(head: dict[str, Any], content: bytes) -> Iterator[dict[str, Any]]:
    """Each worksheet's rows by one reader, and what the file says of them besides."""
    form = Form(head["form"])
    parts = None if form is Form.XLS else Parts(content)
    book, sheets = _open(content, form, parts)
    chosen, hidden = _chosen(sheets, head["worksheet"])
    notes = [f'the hidden worksheet "{name}" was not read' for name in hidden]
    if form in {Form.XLS, Form.XLSB}:
        notes.append(_UNSEEN)
    for sheet in chosen:
        if form is Form.XLSX and parts is not None:
            table, scan = _read_xlsx(content, book, parts, sheet)
        else:
            fetched = _fetched(book, sheet.name)
            table, scan = _table_of(fetched), _scan_binary(content, form, parts, sheet)
            scan.merges = _merges(fetched)
        yield {"name": sheet.name, "notes": notes, "columns": table.columns, "scan": scan}


def _open(content: bytes, form: Form, parts: Parts | None) -> tuple[Any, list[_Sheet]]:
    """The workbook by calamine, or None where only openpyxl may know it; and its worksheets."""
    places: dict[str, str | None] = {}
    if parts is not None and form is not Form.ODS:
        places = {sheet.name: sheet.part for sheet in parts.worksheets()}
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        listed = book.sheets_metadata
    except calamine.PasswordError as error:
        raise SheetError(PROTECTED) from error
    except BaseException as error:  # PanicException is no Exception
        if form is not Form.XLSX or parts is None:
            raise SheetError(_BROKEN) from error
        return None, [
            _Sheet(sheet.name, sheet.state == "visible", number, sheet.part)
            for number, sheet in enumerate(parts.worksheets())
        ]
    visible, worksheet = calamine.SheetVisibleEnum.Visible, calamine.SheetTypeEnum.WorkSheet
    return book, [
        _Sheet(sheet.name, sheet.visible == visible, number, places.get(sheet.name))
        for number, sheet in enumerate(listed)
        if sheet.typ == worksheet
    ]


def _chosen(sheets: list[_Sheet], wanted: str | None) -> tuple[list[_Sheet], list[str]]:
    """The worksheets to be read, and the names of the hidden ones that are not."""
    if wanted is not None:
        named = [sheet for sheet in sheets if sheet.name == wanted]
        if not named:
            names = ", ".join(sheet.name for sheet in sheets)
            raise SheetError(f'has no worksheet "{wanted}"; it has {names}')
        return named, []
    if not sheets:
        raise SheetError(_BROKEN)
    visible = [sheet for sheet in sheets if sheet.visible]
    if not visible:
        raise SheetError("has no visible worksheet; unhide the one to be read and save it")
    return visible, [sheet.name for sheet in sheets if not sheet.visible]


def _merges(sheet: Any) -> list[tuple[int, int, int, int]]:
    """Where calamine knows of merged cells: in an .xls, from 0."""
    return [
        (top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]


def _scan_binary(content: bytes, form: Form, parts: Parts | None, sheet: _Sheet) -> Scan:
    if form is Form.XLS:
        return scan_xls(content, sheet.number)
    if form is Form.XLSB and parts is not None:
        return scan_xlsb(parts.blocks(_place(parts, sheet)))
    return Scan()  # calamine gives the errors of an ods as texts


@dataclass(frozen=True, slots=True)
class _Table:
    columns: list[list[Any]]  # "" where a cell is empty
    filled: int  # rows that hold a value


def _read_xlsx(content: bytes, book: Any, parts: Parts, sheet: _Sheet) -> tuple[_Table, Scan]:
    """The cells by calamine where the XML agrees with it, else by openpyxl where that does."""
    table, scan = _read_twice(book, parts, sheet)
    if table is not None and table.filled == scan.rows:
        return table, scan
    from importer.sheets.second_reader import read_rows  # noqa: PLC0415  (slow, and seldom)

    scan = look_at_worksheet(parts.blocks(_place(parts, sheet)), parts.styles())
    other = _table(read_rows(content, sheet.name))
    if table is not None and table.filled == other.filled:
        return table, scan  # texts of no length are values to the scan alone
    if other.filled != scan.rows:
        raise SheetError(
            f'is read in two ways: worksheet "{sheet.name}" has {other.filled:,} rows with values '
            f"for one reader and {scan.rows:,} for another; {_AGAIN}"
        )
    return other, scan


def _read_twice(book: Any, parts: Parts, sheet: _Sheet) -> tuple[_Table | None, Scan]:
    """By calamine, None where it cannot, and by the scan: at the same time where they take long.

    A small worksheet is scanned first, so that one made to break calamine gets its sentence.
    """
    found: list[Any] = []
    fetch = Thread(target=lambda: found.append(_tried(book, sheet.name)))
    part = _place(parts, sheet)
    if parts.size(part) > _LARGE:
        fetch.start()
        scan = scan_worksheet(lambda: parts.blocks(part), parts.styles())
    else:
        scan = scan_worksheet(lambda: parts.blocks(part), parts.styles())
        fetch.start()
    fetch.join()
    return found[0] and _table_of(found[0]), scan


def _place(parts: Parts, sheet: _Sheet) -> str:
    if sheet.part is None or sheet.part not in parts:
        raise SheetError(f'does not say where its worksheet "{sheet.name}" is; {_AGAIN}')
    return sheet.part


def _tried(book: Any, name: str) -> Any:
    try:
        return book and _fetched(book, name)
    except (SheetError, MemoryError):
        return None


def _fetched(book: Any, name: str) -> Any:
    try:
        return book.get_sheet_by_name(name)
    except MemoryError:
        raise
    except BaseException as error:  # PanicException is no Exception
        raise SheetError(_BROKEN) from error


def _table_of(sheet: Any) -> _Table:
    """The cells of calamine's sheet; its rows begin in the first column that holds anything."""
    table = _table(sheet.iter_rows())
    left, height = (sheet.start or (0, 0))[1], len(table.columns[0]) if table.columns else 0
    return _Table([[""] * height for _ in range(left)] + table.columns, table.filled)


def _table(rows: Iterable[list[Any]]) -> _Table:
    columns: list[list[Any]] = []
    filled, stream = 0, iter(rows)
    while some := list(islice(stream, _AT_ONCE)):
        filled += sum(row.count("") < len(row) for row in some)
        columns = columns or [[] for _ in some[0]]
        for column, cells in zip(columns, zip(*some, strict=True), strict=True):
            column.extend(cells)
    return _Table(columns, filled)


def _sent(found: dict[str, Any]) -> dict[str, Any]:
    """The worksheet in plain values, column by column."""
    scan: Scan = found["scan"]
    columns = found["columns"]
    _fit(columns, scan)
    moments = []
    for number, column in enumerate(columns):
        kinds = _settle(column)
        for kind, word in _EPOCHS.items():
            if kind in kinds:
                moments.append((number, word, *_taken(column, kind)))
    for (row, number), digits in scan.padded.items():
        column = columns[number - 1]
        column[row - 1] = _padded(column[row - 1], digits)
    return {
        "name": found["name"],
        "notes": found["notes"],
        "columns": columns,
        "moments": moments,
        "faults": [(*place, text) for place, text in scan.faults.items()],
        "hidden": scan.hidden,
        "struck": scan.struck,
        "merges": scan.merges,
        "filtered": scan.filtered,
    }


def _fit(columns: list[list[Any]], scan: Scan) -> None:
    """Make the columns as high and as many as what holds anything, faults as well."""
    height = max((row for row, _ in scan.faults), default=0)
    width = max((column for _, column in scan.faults), default=0)
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
    if kinds == {float} and _is_whole(column):
        column[:] = map(int, column)
    elif float in kinds:
        column[:] = [
            int(cell)
            if cell.__class__ is float and -LAST_EXACT < cell < LAST_EXACT and cell.is_integer()
            else cell
            for cell in column
        ]
    if str in kinds and "" in column:
        column[:] = [None if cell == "" else cell for cell in column]
    if kinds == {str} and len(set(column[:_SAMPLE])) * 2 < len(column[:_SAMPLE]):
        known: dict[str | None, str | None] = {}
        column[:] = map(known.setdefault, column, column)
    return kinds


def _is_whole(column: list[float]) -> bool:
    """Whether each number is whole, and exact."""
    exact = min(column) > -LAST_EXACT and max(column) < LAST_EXACT
    return exact and all(map(_WHOLE, column))


def _taken(column: list[Any], kind: type) -> tuple[list[int], list[Any]]:
    """Where the column has dates, and what they are; None is left in their place."""
    places = [i for i, cell in enumerate(column) if cell.__class__ is kind]
    cells = [column[i] for i in places]
    for i in places:
        column[i] = None
    match kind.__name__:
        case "date":
            return places, list(map(date.toordinal, cells))
        case "timedelta":
            return places, [cell / timedelta(microseconds=1) for cell in cells]
        case _:
            return places, list(map(methodcaller("isoformat"), cells))


def _padded(cell: Cell, digits: int) -> Cell:
    """6083 shown as 06083: the zeros are part of what the vendor sees and means."""
    if isinstance(cell, int) and not isinstance(cell, bool) and 0 <= cell < LAST_EXACT:
        return str(cell).zfill(digits)
    return cell

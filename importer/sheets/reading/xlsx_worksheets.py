"""The worksheets of an xlsx: cells from calamine or openpyxl, whichever agrees with the XML."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from io import BytesIO
from typing import Any

from importer.model.cells import Cell
from importer.model.errors import SheetError
from importer.sheets.reading.calamine_book import Book, CalamineTable, Listed, chosen, columns_of
from importer.sheets.reading.other_core import begin
from importer.sheets.reading.quick_scan import quick_scan
from importer.sheets.reading.scanning import Scan
from importer.sheets.reading.workbook_parts import Parts
from importer.sheets.xlsx.cell_styles import Styles
from importer.sheets.xlsx.expat import AGAIN
from importer.sheets.xlsx.relations import SheetLink

_NO_WORKSHEETS = {"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}


@dataclass(frozen=True, slots=True)
class WorksheetCells:
    """A worksheet as read."""

    name: str
    notes: list[str]
    columns: list[list[Any]]  # from A; "" where a cell is empty
    scan: Scan


def read_xlsx(
    content: bytes, parts: Parts, wanted: str | None, *, careful: bool = False
) -> Iterator[WorksheetCells]:
    """The visible worksheets, or the one wanted; raises SheetError.

    Where it is careful, nothing reads cells before the XML has been scanned: a worksheet made to
    break calamine gets its sentence then.
    """
    workbook = _Workbook(content, parts, careful=careful)
    sheets, notes = chosen(workbook.sheets(), wanted)
    for sheet in sheets:
        columns, scan = workbook.read(sheet.name)
        yield WorksheetCells(sheet.name, notes, columns, scan)


class _Workbook:
    def __init__(self, content: bytes, parts: Parts, *, careful: bool) -> None:
        self._content = content
        self._careful = careful
        self._parts = parts
        self._listed: dict[str, SheetLink] = {}
        for part in parts.worksheets():
            if self._listed.setdefault(part.name, part) is not part:
                raise SheetError(f'has two worksheets "{part.name}"; {AGAIN}')

    def sheets(self) -> list[Listed]:
        """As calamine lists them, or as the workbook does where calamine cannot open it."""
        with suppress(SheetError):
            return self._book.sheets()
        return [
            Listed(part.name, part.state == "visible", number)
            for number, part in enumerate(self._listed.values())
            if part.kind not in _NO_WORKSHEETS
        ]

    def read(self, name: str) -> tuple[list[list[Any]], Scan]:
        """By calamine where the XML agrees with it, or by openpyxl where it agrees with that."""
        table, scan = self._by_calamine(name)
        if table is not None and table.filled == scan.rows:
            return table.columns, scan
        columns, filled = columns_of(self._by_openpyxl(name))
        if table is not None and table.filled == filled:
            return table.columns, scan  # texts of no length are values to the scan alone
        if filled != scan.rows:
            raise SheetError(
                f'is read in two ways: worksheet "{name}" has {filled:,} rows with values for one '
                f"reader and {scan.rows:,} for another; {AGAIN}"
            )
        return columns, scan

    def _by_calamine(self, name: str) -> tuple[CalamineTable | None, Scan]:
        """Its cells, if it can read them; a worksheet that the scan refuses never waits for it."""
        book, styles = self._book, self._styles
        blocks = partial(self._parts.blocks, self._parts.place_of(name))
        scanning = begin(lambda: quick_scan(blocks, styles).as_values())
        pool = ThreadPoolExecutor(1)
        try:
            reading = None if self._careful else pool.submit(book.table, name)
            scan = Scan(**scanning())
            with suppress(SheetError, MemoryError):
                return (reading or pool.submit(book.table, name)).result(), scan
            return None, scan
        finally:
            pool.shutdown(wait=False)

    def _by_openpyxl(self, name: str) -> list[list[Any]]:
        """The rows, "" where a cell is empty; raises SheetError."""
        from importer.sheets.xlsx.slow_rows import read_rows  # noqa: PLC0415  (slow, rarely needed)

        rows = [list(map(_cell, row)) for row in read_rows(BytesIO(self._content), name)]
        width = max(map(len, rows), default=0)
        return [row + [""] * (width - len(row)) for row in rows]

    @cached_property
    def _styles(self) -> Styles:
        return self._parts.styles()

    @cached_property
    def _book(self) -> Book:
        self._parts.check_texts()
        return Book(self._content)


def _cell(cell: Any) -> Cell:
    from openpyxl.utils.escape import unescape  # noqa: PLC0415  (slow, rarely needed)

    value: Cell = getattr(cell, "value", None)
    if value is None or getattr(cell, "data_type", "") == "e":
        return ""  # an error is found in the XML, with its place
    return unescape(value) if isinstance(value, str) else value

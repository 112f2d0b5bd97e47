"""The worksheets of an xlsx, each by a reader that is sure of it: the quickest one first."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from importer.model.errors import SheetError
from importer.sheets.reading.calamine_book import AGAIN, Book, Listed, chosen, columns_of
from importer.sheets.reading.cell_values import Unusual, shared_texts
from importer.sheets.reading.scanning import Scan, look_at_worksheet
from importer.sheets.reading.shaped_rows import read_by_shapes
from importer.sheets.reading.workbook_parts import Part, Parts
from importer.sheets.xlsx.cell_styles import Styles

LARGE = 2**22  # bytes of XML
_NO_WORKSHEETS = {"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}


@dataclass(frozen=True, slots=True)
class Found:
    """A worksheet as read."""

    name: str
    notes: list[str]
    columns: list[list[Any]]  # from A; "" where a cell is empty
    scan: Scan


def read_xlsx(content: bytes, parts: Parts, wanted: str | None) -> Iterator[Found]:
    """The visible worksheets, or the one wanted; raises SheetError."""
    workbook = _Workbook(content, parts)
    sheets, notes = chosen(workbook.sheets(), wanted)
    for sheet in sheets:
        columns, scan = workbook.read(sheet.name)
        yield Found(sheet.name, notes, columns, scan)


class _Workbook:
    def __init__(self, content: bytes, parts: Parts) -> None:
        self._content = content
        self._parts = parts
        self._listed: dict[str, Part] = {}
        for part in parts.worksheets():
            if self._listed.setdefault(part.name, part) is not part:
                raise SheetError(f'has two worksheets "{part.name}"; {AGAIN}')
        places = [part.part for part in self._listed.values()]
        sizes = [parts.size(place) for place in places if place is not None and place in parts]
        self._by_shapes = len(sizes) == len(places) and max(sizes, default=0) > LARGE

    def sheets(self) -> list[Listed]:
        """As calamine lists them where it is asked anyway, and knows."""
        if not self._by_shapes:
            with suppress(SheetError):
                return self._book.sheets()
        return [
            Listed(part.name, part.state == "visible", number)
            for number, part in enumerate(self._listed.values())
            if part.kind not in _NO_WORKSHEETS
        ]

    def read(self, name: str) -> tuple[list[list[Any]], Scan]:
        if self._by_shapes and self._texts is not None:
            with suppress(Unusual):
                blocks = self._parts.blocks(self._parts.place_of(name))
                return read_by_shapes(blocks, self._texts, self._styles)
        return self._by_parsers(name)

    def _by_parsers(self, name: str) -> tuple[list[list[Any]], Scan]:
        """By calamine where the XML agrees with it, else by openpyxl where that does.

        The XML is looked at first, so that one made to break calamine gets its sentence.
        """
        book = self._book
        scan = look_at_worksheet(self._parts.blocks(self._parts.place_of(name)), self._styles)
        try:
            table = book.table(name)
        except (SheetError, MemoryError):
            table = None
        if table is not None and table.filled == scan.rows:
            return table.columns, scan
        from importer.sheets.reading.second_reader import read_rows  # noqa: PLC0415  (slow, and seldom)

        columns, filled = columns_of(read_rows(self._content, name))
        if table is not None and table.filled == filled:
            return table.columns, scan  # texts of no length are values to the scan alone
        if filled != scan.rows:
            raise SheetError(
                f'is read in two ways: worksheet "{name}" has {filled:,} rows with values for one '
                f"reader and {scan.rows:,} for another; {AGAIN}"
            )
        return columns, scan

    @cached_property
    def _styles(self) -> Styles:
        return self._parts.styles()

    @cached_property
    def _book(self) -> Book:
        self._parts.check_texts()
        return Book(self._content)

    @cached_property
    def _texts(self) -> list[str] | None:
        """The texts that cells share; None where only a parser is sure of them."""
        with suppress(Unusual):
            return shared_texts(self._parts.shared_texts())
        return None

"""What the XML of a worksheet says and calamine does not: errors, formulas, hidden rows, merges."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any
from xml.parsers import expat

from importer.model.errors import SheetError
from importer.sheets.sheet import LAST_COLUMN, LAST_ROW, column_letters, column_number
from importer.sheets.xlsx.cell_styles import Styles
from importer.sheets.xlsx.expat import AGAIN, feed, no_entities

MOST_CELLS = 2**25  # of the area from A1 to the last value: the full height, 32 columns wide

_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_PLACE = re.compile(r"([A-Za-z]{1,9})(\d{1,10})")


@dataclass(slots=True)
class Scan:
    """What a worksheet's XML says of it; rows and columns count from 1."""

    rows: int = 0  # that hold a value other than an error
    last_row: int = 0
    last_column: int = 0
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    padded: dict[tuple[int, int], int] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    struck: list[int] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    filtered: bool = False

    @property
    def special(self) -> int:
        """How many rows and cells mean more than their values."""
        return len(self.faults) + len(self.padded) + len(self.hidden) + len(self.struck)

    def as_values(self) -> dict[str, Any]:
        """Its fields, which `marshal` can carry to another process."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def reach(self, row: int, column: int) -> None:
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)
        if self.last_row * self.last_column > MOST_CELLS:
            raise SheetError(
                f"has values from A1 to {column_letters(self.last_column)}{self.last_row}, more "
                f"than {MOST_CELLS:,} cells; clear the cells far from the table"
            )


def scan_worksheet(blocks: Iterable[bytes], styles: Styles) -> Scan:
    """Raises SheetError for a row or cell that appears twice, is outside the grid, or is no XML."""
    scanner = WorksheetScanner(styles)
    for block in blocks:
        scanner.feed(block)
    scanner.feed(b"", last=True)
    return scanner.scan


class WorksheetScanner:
    """One pass with expat, over the whole part or over some of its rows."""

    def __init__(self, styles: Styles) -> None:
        self.scan = Scan()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._root
        self.parser.StartDoctypeDeclHandler = no_entities
        self._styles = styles
        self.row = self._column = 0
        self._values = self._struck = 0  # cells of the row that hold a value; of these struck
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._value = ""
        self._formula: str | None = None
        self._shared: dict[str, str] = {}  # formulas written once for many cells
        self._share: str | None = None

    def feed(self, xml: bytes, *, last: bool = False) -> None:
        feed(self.parser, xml, last=last)

    def _root(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  (expat's)
        prefix = name.removesuffix("worksheet")
        starts = {
            "row": self._start_row,
            "c": self._start_cell,
            "f": self._start_formula,
            "v": self._start_text,
            "t": self._start_text,
            "mergeCell": self._merge,
            "sheetPr": self._sheet,
        }
        ends = {
            "row": self._end_row,
            "c": self._end_cell,
            "f": self._end_formula,
            "v": self._end_value,
            "t": self._end_value,
        }
        begin = {prefix + short: handler for short, handler in starts.items()}
        finish = {prefix + short: handler for short, handler in ends.items()}

        def start(name: str, attributes: dict[str, str]) -> None:
            if handler := begin.get(name):
                handler(attributes)

        def end(name: str) -> None:
            if handler := finish.get(name):
                handler()

        self.parser.StartElementHandler, self.parser.EndElementHandler = start, end

    def _sheet(self, attributes: dict[str, str]) -> None:
        self.scan.filtered = attributes.get("filterMode") in {"1", "true"}

    def _merge(self, attributes: dict[str, str]) -> None:
        if found := _AREA.fullmatch(attributes.get("ref", "")):
            first, top, last, bottom = found.groups()
            area = (int(top), column_number(first), int(bottom), column_number(last))
            self.scan.merges.append(area)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number, above = attributes.get("r", ""), self.row
        self.row = int(number) if number.isdecimal() else above + 1
        if self.row <= above:
            raise SheetError(f"has row {self.row} twice, or out of its order; {AGAIN}")
        if not 1 <= self.row <= LAST_ROW:
            raise SheetError(f"has a row {self.row}, outside what a worksheet can hold")
        self._column = self._values = self._struck = 0
        if attributes.get("hidden") in {"1", "true"}:
            self.scan.hidden.append(self.row)

    def _end_row(self) -> None:
        if self._struck * 2 > self._values:
            self.scan.struck.append(self.row)
        self.scan.rows += self._values > 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        before = self._column
        self._column = column_number(place[1]) if place else before + 1
        if self._column <= before:
            raise SheetError(f"has cell {place and place[0]} twice, or out of its order; {AGAIN}")
        if self._column > LAST_COLUMN or (place and int(place[2]) != self.row):
            raise SheetError(
                f"has a cell {attributes.get('r', '')[:20]}, outside its row or the worksheet"
            )
        self._cell, self._value, self._formula, self._share = attributes, "", None, None

    def _start_text(self, attributes: dict[str, str]) -> None:  # noqa: ARG002  (one signature)
        self._text = []
        self.parser.CharacterDataHandler = self._text.append

    def _start_formula(self, attributes: dict[str, str]) -> None:
        self._start_text(attributes)
        self._share = attributes.get("si") if attributes.get("t") == "shared" else None

    def _end_value(self) -> None:
        self.parser.CharacterDataHandler = None
        self._value += "".join(self._text)

    def _end_formula(self) -> None:
        self.parser.CharacterDataHandler = None
        self._formula = "".join(self._text)
        if self._share is not None:
            self._formula = self._shared.setdefault(self._share, self._formula)

    def _end_cell(self) -> None:
        here, kind = (self.row, self._column), self._cell.get("t", "n")
        style = int(text) if (text := self._cell.get("s", "")).isdecimal() else 0
        if kind == "e" and self._value:
            self.scan.faults[here] = self._value
        elif self._value:
            self._values += 1
            self._struck += style in self._styles.struck
            if kind == "n" and style in self._styles.padded:
                self.scan.padded[here] = self._styles.padded[style]
        elif self._formula is not None and kind != "str":
            self.scan.faults[here] = f"={self._formula}"
        else:
            return
        self.scan.reach(*here)

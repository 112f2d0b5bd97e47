"""The first pass over a worksheet: how far its values reach, its headings and its styles."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from importer.sheets.sheet import ERROR_HEADING, STATUS_HEADING, column_letters
from importer.sheets.xlsx.edits import text_of
from importer.sheets.xlsx.package import WHOLE, SpliceError
from importer.sheets.xlsx.rows import (
    SHEET_DATA,
    Marks,
    Piece,
    SheetCell,
    cell_beyond,
    cells_in,
    check_rows,
    last_cell,
    rows_in,
    style_of,
    value_beyond,
)


@dataclass(slots=True)
class Extent:
    """What the first pass measures."""

    head: bytes = b""  # up to and with <sheetData>
    tail: bytes = b""  # all after </sheetData>
    prefix: bytes = b""
    headings: list[SheetCell] = field(default_factory=list)  # the heading row's cells with a value
    named: dict[str, int] = field(default_factory=dict)  # heading, casefolded -> its last column
    neighbors: set[int] = field(default_factory=set)  # styles of cells next to a result
    last_column: int = 0  # the last one with a value in any row
    last_row: int = 0
    tidy: bool = True  # below the headings no cell, even an empty one, is beyond that column

    @property
    def old_results(self) -> set[int]:
        """The columns that an earlier result left."""
        ours = (STATUS_HEADING.casefold(), ERROR_HEADING.casefold())
        return {self.named[heading] for heading in ours if heading in self.named}


NameColumns = Callable[[list[SheetCell]], dict[str, int]]  # headings -> casefolded -> column


def measure_extent(pieces: Iterable[Piece], header_row: int, name_columns: NameColumns) -> Extent:
    """How far a worksheet's values reach, its headings and its styles. Raises SpliceError."""
    extent, seen_header = Extent(), False
    marks = Marks(b"")
    for piece in pieces:
        if piece.kind == "head":
            extent.head = piece.text
            opening = SHEET_DATA.search(piece.text)
            extent.prefix = opening[1] if opening else b""
            marks = Marks(extent.prefix)
        elif piece.kind == "tail":
            extent.tail = piece.text
        else:
            check_rows(piece.text)
            seen_header |= _measure_rows(piece, marks, header_row, extent, name_columns)
    if not seen_header:
        raise SpliceError(f"its worksheet has no row {header_row}")
    return extent


def _measure_rows(
    piece: Piece, marks: Marks, header_row: int, extent: Extent, name_columns: NameColumns
) -> bool:
    """True where the heading row is among them."""
    if extent.last_row >= header_row and _measured_together(piece, marks, extent):
        return False
    seen_header = False
    for row, match in rows_in(piece.text, marks, extent.last_row):
        all_cells = list(cells_in(match[2] or b"", marks))
        cells = [cell for cell in all_cells if cell.body]
        extent.last_row = row
        extent.last_column = max([extent.last_column, *(cell.column for cell in cells)])
        if row == header_row:
            extent.headings, seen_header = cells, True
            extent.named = name_columns(cells)
        elif row > header_row:
            extent.neighbors |= _ending_styles(all_cells, extent.old_results)
    return seen_header


def _measured_together(piece: Piece, marks: Marks, extent: Extent) -> bool:
    """Rows below the headings, measured without their cells; False where that is not safe."""
    plain, reach = piece.plain(marks), (extent.last_column, marks.prefix)
    loose = plain is None or cell_beyond(*reach).search(piece.text) is not None
    extent.tidy &= not loose
    far = loose and (extent.old_results or value_beyond(*reach).search(piece.text))
    if plain is None or far:
        return False
    extent.last_row = plain.last(extent.last_row)
    extent.neighbors |= _neighbors(plain.texts, marks.placed_cell, extent.old_results)
    return True


def _neighbors(rows: list[bytes], mark: bytes, old: set[int]) -> set[int]:
    """The same as `_ending_styles` of each row, for plain rows."""
    for column in old:
        result = mark + column_letters(column).encode()  # and whatever stands right of it
        rows = [row.partition(result)[0] for row in rows]
    endings = {last_cell(row, mark) for row in rows if mark in row}
    if any(ending.endswith(b"/") for ending in endings):
        endings = {ending for row in rows for ending in _endings(row, mark)}
    return {*map(style_of, endings)}


def _endings(row: bytes, mark: bytes) -> Iterator[bytes]:
    """What its last cells say of themselves, back to one with a value."""
    end = len(row)
    while (start := row.rfind(mark, 0, end)) >= 0:
        yield (ending := last_cell(row[start:end], mark))
        if not ending.endswith(b"/"):
            break
        end = start


def _ending_styles(cells: Iterable[SheetCell], old: set[int]) -> set[int]:
    """Of the cells next to a result: a row's last one with a value, and those after it."""
    styles: set[int] = set()
    for cell in cells:
        if not old or cell.column < min(old):
            styles = {style_of(cell.tag)} | (set() if cell.body else styles)
    return styles


def shared_texts(blocks: Iterable[bytes], wanted: set[int]) -> dict[int, str]:
    """Some shared strings by their index; no further read than needed."""
    item = re.compile(rb"<((?:[\w.-]+:)?)si(?:\s[^>]*)?(?:/>|>(.*?)</\1si>)", re.DOTALL)
    texts: dict[int, str] = {}
    text, index = b"", 0
    for block in blocks if wanted else ():
        text += block
        position = 0
        for string in item.finditer(text):
            position = string.end()
            if index in wanted:
                texts[index] = text_of(string[2] or b"")
            index += 1
        text = text[position:]
        if index > max(wanted) or len(text) > WHOLE:
            break
    return texts

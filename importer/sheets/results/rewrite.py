"""The second pass over a worksheet: adds two cells to each row."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import repeat

from importer.sheets.results.extent import Extent
from importer.sheets.sheet import Results, column_letters
from importer.sheets.xlsx.package import SpliceError
from importer.sheets.xlsx.rows import (
    Marks,
    Piece,
    PlainRows,
    SheetCell,
    cell_beyond,
    cells_in,
    check_rows,
    last_cell,
    rows_in,
    style_of,
)

EXCEL_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as "A"


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """Where the two columns are, and which of them are new to the worksheet."""

    status: int
    error: int
    new: dict[int, str]  # column -> its heading; empty where an earlier run left both
    heading_style: str | None = None  # the style index of the heading next to them

    @property
    def last(self) -> int:
        return max(self.status, self.error)


Wanted = tuple[int, str, str | int | None]  # a result cell's column, text and style


class RowWriter:
    """Puts the two result cells into rows."""

    def __init__(
        self,
        columns: ResultColumns,
        results: Results,
        extent: Extent,
        styles: Mapping[int, tuple[int, int]],
    ) -> None:
        self.columns, self.cells, self.header_row = columns, results.cells, results.header_row
        self.styles = styles  # style of a neighbor -> those of the status and the sentence
        self.marks = Marks(extent.prefix)
        self.row = 0  # the last one written
        self._old = {columns.status, columns.error} - set(columns.new)
        self._first = min(columns.status, columns.error)
        self._beyond_all = extent.tidy and extent.last_column < self._first
        self._added = lru_cache(maxsize=1024)(self._template)
        self._only = b' s="%d"' % next(iter(styles)) if len(styles) == 1 else None
        self._old_cells = self._removal()

    def rewrite(self, piece: Piece) -> bytes:
        """Rows with their result cells. Raises SpliceError."""
        check_rows(piece.text)
        if self._old_cells and self.row >= self.header_row:
            piece = Piece("rows", self._old_cells.sub(b"", piece.text))
        rows = piece.plain(self.marks) if self.row >= self.header_row else None
        if rows is None or not (self._beyond_all or self._all_left(piece.text)):
            return self._cell_by_cell(piece.text)
        return self._appended(rows)

    def _all_left(self, block: bytes) -> bool:
        return not cell_beyond(self._first - 1, self.marks.prefix).search(block)

    def _removal(self) -> re.Pattern[bytes] | None:
        """Finds the cells of an earlier result."""
        if not self._old:
            return None
        letters = "|".join(map(column_letters, self._old)).encode()
        tag = self.marks.prefix + b"c"
        return re.compile(
            rb'<%b r="(?:%b)\d+"(?:[^>]*/>|[^>]*>.*?</%b>)' % (tag, letters, tag), re.DOTALL
        )

    def _appended(self, rows: PlainRows) -> bytes:
        self.row = rows.last(self.row)
        results = map(self.cells.get, rows.numbers)
        numbers = map(b"%d".__mod__, rows.numbers)
        pieces = [b""] * (2 * len(rows.texts))
        pieces[::2] = rows.texts
        pieces[1::2] = map(bytes.join, numbers, map(self._added, results, self._beside(rows)))
        return b"".join(pieces)

    def _beside(self, rows: PlainRows) -> Iterable[bytes]:
        """What each row's last cell says of its style, where that makes a difference."""
        if self._only is not None:
            return repeat(self._only)
        return (last_cell(text, self.marks.placed_cell) for text in rows.texts)

    def _template(self, result: tuple[str, str] | None, neighbor: bytes) -> tuple[bytes, ...]:
        """Pieces that a row's number joins to its result cells and its end tag."""
        if result is None:
            return (self.marks.row_end,)
        pieces = [b""]
        for column, text, style in self._wanted(result, style_of(neighbor)):
            before, after = self._cell(column, text, style)
            pieces[-1] += before
            pieces.append(after)
        return (*pieces[:-1], pieces[-1] + self.marks.row_end)

    def _wanted(self, result: tuple[str, str], neighbor: int) -> list[Wanted]:
        """The two cells; an empty one only where its border goes on with the vendor's."""
        columns = (self.columns.status, self.columns.error)
        wanted = zip(columns, result, self.styles.get(neighbor, (None, None)), strict=True)
        kept = (cell for cell in wanted if cell[1] or cell[2] is not None)
        return sorted(kept, key=lambda cell: cell[0])

    def _cell(self, column: int, text: str, style: str | int | None) -> tuple[bytes, bytes]:
        """A cell's XML before and after its row number."""
        p = self.marks.prefix.decode()
        if not text:
            return f'<{p}c r="{column_letters(column)}'.encode(), f'" s="{style}"/>'.encode()
        space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
        styled = "" if style is None else f' s="{style}"'
        shown = escape(EXCEL_ESCAPE.sub("_x005F_", text), quote=False)
        before = f'<{p}c r="{column_letters(column)}'
        after = f'"{styled} t="inlineStr"><{p}is><{p}t{space}>{shown}</{p}t></{p}is></{p}c>'
        return before.encode(), after.encode()

    def _cell_by_cell(self, block: bytes) -> bytes:
        pieces = []
        for row, match in rows_in(block, self.marks, self.row):
            self.row = row
            pieces.append(self._rewritten(row, match))
        return b"".join(pieces)

    def _rewritten(self, row: int, match: re.Match[bytes]) -> bytes:
        cells = list(cells_in(match[2] or b"", self.marks))
        ours, dropped = self._ours(row, self._neighbor(cells))
        kept = [cell for cell in cells if cell.column not in dropped]
        if not ours and len(kept) == len(cells):
            return match[0]
        if any(not cell.placed and cell.column > min(dropped) for cell in kept):
            raise SpliceError(f"its row {row} has cells that do not say their place")
        all_cells = [(cell.column, cell.whole) for cell in kept] + ours
        inside = b"".join(whole for _, whole in sorted(all_cells, key=lambda cell: cell[0]))
        return self.marks.row_start + match[1] + b">" + inside + self.marks.row_end

    def _neighbor(self, cells: Iterable[SheetCell]) -> int:
        """The style of the last cell left of the results."""
        left = [style_of(cell.tag) for cell in cells if cell.column < self._first]
        return left[-1] if left else 0

    def _ours(self, row: int, neighbor: int) -> tuple[list[tuple[int, bytes]], set[int]]:
        """The cells a row gets, and the columns they and older results may take."""
        wanted: list[Wanted] = []
        dropped: set[int] = set()
        if row == self.header_row:
            new, style = self.columns.new, self.columns.heading_style
            wanted, dropped = [(column, new[column], style) for column in new], set(new)
        elif row > self.header_row and (result := self.cells.get(row)):
            wanted = self._wanted(result, neighbor)
            dropped = {self.columns.status, self.columns.error}
        elif row > self.header_row:
            dropped = self._old
        made = [(column, self._cell(column, text, style)) for column, text, style in wanted]
        return [(column, b"%b%d%b" % (pair[0], row, pair[1])) for column, pair in made], dropped


def rewritten_sheet(
    pieces: Iterable[Piece], head: bytes, tail: bytes, rewrite: Callable[[Piece], bytes]
) -> Iterator[bytes]:
    """A worksheet's XML with its rows rewritten between a new head and tail."""
    for piece in pieces:
        yield rewrite(piece) if piece.kind == "rows" else head if piece.kind == "head" else tail

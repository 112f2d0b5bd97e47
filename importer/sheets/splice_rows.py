"""The rows of a worksheet's XML, streamed: looked over once, then given two more cells each.

A block of rows is taken the short way only where that is proved safe: each row starts
`<row r="5"`, none is self-closing, and all cells lie left of the new ones. Any other block is
taken cell by cell. What neither way understands raises SpliceError; nothing is guessed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from operator import methodcaller

from importer.sheets.package import WHOLE, SpliceError, check_plain
from importer.sheets.sheet import ERROR_HEADING, STATUS_HEADING, column_letters
from importer.sheets.splice_xml import column_number, number, text_of

SHEET_DATA = re.compile(rb"<((?:[^\s/>:!?<]+:)?)sheetData\s*(/?)>")
REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+)\d+[\"']")
EXCEL_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as "A"


class Marks:
    """How rows and cells are spelled under a namespace prefix such as b"x:"."""

    def __init__(self, prefix: bytes) -> None:
        self.prefix = prefix
        self.sheet_end = b"</%bsheetData>" % prefix
        self.row_end = b"</%brow>" % prefix
        self.row_start = b"<%brow" % prefix
        self.plain_row = b'<%brow r="' % prefix
        self.is_plain = methodcaller("startswith", self.plain_row)
        self.placed_cell = b'<%bc r="' % prefix
        self.row = _element(b"row", prefix)
        self.cell = _element(b"c", prefix)
        self.value = re.compile(rb"<%b(?:v|f|is)\b" % prefix)


def _element(name: bytes, prefix: bytes) -> re.Pattern[bytes]:
    tag = prefix + name
    return re.compile(rb"<%b((?:\s[^>]*?)?)(?:/>|>(.*?)</%b>)" % (tag, tag), re.DOTALL)


@dataclass(frozen=True, slots=True)
class SheetCell:
    column: int
    tag: bytes  # its attributes
    body: bytes  # its XML inside; empty for a cell without a value
    whole: bytes
    placed: bool  # it says itself where it stands


@dataclass(slots=True)
class Extent:
    """What the first look found."""

    head: bytes = b""  # up to and with <sheetData>
    tail: bytes = b""  # all after </sheetData>
    prefix: bytes = b""
    headings: list[SheetCell] = field(default_factory=list)  # the heading row's cells with a value
    named: dict[str, int] = field(default_factory=dict)  # heading, casefolded -> its last column
    neighbours: set[int] = field(default_factory=set)  # styles of cells a result may stand beside
    last_column: int = 0  # the last one with a value in any row
    last_row: int = 0

    @property
    def old_results(self) -> set[int]:
        """The columns that an earlier result left."""
        ours = (STATUS_HEADING.casefold(), ERROR_HEADING.casefold())
        return {self.named[heading] for heading in ours if heading in self.named}


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """Where the two columns stand, and which of them are new to the worksheet."""

    status: int
    error: int
    new: dict[int, str]  # column -> its heading; empty where an earlier run left both
    heading_style: str | None = None  # the style index of the heading beside them

    @property
    def last(self) -> int:
        return max(self.status, self.error)


@dataclass(slots=True)
class Piece:
    """A worksheet's "head", some whole "rows" of it, or its "tail"."""

    kind: str
    text: bytes
    _plain: list[tuple[int, bytes]] | None = None
    _looked: bool = False

    def plain(self, marks: Marks) -> list[tuple[int, bytes]] | None:
        """The rows where a look proves them plain; it is taken once."""
        if not self._looked:
            self._plain, self._looked = plain_rows(self.text, marks), True
        return self._plain


NameColumns = Callable[[list[SheetCell]], dict[str, int]]  # headings -> casefolded -> column


def cut_sheet(blocks: Iterable[bytes]) -> Iterator[Piece]:
    """A worksheet's XML as one "head", pieces of whole "rows", and one "tail"."""
    source = iter(blocks)
    text = b""
    while not (opening := SHEET_DATA.search(text)):
        text = _longer(text, source)
    head = text[: opening.end()]
    check_plain(head, "the worksheet")
    if opening[2] or b"<!" in head:
        raise SpliceError("its worksheet is empty or written in an unusual way")
    yield Piece("head", head)
    marks = Marks(opening[1])
    text = text[opening.end() :]
    while (end := text.find(marks.sheet_end)) < 0:
        cut = text.rfind(marks.row_end) + len(marks.row_end)
        if cut >= len(marks.row_end):
            yield Piece("rows", text[:cut])
            text = text[cut:]
        text = _longer(text, source)
    yield Piece("rows", text[:end])
    tail = text[end + len(marks.sheet_end) :] + b"".join(source)
    yield Piece("tail", tail)


def _longer(text: bytes, source: Iterator[bytes]) -> bytes:
    block = next(source, None)
    if block is None or len(text) > WHOLE:
        raise SpliceError("its worksheet has no rows that can be told apart")
    return text + block


def plain_rows(block: bytes, marks: Marks) -> list[tuple[int, bytes]] | None:
    """(row number, row without its end tag) where that can be proved by a look; else None."""
    parts = block.split(marks.row_end)
    if parts.pop().strip() or block.count(marks.row_start) != len(parts):
        return None
    if b"extLst" in block:
        return None
    if not all(map(marks.is_plain, parts)):
        return None
    start = len(marks.plain_row)
    numbers = [part[start : part.find(b'"', start)] for part in parts]
    if not all(map(bytes.isdigit, numbers)):
        return None
    return list(zip(map(int, numbers), parts, strict=True))


def check_rows(block: bytes) -> None:
    odd = (sign for sign in (b"!", b"?") if sign in block)  # one byte is found far faster than two
    if any(b"<" + sign in block for sign in odd):
        raise SpliceError("its worksheet has comments or CDATA between its cells")


def rows_in(block: bytes, marks: Marks, previous: int) -> Iterator[tuple[int, re.Match[bytes]]]:
    """(row number, its attributes and inside as a match); a row without r follows the last."""
    position = 0
    for found in marks.row.finditer(block):
        if block[position : found.start()].strip():
            break
        position = found.end()
        here = number(found[1], "r") or previous + 1
        if here <= previous:
            raise SpliceError(f"its row {here} comes after row {previous}")
        previous = here
        yield here, found
    if block[position:].strip():
        raise SpliceError("its worksheet has something between its rows")


def cells_in(body: bytes, marks: Marks) -> Iterator[SheetCell]:
    """The cells of a row; one without r follows its neighbour."""
    position = column = 0
    for found in marks.cell.finditer(body):
        if body[position : found.start()].strip():
            break
        position = found.end()
        reference = REFERENCE.search(found[1])
        column = column_number(reference[1].decode()) if reference else column + 1
        inside = found[2] or b""
        value = inside if marks.value.search(inside) else b""
        yield SheetCell(column, found[1], value, found[0], reference is not None)
    if body[position:].strip():
        raise SpliceError("its worksheet has something between its cells")


@lru_cache(maxsize=64)
def cell_beyond(last_column: int, prefix: bytes) -> re.Pattern[bytes]:
    """Finds the start of any cell not proved to lie in the first columns."""
    return re.compile(rb'<%bc(?! r="%b\d)' % (prefix, columns_up_to(last_column)))


@lru_cache(maxsize=64)
def value_beyond(last_column: int, prefix: bytes) -> re.Pattern[bytes]:
    """The same, for cells that have something inside."""
    up_to = columns_up_to(last_column)
    return re.compile(rb'<%bc(?! r="%b\d)[^>]*(?<!/)>(?!</)' % (prefix, up_to))


def columns_up_to(last: int) -> bytes:
    """
    >>> columns_up_to(8), columns_up_to(28)
    (b'(?:[A-G]|H)', b'(?:[A-Z]{1,1}|A[A-A]|AB)')
    """
    if last < 1:
        return b"(?!)"
    letters = column_letters(last)
    ways = [f"[A-Z]{{1,{len(letters) - 1}}}"] if len(letters) > 1 else []
    for place, letter in enumerate(letters):
        if letter > "A":
            rest = len(letters) - place - 1
            free = f"[A-Z]{{{rest}}}" if rest else ""
            ways.append(f"{letters[:place]}[A-{chr(ord(letter) - 1)}]{free}")
    return "(?:{})".format("|".join([*ways, letters])).encode()


def look_over(pieces: Iterable[Piece], header_row: int, name_columns: NameColumns) -> Extent:
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
            seen_header = (
                _look_at_rows(piece, marks, header_row, extent, name_columns)
                or seen_header
                or seen_header
            )
    if not seen_header:
        raise SpliceError(f"its worksheet has no row {header_row}")
    return extent


def _look_at_rows(
    piece: Piece, marks: Marks, header_row: int, extent: Extent, name_columns: NameColumns
) -> bool:
    """True where the heading row is among them."""
    plain, block = piece.plain(marks) if extent.last_row >= header_row else None, piece.text
    if plain is not None and not value_beyond(extent.last_column, marks.prefix).search(block):
        extent.last_row = _last_of(plain, extent.last_row)
        rows = [text for _, text in plain]
        extent.neighbours |= _neighbours(rows, marks.placed_cell, extent.old_results)
        return False
    seen_header = False
    for row, found in rows_in(block, marks, extent.last_row):
        all_cells = list(cells_in(found[2] or b"", marks))
        cells = [cell for cell in all_cells if cell.body]
        extent.last_row = row
        extent.last_column = max([extent.last_column, *(cell.column for cell in cells)])
        if row == header_row:
            extent.headings, seen_header = cells, True
            extent.named = name_columns(cells)
        elif row > header_row:
            extent.neighbours |= _ending_styles(all_cells, extent.old_results)
    return seen_header


def _neighbours(rows: list[bytes], mark: bytes, old: set[int]) -> set[int]:
    """The same as `_ending_styles` of each row, for plain rows."""
    for column in old:
        result = mark + column_letters(column).encode()  # and whatever stands right of it
        rows = [row.partition(result)[0] for row in rows]
    endings = {last_cell(row, mark) for row in rows}
    if any(ending.endswith(b"/") for ending in endings):
        endings = {ending for row in rows for ending in _endings(row, mark)}
    return {style_of(ending) for ending in endings}


def _endings(row: bytes, mark: bytes) -> Iterator[bytes]:
    """What its last cells say of themselves, back to one with a value."""
    end = len(row)
    while (start := row.rfind(mark, 0, end)) >= 0:
        yield (ending := last_cell(row[start:end], mark))
        if not ending.endswith(b"/"):
            break
        end = start


def last_cell(row: bytes, mark: bytes) -> bytes:
    """What a row's last cell says after its place: its style and type; b"" where there is none.

    >>> last_cell(b'<row r="1"><c r="A1"/><c r="B1" s="3" t="n"><v>1</v></c>', b'<c r="')
    b' s="3" t="n"'
    """
    cell = row[row.rfind(mark) :].partition(b">")[0]
    return cell[len(mark) :].partition(b'"')[2]


@lru_cache(maxsize=1024)  # most cells say the same
def style_of(attributes: bytes) -> int:
    return number(attributes, "s") or 0


def _ending_styles(cells: Iterable[SheetCell], old: set[int]) -> set[int]:
    """Of the cells a result may stand beside: a row's last one with a value, and those after it."""
    found: set[int] = set()
    for cell in cells:
        if not old or cell.column < min(old):
            found = {style_of(cell.tag)} | (set() if cell.body else found)
    return found


def _last_of(rows: list[tuple[int, bytes]], previous: int) -> int:
    for row, _ in rows:
        if row <= previous:
            raise SpliceError(f"its row {row} comes after row {previous}")
        previous = row
    return previous


Wanted = tuple[int, str, str | int | None]  # a result cell's column, text and style


class RowWriter:
    """Puts the two result cells into rows."""

    def __init__(
        self,
        columns: ResultColumns,
        cells: Mapping[int, tuple[str, str]],
        header_row: int,
        prefix: bytes,
        looks: Mapping[int, tuple[int, int]],
    ) -> None:
        self.columns, self.cells, self.header_row = columns, cells, header_row
        self.looks = looks  # style of a neighbour -> those of the status and the sentence
        self.marks = Marks(prefix)
        self.row = 0  # the last one written
        self._old = {columns.status, columns.error} - set(columns.new)
        self._first = min(columns.status, columns.error)
        self._added = lru_cache(maxsize=1024)(self._template)
        self._only = b' s="%d"' % next(iter(looks)) if len(looks) == 1 else None
        self._old_cells = self._removal()

    def rewrite(self, piece: Piece) -> bytes:
        """Rows with their result cells. Raises SpliceError."""
        check_rows(piece.text)
        if self._old_cells and self.row >= self.header_row:
            piece = Piece("rows", self._old_cells.sub(b"", piece.text))
        rows = piece.plain(self.marks) if self.row >= self.header_row else None
        if rows is None or cell_beyond(self._first - 1, self.marks.prefix).search(piece.text):
            return self._cell_by_cell(piece.text)
        return self._appended(rows)

    def _removal(self) -> re.Pattern[bytes] | None:
        """Finds the cells of an earlier result."""
        if not self._old:
            return None
        letters = "|".join(map(column_letters, self._old)).encode()
        tag = self.marks.prefix + b"c"
        return re.compile(
            rb'<%b r="(?:%b)\d+"(?:[^>]*/>|[^>]*>.*?</%b>)' % (tag, letters, tag), re.DOTALL
        )

    def _appended(self, rows: list[tuple[int, bytes]]) -> bytes:
        self.row = _last_of(rows, self.row)
        cells, added, only = self.cells, self._added, self._only
        end, mark = self.marks.row_end, self.marks.placed_cell
        pieces = []
        for row, text in rows:
            result = cells.get(row)
            ours = added(result, only or last_cell(text, mark)) if result else (end,)
            pieces += [text, (b"%d" % row).join(ours)]
        return b"".join(pieces)

    def _template(self, result: tuple[str, str], neighbour: bytes) -> tuple[bytes, ...]:
        """Pieces that a row's number joins to its result cells and its end tag."""
        pieces = [b""]
        for column, text, style in self._wanted(result, style_of(neighbour)):
            before, after = self._cell(column, text, style)
            pieces[-1] += before
            pieces.append(after)
        return (*pieces[:-1], pieces[-1] + self.marks.row_end)

    def _wanted(self, result: tuple[str, str], neighbour: int) -> list[Wanted]:
        """The two cells; an empty one only where its border goes on with the vendor's."""
        columns = (self.columns.status, self.columns.error)
        wanted = zip(columns, result, self.looks.get(neighbour, (None, None)), strict=True)
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
        for row, found in rows_in(block, self.marks, self.row):
            self.row = row
            pieces.append(self._rewritten(row, found))
        return b"".join(pieces)

    def _rewritten(self, row: int, found: re.Match[bytes]) -> bytes:
        cells = list(cells_in(found[2] or b"", self.marks))
        left = [style_of(cell.tag) for cell in cells if cell.column < self._first]
        ours, dropped = self._ours(row, left[-1] if left else 0)
        kept = [cell for cell in cells if cell.column not in dropped]
        if not ours and len(kept) == len(cells):
            return found[0]
        if any(not cell.placed and cell.column > min(dropped) for cell in kept):
            raise SpliceError(f"its row {row} has cells that do not say where they stand")
        all_cells = [(cell.column, cell.whole) for cell in kept] + ours
        inside = b"".join(whole for _, whole in sorted(all_cells, key=lambda cell: cell[0]))
        return self.marks.row_start + found[1] + b">" + inside + self.marks.row_end

    def _ours(self, row: int, neighbour: int) -> tuple[list[tuple[int, bytes]], set[int]]:
        """The cells a row shall get, and the columns they and older results may take."""
        wanted: list[Wanted] = []
        dropped: set[int] = set()
        if row == self.header_row:
            new, style = self.columns.new, self.columns.heading_style
            wanted, dropped = [(column, new[column], style) for column in new], set(new)
        elif row > self.header_row and (result := self.cells.get(row)):
            wanted = self._wanted(result, neighbour)
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


def shared_texts(blocks: Iterable[bytes], wanted: set[int]) -> dict[int, str]:
    """Some shared strings by their index; no further read than needed."""
    item = re.compile(rb"<((?:[\w.-]+:)?)si(?:\s[^>]*)?(?:/>|>(.*?)</\1si>)", re.DOTALL)
    found: dict[int, str] = {}
    text, index = b"", 0
    for block in blocks if wanted else ():
        text += block
        position = 0
        for string in item.finditer(text):
            position = string.end()
            if index in wanted:
                found[index] = text_of(string[2] or b"")
            index += 1
        text = text[position:]
        if index > max(wanted) or len(text) > WHOLE:
            break
    return found

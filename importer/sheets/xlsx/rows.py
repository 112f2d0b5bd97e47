"""The rows of a worksheet's XML, streamed in pieces that hold whole rows.

A piece takes the short way only where that is proved safe: each row starts `<row r="5"`, none
is self-closing, and all cells lie left of the new ones. Any other is taken cell by cell. What
neither way understands raises SpliceError; nothing is guessed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import methodcaller
from typing import NamedTuple

from importer.sheets.sheet import column_letters
from importer.sheets.xlsx.edits import column_in_grid, number
from importer.sheets.xlsx.package import WHOLE, SpliceError, check_plain

SHEET_DATA = re.compile(rb"<((?:[^\s/>:!?<]+:)?)sheetData\s*(/?)>")
REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+)\d+[\"']")


class Marks:
    """How rows and cells are spelled under a namespace prefix such as b"x:"."""

    def __init__(self, prefix: bytes) -> None:
        self.prefix = prefix
        self.sheet_end = b"</%bsheetData>" % prefix
        self.row_end = b"</%brow>" % prefix
        self.row_start = b"<%brow" % prefix
        self.plain_row = b'<%brow r="' % prefix
        self.numbered_row = b'<%brow r="%%d"' % prefix
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
    placed: bool  # its own attribute says where it is


class PlainRows(NamedTuple):
    numbers: Sequence[int]
    texts: list[bytes]  # of each row, without its end tag

    def last(self, previous: int) -> int:
        """The last row's number. Raises SpliceError where they do not ascend from the previous."""
        ascend = isinstance(self.numbers, range)
        for row in self.numbers[:1] if ascend else self.numbers:
            if row <= previous:
                raise SpliceError(f"its row {row} follows row {previous}")
            previous = row
        return self.numbers[-1] if ascend else previous


@dataclass(slots=True)
class Piece:
    """A worksheet's "head", some whole "rows" of it, or its "tail"."""

    kind: str
    text: bytes
    _plain: PlainRows | None = None
    _checked: bool = False

    def plain(self, marks: Marks) -> PlainRows | None:
        """The rows if a check proves them plain; it runs once."""
        if not self._checked:
            self._plain, self._checked = plain_rows(self.text, marks), True
        return self._plain


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


def plain_rows(block: bytes, marks: Marks) -> PlainRows | None:
    """Its rows if that can be proved, or None."""
    texts = block.split(marks.row_end)
    if texts.pop().strip() or block.count(marks.row_start) != len(texts):
        return None
    if b"L" in block and b"extLst" in block:  # one byte is found far faster than more
        return None
    numbers = _consecutive(texts, marks) or _row_numbers(texts, marks)
    return None if numbers is None else PlainRows(numbers, texts)


def _consecutive(texts: list[bytes], marks: Marks) -> range | None:
    """The numbers of rows that follow one another, as nearly all do."""
    first = _row_number(texts[0], marks) if texts else b""
    if not first.isdigit():
        return None
    numbers = range(int(first), int(first) + len(texts))
    starts = map(marks.numbered_row.__mod__, numbers)
    return numbers if all(map(bytes.startswith, texts, starts)) else None


def _row_numbers(texts: list[bytes], marks: Marks) -> list[int] | None:
    if not all(map(marks.is_plain, texts)):
        return None
    match = [_row_number(text, marks) for text in texts]
    return [*map(int, match)] if all(map(bytes.isdigit, match)) else None


def _row_number(text: bytes, marks: Marks) -> bytes:
    start = len(marks.plain_row)
    return text[start : text.find(b'"', start)]


def check_rows(block: bytes) -> None:
    odd = (sign for sign in (b"!", b"?") if sign in block)
    if any(b"<" + sign in block for sign in odd):
        raise SpliceError("its worksheet has comments or CDATA between its cells")


def rows_in(block: bytes, marks: Marks, previous: int) -> Iterator[tuple[int, re.Match[bytes]]]:
    """(row number, its attributes and inside as a match); a row without r follows the last."""
    position = 0
    for match in marks.row.finditer(block):
        if block[position : match.start()].strip():
            break
        position = match.end()
        here = number(match[1], "r") or previous + 1
        if here <= previous:
            raise SpliceError(f"its row {here} follows row {previous}")
        previous = here
        yield here, match
    if block[position:].strip():
        raise SpliceError("its worksheet has something between its rows")


def cells_in(body: bytes, marks: Marks) -> Iterator[SheetCell]:
    """The cells of a row; one without r follows its neighbor."""
    position = column = 0
    for match in marks.cell.finditer(body):
        if body[position : match.start()].strip():
            break
        position = match.end()
        reference = REFERENCE.search(match[1])
        column = column_in_grid(reference[1].decode()) if reference else column + 1
        inside = match[2] or b""
        value = inside if marks.value.search(inside) else b""
        yield SheetCell(column, match[1], value, match[0], reference is not None)
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

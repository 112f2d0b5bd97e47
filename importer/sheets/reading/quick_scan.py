"""A quick scan of a worksheet: of rows that differ only in their values, one is parsed.

The shape of a row is its XML without its texts and its row number. Two rows of one shape have
the same cells, types and styles, and the same cells of both are empty. So a row whose shape
told nothing new the first time needs no second parsing: it holds a value, or it does not.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from operator import lt

from importer.model.errors import SheetError
from importer.sheets.reading.scanning import Scan, WorksheetScanner, scan_worksheet
from importer.sheets.sheet import LAST_ROW
from importer.sheets.xlsx.cell_styles import Styles
from importer.sheets.xlsx.package import SpliceError
from importer.sheets.xlsx.rows import Marks, Piece, check_rows, cut_sheet

_TEXT = re.compile(rb">[^<]+<")
_PLACE = re.compile(rb'(?:\A|<(?:[\w.-]+:)?c) r="[A-Z]{0,3}@"')  # of a row or a cell
_TAGS = re.compile(rb'(?:</?[A-Za-z][\w.:-]*(?: [A-Za-z][\w.:-]*="[^<>"]*")* ?/?>\.?)+')
_LONGEST_NUMBER = len(str(LAST_ROW))
# What a parser may refuse inside a text: it decides then.
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})
_NOT_XML = (b"]]>", "\ufffe".encode(), "\uffff".encode())
_ODD_ENTITY = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#(?:9|10|13|3[2-9]|[4-9]\d|[1-9]\d{2,3})"
    rb"|#x(?:[2-9A-Fa-f][0-9A-Fa-f]|[1-9A-Fa-f][0-9A-Fa-f]{2}));)"
)


class _Odd(Exception):
    """The worksheet is not written as nearly all are."""


def quick_scan(read: Callable[[], Iterable[bytes]], styles: Styles) -> Scan:
    """The same as `scan_worksheet(read(), styles)`, sooner; raises as it does.

    `read` gives the worksheet's XML piece by piece, from its start each time.
    """
    try:
        return _scan_shapes(read(), styles)
    except (_Odd, SpliceError, SheetError, UnicodeDecodeError):
        return scan_worksheet(read(), styles)


def _scan_shapes(blocks: Iterable[bytes], styles: Styles) -> Scan:
    scanner = WorksheetScanner(styles)
    rows = _Rows(scanner, Marks(b""))
    for piece in cut_sheet(blocks):
        match piece:
            case Piece("head"):
                scanner.feed(piece.text)
                rows = _Rows(scanner, Marks(_prefix(piece.text)))
            case Piece("rows"):
                rows.scan(piece.text)
            case _:
                scanner.feed(rows.marks.sheet_end + piece.text, last=True)
    return scanner.scan


def _prefix(head: bytes) -> bytes:
    return head[head.rindex(b"<") + 1 : head.rindex(b"sheetData")]


class _Rows:
    """The rows scanned so far, by their shapes."""

    def __init__(self, scanner: WorksheetScanner, marks: Marks) -> None:
        self.marks = marks
        self._scanner = scanner
        self._filled: dict[bytes, int] = {}  # shape -> 1 where its rows hold a value, else 0

    def scan(self, block: bytes) -> None:
        """Whole rows that come below all others."""
        _check_text(block)
        texts = self._split(_TEXT.sub(b">.<", block))
        if not texts:
            return
        numbers = [text[4 : text.find(b'"', 4)] for text in texts]
        shapes = [
            text.replace(number + b'"', b'@"') for text, number in zip(texts, numbers, strict=True)
        ]
        self._scan_rows(block, shapes, self._ascending(numbers))

    def _split(self, block: bytes) -> list[bytes]:
        """The rows, each without `<row`."""
        above, *rows = block.split(self.marks.row_start)
        if above:
            raise _Odd
        return rows

    def _ascending(self, numbers: Sequence[bytes]) -> list[int]:
        """The rows' numbers, each below the one before."""
        if not all(map(bytes.isdigit, numbers)) or max(map(len, numbers)) > _LONGEST_NUMBER:
            raise _Odd
        found = list(map(int, numbers))
        if not all(map(lt, [self._scanner.row, *found], found)) or found[-1] > LAST_ROW:
            raise _Odd
        return found

    def _scan_rows(self, block: bytes, shapes: Sequence[bytes], numbers: Sequence[int]) -> None:
        """Parse the rows of new shapes and those that tell more than their values."""
        scan, last = self._scanner.scan, 0
        rows: list[bytes] = []  # of the block as it is, if any is needed
        for place, filled in enumerate(map(self._filled.get, shapes)):
            if filled is None:
                rows = rows or self._split(block)
                self._parse(rows[place], shapes[place])
            elif filled:
                scan.rows += 1
                last = numbers[place]
        scan.reach(last, 1)
        self._scanner.row = numbers[-1]

    def _parse(self, row: bytes, shape: bytes) -> None:
        """Parse a row, and know its shape where all others like it tell nothing more."""
        self._check_shape(shape)
        scan = self._scanner.scan
        filled, special = scan.rows, scan.special
        self._scanner.feed(self.marks.row_start + row)
        if scan.special == special and _is_sure(shape):
            self._filled[shape] = scan.rows - filled

    def _check_shape(self, shape: bytes) -> None:
        """It is one row from its start to its end, and in plain tags."""
        numbered = shape.startswith(b' r="@"')
        closed = shape.endswith(self.marks.row_end) and shape.count(self.marks.row_end) == 1
        empty = shape.endswith(b"/>") and b"<" not in shape
        if (
            not (numbered and (closed or empty))
            or _TAGS.fullmatch(self.marks.row_start + shape) is None
        ):
            raise _Odd


def _is_sure(shape: bytes) -> bool:
    """Whether the row's number stands in it as the place of a row or a cell alone."""
    return shape.count(b"@") == len(_PLACE.findall(shape))


def _check_text(block: bytes) -> None:
    check_rows(block)
    controls = len(block) - len(block.translate(None, _CONTROLS))
    if controls or _ODD_ENTITY.search(block) or any(mark in block for mark in _NOT_XML):
        raise _Odd
    if not block.isascii():
        block.decode()

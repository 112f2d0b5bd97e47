"""The shapes that a worksheet's rows have: a row's XML with its values left out.

A pattern made of a shape takes all rows that have it at a tenth of a parser's cost. Only what
nearly every program writes is known here; anything else is `Unusual`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from importer.sheets.reading.cell_values import Unusual
from importer.sheets.reading.scanning import LAST_COLUMN, column_number

_MOST_CELLS = 300  # of a row: patterns of more take long to make
_NUMBER = b"([1-9][0-9]{0,6})"
_ROW_START = b'<row r="'
_ATTRIBUTE = rb' [A-Za-z][A-Za-z0-9:]*="[^<&"\x00-\x1f]*"'
_NAMES = re.compile(rb' ([A-Za-z0-9:]+)="')
_ROW = re.compile(rb'<row r="%b"((?:%b)* ?)(?:/>|>(.*?)</row>)' % (_NUMBER, _ATTRIBUTE), re.DOTALL)
_TEXT = rb"([^<\s](?:[^<]*[^<\s])?)"  # spaces at the ends count only where it says so
_FORMULA = rb"(?:<f(?: [^<>]*)?/>|<f(?: [^<>]*)?>[^<]*</f>)"
_VALUES = {  # how a value may stand in its cell
    b"<v>": rb"([^<]+)</v></c>",
    b"<is><t>": _TEXT + rb"</t></is></c>",
    b'<is><t xml:space="preserve">': rb"([^<]+)</t></is></c>",
}
_NO_VALUE = b"(?:<v ?/>|<v></v>)?</c>"
_ANY_VALUE = b"|".join(b"(%b)%b" % (re.escape(tag), rest) for tag, rest in _VALUES.items())
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]+)"((?:%b)* ?)(?:/>|>(%b?)(?:%b|%b))'
    % (_ATTRIBUTE, _FORMULA, _NO_VALUE, _ANY_VALUE)
)
_EMPTY = b"(?:/>|>%b)" % _NO_VALUE


@dataclass(frozen=True, slots=True)
class CellXml:
    column: int  # from 1
    letters: bytes
    said: bytes  # its tag after the place: style and type
    tag: bytes  # what stands before its value
    value: bytes  # b"" where it has none
    formula: bytes

    @property
    def pattern(self) -> bytes:
        """Takes what cells like this one say after their place; its group is the value."""
        if not self.value:
            return re.escape(self.said) + _EMPTY
        formula = _FORMULA if self.formula else b""
        return re.escape(self.said) + b">" + formula + re.escape(self.tag) + _VALUES[self.tag]


class RowXml:
    """One row, taken apart; raises Unusual."""

    def __init__(self, found: re.Match[bytes]) -> None:
        self.whole = found[0]
        self.number = int(found[1])
        self.opening = found[2] + (b"/>" if found[3] is None else b">")  # what its tag ends with
        self.cells = {cell.column: cell for cell in _cells(found[1], found[3] or b"")}
        names = _NAMES.findall(b' r="' + found[2])
        if len(set(names)) < len(names) or len(self.cells) > _MOST_CELLS:
            raise Unusual

    @property
    def valued(self) -> list[CellXml]:
        return [cell for cell in self.cells.values() if cell.value]

    @property
    def kind(self) -> tuple[bytes, tuple[tuple[int, bytes], ...]]:
        """What rows that differ in their values alone have in common."""
        return self.opening, tuple((cell.column, cell.pattern) for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows that differ in their values, and in which of their cells they have."""

    pattern: re.Pattern[bytes]  # its groups: the row's number, then a value for each of `cells`
    cells: Sequence[tuple[int, bytes]]  # the column, and what its cells say of themselves
    opening: bytes


def shape_of(rows: Sequence[RowXml]) -> Shape | None:
    """The shape of the commonest rows of a sample and of all like them; None: no two are alike."""
    counts = Counter(row.kind for row in rows)
    rows = sorted(rows, key=lambda row: -counts[row.kind])
    kinds: dict[int, list[CellXml]] = {}  # the cells that a column may have: one with a value
    alike: list[RowXml] = []
    for row in rows:
        fits = all(_fits(cell, kinds.get(cell.column, [])) for cell in row.valued)
        if fits and row.opening == rows[0].opening:
            alike.append(row)
            for cell in row.cells.values():
                known = kinds.setdefault(cell.column, [])
                if all(cell.pattern != other.pattern for other in known):
                    known.append(cell)
    return _shape(rows[0].opening, kinds, alike) if len(alike) > 1 else None


def _fits(cell: CellXml, known: Iterable[CellXml]) -> bool:
    return all(cell.pattern == other.pattern for other in known if other.value)


def _shape(opening: bytes, kinds: dict[int, list[CellXml]], rows: Sequence[RowXml]) -> Shape:
    pattern = b'<row r="%b"%b' % (_NUMBER, re.escape(opening))
    valued = []
    for column in sorted(kinds):
        cells = kinds[column]
        ways = b"|".join(cell.pattern for cell in cells)
        missing = b"" if all(column in row.cells for row in rows) else b"?"
        pattern += rb'(?:<c r="%b\1"(?:%b))%b' % (cells[0].letters, ways, missing)
        valued += [(column, cell.said) for cell in cells if cell.value]
    return Shape(
        _compiled(pattern + (b"" if opening.endswith(b"/>") else b"</row>")), valued, opening
    )


_compiled = lru_cache(maxsize=256)(re.compile)


def rows_near(text: bytes, places: Iterable[int]) -> list[RowXml]:
    """The rows that begin at these places or next to them, each once."""
    starts = dict.fromkeys(text.find(_ROW_START, place) for place in places)
    return [RowXml(_row_at(text, start)) for start in starts if start >= 0]


def rows_in(text: bytes) -> Iterator[RowXml]:
    """Rows that stand one after the other, and nothing between them."""
    end = 0
    while end < len(text):
        row = _row_at(text, end)
        end = row.end()
        yield RowXml(row)


def _row_at(text: bytes, start: int) -> re.Match[bytes]:
    """Never searches: where rows do not end, each search would go through all of them."""
    found = _ROW.match(text, start)
    if found is None:
        raise Unusual
    return found


def _cells(number: bytes, inside: bytes) -> Iterator[CellXml]:
    """The cells of a row; each says itself where it stands."""
    end = before = 0
    for found in _CELL.finditer(inside):
        letters, row, said, formula, *values = found.groups(b"")
        tag, value = b"".join(values[::2]), b"".join(values[1::2])
        column = column_number(letters.decode())
        if found.start() != end or row != number or not before < column <= LAST_COLUMN:
            raise Unusual
        if value and (b't="inlineStr"' in said) != tag.startswith(b"<is>"):
            raise Unusual
        end, before = found.end(), column
        yield CellXml(column, letters, said, tag, value, formula)
    if end != len(inside):
        raise Unusual

"""A large worksheet read by the shapes of its rows, as most rows differ in their values alone.

A shape is a row's XML with its values left out. A pattern made of it takes all rows of that shape
at a tenth of a parser's cost, and hands back what lies between them, so that not a byte goes
unread. What is not written as nearly every program writes it is `Unusual`, and a parser's to read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from importer.cells import Cell
from importer.sheets.cell_styles import Styles
from importer.sheets.cell_values import CellValues, Unusual
from importer.sheets.package import SpliceError
from importer.sheets.scanning import LAST_COLUMN, LAST_ROW, Look, Scan, column_number
from importer.sheets.splice_rows import cut_sheet

_ONE_IN = 16  # rows: where no more are left over, they are read one by one
_SAMPLE = 16  # rows that tell which shape is the commonest
_ENDS = (b"</row>", b"/>")
_NUMBER = b"([1-9][0-9]{0,6})"
_ROW = re.compile(rb'<row r="%b"([^<>]*?)(?:/>|>(.*?)</row>)' % _NUMBER, re.DOTALL)
_TEXT = rb"([^<\s](?:[^<]*[^<\s])?)"  # spaces at the ends count only where it says so
_FORMULA = rb"(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)"
_VALUES = {  # how a value may stand in its cell
    b"<v>": rb"([^<]+)</v></c>",
    b"<is><t>": _TEXT + rb"</t></is></c>",
    b'<is><t xml:space="preserve">': rb"([^<]+)</t></is></c>",
}
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]+)"([^<>]*?)(?:/>|>(%b?)(?:(?:<v ?/>|<v></v>)?</c>|%b))'
    % (_FORMULA, b"|".join(b"(%b)%b" % (re.escape(tag), rest) for tag, rest in _VALUES.items()))
)


def read_by_shapes(
    blocks: Iterable[bytes], shared: Sequence[str], styles: Styles
) -> tuple[list[list[Cell]], Scan]:
    """The cells, "" where one is empty, by column from A; raises Unusual, and SheetError.

    `blocks` is the worksheet's XML, `shared` the workbook's shared texts.
    """
    taken, stream = _Taken(shared, styles), iter(blocks)
    head = next(stream, b"")
    if b"<sheetData/>" in head and b"<!" not in head:
        return [], Scan()
    try:
        for piece in cut_sheet(chain([head], stream)):
            if piece.kind == "rows":
                taken.take(piece.text)
            elif piece.kind == "head":
                head = piece.text
            else:
                taken.look.see_around(head, piece.text)
    except SpliceError as error:
        raise Unusual from error
    width = max(taken.columns, default=0)
    columns = [taken.columns.get(place + 1) or [""] * taken.height for place in range(width)]
    return columns, taken.look.scan


@dataclass(frozen=True, slots=True)
class _Run:
    """Some rows by number, and their cells by column, from 1."""

    numbers: Sequence[int]
    cells: Sequence[tuple[int, Sequence[Cell]]]


class _Taken:
    """The rows taken until now."""

    def __init__(self, shared: Sequence[str], styles: Styles) -> None:
        self.columns: dict[int, list[Cell]] = {}
        self.height = 0
        self.look = Look(styles)
        self.look.feed(b"<worksheet>")
        self._values = CellValues(shared, styles)
        self._shapes: list[_Shape] = []  # that the rows above had
        self._rest, self._few = b"", 0  # rows not taken yet, and bytes of them that are a few
        self._runs: list[_Run] = []

    def take(self, rows: bytes) -> None:
        """Rows that stand below all others, from `<row` to `</row>`."""
        self._rest, self._runs, self._few = rows, [], len(rows) // _ONE_IN
        self._shapes = [shape for shape in self._shapes if self._is_worth(shape)]
        while (shape := self._commonest()) and self._is_worth(shape):
            self._shapes.append(shape)
        self._put([run for run in [*self._runs, *map(self._one, _rows(self._rest))] if run.cells])

    def _is_worth(self, shape: "_Shape") -> bool:
        """Takes the rows of that shape out of the rest; whether they were more than a few."""
        pieces, step = shape.pattern.split(self._rest), shape.pattern.groups + 1
        cells = [
            (column, self._values.read(said, pieces[at::step]))
            for at, (column, said) in enumerate(shape.cells, 2)
        ]
        self._runs.append(_Run([*map(int, pieces[1::step])], cells))
        left = list(filter(None, pieces[::step]))
        if not all(rows.startswith(b"<row ") and rows.endswith(_ENDS) for rows in left):
            raise Unusual
        before, self._rest = len(self._rest), b"".join(left)
        return before - len(self._rest) > self._few

    def _commonest(self) -> "_Shape | None":
        """The shape that most of a sample have; None where few rows are left, or no two alike.

        Not of rows that have more to tell than their values.
        """
        rows = self._rest
        if len(rows) <= self._few:
            return None
        places = range(0, len(rows), len(rows) // _SAMPLE + 1)
        sample = {found.start(): found for place in places if (found := _ROW.search(rows, place))}
        shapes = Counter(_shape_of(f) for f in sample.values() if not self.look.is_special(f[0]))
        shape, count = next(iter(shapes.most_common(1)), (None, 0))
        return shape if count > 1 else None

    def _one(self, row: re.Match[bytes]) -> _Run:
        if self.look.is_special(row[0]):
            self.look.feed(row[0])
        cells = [cell for cell in _cells(row) if cell.value]
        return _Run(
            [int(row[1])],
            [(cell.column, self._values.read(cell.said, [cell.value])) for cell in cells],
        )

    def _put(self, runs: Sequence[_Run]) -> None:
        """Each row in its place; none stands twice."""
        numbers = list(chain.from_iterable(run.numbers for run in runs))
        above, last = self.height, max(numbers, default=0)
        if not numbers:
            return
        if min(numbers) <= above or last > LAST_ROW or len(set(numbers)) < len(numbers):
            raise Unusual
        widest = max(column for run in runs for column, _ in run.cells)
        self.look.scan.reach(last, widest)
        found: dict[int, list[Cell]] = {}
        for run in runs:
            stretches = _stretches(run.numbers)
            for column, cells in run.cells:
                if column not in found:
                    found[column] = [""] * (last - above)
                into = found[column]
                for start, end in stretches:
                    place = run.numbers[start] - above - 1
                    into[place : place + end - start] = cells[start:end]
        for column in found.keys() - self.columns.keys():
            self.columns[column] = [""] * above
        for column, filled in self.columns.items():
            filled.extend(found.get(column) or [""] * (last - above))
        self.height = last


def _stretches(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Where numbers that follow one another begin and end.

    >>> _stretches([4, 5, 8, 9, 10])
    [(0, 2), (2, 5)]
    """
    cuts = [place for place, (one, next_) in enumerate(pairwise(numbers), 1) if next_ != one + 1]
    return list(pairwise([0, *cuts, len(numbers)]))


@dataclass(frozen=True, slots=True)
class _Shape:
    pattern: re.Pattern[bytes]  # its groups: the row's number, then a value for each of `cells`
    cells: Sequence[tuple[int, bytes]]  # the column, and what its cells say of themselves


@lru_cache(maxsize=256)
def _shape(pattern: bytes, cells: Sequence[tuple[int, bytes]]) -> _Shape:
    return _Shape(re.compile(pattern), cells)


def _shape_of(row: re.Match[bytes]) -> _Shape:
    inside = row[3] is not None
    pattern = b'<row r="%b"%b%b' % (_NUMBER, re.escape(row[2]), b">" if inside else b"/>")
    valued = []
    for cell in _cells(row):
        pattern += rb'<c r="%b\1"%b' % (cell.letters, re.escape(cell.said))
        if cell.value:
            formula = _FORMULA if cell.formula else b""
            pattern += b">" + formula + re.escape(cell.tag) + _VALUES[cell.tag]
            valued.append((cell.column, cell.said))
        else:
            pattern += b"(?:/>|>(?:<v ?/>)?</c>)"
    return _shape(pattern + (b"</row>" if inside else b""), tuple(valued))


def _rows(text: bytes) -> Iterator[re.Match[bytes]]:
    """Rows that stand one after the other, with their number, their attributes and the inside."""
    end = 0
    for row in _ROW.finditer(text):
        if row.start() != end:
            raise Unusual
        end = row.end()
        yield row
    if end != len(text):
        raise Unusual


@dataclass(frozen=True, slots=True)
class _Cell:
    letters: bytes
    said: bytes  # its tag after the place: style and type
    formula: bytes
    tag: bytes  # what stands before its value
    value: bytes

    @property
    def column(self) -> int:
        return column_number(self.letters.decode())


def _cells(row: re.Match[bytes]) -> Iterator[_Cell]:
    """The cells of a row; each says itself where it stands."""
    inside, end, before = row[3] or b"", 0, 0
    for found in _CELL.finditer(inside):
        letters, number, said, formula, *values = found.groups(b"")
        cell = _Cell(letters, said, formula, b"".join(values[::2]), b"".join(values[1::2]))
        inline = b't="inlineStr"' in said
        if found.start() != end or number != row[1] or not before < cell.column <= LAST_COLUMN:
            raise Unusual
        if cell.value and inline != cell.tag.startswith(b"<is>"):
            raise Unusual
        end, before = found.end(), cell.column
        yield cell
    if end != len(inside):
        raise Unusual

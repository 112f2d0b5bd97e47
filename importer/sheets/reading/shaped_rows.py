"""A large worksheet read by the shapes of its rows, as most rows differ in their values alone.

The rows of one shape are taken at once, and what lies between them is handed back, so that not a
byte goes unread. What is not written as nearly every program writes it is `Unusual`, and a
parser's to read; so is a worksheet whose rows have too many shapes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise
from operator import lt

from importer.model.cells import Cell
from importer.model.errors import SheetError
from importer.sheets.reading.cell_values import CellValues, Unusual, only_utf8
from importer.sheets.reading.row_shapes import RowXml, Shape, rows_in, rows_near, shape_of
from importer.sheets.reading.scanning import LAST_ROW, Look, Scan
from importer.sheets.xlsx.cell_styles import Styles
from importer.sheets.xlsx.package import SpliceError
from importer.sheets.xlsx.rows import cut_sheet

_SAMPLE = 16  # rows that tell a shape
_ONE_IN = 16  # rows: where no more are left over, they are read one by one
_MOST_ALONE = 2**18  # bytes of a block whose rows are read one by one: a parser is as quick
_ENDS = (b"</row>", b"/>")
_ROW_NUMBER = re.compile(rb'<row r="([0-9]{1,7})"')
_HIDDEN = (b' hidden="1"', b' hidden="true"')  # LibreOffice writes "false" in every row


def read_by_shapes(
    blocks: Iterable[bytes], shared: Sequence[str], styles: Styles
) -> tuple[list[list[Cell]], Scan]:
    """The cells, "" where one is empty, by column from A; raises Unusual.

    `blocks` is the worksheet's XML, `shared` the workbook's shared texts.
    """
    taken, stream = _Taken(shared, styles), iter(blocks)
    try:
        first, second = next(stream, b""), next(stream, b"")
        if b"<sheetData/>" in first and not second:
            taken.end(first)
            return [], taken.look.scan
        for piece in cut_sheet(chain([first, second], stream)):
            if piece.kind == "head":
                taken.begin(piece.text)
            elif piece.kind == "rows":
                taken.take(piece.text)
            else:
                taken.end(b"</sheetData>" + piece.text)
    except (SpliceError, SheetError) as error:  # a parser says it with its place
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
        if 0 in styles.special:  # the style of cells that name none
            raise Unusual
        self.columns: dict[int, list[Cell]] = {}
        self.height = 0
        self.look = Look(replace(styles, padded={}))  # the values are padded already
        only_utf8(self.look.parser)
        self._last = 0  # row of those that were taken, with values or without
        self._values = CellValues(shared, styles)
        self._shapes: list[Shape] = []  # that the rows above had
        self._rest, self._few = b"", 0  # rows not taken yet, and bytes of them that are a few
        self._runs: list[_Run] = []
        self._in_order = False  # the rows that are being taken

    def begin(self, head: bytes) -> None:
        """What stands above the rows, `<sheetData>` included."""
        if b"<worksheet" not in head:
            raise Unusual
        self.look.feed(head)

    def end(self, tail: bytes) -> None:
        """What stands below the rows; no row does."""
        above = self.look.row
        self.look.feed(tail, last=True)
        shared = "=" in self.look.scan.faults.values()  # a formula that a row out of sight has
        if self.look.row != above or shared:
            raise Unusual

    def take(self, rows: bytes) -> None:
        """Rows that stand below all others, from `<row` to `</row>`."""
        self._rest, self._runs, self._few = rows, [], len(rows) // _ONE_IN
        self._in_order = False
        self._shapes = [shape for shape in self._shapes if self._takes_many(shape)]
        while (shape := self._commonest()) and self._takes_many(shape):
            self._shapes.append(shape)
        if len(self._rest) > max(self._few, _MOST_ALONE):
            raise Unusual
        if not self._in_order:
            self._check_order([], [rows])
        self._put([run for run in [*self._runs, *map(self._one, rows_in(self._rest))] if run.cells])

    def _check_order(self, numbers: Sequence[int], between: Sequence[bytes]) -> None:
        """Each row stands below the last: those of a shape, and what stands between them."""
        ordered, taken = [self._last], 0
        for place in (place for place, rows in enumerate(between) if rows):
            ordered += numbers[taken:place]
            ordered += map(int, _ROW_NUMBER.findall(between[place]))
            taken = place
        ordered += numbers[taken:]
        if not all(map(lt, ordered, islice(ordered, 1, None))) or ordered[-1] > LAST_ROW:
            raise Unusual
        self._last, self._in_order = ordered[-1], True

    def _commonest(self) -> Shape | None:
        """The commonest shape of the rest; None where that is a few rows, or each is different.

        Not of rows that have more to tell than their values.
        """
        rest = self._rest
        if len(rest) <= self._few:
            return None
        sample = rows_near(rest, range(0, len(rest), len(rest) // _SAMPLE + 1))
        return shape_of([row for row in sample if not self.look.is_special(row.whole)])

    def _takes_many(self, shape: Shape) -> bool:
        """Takes the rows of that shape out of the rest; whether they were many."""
        pieces, step = shape.pattern.split(self._rest), shape.pattern.groups + 1
        left = list(filter(None, pieces[::step]))
        if not all(rows.startswith(b"<row ") and rows.endswith(_ENDS) for rows in left):
            raise Unusual
        numbers = list(map(int, pieces[1::step]))
        if not self._in_order:
            self._check_order(numbers, pieces[::step])
        self._see(shape.opening, numbers)
        numbers, values = _valued(numbers, [pieces[at::step] for at in range(2, step)])
        cells = [
            (column, self._read(said, found))
            for (column, said), found in zip(shape.cells, values, strict=True)
        ]
        self._runs += [_Run(numbers, cells)] * bool(numbers)
        before, self._rest = len(self._rest), b"".join(left)
        return before - len(self._rest) > self._few

    def _read(self, said: bytes, values: Sequence[bytes | None]) -> list[Cell]:
        given = [value for value in values if value is not None]
        cells = self._values.read(said, given)
        if len(given) == len(values):
            return cells
        stream = iter(cells)
        return ["" if value is None else next(stream) for value in values]

    def _one(self, row: RowXml) -> _Run:
        if self.look.is_special(row.whole):
            self.look.feed(row.whole)
        else:
            self._see(row.opening, [row.number])
        cells = [(cell.column, self._values.read(cell.said, [cell.value])) for cell in row.valued]
        return _Run([row.number], cells)

    def _see(self, opening: bytes, numbers: Sequence[int]) -> None:
        if any(sign in opening for sign in _HIDDEN):
            self.look.scan.hidden += numbers

    def _put(self, runs: Sequence[_Run]) -> None:
        """Each row in its place."""
        if not runs:
            return
        above, last = self.height, max(max(run.numbers) for run in runs)
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


def _valued(
    numbers: list[int], values: list[list[bytes | None]]
) -> tuple[list[int], list[list[bytes | None]]]:
    """Without the rows that hold no value, as those that are only formatted."""
    if any(None not in column for column in values):
        return numbers, values
    kept = [place for place, row in enumerate(zip(*values, strict=True)) if any(row)]
    return [numbers[place] for place in kept], [[col[place] for place in kept] for col in values]


def _stretches(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Where numbers that follow one another begin and end.

    >>> _stretches([4, 5, 8, 9, 10])
    [(0, 2), (2, 5)]
    """
    cuts = [place for place, (one, next_) in enumerate(pairwise(numbers), 1) if next_ != one + 1]
    return list(pairwise([0, *cuts, len(numbers)]))

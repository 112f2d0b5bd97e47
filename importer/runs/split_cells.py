"""Rows whose tracking number cell holds several become lines with one number each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importer.columns import stranger_among, tracking_numbers_in
from importer.model.cells import Cell
from importer.model.cleaning import from_cell
from importer.model.row_ids import RowId
from importer.model.spelling import listed
from importer.operations.operation import Operation


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines there are and the cells of each field, in sheet order."""

    ids: Sequence[RowId]
    cells: Mapping[str, Sequence[Cell]]

    @property
    def notes(self) -> list[str]:
        rows = [row for row, line in self.ids if line == 2]
        several = f"several tracking numbers in one cell, each taken by itself: row {listed(rows)}"
        return [several] if rows else []


def split_lines(
    operation: Operation[Any], numbers: Sequence[int], cells: Mapping[str, Sequence[Cell]]
) -> Lines:
    """A row with one number, or none, is one line; where others repeat it, so do their cells."""
    name = operation.tracking[0] if operation.tracking else None
    if name is None or name not in cells:
        return whole_rows(numbers, cells)
    numbers_in = [_numbers_in(cell) for cell in cells[name]]
    places = [(i, line) for i, parts in enumerate(numbers_in) for line in range(len(parts))]
    split = {field: [column[i] for i, _ in places] for field, column in cells.items()}
    split[name] = [numbers_in[i][line] for i, line in places]
    return Lines([RowId(numbers[i], line + 1) for i, line in places], split)


def whole_rows(numbers: Sequence[int], cells: Mapping[str, Sequence[Cell]]) -> Lines:
    """Each row as its one line."""
    return Lines([*map(RowId, numbers)], cells)


def _numbers_in(cell: Cell) -> list[Cell]:
    """The numbers of a cell; a cell that may hold something else stays whole, and is refused."""
    parts = tracking_numbers_in(from_cell(cell)) if isinstance(cell, str) else []
    return [cell] if len(parts) < 2 or stranger_among(parts) else [*dict.fromkeys(parts)]

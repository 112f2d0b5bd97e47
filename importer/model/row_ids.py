"""Which row of a sheet something is about, and which of the lines that the row was split into."""

from collections.abc import Iterable
from typing import NamedTuple


class RowId(NamedTuple):
    """A row that was not split is its own line 1; ids sort as the sheet does."""

    row: int  # the number Excel shows
    line: int = 1  # from 1 on


def sheet_rows(ids: Iterable[RowId]) -> list[int]:
    """Each row once.

    >>> sheet_rows([RowId(5), RowId(5, 2), RowId(6)])
    [5, 6]
    """
    return [*dict.fromkeys(row for row, _ in ids)]

"""How a fix file says where its rows come from.

Each row names the row it fixes and the run that has it, in cells of its own, which survive
sorting, copying, and saving by other programs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.model.cells import Cell, Fault, is_empty, shown
from importer.model.errors import SheetError
from importer.model.spelling import key
from importer.sheets.headings import result_columns
from importer.sheets.sheet import OUR_HEADINGS, ROW_HEADING, RUN_HEADING, Worksheet

MARKS = {ROW_HEADING, RUN_HEADING}
_LONGEST_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows of a fix file come from."""

    run: str  # the run's key: its number and what distinguishes it from one of another journal
    rows: Mapping[int, int]  # row of the fix file -> row of the run

    @property
    def number(self) -> int | None:
        """The run's number; None where its key has been spoiled."""
        number = self.run.partition("-")[0]
        return int(number) if number.isdecimal() and len(number) < _LONGEST_NUMBER else None


def origin(worksheet: Worksheet, header_row: int, rows: Sequence[int]) -> Origin | None:
    """Where its rows come from; None for a sheet that is no fix file.

    Raises SheetError where a row does not say it, or where they come from several runs.
    """
    ours, name = _ours(worksheet, header_row), worksheet.path.name
    if not ours.keys() >= MARKS:
        return None
    runs = {row: shown(ours[RUN_HEADING][row - 1]) for row in rows}
    numbers = {row: shown(ours[ROW_HEADING][row - 1]) for row in rows}
    lost = next((row for row in rows if not runs[row] or not numbers[row].isdecimal()), None)
    if lost is not None:
        raise SheetError(
            f"{name}: row {lost} does not say which row it fixes in {ROW_HEADING} and the hidden "
            f"{RUN_HEADING}; copy both cells from the row it was, or put new rows into a sheet of "
            "their own"
        )
    if len({*runs.values()}) > 1:
        raise SheetError(
            f"{name} has rows of several runs; upload the fix file of each run separately"
        )
    return Origin(runs[rows[0]], {row: int(number) for row, number in numbers.items()})


def is_fix_file(worksheets: Sequence[Worksheet]) -> bool:
    return any(_ours(w, 1).keys() >= MARKS for w in worksheets if w.height)


def kept_rows(worksheet: Worksheet, run: str) -> dict[int, list[str]] | None:
    """What the run's fix file holds: row of the run -> the vendor's cells as they are shown.

    None for a sheet that is no such file.
    """
    ours = _ours(worksheet, 1) if worksheet.height else {}
    if not ours.keys() >= MARKS or {*map(shown, ours[RUN_HEADING][1:])} - {"", run}:
        return None
    numbers = enumerate(map(shown, ours[ROW_HEADING]), start=1)
    return {int(n): cells_of(worksheet, 1, row) for row, n in numbers if n.isdecimal()}


def cells_of(worksheet: Worksheet, header_row: int, row: int) -> list[str]:
    """The vendor's cells of a row, as they are shown."""
    return [shown(plain(column[row - 1])) for column in vendors_columns(worksheet, header_row)]


def vendors_columns(worksheet: Worksheet, header_row: int) -> list[list[Cell]]:
    """The columns that are the vendor's own and hold anything from the headings on."""
    ours = result_columns(worksheet, header_row)
    return [
        column
        for i, column in enumerate(worksheet.columns)
        if i not in ours and not all(map(is_empty, column[header_row - 1 :]))
    ]


def _ours(worksheet: Worksheet, header_row: int) -> dict[str, list[Cell]]:
    titles = {key(title): title for title in OUR_HEADINGS}
    named = ((key(shown(column[header_row - 1])), column) for column in worksheet.columns)
    return {titles[name]: column for name, column in named if name in titles}


def plain(cell: Cell) -> Cell:
    """A cell as it can be written: a formula never calculated must not pass for its text."""
    if isinstance(cell, Fault):
        return "#N/A" if cell.text.startswith("=") else cell.text
    return cell

"""A worksheet as its file holds it: typed cells, before anything is made of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.model.cells import Cell

STATUS_HEADING = "Import Status"
ERROR_HEADING = "Import Error"
ROW_HEADING = "Import Row"  # of a fix file: the row of the run that its row fixes ...
RUN_HEADING = "Import Run"  # ... and the run: a hidden column
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of Excel's grid
OUR_HEADINGS = (STATUS_HEADING, ERROR_HEADING, ROW_HEADING, RUN_HEADING)


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How a text file is written, so that its result can be written alike."""

    encoding: str  # a Python codec name; "utf-8-sig" where the file began with a byte-order mark
    delimiter: str


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One worksheet, or a whole text file, column by column.

    `columns[0][0]` is cell A1; all columns have the same length. In a text file a row is a
    record, as Excel would number it.
    """

    path: Path
    name: str | None  # None for a text file
    columns: list[list[Cell]]
    text_format: TextFormat | None = None
    widths: Sequence[int] = ()  # of a text file: how many fields each line has, empty ones too
    row_faults: Mapping[int, str] = field(
        default_factory=dict
    )  # row -> what is wrong with it whole
    notes: tuple[str, ...] = ()  # what a person should hear about how it was read
    form: str = "xlsx"  # or xlsb, xls, ods, text: how the file is stored, whatever its name says
    hidden_rows: frozenset[int] = frozenset()  # as Excel numbers them
    filtered: bool = False  # a filter is on: it is what hides the rows
    struck_rows: frozenset[int] = frozenset()  # most of their cells are struck through
    merges: tuple[tuple[int, int, int, int], ...] = ()  # first row and column, last row and column

    @property
    def height(self) -> int:
        return len(self.columns[0]) if self.columns else 0


@dataclass(frozen=True, slots=True)
class Results:
    """What is added to the rows of one table, and how it is colored."""

    worksheet: str | None
    header_row: int
    cells: Mapping[int, tuple[str, str]]  # row, as Excel numbers it -> status and sentence
    attention: Collection[str] = ()  # statuses whose rows turn red
    calm: Collection[str] = ()  # statuses whose rows never turn amber, whatever their sentence

    def of_row(self, row: int) -> tuple[str, str] | None:
        """The headings, or what is said of a row below them; None for a row left alone."""
        if row == self.header_row:
            return STATUS_HEADING, ERROR_HEADING
        return self.cells.get(row) if row > self.header_row else None


def old_results(headings: Sequence[str]) -> int | None:
    """How many columns come before the two that an earlier run left."""
    names = [heading.strip().casefold() for heading in headings]
    pair = [STATUS_HEADING.casefold(), ERROR_HEADING.casefold()]
    places = [place for place in range(len(names)) if names[place : place + 2] == pair]
    return places[-1] if places else None


_NOT_IN_A_TITLE = str.maketrans(dict.fromkeys("\\/*?:[]", "-"))
_LONGEST_TITLE = 31  # of a worksheet, as Excel takes it


def title_of(worksheet: str | None, otherwise: str) -> str:
    """A name that Excel takes, as an ods may have others.

    >>> title_of("Week 47/48", "Rows"), title_of(None, "Rows")
    ('Week 47-48', 'Rows')
    """
    return (worksheet or "").translate(_NOT_IN_A_TITLE)[:_LONGEST_TITLE].strip("'") or otherwise


def column_letters(number: int) -> str:
    """
    >>> column_letters(1), column_letters(26), column_letters(27)
    ('A', 'Z', 'AA')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """
    >>> column_number("A"), column_number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number

"""How one vendor's sheets look: a frozen profile, read from [vendors.NAME] of importer.toml."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from importer.model.cells import Cell, Fault, is_empty, shown
from importer.model.cleaning import from_cell
from importer.model.spelling import key

if TYPE_CHECKING:  # it loads pandas, which a command about accounts does not need
    from importer.columns.column import Column

KEYS = (
    *("operation", "account", "worksheet", "header_row", "headings", "constants", "values"),
    *("date_order", "decimal", "encoding", "infer_carrier", "split", "fingerprint"),
)
DATE_ORDERS = ("dmy", "mdy", "ymd")
LAST_ROW = 1_048_576  # of a worksheet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VendorProfile:
    """What is known of one vendor's sheets. Titles are those of an operation's columns."""

    name: str
    place: str = ""  # the file and the table, for sentences about it
    operation: str | None = None
    account: str | None = None  # where no other is asked for
    worksheet: str | None = None
    header_row: int | None = None  # the number Excel shows; None: found
    headings: Mapping[str, str] = field(default_factory=dict)  # our title -> their heading
    constants: Mapping[str, Cell] = field(default_factory=dict)  # title -> where a cell is empty
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # title -> theirs -> ours
    date_order: str | None = None  # one of DATE_ORDERS
    decimal: str | None = None  # "," or "."
    encoding: str | None = None  # of text files that are not UTF-8: a codec's name
    infer_carrier: bool | None = None  # an empty carrier is filled from an unambiguous number
    split: bool | None = None  # several tracking numbers in one cell are a line each
    fingerprint: Sequence[str] = ()  # every heading of the sheet that was mapped

    def heading(self, title: str) -> str | None:
        """The vendor's heading over this column of ours, where the profile names one."""
        return _of(self.headings, title)

    def constant(self, title: str) -> Cell:
        return _of(self.constants, title)

    def cells(self, title: str, cells: Sequence[Cell]) -> list[Cell]:
        """The cells in our words instead of the vendor's own, empty ones filled."""
        meanings = {word(theirs): ours for theirs, ours in (_of(self.values, title) or {}).items()}
        if meanings:
            cells = [c if isinstance(c, Fault) else meanings.get(word(shown(c)), c) for c in cells]
        constant = self.constant(title)
        if constant is None:
            return list(cells)
        return [constant if is_empty(cell) else cell for cell in cells]

    def column(self, about: "Column") -> "Column":
        """The column with the way this vendor writes dates and numbers."""
        return replace(about, date_order=self.date_order, decimal=self.decimal)

    def is_for(self, operation: str | None) -> bool:
        """Whether the vendor's sheets may be of this operation, so far as either is named."""
        ours = self.operation
        return operation is None or ours is None or key(operation) == key(ours)

    def is_sign_of(self, headings: Sequence[str]) -> bool:
        """Whether the headings are those of the sheet that was mapped, in whatever order."""
        return bool(self.fingerprint) and _keys(headings) == _keys(self.fingerprint)

    def knows(self, heading: str) -> bool:
        """Whether the sheet that was mapped had such a heading, or none was."""
        return not self.fingerprint or key(heading) in _keys(self.fingerprint)

    def changes(self, headings: Sequence[str]) -> tuple[list[str], list[str]]:
        """The headings that are new since the sheet was mapped, and those that are gone."""
        if not self.fingerprint:
            return [], []
        return _besides(headings, self.fingerprint), _besides(self.fingerprint, headings)


def _of(table: Mapping[str, T], title: str) -> T | None:
    return next((value for named, value in table.items() if key(named) == key(title)), None)


def word(text: str) -> str:
    """
    >>> word(" FDX\\u00a0 Grnd ")
    'fdx grnd'
    """
    return " ".join(from_cell(text).casefold().split())


def _keys(headings: Sequence[str]) -> Counter[str]:
    return Counter(key(heading) for heading in headings)


def _besides(headings: Sequence[str], others: Sequence[str]) -> list[str]:
    """The headings that the others do not have, or have fewer times."""
    surplus = _keys(headings) - _keys(others)
    missing = []
    for heading in headings:
        if surplus[key(heading)] > 0:
            surplus[key(heading)] -= 1
            missing.append(heading)
    return missing

"""How one vendor's sheets look: a frozen profile, read from [vendors.NAME] of importer.toml."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from importer.cells import Cell, Fault, clean, is_empty, shown
from importer.spelling import did_you_mean, key
from importer.toml_table import Table

if TYPE_CHECKING:
    from importer.columns import Column  # brings pandas, which a command about accounts can spare

KEYS = (
    *("operation", "account", "worksheet", "header_row", "headings", "constants", "values"),
    *("date_order", "decimal", "encoding", "infer_carrier", "fingerprint"),
)
DATE_ORDERS = ("dmy", "mdy", "ymd")
_LAST_ROW = 1_048_576  # of a worksheet

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
    fingerprint: Sequence[str] = ()  # every heading of the sheet that was mapped

    def heading(self, title: str) -> str | None:
        """The vendor's heading over this column of ours, where the profile names one."""
        return _of(self.headings, title)

    def constant(self, title: str) -> Cell:
        return _of(self.constants, title)

    def cells(self, title: str, cells: Sequence[Cell]) -> list[Cell]:
        """The cells as they are meant: the vendor's own words put into ours, empty cells filled."""
        meanings = {_word(theirs): ours for theirs, ours in (_of(self.values, title) or {}).items()}
        if meanings:
            cells = [cell if isinstance(cell, Fault) else _meant(cell, meanings) for cell in cells]
        constant = self.constant(title)
        if constant is None:
            return list(cells)
        return [constant if is_empty(cell) else cell for cell in cells]

    def column(self, about: "Column") -> "Column":
        """The column with the way this vendor writes dates and numbers."""
        return replace(about, date_order=self.date_order, decimal=self.decimal)

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


def _word(text: str) -> str:
    """
    >>> _word(" FDX\\u00a0 Grnd ")
    'fdx grnd'
    """
    return " ".join(clean(text).casefold().split())


def _meant(cell: Cell, meanings: Mapping[str, str]) -> Cell:
    return meanings.get(_word(shown(cell)), cell)


def _keys(headings: Sequence[str]) -> Counter[str]:
    return Counter(key(heading) for heading in headings)


def _besides(headings: Sequence[str], others: Sequence[str]) -> list[str]:
    """The headings that the others do not have, a doubled one as often as they have it less."""
    left = _keys(headings) - _keys(others)
    found = []
    for heading in headings:
        if left[key(heading)] > 0:
            left[key(heading)] -= 1
            found.append(heading)
    return found


# Reading ----------------------------------------------------------------------------------------


def read_profile(name: str, table: Table, accounts: Collection[str]) -> VendorProfile:
    """The profile in a table; SettingsError for what is misspelt or has another form.

    Titles and the operation are checked where operations are known: `vendors.check_profile`.
    """
    table.knows(KEYS)
    return VendorProfile(
        name=name,
        place=f"{table.file}: [{table.name}]",
        operation=table.text("operation"),
        account=_account(table, accounts),
        worksheet=table.text("worksheet"),
        header_row=_header_row(table),
        headings=_headings(table),
        constants=_constants(table),
        values=_values(table),
        date_order=_one_of(table, "date_order", DATE_ORDERS),
        decimal=_one_of(table, "decimal", (",", ".")),
        encoding=_encoding(table),
        infer_carrier=_yes_or_no(table, "infer_carrier"),
        fingerprint=_fingerprint(table),
    )


def _account(table: Table, accounts: Collection[str]) -> str | None:
    name = table.text("account")
    if name is not None and name not in accounts:
        known = ", ".join(accounts) or "none"
        hint = did_you_mean(name, accounts)
        raise table.wrong(f'account "{name}" is not one of the accounts: {known}', hint)
    return name


def _header_row(table: Table) -> int | None:
    if "header_row" not in table.values:
        return None
    return table.whole_number("header_row", 1, 1, _LAST_ROW)


def _one_of(table: Table, name: str, known: Collection[str]) -> str | None:
    text = table.text(name)
    if text is not None and text not in known:
        listed = ", ".join(f'"{choice}"' for choice in known)
        raise table.wrong(f'{name} "{text}" is not one of {listed}')
    return text


def _yes_or_no(table: Table, name: str) -> bool | None:
    found = table.values.get(name)
    if found is not None and not isinstance(found, bool):
        raise table.wrong(f"{name} must be true or false")
    return found


def _encoding(table: Table) -> str | None:
    text = table.text("encoding")
    try:
        "".encode(text or "ascii")
    except LookupError:
        raise table.wrong(
            f'encoding "{text}" is not known; write a code page such as cp1250'
        ) from None
    return text


def _fingerprint(table: Table) -> tuple[str, ...]:
    found = table.values.get("fingerprint", [])
    if not isinstance(found, list) or not all(isinstance(heading, str) for heading in found):
        raise table.wrong(
            "fingerprint must be a list of headings in quotes, as importer map has it"
        )
    return tuple(found)


def _headings(table: Table) -> dict[str, str]:
    found = _texts(table, "headings", table.values.get("headings", {}))
    titles: dict[str, str] = {}
    for title, heading in found.items():
        other = titles.setdefault(key(heading), title)
        if other != title:
            raise table.wrong(f'headings: "{heading}" stands for both {other} and {title}')
    return found


def _values(table: Table) -> dict[str, dict[str, str]]:
    found = _by_title(table, "values", table.values.get("values", {}))
    return {title: _meanings(table, title, meanings) for title, meanings in found.items()}


def _meanings(table: Table, title: str, found: object) -> dict[str, str]:
    place = f"values, {title}"
    if not isinstance(found, dict):
        raise table.wrong(f'{place} must be written as {{ "theirs" = "ours" }}')
    words: dict[str, str] = {}
    for theirs, ours in found.items():
        if not isinstance(ours, str) or not _word(theirs):
            raise table.wrong(f'{place}: "{theirs}" must be a text, and stand for one in quotes')
        if words.setdefault(_word(theirs), ours) != ours:
            raise table.wrong(f'{place}: "{theirs}" stands for two things')
    return found


def _constants(table: Table) -> dict[str, Cell]:
    found = _by_title(table, "constants", table.values.get("constants", {}))
    for title, cell in found.items():
        if isinstance(cell, bool) or not isinstance(cell, str | int | float | date):
            raise table.wrong(f"constants: {title} must be a text, a number or a date")
        if is_empty(cell):
            raise table.wrong(f"constants: {title} is empty; leave it out")
    return found


def _texts(table: Table, name: str, found: object) -> dict[str, str]:
    texts = _by_title(table, name, found)
    for title, text in texts.items():
        if not isinstance(text, str) or not key(text):
            raise table.wrong(f"{name}: {title} must be a text in quotes")
    return texts


def _by_title(table: Table, name: str, found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise table.wrong(f'{name} must be written as {{ "Column" = ... }}')
    titles: dict[str, str] = {}
    for title in found:
        if titles.setdefault(key(title), title) != title:
            raise table.wrong(f'{name}: "{title}" stands there twice')
    return found

"""A vendor's profile, read from its table of importer.toml."""

from collections.abc import Collection
from datetime import date
from typing import Any

from importer.model.cells import Cell, is_empty
from importer.model.spelling import did_you_mean, key
from importer.settings.toml_table import TomlTable
from importer.settings.vendor_profile import DATE_ORDERS, KEYS, LAST_ROW, VendorProfile, word


def read_profile(name: str, table: TomlTable, accounts: Collection[str]) -> VendorProfile:
    """SettingsError for what is misspelt or has another form; `profile_check` does the rest."""
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
        split=_yes_or_no(table, "split"),
        fingerprint=_fingerprint(table),
    )


def _account(table: TomlTable, accounts: Collection[str]) -> str | None:
    name = table.text("account")
    if name is not None and name not in accounts:
        known = ", ".join(accounts) or "none"
        hint = did_you_mean(name, accounts)
        raise table.wrong(f'account "{name}" is not one of the accounts: {known}', hint)
    return name


def _header_row(table: TomlTable) -> int | None:
    if "header_row" not in table.values:
        return None
    return table.whole_number("header_row", 1, 1, LAST_ROW)


def _one_of(table: TomlTable, name: str, known: Collection[str]) -> str | None:
    text = table.text(name)
    if text is not None and text not in known:
        listed = ", ".join(f'"{choice}"' for choice in known)
        raise table.wrong(f'{name} "{text}" is not one of {listed}')
    return text


def _yes_or_no(table: TomlTable, name: str) -> bool | None:
    return table.flag(name) if name in table.values else None


def _encoding(table: TomlTable) -> str | None:
    text = table.text("encoding")
    try:
        "".encode(text or "ascii")
    except LookupError:
        raise table.wrong(
            f'encoding "{text}" is not known; write a code page such as cp1250'
        ) from None
    return text


def _fingerprint(table: TomlTable) -> tuple[str, ...]:
    headings = table.values.get("fingerprint", [])
    if not isinstance(headings, list) or not all(isinstance(heading, str) for heading in headings):
        raise table.wrong(
            "fingerprint must be a list of headings in quotes, as importer map writes it"
        )
    return tuple(headings)


def _headings(table: TomlTable) -> dict[str, str]:
    headings = _by_title(table, "headings")
    titles: dict[str, str] = {}
    for title, heading in headings.items():
        if not isinstance(heading, str) or not key(heading):
            raise table.wrong(f"headings: {title} must be a text in quotes")
        other = titles.setdefault(key(heading), title)
        if other != title:
            raise table.wrong(f'headings: "{heading}" is used for both {other} and {title}')
    return headings


def _values(table: TomlTable) -> dict[str, dict[str, str]]:
    values = _by_title(table, "values")
    for title, meanings in values.items():
        _check_meanings(table, f"values, {title}", meanings)
    return values


def _check_meanings(table: TomlTable, place: str, meanings: object) -> None:
    if not isinstance(meanings, dict):
        raise table.wrong(f'{place} must be written as {{ "theirs" = "ours" }}')
    words: dict[str, str] = {}
    for theirs, ours in meanings.items():
        if not isinstance(ours, str) or not word(theirs):
            raise table.wrong(f'{place}: "{theirs}" must be a text, and stand for one in quotes')
        if words.setdefault(word(theirs), ours) != ours:
            raise table.wrong(f'{place}: "{theirs}" has two meanings')


def _constants(table: TomlTable) -> dict[str, Cell]:
    constants = _by_title(table, "constants")
    for title, cell in constants.items():
        if isinstance(cell, bool) or not isinstance(cell, str | int | float | date):
            raise table.wrong(f"constants: {title} must be a text, a number or a date")
        if is_empty(cell):
            raise table.wrong(f"constants: {title} is empty; leave it out")
    return constants


def _by_title(table: TomlTable, name: str) -> dict[str, Any]:
    values = table.values.get(name, {})
    if not isinstance(values, dict):
        raise table.wrong(f'{name} must be written as {{ "Column" = ... }}')
    titles: dict[str, str] = {}
    for title in values:
        if titles.setdefault(key(title), title) != title:
            raise table.wrong(f'{name}: "{title}" appears twice')
    return values

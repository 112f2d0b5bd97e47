"""A vendor's profile, read from its table of importer.toml."""

from collections.abc import Collection
from datetime import date
from typing import Any

from importer.model.cells import Cell, is_empty
from importer.model.spelling import did_you_mean, key
from importer.settings.toml_table import TomlTable
from importer.settings.vendor_profile import DATE_ORDERS, KEYS, LAST_ROW, VendorProfile, word


def read_profile(name: str, table: TomlTable, accounts: Collection[str]) -> VendorProfile:
    """The profile in a table; SettingsError for what is misspelt or has another form.

    Titles and the operation are checked where operations are known: `profile_check`.
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
    found = table.values.get(name)
    if found is not None and not isinstance(found, bool):
        raise table.wrong(f"{name} must be true or false")
    return found


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
    found = table.values.get("fingerprint", [])
    if not isinstance(found, list) or not all(isinstance(heading, str) for heading in found):
        raise table.wrong(
            "fingerprint must be a list of headings in quotes, as importer map writes it"
        )
    return tuple(found)


def _headings(table: TomlTable) -> dict[str, str]:
    found = _texts(table, "headings", table.values.get("headings", {}))
    titles: dict[str, str] = {}
    for title, heading in found.items():
        other = titles.setdefault(key(heading), title)
        if other != title:
            raise table.wrong(f'headings: "{heading}" is used for both {other} and {title}')
    return found


def _values(table: TomlTable) -> dict[str, dict[str, str]]:
    found = _by_title(table, "values", table.values.get("values", {}))
    return {title: _meanings(table, title, meanings) for title, meanings in found.items()}


def _meanings(table: TomlTable, title: str, found: object) -> dict[str, str]:
    place = f"values, {title}"
    if not isinstance(found, dict):
        raise table.wrong(f'{place} must be written as {{ "theirs" = "ours" }}')
    words: dict[str, str] = {}
    for theirs, ours in found.items():
        if not isinstance(ours, str) or not word(theirs):
            raise table.wrong(f'{place}: "{theirs}" must be a text, and stand for one in quotes')
        if words.setdefault(word(theirs), ours) != ours:
            raise table.wrong(f'{place}: "{theirs}" has two meanings')
    return found


def _constants(table: TomlTable) -> dict[str, Cell]:
    found = _by_title(table, "constants", table.values.get("constants", {}))
    for title, cell in found.items():
        if isinstance(cell, bool) or not isinstance(cell, str | int | float | date):
            raise table.wrong(f"constants: {title} must be a text, a number or a date")
        if is_empty(cell):
            raise table.wrong(f"constants: {title} is empty; leave it out")
    return found


def _texts(table: TomlTable, name: str, found: object) -> dict[str, str]:
    texts = _by_title(table, name, found)
    for title, text in texts.items():
        if not isinstance(text, str) or not key(text):
            raise table.wrong(f"{name}: {title} must be a text in quotes")
    return texts


def _by_title(table: TomlTable, name: str, found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise table.wrong(f'{name} must be written as {{ "Column" = ... }}')
    titles: dict[str, str] = {}
    for title in found:
        if titles.setdefault(key(title), title) != title:
            raise table.wrong(f'{name}: "{title}" appears twice')
    return found

"""A vendor's table is written into importer.toml; everything else in the file stays as it is."""

import shutil
import tomllib
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item, Table, Whitespace

from importer.model.errors import SettingsError
from importer.model.files import written
from importer.settings.vendor_profile import KEYS, VendorProfile


def table_of(profile: VendorProfile) -> str:
    """The profile as TOML, a line for each key.

    >>> print(table_of(VendorProfile("north", headings={"PO ID": "Our PO"}, decimal=",")))
    [vendors.north]
    headings = {"PO ID" = "Our PO"}
    decimal = ","
    """
    vendors = tomlkit.table(is_super_table=True)
    vendors[profile.name] = _table(profile)
    return tomlkit.dumps({"vendors": vendors}).rstrip("\n")


def save_profile(file: Path, profile: VendorProfile) -> None:
    """Puts the profile's table into the file, in place of an older one, whole or not at all.

    Raises SettingsError where the file cannot be read or written, or has the older table in a
    form that cannot be replaced.
    """
    try:
        file = file.resolve()  # a link stays a link
        before = file.read_bytes().decode() if file.exists() else ""
        after = _with_table(file, before, profile)
        _write(file, after.encode())
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8 text; save it as UTF-8.") from None


def _table(profile: VendorProfile) -> Table:
    table = tomlkit.table()
    for name in KEYS:
        value = getattr(profile, name)
        if value not in (None, {}, (), []):
            table[name] = _item(value)
    return table


def _item(value: Any) -> Item:
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for name, inner in value.items():
            table[name] = _item(inner)
        return table
    item: Item = tomlkit.item(value)
    return item


def _with_table(file: Path, text: str, profile: VendorProfile) -> str:
    """The text with the table in place of an older one, or below the other vendors' tables.

    Raises SettingsError unless the file then says what it said, and the profile.
    """
    mark, end = "\ufeff" * text.startswith("\ufeff"), "\r\n" if "\r\n" in text else "\n"
    before = text.removeprefix(mark).replace("\r\n", "\n")
    if before and not before.endswith("\n"):
        before += "\n"
    try:
        after = _replaced(before, profile)
        expected = tomllib.loads(before)
        expected.setdefault("vendors", {})[profile.name] = _table(profile).unwrap()
        sound = tomllib.loads(after) == expected
    except (TOMLKitError, ValueError, TypeError, AttributeError):
        sound, after = False, ""
    if not sound:
        raise SettingsError(
            f"{file} has its vendors in a form that cannot be changed here; write the table "
            f"[vendors.{profile.name}] into it by hand."
        )
    return mark + after.replace("\n", end)


def _replaced(text: str, profile: VendorProfile) -> str:
    document, table = tomlkit.parse(text), _table(profile)
    vendors = document.setdefault("vendors", tomlkit.table(is_super_table=True))
    older = vendors.get(profile.name)
    table.add(Whitespace("\n" if older is None else _remarks_below(older)))
    vendors[profile.name] = table
    after = tomlkit.dumps(document)
    return after if text.endswith("\n\n") else after.rstrip("\n") + "\n"


def _remarks_below(item: Any) -> str:
    """The blank lines and comments between a table and the next one: those are not the vendor's."""
    body = item.value.body if isinstance(item, Table) else []
    if body and isinstance(body[-1][1], Table):
        return _remarks_below(body[-1][1])
    below = [entry.as_string() for _, entry in takewhile(lambda pair: not pair[0], reversed(body))]
    return "".join(reversed(below))


def _write(file: Path, content: bytes) -> None:
    def write(part: BinaryIO) -> None:
        if file.exists():
            shutil.copymode(file, part.name)
        part.write(content)

    result = written(file, write)
    if result.path != file:
        raise SettingsError(
            f"{file} is open in another program; what should be in it is in {result.path.name}."
        )

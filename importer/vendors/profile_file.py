"""A vendor's table is written into importer.toml; everything else of the file stays as it is."""

import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Any

from importer.model.errors import SettingsError
from importer.settings.vendor_profile import KEYS, VendorProfile


def table_of(profile: VendorProfile) -> str:
    """The profile as TOML, a line for each key.

    >>> print(table_of(VendorProfile("north", headings={"PO ID": "Our PO"}, decimal=",")))
    [vendors.north]
    headings = {"PO ID" = "Our PO"}
    decimal = ","
    """
    lines = [f"[vendors.{_key(profile.name)}]"]
    lines += [f"{name} = {_value(value)}" for name, value in _values(profile).items()]
    return "\n".join(lines)


def save_profile(file: Path, profile: VendorProfile) -> None:
    """Puts the profile's table into the file, in place of an older one, whole or not at all.

    Raises SettingsError where the file cannot be read or written, or has the older table in a
    form that cannot be cut out of it.
    """
    try:
        file = file.resolve()  # a link stays a link
        before = file.read_bytes().decode() if file.exists() else ""
        after = _with_table(before, profile)
        _check(file, before, after, profile)
        _write(file, after.encode())
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8 text; save it as UTF-8.") from None


def _values(profile: VendorProfile) -> dict[str, Any]:
    found = {name: getattr(profile, name) for name in KEYS}
    return {name: value for name, value in found.items() if value not in (None, {}, (), [])}


def _value(value: Any) -> str:
    match value:
        case str():
            # JSON's escapes are TOML's, but for the one character that JSON leaves as it is.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            pairs = (f"{_key(name)} = {_value(inner)}" for name, inner in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple():
            return f"[{', '.join(_value(inner) for inner in value)}]"
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _value(name)


_HEADER = re.compile(r"\s*\[")
_ASIDE = re.compile(r"\s*(#.*)?")  # a blank line or a comment


def _with_table(text: str, profile: VendorProfile) -> str:
    """The text with the table where an older one stood, else at its end."""
    end = "\r\n" if "\r\n" in text else "\n"
    table = table_of(profile).replace("\n", end) + end
    lines = text.splitlines(keepends=True)
    old = _lines_of(lines, profile.name)
    if not old:
        gap = "" if not lines else end if text.endswith("\n") else end * 2
        return text + gap + table
    kept = [
        table if i == min(old) else line
        for i, line in enumerate(lines)
        if i <= min(old) or i not in old
    ]
    return "".join(kept)


def _lines_of(lines: list[str], vendor: str) -> set[int]:
    """Where the vendor's table and the tables in it stand, without comments before the next."""
    found: set[int] = set()
    block: list[int] = []
    inside = False
    for i, line in enumerate([*lines, "["]):
        if _HEADER.match(line):
            while block and _ASIDE.fullmatch(lines[block[-1]].rstrip("\r\n")):
                block.pop()
            found |= set(block)
            block, inside = [], _is_header_of(line, vendor)
        if inside:
            block.append(i)
    return found


def _is_header_of(line: str, vendor: str) -> bool:
    """Whether a table begins here that is the vendor's or stands in it."""
    with suppress(tomllib.TOMLDecodeError):
        found = tomllib.loads(line)
        return vendor in found.get("vendors", {})
    return False


def _check(file: Path, before: str, after: str, profile: VendorProfile) -> None:
    """SettingsError unless the file says what it said, and of this vendor what it should."""
    try:
        expected = _parsed(before)
        expected.setdefault("vendors", {})[profile.name] = _parsed(table_of(profile))["vendors"][
            profile.name
        ]
        sound = _parsed(after) == expected
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        sound = False
    if not sound:
        raise SettingsError(
            f"{file} has its vendors in a form that cannot be changed here; write the table "
            f"[vendors.{profile.name}] into it by hand."
        )


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(f".{token_hex(8)}.part")
    try:
        part.touch(mode=0o600)
        part.write_bytes(content)
        if file.exists():
            shutil.copymode(file, part)
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise

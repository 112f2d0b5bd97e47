"""A table of importer.toml whose keys and values are checked as they are read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importer.model.errors import SettingsError
from importer.model.spelling import did_you_mean


@dataclass(frozen=True, slots=True)
class TomlTable:
    """One table of the file, and its place for the sentences about it."""

    file: Path
    name: str
    values: Mapping[str, Any]

    def wrong(self, words: str, hint: str = "") -> SettingsError:
        place = f"[{self.name}] " if self.name else ""
        return SettingsError(f"{self.file}: {place}{words}.{hint}")

    def knows(self, keys: Iterable[str]) -> None:
        known = list(keys)
        for key in self.values:
            if key not in known:
                place = "in this table" if self.name else "at the top of the file"
                raise self.wrong(f'"{key}" is not known {place}', did_you_mean(key, known))

    def tables(self, key: str) -> dict[str, "TomlTable"]:
        tables = self.values.get(key, {})
        if not isinstance(tables, dict):
            raise self.wrong(f"{key} must be written as tables, [{key}.NAME]")
        return {name: self._table(key, name, values) for name, values in tables.items()}

    def _table(self, key: str, name: str, values: object) -> "TomlTable":
        if not isinstance(values, dict):
            raise self.wrong(f'"{name}" in [{key}] must be a table of its own, [{key}.{name}]')
        if not name.strip() or not name.isprintable():
            raise self.wrong(f"a name in [{key}] is blank or has control characters")
        return TomlTable(self.file, f"{key}.{name}", values)

    def text(self, key: str) -> str | None:
        """The value, never shown in a sentence: it may be a secret in the wrong place."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.wrong(f"{key} must be a text in quotes")
        return value

    def path(self, key: str) -> Path | None:
        """A relative path is meant from the folder of the settings file."""
        text = self.text(key)
        return None if text is None else self.file.parent / Path(text).expanduser()

    def number(self, key: str, default: float, least: float, most: float) -> float:
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(f"{key} must be a number, not {value!r}")
        if not least <= value <= most:
            raise self.wrong(f"{key} must be from {least:g} to {most:g}, not {value}")
        return value

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} must be true or false, not {value!r}")
        return value

    def whole_number(self, key: str, default: int, least: int, most: int) -> int:
        value = self.number(key, default, least, most)
        if not isinstance(value, int):
            raise self.wrong(f"{key} must be a whole number, not {value}")
        return value

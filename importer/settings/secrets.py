"""Secrets: named in importer.toml, kept in the environment or the keyring, never printed."""

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from importer.model.errors import SettingsError
from importer.settings.toml_table import TomlTable


class Secret:
    """A text that shows as *** wherever it is printed, formatted or logged."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"


Credentials: TypeAlias = Mapping[str, Secret]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a credential is kept: an environment variable, or "service/name" in the keyring."""

    key: str  # the key in the file that says so
    place: str = field(repr=False)  # somebody will paste the secret itself here

    def read(self, environ: Mapping[str, str]) -> str:
        if self.key.endswith("_env"):
            return _from_environment(self.place, environ)
        return _from_keyring(self.place)


def read_source(table: TomlTable, name: str, title: str) -> Source:
    keys = [key for key in (f"{name}_env", f"{name}_keyring") if table.text(key) is not None]
    if len(keys) != 1:
        raise table.wrong(
            f"{title} needs either {name}_env (an environment variable) or {name}_keyring "
            f'("service/name" in the keyring), but {"has both" if keys else "has neither"}'
        )
    place = (table.text(keys[0]) or "").strip()
    rule = r"[A-Za-z_][A-Za-z0-9_]*" if keys[0].endswith("_env") else r"[^/]+/.+"
    if not re.fullmatch(rule, place):
        raise table.wrong(
            f"{keys[0]} must say where the secret is kept, such as "
            f'"{"ACME_KEY" if keys[0].endswith("_env") else "importer/acme"}", not contain it'
        )
    return Source(keys[0], place)


def _from_environment(variable: str, environ: Mapping[str, str]) -> str:
    value = environ.get(variable, "")
    if not value.strip():
        raise SettingsError(f"the environment variable {variable} is not set or empty; set it.")
    return value


def _from_keyring(place: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise SettingsError(
            "the keyring package is missing; install purchase-order-importer[keyring]."
        ) from None
    service, _, name = place.partition("/")
    try:
        value = keyring.get_password(service, name)
    except keyring.errors.KeyringError as error:
        raise SettingsError(f'the keyring did not open: "{type(error).__name__}".') from None
    if not value or not str(value).strip():
        raise SettingsError(f'the keyring holds nothing under "{service}" and "{name}"; store it.')
    return str(value)

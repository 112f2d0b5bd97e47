"""importer.toml and the environment, as frozen settings in which a secret never prints."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, time
from pathlib import Path
from typing import Any

import platformdirs

from importer.model.calls import NOON_UTC
from importer.model.errors import SettingsError
from importer.model.spelling import did_you_mean
from importer.settings.accounts import Account, PlatformTerms, read_account
from importer.settings.toml_table import TomlTable
from importer.settings.vendor_profile import VendorProfile
from importer.settings.vendor_table import read_profile

FILE_NAME = "importer.toml"
_TOP_KEYS = ("accounts", "vendors", "date_only", "journal")


@dataclass(frozen=True, slots=True)
class Settings:
    """`journal` is a path or a database URL as written."""

    accounts: Mapping[str, Account] = field(default_factory=dict)
    date_only_at: time = NOON_UTC
    journal: str | None = field(default=None, repr=False)  # a database URL may hold a password
    vendors: Mapping[str, VendorProfile] = field(default_factory=dict)
    file: Path | None = None

    def vendor(self, name: str) -> VendorProfile:
        """The profile of that name; SettingsError with the nearest one where there is none."""
        if name in self.vendors:
            return self.vendors[name]
        known = ", ".join(self.vendors) or "none"
        raise SettingsError(
            f'{self.file or FILE_NAME} has no vendor "{name}"; its vendors are: {known}.'
            f"{did_you_mean(name, self.vendors)} importer map creates one from a sheet"
        )

    def account(self, name: str) -> Account:
        """The account of that name; SettingsError with the nearest one where there is none."""
        if name in self.accounts:
            return self.accounts[name]
        if self.file is None:
            raise SettingsError(
                f'There is no account "{name}" because no {FILE_NAME} was found; '
                f"write one here or in {_user_file().parent}."
            )
        known = ", ".join(self.accounts) or "none"
        raise SettingsError(
            f'{self.file} has no account "{name}"; its accounts are: {known}.'
            f"{did_you_mean(name, self.accounts)}"
        )


def load_settings(path: Path | None, platforms: Mapping[str, PlatformTerms]) -> Settings:
    """The settings in `path`, else in ./importer.toml, else in the user's configuration folder.

    Without a file the settings are empty: a check needs no account. Secrets are not read yet.
    Raises SettingsError, which names file, table and key.
    """
    file = path or _found_file()
    if file is None:
        return Settings()
    top = TomlTable(file, "", _parse(file))
    top.knows(_TOP_KEYS)
    tables, vendors = top.tables("accounts").items(), top.tables("vendors").items()
    accounts = {name: read_account(name, table, platforms) for name, table in tables}
    return Settings(
        accounts=accounts,
        date_only_at=_date_only(top),
        journal=_journal(top),
        vendors={name: read_profile(name, table, accounts) for name, table in vendors},
        file=file,
    )


def journal_location(settings: Settings, option: str | None) -> str:
    """Path or URL of the journal: the option, else the settings, else the user's data folder."""
    default = platformdirs.user_data_path("importer", appauthor=False) / "journal.db"
    return option or settings.journal or str(default)


def _found_file() -> Path | None:
    return next((file for file in (Path(FILE_NAME), _user_file()) if file.is_file()), None)


def _user_file() -> Path:
    return platformdirs.user_config_path("importer", appauthor=False) / FILE_NAME


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8 text; save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}.") from None


def _date_only(top: TomlTable) -> time:
    value = top.values.get("date_only", NOON_UTC)
    if isinstance(value, str) and re.fullmatch(r"[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?", value):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, time):
        raise top.wrong('date_only must be a time of day in UTC, such as "12:00"')
    return value.replace(tzinfo=UTC)


def _journal(top: TomlTable) -> str | None:
    text = top.text("journal")
    return text if text is None or "://" in text else str(top.path("journal"))

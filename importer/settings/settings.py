"""importer.toml and the environment, as frozen settings in which a secret never prints."""

import importlib
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, time
from pathlib import Path
from typing import Any, Protocol, Self, TypeAlias
from urllib.parse import urlsplit

import platformdirs

from importer.model.calls import NOON_UTC
from importer.model.errors import SettingsError
from importer.model.spelling import did_you_mean
from importer.settings.toml_table import TomlTable
from importer.settings.vendor_profile import VendorProfile
from importer.settings.vendor_table import read_profile

FILE_NAME = "importer.toml"
_TOP_KEYS = ("accounts", "vendors", "date_only", "journal")
_ACCOUNT_KEYS = (
    "platform",
    "base_url",
    "limit",
    "workers",
    "timeout",
    "ca_bundle",
    "settle",
    "undoable",
)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
# Calls are paced a little under the limit: other programs share it, and clocks differ.
_SHARE_OF_LIMIT = 0.95


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
class Limit:
    """So many calls in so many seconds; no calls means unlimited."""

    calls: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Raises ValueError for what is no limit.

        >>> Limit.parse("10800/hour"), Limit.parse("unlimited").pace_s
        (Limit(calls=10800, seconds=3600), 0.0)
        """
        if text == "unlimited":
            return cls(0, 0)
        found = re.fullmatch(r"([1-9][0-9]{0,6})/(second|minute|hour|day)", text)
        if not found:
            raise ValueError(text)
        return cls(int(found[1]), _SECONDS[found[2]])

    @property
    def pace_s(self) -> float:
        """Seconds between two calls, at 95 % of the limit."""
        return self.seconds / self.calls / _SHARE_OF_LIMIT if self.calls else 0.0


class PlatformTerms(Protocol):
    """What settings must know of a platform."""

    @property
    def title(self) -> str: ...
    @property
    def credentials(self) -> tuple[str, ...]: ...
    @property
    def limit(self) -> Limit: ...
    @property
    def base_url(self) -> str | None: ...
    @property
    def server_url(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a credential is kept: an environment variable, or "service/name" in the keyring."""

    key: str  # the key in the file that says so
    place: str = field(repr=False)  # somebody will paste the secret itself here

    def read(self, environ: Mapping[str, str]) -> str:
        if self.key.endswith("_env"):
            return _from_environment(self.place, environ)
        return _from_keyring(self.place)


@dataclass(frozen=True, slots=True)
class Account:
    """One login on one platform. `base_url` has no slash at its end."""

    name: str
    platform: str
    base_url: str
    sources: Mapping[str, Source]
    limit: Limit
    workers: int = 8
    timeout_s: float = 60
    ca_bundle: Path | None = None
    settle_s: float = 120  # from a lost answer to the read back that may say "not applied"
    undoable: bool = False  # keep what the platform held before each write

    def credentials(self, environ: Mapping[str, str]) -> Credentials:
        """The account's secrets, read now; SettingsError where one is missing or unfit to send."""
        return {name: self._secret(source, environ) for name, source in self.sources.items()}

    def _secret(self, source: Source, environ: Mapping[str, str]) -> Secret:
        try:
            value = source.read(environ).strip()
        except SettingsError as error:
            raise SettingsError(f"Account {self.name}, {source.key}: {error}") from None
        # A line break in a header would print the whole header in the client's own exception.
        if not (value.isascii() and value.isprintable()):
            raise SettingsError(
                f"Account {self.name}, {source.key}: the secret found has a line break, a control "
                "character or a letter outside ASCII; store it again."
            )
        return Secret(value)


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
            f"{did_you_mean(name, self.vendors)} importer map makes one from a sheet"
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
        hint = did_you_mean(name, self.accounts)
        raise SettingsError(
            f'{self.file} has no account "{name}"; its accounts are: {known}.{hint}'
        )


def load_settings(path: Path | None, platforms: Mapping[str, PlatformTerms]) -> Settings:
    """The settings in `path`, else in ./importer.toml, else in the user's configuration folder.

    No file at all gives empty settings, since a check needs no account; secrets are not read yet.
    Raises SettingsError, which names file, table and key.
    """
    file = path or _found_file()
    if file is None:
        return Settings()
    top = TomlTable(file, "", _parse(file))
    top.knows(_TOP_KEYS)
    accounts = {name: _account(name, t, platforms) for name, t in top.tables("accounts").items()}
    vendors = top.tables("vendors").items()
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


def _account(name: str, table: TomlTable, platforms: Mapping[str, PlatformTerms]) -> Account:
    platform = _platform(table, platforms)
    terms = platforms[platform]
    return Account(
        name=name,
        platform=platform,
        sources=_sources(table, terms),
        base_url=_base_url(table, terms),
        limit=_limit(table) or terms.limit,
        workers=table.whole_number("workers", 8, 1, 64),
        timeout_s=table.number("timeout", 60, 0.1, 3600),
        ca_bundle=_ca_bundle(table),
        settle_s=table.number("settle", 120, 0, 86400),
        undoable=table.flag("undoable"),
    )


def _platform(table: TomlTable, platforms: Mapping[str, PlatformTerms]) -> str:
    platform = table.text("platform")
    known = ", ".join(platforms)
    if platform is None:
        raise table.wrong(f"platform is missing; it is one of {known}")
    if platform not in platforms:
        hint = did_you_mean(platform, platforms)
        raise table.wrong(f'platform "{platform}" is not one of {known}', hint)
    return platform


def _sources(table: TomlTable, terms: PlatformTerms) -> dict[str, Source]:
    """Where each credential is kept; refuses the keys that this platform's accounts do not have."""
    places = [f"{name}_{kind}" for name in terms.credentials for kind in ("env", "keyring")]
    table.knows([*_ACCOUNT_KEYS, *(["server"] if terms.server_url else []), *places])
    return {name: _source(table, name, terms.title) for name in terms.credentials}


def _source(table: TomlTable, name: str, title: str) -> Source:
    keys = [key for key in (f"{name}_env", f"{name}_keyring") if table.text(key) is not None]
    if len(keys) != 1:
        raise table.wrong(
            f"{title} needs one of {name}_env (a variable of the environment) and {name}_keyring "
            f'("service/name" in the keyring), but {"both stand" if keys else "none stands"} here'
        )
    place = (table.text(keys[0]) or "").strip()
    rule = r"[A-Za-z_][A-Za-z0-9_]*" if keys[0].endswith("_env") else r"[^/]+/.+"
    if not re.fullmatch(rule, place):
        raise table.wrong(
            f"{keys[0]} must name the place of the secret, such as "
            f'"{"ACME_KEY" if keys[0].endswith("_env") else "importer/acme"}", not hold it'
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


def _base_url(table: TomlTable, terms: PlatformTerms) -> str:
    server, base_url = table.text("server"), table.text("base_url")
    if server is not None and base_url is not None:
        raise table.wrong("server and base_url exclude each other; keep one")
    if server is not None and terms.server_url is not None:
        return _server_url(table, server, terms.server_url)
    if base_url is None and terms.base_url is None:
        raise table.wrong(f"{terms.title} needs server or base_url")
    return _checked_url(table, (base_url or terms.base_url or "").strip())


def _server_url(table: TomlTable, server: str, pattern: str) -> str:
    label = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    url = pattern.replace("{server}", server)
    host = pattern.replace("{server}", server.lower())
    fits = re.fullmatch(label, server) and not server.lower().startswith("xn--")
    if not fits or urlsplit(url).hostname != urlsplit(host).hostname:
        raise table.wrong(f'server {server!r} must be one word, the "{{server}}" of {pattern}')
    return url


def _checked_url(table: TomlTable, url: str) -> str:
    """The address without a slash at its end; not quoted where it may hold a password."""
    if not url.isascii() or not url.isprintable() or re.search(r"[\s\\]", url):
        raise table.wrong("base_url must be plain ASCII without spaces or backslashes")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise table.wrong("base_url is no valid address") from None
    if re.search(r"[@?#]", url):
        raise table.wrong("base_url must have no @, no ? and no #; secrets have keys of their own")
    if (
        not _is_host(host)
        or parts.scheme not in {"https", "http"}
        or ".." in parts.path
        or "//" in parts.path
    ):
        raise table.wrong(f'base_url "{url}" must read https://host/path')
    if parts.scheme == "http" and not _is_loopback(host):
        raise table.wrong(f'base_url "{url}" would send secrets in the clear; use https')
    return url.rstrip("/")


def _is_host(host: str) -> bool:
    label = r"[A-Za-z0-9_-]{1,63}"
    return bool(re.fullmatch(rf"{label}(\.{label})*", host) or _ip_address(host))


def _is_loopback(host: str) -> bool:
    address = _ip_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _limit(table: TomlTable) -> Limit | None:
    text = table.text("limit")
    if text is None:
        return None
    try:
        return Limit.parse(text)
    except ValueError:
        raise table.wrong(
            f'limit "{text}" must read like "200/minute", "3/second", "10800/hour" or "unlimited"'
        ) from None


def _ca_bundle(table: TomlTable) -> Path | None:
    """A relative path is meant from the folder of the settings file."""
    text = table.text("ca_bundle")
    return None if text is None else table.file.parent / Path(text).expanduser()


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
    """A relative path is meant from the folder of the settings file."""
    text = top.text("journal")
    if text is None or "://" in text:
        return text
    return str(top.file.parent / Path(text).expanduser())

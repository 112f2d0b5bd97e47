"""folder.toml: which files in an inbox belong to which vendor, and where their rows go."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from importer.model.errors import SettingsError, UsageError
from importer.model.options import READING_SWITCHES, ReadingOptions, Share, UploadOptions
from importer.settings.settings import Settings
from importer.settings.toml_table import TomlTable

FILE_NAME = "folder.toml"
FOLDERS = ("inbox", "working", "done", "attention", "reports")
_TOP_KEYS = ("settle", "inbox", "notify")
_RULE_KEYS = (
    *("folder", "files", "vendor", "operation", "worksheet", "account", "remote"),
    *("stop_after", "whole_po", "strict", *READING_SWITCHES),
)
_NOTIFY_TEXTS = ("mail_from", "smtp", "smtp_username", "smtp_password_env", "urls_env")
_WHENS = ("attention", "always", "never")

TEMPLATE = """\
# `importer folder {name}` sends the sheets in inbox/ and files them under done/ or attention/.
# Accounts and vendors are defined in importer.toml.

settle = 10                  # seconds a file must stay unchanged before it counts as complete

# One table per rule; the first rule that matches a file applies. A rule covers the folder of its
# name in inbox/; folder = "." covers the files in inbox/ itself.
#
# [inbox.north]
# files = "*.xlsx"           # only these files of the folder (default: all)
# vendor = "north"           # a profile in importer.toml (default: detected from the headings)
# operation = "add_tracking" # default: from the vendor profile or the headings
# account = "acme"           # default: the vendor profile's account
# stop_after = "50%"         # stop a sheet after this many rejected rows (a number or a share)
# strict = true              # or another switch of importer upload: whole_po, split, visible_only,
#                            # strict_tracking, infer_carrier

# Files on a server are fetched into inbox/north/ first; the server keeps them in .importer/taken/.
# pip install 'purchase-order-importer[remote]'
#
# [inbox.north.remote]
# url = "sftp://ftp.north.example/outgoing"  # or s3://, smb://, webdav://, gs://, az:// (fsspec)
# username = "buyer"                         # this and other options are passed to fsspec;
# password_env = "NORTH_SFTP_PASSWORD"       # a key ending in _env names an environment variable

# [notify]
# when = "attention"         # when trouble begins and ends; or "always", or "never"
# mail_to = ["buyer@example.com"]
# mail_from = "importer@example.com"
# smtp = "smtp.example.com:587"
# smtp_username = "importer@example.com"
# smtp_password_env = "SMTP_PASSWORD"   # the name of an environment variable
# urls_env = "NOTIFY_URLS"   # addresses for apprise: pip install 'purchase-order-importer[notify]'
"""


@dataclass(frozen=True, slots=True)
class Remote:
    """An inbox on a server. `secrets`: an option -> its environment variable."""

    url: str
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    @property
    def protocol(self) -> str:
        return self.url.partition("://")[0].lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """Covers files of one folder in the inbox; has no account if neither it nor its vendor has."""

    name: str
    folder: str  # below inbox/; "." is inbox/ itself
    files: str
    account: str | None
    options: UploadOptions
    remote: Remote | None = None

    def matches(self, file: PurePosixPath) -> bool:
        """`file` is a path below inbox/."""
        name, pattern = file.name.lower(), self.files.lower()
        return file.parent == PurePosixPath(self.folder) and fnmatchcase(name, pattern)


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is notified, and when. Secrets stay in environment variables."""

    when: str = "never"
    mail_to: Sequence[str] = ()
    mail_from: str = ""
    smtp: str = ""
    smtp_username: str | None = None
    smtp_password_env: str | None = None
    urls_env: str | None = None


@dataclass(frozen=True, slots=True)
class FolderSettings:
    settle_s: float
    rules: Sequence[Rule]
    notify: Notify = field(default_factory=Notify)

    def rule(self, file: PurePosixPath) -> Rule | None:
        return next((rule for rule in self.rules if rule.matches(file)), None)

    def account(self, file: PurePosixPath) -> str | None:
        rule = self.rule(file)
        return rule.account if rule else None


def init_folder(directory: Path) -> Path:
    """Creates the folders and a commented folder.toml; never overwrites that file."""
    for name in FOLDERS:
        (directory / name).mkdir(parents=True, exist_ok=True)
    file = directory / FILE_NAME
    if file.exists():
        raise UsageError(f"{file} already exists and was not changed")
    file.write_text(TEMPLATE.replace("{name}", directory.name), encoding="utf-8")
    return file


def load_folder(directory: Path, settings: Settings) -> FolderSettings:
    """Raises SettingsError with the file, the table and the key."""
    file = directory / FILE_NAME
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        todo = f"create it with: importer folder init {directory}"
        raise SettingsError(f"{file} does not exist; {todo}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    top = TomlTable(file, "", values)
    top.knows(_TOP_KEYS)
    rules = [_rule(name, table, settings) for name, table in top.tables("inbox").items()]
    return FolderSettings(top.number("settle", 10, 0, 3600), rules, _notify(top))


def _rule(name: str, table: TomlTable, settings: Settings) -> Rule:
    table.knows(_RULE_KEYS)
    folder, files = table.text("folder") or name, table.text("files") or "*"
    if PurePosixPath(folder).is_absolute() or ".." in PurePosixPath(folder).parts:
        raise table.wrong(f'folder "{folder}" is outside the inbox')
    account, options = _account(table, settings), _options(table)
    return Rule(name, folder, files, account, options, _remote(table))


def _account(table: TomlTable, settings: Settings) -> str | None:
    vendor, account = table.text("vendor"), table.text("account")
    if vendor is not None:
        account = account or settings.vendor(vendor).account
    if account is not None:
        settings.account(account)  # raises for an unknown one
    return account


def _options(table: TomlTable) -> UploadOptions:
    reading: dict[str, Any] = {k: table.text(k) for k in ("operation", "worksheet", "vendor")}
    reading |= {name: table.flag(name) for name in READING_SWITCHES}
    return UploadOptions(
        ReadingOptions(unattended=True, **reading),
        stop_after=_stop_after(table),
        whole_po=table.flag("whole_po"),
        strict=table.flag("strict"),
    )


def _stop_after(table: TomlTable) -> Share | None:
    text = table.text("stop_after")
    try:
        return None if text is None else Share.parse(text)
    except (ValueError, ZeroDivisionError):
        raise table.wrong("stop_after must be a number of rows or a percentage like 20%") from None


def _remote(rule: TomlTable) -> Remote | None:
    if "remote" not in rule.values:
        return None
    table = _part(rule, "remote", f"{rule.name}.remote", "[inbox.NAME.remote]")
    options = {name: value for name, value in table.values.items() if name != "url"}
    if not all(isinstance(value, str | int | float | bool) for value in options.values()):
        raise table.wrong("each option must be a text, a number, true or false")
    secrets = [name for name in options if name.endswith("_env")]
    variables = {name.removesuffix("_env"): str(options.pop(name)) for name in secrets}
    return Remote(_url(table), options, variables)


def _part(parent: TomlTable, key: str, name: str, written: str) -> TomlTable:
    values = parent.values.get(key, {})
    if not isinstance(values, dict):
        raise parent.wrong(f"{key} must be written as a table, {written}")
    return TomlTable(parent.file, name, values)


def _url(table: TomlTable) -> str:
    url = table.text("url") or ""
    parts = urlsplit(url)
    if not parts.scheme or "://" not in url:
        raise table.wrong('url must be an address, such as "sftp://ftp.north.example/outgoing"')
    if parts.password is not None:
        todo = "put it in an environment variable and name that in password_env"
        raise table.wrong(f"url contains a password; {todo}")
    return url


def _notify(top: TomlTable) -> Notify:
    table = _part(top, "notify", "notify", "[notify]")
    if not table.values:
        return Notify()
    table.knows(["when", "mail_to", *_NOTIFY_TEXTS])
    when = table.text("when") or "attention"
    if when not in _WHENS:
        raise table.wrong(f'when must be one of {", ".join(_WHENS)}, not "{when}"')
    texts: dict[str, Any] = {
        name: table.text(name) for name in _NOTIFY_TEXTS if name in table.values
    }
    return Notify(when, _mail_to(table), **texts)


def _mail_to(table: TomlTable) -> list[str]:
    mail_to = table.values.get("mail_to", [])
    if not isinstance(mail_to, list) or not all(isinstance(each, str) for each in mail_to):
        raise table.wrong('mail_to must be a list of addresses, ["buyer@example.com"]')
    if mail_to and not (table.text("smtp") and table.text("mail_from")):
        raise table.wrong("mail_to also needs smtp and mail_from")
    return mail_to

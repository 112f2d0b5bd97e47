"""folder.toml: which files of an inbox are whose, and where their rows go."""

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
_NOTIFY_KEYS = (
    "when",
    "mail_to",
    "mail_from",
    "smtp",
    "smtp_username",
    "smtp_password_env",
    "urls_env",
)
_WHENS = ("attention", "always", "never")

TEMPLATE = """\
# Sheets put into inbox/ are sent by `importer folder {name}` and filed under done/ or attention/.
# Accounts and vendors are those of importer.toml.

settle = 10                  # seconds a file must stay as it is before it is taken for whole

# One table for each rule; the first that fits a file takes it. The name is its folder in inbox/,
# or say folder = "." for files in inbox/ itself.
#
# [inbox.north]
# files = "*.xlsx"           # of the folder, these; else all
# vendor = "north"           # a profile of importer.toml; else as the headings say
# operation = "add_tracking" # else as the vendor's profile or the headings say
# account = "acme"           # else the vendor's
# stop_after = "50%"         # stop a sheet of which so many rows are refused; ten alike always do
# strict = true              # or another switch of importer upload: whole_po, split, visible_only,
#                            # strict_tracking, infer_carrier

# Files that stand elsewhere are fetched into inbox/north/ first, and kept there as taken:
# pip install 'purchase-order-importer[remote]'
#
# [inbox.north.remote]
# url = "sftp://ftp.north.example/outgoing"  # or s3://, smb://, webdav://, gs://, az://, as fsspec
# username = "buyer"                         # and all else that fsspec takes for such an address;
# password_env = "NORTH_SFTP_PASSWORD"       # what ends in _env names an environment variable

# [notify]
# when = "attention"         # when trouble begins and when it is over; or "always", or "never"
# mail_to = ["buyer@example.com"]
# mail_from = "importer@example.com"
# smtp = "smtp.example.com:587"
# smtp_username = "importer@example.com"
# smtp_password_env = "SMTP_PASSWORD"   # the name of an environment variable
# urls_env = "NOTIFY_URLS"   # addresses for apprise: pip install 'purchase-order-importer[notify]'
"""


@dataclass(frozen=True, slots=True)
class Remote:
    """An inbox elsewhere. `secrets`: an option -> the environment variable that holds it."""

    url: str
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    @property
    def protocol(self) -> str:
        return self.url.partition("://")[0].lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """Files of one folder of the inbox; no account where neither rule nor vendor names one."""

    name: str
    folder: str  # below inbox/, "." for itself
    files: str
    account: str | None
    options: UploadOptions
    remote: Remote | None = None

    def fits(self, file: PurePosixPath) -> bool:
        """Whether a file is meant, by its path below inbox/."""
        name, meant = file.name.lower(), self.files.lower()
        return file.parent == PurePosixPath(self.folder) and fnmatchcase(name, meant)


@dataclass(frozen=True, slots=True)
class Notify:
    """Whom to tell, and when. Secrets are named, not kept."""

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
        return next((rule for rule in self.rules if rule.fits(file)), None)


def init_folder(directory: Path) -> Path:
    """Makes the folders and a commented folder.toml, which is never written over."""
    for name in FOLDERS:
        (directory / name).mkdir(parents=True, exist_ok=True)
    file = directory / FILE_NAME
    if file.exists():
        raise UsageError(f"{file} is there already, and was left as it is")
    file.write_text(TEMPLATE.replace("{name}", directory.name), encoding="utf-8")
    return file


def load_folder(directory: Path, settings: Settings) -> FolderSettings:
    """Raises SettingsError, which names the file, the table and the key."""
    file = directory / FILE_NAME
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(
            f"{file} is not there; importer folder init {directory} makes it"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    top = TomlTable(file, "", values)
    top.knows(_TOP_KEYS)
    rules = [_rule(name, table, settings) for name, table in top.tables("inbox").items()]
    return FolderSettings(top.number("settle", 10, 0, 3600), rules, _notify(top))


def _rule(name: str, table: TomlTable, settings: Settings) -> Rule:
    table.knows(_RULE_KEYS)
    vendor, account = table.text("vendor"), table.text("account")
    if vendor is not None:
        account = account or settings.vendor(vendor).account
    if account is not None:
        settings.account(account)
    folder = table.text("folder") or name
    if PurePosixPath(folder).is_absolute() or ".." in PurePosixPath(folder).parts:
        raise table.wrong(f'folder "{folder}" leads out of the inbox')
    return Rule(
        name=name,
        folder=folder,
        files=table.text("files") or "*",
        account=account,
        options=_options(table),
        remote=_remote(table),
    )


def _options(table: TomlTable) -> UploadOptions:
    switches: dict[str, Any] = {name: _switch(table, name) for name in READING_SWITCHES}
    reading = ReadingOptions(
        operation=table.text("operation"),
        worksheet=table.text("worksheet"),
        vendor=table.text("vendor"),
        unattended=True,
        **switches,
    )
    return UploadOptions(
        reading,
        stop_after=_stop_after(table),
        whole_po=_switch(table, "whole_po"),
        strict=_switch(table, "strict"),
    )


def _stop_after(table: TomlTable) -> Share | None:
    text = table.text("stop_after")
    try:
        return None if text is None else Share.parse(text)
    except (ValueError, ZeroDivisionError):
        raise table.wrong("stop_after is neither a number of rows nor like 20%") from None


def _remote(rule: TomlTable) -> Remote | None:
    values = rule.values.get("remote")
    if values is None:
        return None
    if not isinstance(values, dict):
        raise rule.wrong("remote must be written as a table, [inbox.NAME.remote]")
    table = TomlTable(rule.file, f"{rule.name}.remote", values)
    url = table.text("url") or ""
    parts = urlsplit(url)
    if not parts.scheme or "://" not in url:
        raise table.wrong('url must be an address, such as "sftp://ftp.north.example/outgoing"')
    if parts.password is not None:
        raise table.wrong("url holds a password; name an environment variable in password_env")
    plain = {name: value for name, value in values.items() if name != "url"}
    if any(not isinstance(value, str | int | float | bool) for value in plain.values()):
        raise table.wrong("each option must be a text, a number, true or false")
    secrets = {name: str(plain.pop(name)) for name in list(plain) if name.endswith("_env")}
    return Remote(url, plain, {name.removesuffix("_env"): place for name, place in secrets.items()})


def _switch(table: TomlTable, name: str) -> bool:
    value = table.values.get(name, False)
    if not isinstance(value, bool):
        raise table.wrong(f"{name} must be true or false, not {value!r}")
    return value


def _notify(top: TomlTable) -> Notify:
    values = top.values.get("notify", {})
    if not isinstance(values, dict):
        raise top.wrong("notify must be written as a table, [notify]")
    table = TomlTable(top.file, "notify", values)
    table.knows(_NOTIFY_KEYS)
    if not values:
        return Notify()
    when = table.text("when") or "attention"
    if when not in _WHENS:
        raise table.wrong(f'when must be one of {", ".join(_WHENS)}, not "{when}"')
    mail_to = values.get("mail_to", [])
    if not isinstance(mail_to, list) or not all(isinstance(each, str) for each in mail_to):
        raise table.wrong('mail_to must be a list of addresses, ["buyer@example.com"]')
    if mail_to and not (table.text("smtp") and table.text("mail_from")):
        raise table.wrong("mail_to needs smtp and mail_from too")
    return Notify(
        when=when,
        mail_to=mail_to,
        mail_from=table.text("mail_from") or "",
        smtp=table.text("smtp") or "",
        smtp_username=table.text("smtp_username"),
        smtp_password_env=table.text("smtp_password_env"),
        urls_env=table.text("urls_env"),
    )

"""An account, read from its table of importer.toml."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

from importer.model.errors import SettingsError
from importer.model.spelling import did_you_mean
from importer.settings.rate_limit import Limit, read_limit
from importer.settings.secrets import Credentials, Secret, Source, read_source
from importer.settings.toml_table import TomlTable

_ACCOUNT_KEYS = (
    *("platform", "base_url", "limit", "workers", "timeout", "ca_bundle", "settle", "undoable"),
)


class PlatformTerms(Protocol):
    """What settings must know of a platform."""

    title: ClassVar[str]
    credentials: ClassVar[tuple[str, ...]]
    limit: ClassVar[Limit]
    base_url: ClassVar[str | None]
    server_url: ClassVar[str | None]


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


def read_account(name: str, table: TomlTable, platforms: Mapping[str, PlatformTerms]) -> Account:
    platform = _platform(table, platforms)
    terms = platforms[platform]
    return Account(
        name=name,
        platform=platform,
        sources=_sources(table, terms),
        base_url=_base_url(table, terms),
        limit=read_limit(table) or terms.limit,
        workers=table.whole_number("workers", 8, 1, 64),
        timeout_s=table.number("timeout", 60, 0.1, 3600),
        ca_bundle=table.path("ca_bundle"),
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
    return {name: read_source(table, name, terms.title) for name in terms.credentials}


def _base_url(table: TomlTable, terms: PlatformTerms) -> str:
    server, base_url = table.text("server"), table.text("base_url")
    if server is not None and base_url is not None:
        raise table.wrong("server and base_url cannot both be set; keep one")
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
        raise table.wrong("base_url is not a valid address") from None
    if re.search(r"[@?#]", url):
        raise table.wrong("base_url must have no @, no ? and no #; secrets have their own keys")
    schemes = {"https", "http"}
    if not _is_host(host) or parts.scheme not in schemes or re.search(r"\.\.|//", parts.path):
        raise table.wrong(f'base_url "{url}" must look like https://host/path')
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

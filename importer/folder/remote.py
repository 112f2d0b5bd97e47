"""Inboxes elsewhere: what is whole there is claimed, fetched into inbox/, and kept as taken.

Nothing is deleted there. A file goes from the remote folder to `.importer/taken/DAY/` beside it.
Where a rename is atomic, renaming it into `.importer/claimed/` claims it, so that of two programs
one has it. Where it is not, as in object stores, an object `.importer/claims/NAME` that may be
made only once says whose it is. A claim that a crash left is taken up by the same drop folder; a
file fetched twice all the same is known by its bytes and not sent again.
"""

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from importer.folder.arrival import companion_names, is_companion, is_no_sheet
from importer.folder.layout import FolderLayout, fitting, move, quoted
from importer.folder.rules import Remote, Rule
from importer.model.cells import printable
from importer.model.errors import ImporterError, NotSent, SettingsError

ATOMIC = frozenset({"sftp", "ssh", "smb", "webdav", "webdavs", "file", "local"})
_OURS = ".importer"
_INSTALL = {"sftp": "purchase-order-importer[remote]", "smb": "smbprotocol", "s3": "s3fs",
            "gs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "webdav": "webdav4"}  # fmt: skip
_TIMEOUT_S = 30

Files = Mapping[str, tuple[int, str]]  # name -> size and time, as the other side tells them
Sleep = Callable[[float], object]


def fetch(
    rule: Rule, places: FolderLayout, environ: Mapping[str, str], settle_s: float, sleep: Sleep
) -> None:
    """Brings a rule's remote files into its folder of the inbox.

    Raises SettingsError; another ImporterError where the other side cannot be reached.
    """
    remote = rule.remote
    if remote is None:
        return
    with places.locked(f"remote {quoted(rule.name)}") as ours, ExitStack() as stack:
        if not ours:
            return
        system = stack.enter_context(_opened(remote, environ))
        store = _Store(system, remote, _own_name(places), places.inbox / rule.folder)
        store.take_up()
        store.fetch(settle_s, sleep)


def fetch_each(
    rules: Sequence[Rule],
    places: FolderLayout,
    environ: Mapping[str, str],
    settle_s: float,
    sleep: Sleep,
    say: Callable[[str, str], object],
) -> None:
    """Each remote inbox; one that cannot be reached is said, and stops nothing else."""
    for rule in rules:
        subject = f"remote inbox of {rule.name}"
        try:
            fetch(rule, places, environ, settle_s, sleep)
        except ImporterError as error:
            say(subject, f"{subject}: {error}")
        except Exception as error:  # noqa: BLE001  (each way there has its own; they repeat secrets)
            said = _masked(f"{type(error).__name__}: {error}", rule, environ)
            say(subject, f"{subject} could not be read: {said}")


def _masked(text: str, rule: Rule, environ: Mapping[str, str]) -> str:
    names = rule.remote.secrets.values() if rule.remote else ()
    for secret in filter(None, (environ.get(name) for name in names)):
        text = text.replace(secret, "***")
    return text


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    size: int  # bytes
    beside: Sequence[str]  # its companions

    @property
    def names(self) -> list[str]:
        """The file last: when it is there, all of it is."""
        return [*self.beside, self.name]


class _Store:
    """One remote folder as this drop folder sees it."""

    def __init__(self, system: Any, remote: Remote, owner: str, into: Path) -> None:
        self._system = system
        self._root = system._strip_protocol(remote.url).rstrip("/")  # noqa: SLF001  (its own way)
        self._renames = remote.protocol in ATOMIC
        self._owner = owner
        self._into = into

    def take_up(self) -> None:
        """Fetches what a crash has left claimed."""
        if not self._renames:
            return  # it stands where it was, and the claim says that it is ours
        claimed = self._ours("claimed", self._owner)
        for folder in self._folders(claimed):
            files = self._files(folder)
            for name in _sheets(files):
                self._bring(_Found(name, files[name][0], _companions_of(name, files)), folder)

    def fetch(self, settle_s: float, sleep: Sleep) -> None:
        first = self._files(self._root)
        if any(not _companions_of(name, first) for name in _sheets(first)):
            sleep(settle_s)
        now = self._files(self._root)
        for name in _sheets(now):
            beside = _companions_of(name, now)
            if beside or first.get(name) == now[name]:
                self._take(_Found(name, now[name][0], beside), now[name])

    def _take(self, found: _Found, state: tuple[int, str]) -> None:
        if not self._has_place(found):
            return
        if not self._renames:
            if self._claim(found.name, state):
                self._bring(found, self._root)
            return
        claimed = self._ours("claimed", self._owner, token_hex(8))  # over no other file
        self._system.makedirs(claimed, exist_ok=True)
        for name in found.names:
            try:
                self._system.mv(f"{self._root}/{name}", f"{claimed}/{name}")
            except FileNotFoundError:
                return  # another program was first
        self._bring(found, claimed)

    def _has_place(self, found: _Found) -> bool:
        """Else the file of that name in the inbox goes first."""
        return not (self._into / fitting(found.name)).exists()

    def _claim(self, name: str, state: tuple[int, str]) -> bool:
        """Whether the object that says whose the file is says that it is ours."""
        claims = self._ours("claims")
        self._system.makedirs(claims, exist_ok=True)
        named = f"{name}.{state[0]}.{state[1]}".replace("/", "_")
        claim = f"{claims}/{fitting(named)}"
        with suppress(FileExistsError, PermissionError):
            self._system.pipe_file(claim, self._owner.encode(), mode="create")
        self._system.invalidate_cache()
        return bool(self._system.cat_file(claim) == self._owner.encode())

    def _bring(self, found: _Found, folder: str) -> None:
        """Fetches a file whole or not at all; only then is it kept as taken over there."""
        if not self._has_place(found):
            return
        self._into.mkdir(parents=True, exist_ok=True)
        parts = [self._into / f".{token_hex(8)}.part" for _ in found.names]
        try:
            for name, part in zip(found.names, parts, strict=True):
                self._system.get_file(f"{folder}/{name}", str(part))
                _to_disk(part)
            if parts[-1].stat().st_size != found.size:
                raise NotSent(f"{printable(found.name)} was not fetched whole")
            for name, part in zip(found.beside, parts, strict=False):
                part.replace(self._into / name)  # one that a crash left without its file
            move(parts[-1], self._into / fitting(found.name))
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
        self._put_aside(folder, found.names)

    def _put_aside(self, folder: str, names: Sequence[str]) -> None:
        taken = self._ours("taken", f"{datetime.now().astimezone():%Y-%m-%d}")
        self._system.makedirs(taken, exist_ok=True)
        stamp = f"{datetime.now().astimezone():%H%M%S}-{token_hex(3)}"
        for name in names:
            self._system.mv(f"{folder}/{name}", f"{taken}/{stamp}-{name}")

    def _ours(self, *parts: str) -> str:
        return "/".join([self._root, _OURS, *parts])

    def _files(self, folder: str) -> dict[str, tuple[int, str]]:
        self._system.invalidate_cache()
        return {
            str(each["name"]).rpartition("/")[2]: (int(each["size"]), _time(each))
            for each in self._system.ls(folder, detail=True)
            if each["type"] == "file"
        }

    def _folders(self, folder: str) -> list[str]:
        with suppress(FileNotFoundError):
            found = self._system.ls(folder, detail=True)
            return sorted(str(each["name"]) for each in found if each["type"] == "directory")
        return []


def _time(info: Mapping[str, Any]) -> str:
    keys = ("mtime", "modified", "LastModified", "last_modified", "updated", "last_write_time")
    return next((str(info[key]) for key in (*keys, "created") if info.get(key)), "")


def _sheets(files: Files) -> list[str]:
    """In order of arrival, as far as the other side tells it."""
    names = [name for name in files if not (is_no_sheet(name) or is_companion(name))]
    return sorted(names, key=lambda name: (files[name][1], name))


def _companions_of(name: str, files: Files) -> list[str]:
    return [each for each in companion_names(name) if each in files]


def _to_disk(part: Path) -> None:
    """What is kept as taken over there must outlast a power cut here."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _own_name(places: FolderLayout) -> str:
    """What this drop folder's claims are known by over there."""
    file = places.working / ".name"
    places.working.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(token_hex(8), encoding="ascii")
    return file.read_text(encoding="ascii")


@contextmanager
def _opened(remote: Remote, environ: Mapping[str, str]) -> Iterator[Any]:
    options: dict[str, Any] = dict(remote.options)
    for option, variable in remote.secrets.items():
        options[option] = environ.get(variable)
        if not options[option]:
            raise SettingsError(f"the environment variable {variable} is not set; set it")
    try:
        if remote.protocol in {"sftp", "ssh"}:
            system = _sftp(remote, options)
        else:
            fsspec = importlib.import_module("fsspec")
            system, _ = fsspec.core.url_to_fs(remote.url, skip_instance_cache=True, **options)
    except ImportError as error:
        package = _INSTALL.get(remote.protocol, f"what fsspec needs for {remote.protocol}")
        raise SettingsError(f"{error}: pip install '{package}'") from None
    try:
        yield system
    finally:
        if remote.protocol in {"sftp", "ssh"}:
            system.client.close()


def _sftp(remote: Remote, options: Mapping[str, Any]) -> Any:
    """A server whose key is not known is refused, where fsspec would trust any."""
    paramiko = importlib.import_module("paramiko")
    sftp: Any = importlib.import_module("fsspec.implementations.sftp")
    known_hosts = options.get("known_hosts")

    class Known(sftp.SFTPFileSystem):  # type: ignore[misc]  # found only now
        def _connect(self) -> None:
            self.client = paramiko.SSHClient()
            self.client.load_system_host_keys(known_hosts)
            self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(_TIMEOUT_S)

    parts = urlsplit(remote.url)
    given = {"port": parts.port or 22, "username": parts.username, "timeout": _TIMEOUT_S}
    given |= {name: value for name, value in options.items() if name != "known_hosts"}
    return Known(parts.hostname, skip_instance_cache=True, **given)

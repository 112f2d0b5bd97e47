"""Remote inboxes: complete files there are claimed, fetched into inbox/ and moved to taken/.

Nothing is deleted on the server. A file moves to `.importer/taken/DAY/` in the remote folder.
If renames are atomic, renaming a file into `.importer/claimed/` claims it, so that only one of two
programs gets it. If they are not, as in object stores, an object `.importer/claims/NAME` that can
be created only once names the owner. After a crash the same drop folder continues its claims; a
file that is fetched twice anyway is recognized by its bytes and not sent again.
"""

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from importer.folder.arrival import companion_names, may_be_sheet
from importer.folder.layout import FolderLayout, move, quoted, safe_name
from importer.folder.rules import FolderSettings, Remote
from importer.model.cleaning import printable
from importer.model.errors import ImporterError, NotSent, SettingsError

ATOMIC = frozenset({"sftp", "ssh", "smb", "webdav", "webdavs", "file", "local"})
_OURS = ".importer"
_INSTALL = {"sftp": "purchase-order-importer[remote]", "smb": "smbprotocol", "s3": "s3fs",
            "gs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "webdav": "webdav4"}  # fmt: skip
_TIMEOUT_S = 30

Files = Mapping[str, tuple[int, str]]  # name -> size and time, as the server reports them
Sleep = Callable[[float], object]


def fetch_each(
    settings: FolderSettings,
    layout: FolderLayout,
    environ: Mapping[str, str],
    sleep: Sleep,
    report: Callable[[str, str], object],
) -> None:
    """Fetches each rule's remote files into its folder of the inbox.

    An inbox that fails is reported and stops nothing else.
    """
    for rule in settings.rules:
        subject = f"remote inbox of {rule.name}"
        if rule.remote is None:
            continue
        try:
            with layout.lock(f"remote {quoted(rule.name)}") as acquired:
                if not acquired:
                    continue
                with _opened(rule.remote, environ) as system:
                    into = layout.inbox / rule.folder
                    store = _RemoteFolder(system, rule.remote, _owner_name(layout), into)
                    store.fetch_claimed()
                    store.fetch(settings.settle_s, sleep)
        except ImporterError as error:
            report(subject, f"{subject}: {error}")
        except Exception as error:  # noqa: BLE001  (each protocol has its own; they repeat secrets)
            why = _masked(f"{type(error).__name__}: {error}", rule.remote, environ)
            report(subject, f"{subject} could not be read: {why}")


def _masked(text: str, remote: Remote, environ: Mapping[str, str]) -> str:
    for secret in filter(None, map(environ.get, remote.secrets.values())):
        text = text.replace(secret, "***")
    return text


class _RemoteFolder:
    """One remote folder as this drop folder sees it.

    The `names` of a file are those of its companions and then its own: once it has arrived, all of
    it has.
    """

    def __init__(self, system: Any, remote: Remote, owner: str, into: Path) -> None:
        self._system = system
        self._root = system._strip_protocol(remote.url).rstrip("/")  # noqa: SLF001  (nothing public does it)
        self._renames = remote.protocol in ATOMIC
        self._owner = owner
        self._into = into

    def fetch_claimed(self) -> None:
        """Fetches what was claimed before a crash."""
        if not self._renames:
            return  # the file is still in its place, and the claim names us as its owner
        for folder in self._folders(self._path("claimed", self._owner)):
            files = self._files(folder)
            for name in _sheets(files):
                self._bring([*_companions_of(name, files), name], files[name][0], folder)

    def fetch(self, settle_s: float, sleep: Sleep) -> None:
        before = self._files(self._root)
        if any(not _companions_of(name, before) for name in _sheets(before)):
            sleep(settle_s)
        now = self._files(self._root)
        for name in _sheets(now):
            companions = _companions_of(name, now)
            if companions or before.get(name) == now[name]:
                self._take([*companions, name], now[name])

    def _take(self, names: Sequence[str], state: tuple[int, str]) -> None:
        if self._is_waiting_here(names[-1]):
            return
        if self._renames:
            self._take_by_renaming(names, state[0])
        elif self._claim(names[-1], state):
            self._bring(names, state[0], self._root)

    def _take_by_renaming(self, names: Sequence[str], size: int) -> None:
        claimed = self._path("claimed", self._owner, token_hex(8))  # a new folder for each file
        self._system.makedirs(claimed, exist_ok=True)
        for name in names:
            try:
                self._system.mv(f"{self._root}/{name}", f"{claimed}/{name}")
            except FileNotFoundError:
                return  # another program was first
        self._bring(names, size, claimed)

    def _is_waiting_here(self, name: str) -> bool:
        """A file of that name is in the inbox; it has to be processed first."""
        return (self._into / safe_name(name)).exists()

    def _claim(self, name: str, state: tuple[int, str]) -> bool:
        """Whether the claim object of a file names us as its owner; creates it if it is missing."""
        claims = self._path("claims")
        self._system.makedirs(claims, exist_ok=True)
        claim_name = f"{name}.{state[0]}.{state[1]}".replace("/", "_")
        claim = f"{claims}/{safe_name(claim_name)}"
        with suppress(FileExistsError, PermissionError):
            self._system.pipe_file(claim, self._owner.encode(), mode="create")
        self._system.invalidate_cache()
        return bool(self._system.cat_file(claim) == self._owner.encode())

    def _bring(self, names: Sequence[str], size: int, folder: str) -> None:
        """Fetches a file whole or not at all; only then is it moved to taken/ on the server."""
        if self._is_waiting_here(names[-1]):
            return
        self._into.mkdir(parents=True, exist_ok=True)
        parts = [self._into / f".{token_hex(8)}.part" for _ in names]
        try:
            for name, part in zip(names, parts, strict=True):
                self._system.get_file(f"{folder}/{name}", str(part))
                with part.open("rb+") as fetched:  # it must survive a power failure here
                    os.fsync(fetched.fileno())
            if parts[-1].stat().st_size != size:
                raise NotSent(f"{printable(names[-1])} was not fetched completely")
            for name, part in zip(names[:-1], parts, strict=False):
                part.replace(self._into / name)  # a crash may have left one there
            move(parts[-1], self._into / safe_name(names[-1]))
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
        self._move_to_taken(folder, names)

    def _move_to_taken(self, folder: str, names: Sequence[str]) -> None:
        now = datetime.now().astimezone()
        taken = self._path("taken", f"{now:%Y-%m-%d}")
        self._system.makedirs(taken, exist_ok=True)
        stamp = f"{now:%H%M%S}-{token_hex(3)}"
        for name in names:
            self._system.mv(f"{folder}/{name}", f"{taken}/{stamp}-{name}")

    def _path(self, *parts: str) -> str:
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
            entries = self._system.ls(folder, detail=True)
            return sorted(str(each["name"]) for each in entries if each["type"] == "directory")
        return []


def _time(info: Mapping[str, Any]) -> str:
    keys = ("mtime", "modified", "LastModified", "last_modified", "updated", "last_write_time")
    return next((str(info[key]) for key in (*keys, "created") if info.get(key)), "")


def _sheets(files: Files) -> list[str]:
    """In order of arrival, as far as the server reports it."""
    return sorted(filter(may_be_sheet, files), key=lambda name: (files[name][1], name))


def _companions_of(name: str, files: Files) -> list[str]:
    return [each for each in companion_names(name) if each in files]


def _owner_name(layout: FolderLayout) -> str:
    """Identifies this drop folder's claims on the server."""
    file = layout.working / ".name"
    layout.working.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(token_hex(8), encoding="ascii")
    return file.read_text(encoding="ascii")


@contextmanager
def _opened(remote: Remote, environ: Mapping[str, str]) -> Iterator[Any]:
    options: dict[str, Any] = dict(remote.options)
    for option, variable in remote.secrets.items():
        options[option] = environ.get(variable)
        if not options[option]:
            raise SettingsError(f"the environment variable {variable} is not set")
    try:
        if remote.protocol in {"sftp", "ssh"}:
            system = _sftp(remote, options)
        else:
            fsspec = importlib.import_module("fsspec")
            system, _ = fsspec.core.url_to_fs(remote.url, skip_instance_cache=True, **options)
    except ImportError as error:
        package = _INSTALL.get(remote.protocol, f"the package fsspec needs for {remote.protocol}")
        raise SettingsError(f"{error}: pip install '{package}'") from None
    try:
        yield system
    finally:
        if remote.protocol in {"sftp", "ssh"}:
            system.client.close()


def _sftp(remote: Remote, options: Mapping[str, Any]) -> Any:
    """Rejects a server with an unknown key; fsspec's own client would trust any."""
    paramiko = importlib.import_module("paramiko")
    sftp: Any = importlib.import_module("fsspec.implementations.sftp")
    known_hosts = options.get("known_hosts")

    class Known(sftp.SFTPFileSystem):  # type: ignore[misc]  # imported at run time
        def _connect(self) -> None:
            self.client = paramiko.SSHClient()
            self.client.load_system_host_keys(known_hosts)
            self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(_TIMEOUT_S)

    parts = urlsplit(remote.url)
    arguments = {"port": parts.port or 22, "username": parts.username, "timeout": _TIMEOUT_S}
    arguments |= {name: value for name, value in options.items() if name != "known_hosts"}
    return Known(parts.hostname, skip_instance_cache=True, **arguments)

"""When a file in an inbox is whole: not growing, not held open, not a half of something."""

import hashlib
import os
import platform
import signal
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_SYSTEM = platform.system()
_PARTIAL = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp")
_COMPANIONS = (".done", ".md5", ".sha256")
_HASHES = {".md5": hashlib.md5, ".sha256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file in the inbox as it is now."""

    path: Path
    name: PurePosixPath  # below inbox/
    size: int  # bytes
    modified_ns: int  # since 1970, as whoever wrote it says
    arrived_ns: int  # since 1970, as this machine says: what came first goes first
    is_link: bool = False

    @property
    def state(self) -> tuple[int, int]:
        return (self.size, self.modified_ns)


def arrivals(inbox: Path) -> list[Arrival]:
    """What may be a sheet, in order of arrival; no hidden file, no pipe."""
    found = [_arrival(path, inbox) for path in _files(inbox)]
    return sorted(filter(None, found), key=lambda arrival: (arrival.arrived_ns, str(arrival.name)))


def _files(inbox: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(inbox):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not (is_no_sheet(name) or is_companion(name)):
                yield path


def _arrival(path: Path, inbox: Path) -> Arrival | None:
    try:
        found = path.lstat()
    except OSError:  # gone since
        return None
    is_link = stat.S_ISLNK(found.st_mode)
    if not (is_link or stat.S_ISREG(found.st_mode)):
        return None
    name = PurePosixPath(path.relative_to(inbox).as_posix())
    # A copy keeps the time it was modified, not the time of its own making (Windows) or last
    # change of name (elsewhere).
    return Arrival(path, name, found.st_size, found.st_mtime_ns, found.st_ctime_ns, is_link)


def why_not_whole(arrival: Arrival, before: Arrival | None) -> str | None:
    """Why a file is left where it is; None where it is whole. `before` is how it was seen first.

    A companion that agrees makes it whole at once; else it must not have changed meanwhile.
    """
    if arrival.is_link:
        return "it is a link, which may lead anywhere; put the file itself here"
    if _office_lock(arrival.path):
        return "somebody has it open in a spreadsheet program"
    if is_held_open(arrival.path):
        return "another program is still writing it"
    agreed = agrees(arrival.path, companions(arrival.path))
    if not agreed and (before is None or before.state != arrival.state):
        return "it is still changing"
    return None


def is_still(path: Path, arrival: Arrival) -> bool:
    """Whether a file that was claimed is as it was when it was looked at, and nobody writes it."""
    found = path.lstat()
    same = (found.st_size, found.st_mtime_ns) == arrival.state
    return same and not is_held_open(path)


def _office_lock(path: Path) -> bool:
    """Excel's file of who has a workbook open, or LibreOffice's."""
    names = (f"~${path.name}", f".~lock.{path.name}#")
    # Path.exists raises where a name is too long to be.
    return any(os.path.exists(path.with_name(name)) for name in names)  # noqa: PTH110


def is_no_sheet(name: str) -> bool:
    """Office's lock files, hidden files, and what a program is still fetching.

    >>> [is_no_sheet(name) for name in ("~$dock.xlsx", "dock.xlsx.part", ".DS_Store", "dock.xlsx")]
    [True, True, True, False]
    """
    hidden = name.startswith(("~$", ".", "~")) or name.lower() in {"thumbs.db", "desktop.ini"}
    return hidden or name.lower().endswith(_PARTIAL)


def is_companion(name: str) -> bool:
    return name.lower().endswith(_COMPANIONS)


def companion_names(name: str) -> list[str]:
    """
    >>> companion_names("dock.xlsx")[:4]
    ['dock.xlsx.done', 'dock.xlsx.md5', 'dock.xlsx.sha256', 'dock.done']
    """
    stem = PurePosixPath(name).stem
    return [each + suffix for each in (name, stem) for suffix in _COMPANIONS]


def companions(path: Path) -> list[Path]:
    """The files beside a sheet that say it is whole."""
    found = [path.with_name(name) for name in companion_names(path.name)]
    return [each for each in found if os.path.isfile(each)]  # noqa: PTH113  (a name too long)


def agrees(path: Path, beside: Sequence[Path]) -> bool | None:
    """Whether its companions say that a file is whole; None where it has none."""
    return all(_agrees(path, companion) for companion in beside) if beside else None


def _agrees(path: Path, companion: Path) -> bool:
    """A checksum file begins with the checksum, as md5sum and sha256sum write it."""
    make = _HASHES.get(companion.suffix.lower())
    if make is None:
        return True
    try:
        words = companion.read_text(encoding="utf-8", errors="replace").split()
        with path.open("rb") as file:
            found = hashlib.file_digest(file, make).hexdigest()
    except OSError:
        return False
    return bool(words) and words[0].lstrip("\\").lower() == found


def is_held_open(path: Path) -> bool:
    """Whether another program has the file open for writing, as far as the system tells.

    Linux: a read lease is refused while anybody may write. Windows: renaming a file to its own
    name fails while a program holds it. Elsewhere only its size and time can tell.
    """
    if _SYSTEM == "Linux":
        return _lease_is_refused(path)
    if _SYSTEM == "Windows":
        try:
            path.rename(path)
        except PermissionError:
            return True
    return False


def _lease_is_refused(path: Path) -> bool:
    import fcntl  # noqa: PLC0415  (not on Windows)

    with suppress(OSError), path.open("rb") as file:
        # Whoever opens it in this moment makes the system send a signal: by default SIGIO, which
        # would end this process; SIGURG is ignored.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except BlockingIOError:
            return True
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False

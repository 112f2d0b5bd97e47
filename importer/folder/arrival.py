"""When a file in an inbox is complete: not growing, not open elsewhere, not a partial download."""

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
    modified_ns: int  # since 1970, by the clock of whoever wrote it
    arrived_ns: int  # since 1970, by this machine's clock: first come, first served
    is_link: bool = False

    @property
    def state(self) -> tuple[int, int]:
        return (self.size, self.modified_ns)


def arrivals(inbox: Path) -> list[Arrival]:
    """Files that may be sheets, in order of arrival; no hidden files, no pipes."""
    files = filter(None, (_arrival(path, inbox) for path in _files(inbox)))
    return sorted(files, key=lambda arrival: (arrival.arrived_ns, str(arrival.name)))


def _files(inbox: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(inbox):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if may_be_sheet(name))


def _arrival(path: Path, inbox: Path) -> Arrival | None:
    try:
        status = path.lstat()
    except OSError:  # gone by now
        return None
    is_link = stat.S_ISLNK(status.st_mode)
    if not (is_link or stat.S_ISREG(status.st_mode)):
        return None
    name = PurePosixPath(path.relative_to(inbox).as_posix())
    # A copy keeps its modification time, but gets a new creation time (Windows) or a new change
    # time (elsewhere).
    return Arrival(path, name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, is_link)


def why_incomplete(arrival: Arrival, before: Arrival | None) -> str | None:
    """Why a file stays in the inbox, or None if it is complete. `before` is the earlier scan's.

    A matching companion makes a file complete at once; otherwise it must be unchanged since then.
    """
    if arrival.is_link:
        return "it is a symbolic link; put the file itself here"
    if _has_office_lock(arrival.path):
        return "somebody has it open in a spreadsheet program"
    if is_open_for_writing(arrival.path):
        return "another program is still writing to it"
    matches = matches_companions(arrival.path, companions(arrival.path))
    if not matches and (before is None or before.state != arrival.state):
        return "it is still changing"
    return None


def is_unchanged(path: Path, arrival: Arrival) -> bool:
    """Whether a claimed file is as it was when scanned, and no program is writing to it."""
    status = path.lstat()
    same = (status.st_size, status.st_mtime_ns) == arrival.state
    return same and not is_open_for_writing(path)


def _has_office_lock(path: Path) -> bool:
    """Excel and LibreOffice create such a file while they have a workbook open."""
    names = (f"~${path.name}", f".~lock.{path.name}#")
    # Path.exists raises if a name is too long.
    return any(os.path.exists(path.with_name(name)) for name in names)  # noqa: PTH110


def may_be_sheet(name: str) -> bool:
    """Not an Office lock file, a hidden file, a partial download or a companion.

    >>> [may_be_sheet(name) for name in ("~$dock.xlsx", "dock.xlsx.part", "dock.md5", "dock.xlsx")]
    [False, False, False, True]
    """
    hidden = name.startswith(("~", ".")) or name.lower() in {"thumbs.db", "desktop.ini"}
    return not (hidden or name.lower().endswith(_PARTIAL + _COMPANIONS))


def companion_names(name: str) -> list[str]:
    """
    >>> companion_names("dock.xlsx")[:4]
    ['dock.xlsx.done', 'dock.xlsx.md5', 'dock.xlsx.sha256', 'dock.done']
    """
    stem = PurePosixPath(name).stem
    return [each + suffix for each in (name, stem) for suffix in _COMPANIONS]


def companions(path: Path) -> list[Path]:
    """The files next to a sheet that say it is complete."""
    paths = [path.with_name(name) for name in companion_names(path.name)]
    return [each for each in paths if os.path.isfile(each)]  # noqa: PTH113  (a name too long)


def matches_companions(path: Path, companions: Sequence[Path]) -> bool | None:
    """Whether all companions say that a file is complete; None if there are none."""
    return all(_matches(path, each) for each in companions) if companions else None


def _matches(path: Path, companion: Path) -> bool:
    """A checksum file starts with the checksum, as md5sum and sha256sum write it."""
    make = _HASHES.get(companion.suffix.lower())
    if make is None:
        return True
    try:
        words = companion.read_text(encoding="utf-8", errors="replace").split()
        with path.open("rb") as file:
            checksum = hashlib.file_digest(file, make).hexdigest()
    except OSError:
        return False
    return bool(words) and words[0].lstrip("\\").lower() == checksum


def is_open_for_writing(path: Path) -> bool:
    """Whether another program has the file open for writing, as far as the system can tell.

    Linux refuses a read lease while a program may write. Windows refuses to rename a file to its
    own name while a program has it open. Other systems only show its size and time.
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
        # A program that opens the file now makes the system send a signal: by default SIGIO, which
        # would end this process; SIGURG is ignored.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except BlockingIOError:
            return True
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False

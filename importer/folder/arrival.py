"""When a file in an inbox is whole: not growing, not held open, not a half of something."""

import hashlib
import os
import platform
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
    modified: float  # seconds since 1970

    @property
    def state(self) -> tuple[int, float]:
        return (self.size, self.modified)


def arrivals(inbox: Path) -> list[Arrival]:
    """What may be taken once it is whole, in order of arrival; neither links nor hidden files."""
    found = [_arrival(path, inbox) for path in _files(inbox)]
    return sorted(filter(None, found), key=lambda arrival: (arrival.modified, str(arrival.name)))


def _files(inbox: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(inbox):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not (is_no_sheet(name) or _is_companion(path)):
                yield path


def _arrival(path: Path, inbox: Path) -> Arrival | None:
    try:
        found = path.lstat()
    except OSError:  # gone since
        return None
    if not path.is_file() or path.is_symlink():
        return None
    return Arrival(
        path, PurePosixPath(path.relative_to(inbox).as_posix()), found.st_size, found.st_mtime
    )


def is_no_sheet(name: str) -> bool:
    """Office's lock files, hidden files, and what a program is still fetching.

    >>> [is_no_sheet(name) for name in ("~$dock.xlsx", "dock.xlsx.part", ".DS_Store", "dock.xlsx")]
    [True, True, True, False]
    """
    hidden = name.startswith(("~$", ".", "~")) or name.lower() in {"thumbs.db", "desktop.ini"}
    return hidden or name.lower().endswith(_PARTIAL)


def _is_companion(path: Path) -> bool:
    return path.suffix.lower() in _COMPANIONS


def companions(path: Path) -> list[Path]:
    """The files beside a sheet that say it is whole: dock.xlsx.done, dock.done, dock.xlsx.md5."""
    names = [path.name + suffix for suffix in _COMPANIONS]
    names += [path.stem + suffix for suffix in _COMPANIONS]
    return [found for name in names if (found := path.with_name(name)).is_file()]


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
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except BlockingIOError:
            return True
    return False

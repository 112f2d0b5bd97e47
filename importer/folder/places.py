"""Where a file of a drop folder stands: moved by renaming, never written over, never deleted."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from importer.folder.arrival import Arrival, companions

UNCLAIMED = "-"  # in place of an account
_ROOT = "_"  # in place of a folder of the inbox


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours: `path` below working/, `name` as it was below inbox/."""

    path: Path
    name: PurePosixPath
    again: bool = False  # left by a pass that ended before it was filed


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one drop folder."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def working(self) -> Path:
        return self.root / "working"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @contextmanager
    def held(self, account: str | None) -> Iterator[bool]:
        """Whether the files of an account are this pass's alone, for as long as the block lasts.

        The lock is the system's own: it ends with its process, however that ends.
        """
        self.working.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.working / f".{_safe(account or UNCLAIMED)}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def left_over(self, account: str | None) -> list[Claimed]:
        """What a pass that was killed had claimed and not filed, oldest first."""
        folder = self.working / _safe(account or UNCLAIMED)
        found = [path for path in folder.glob("*/*/*") if path.is_file() and not is_beside(path)]
        return [
            Claimed(path, _name_of(path), again=True)
            for path in sorted(found, key=lambda path: path.parent.parent.name)
        ]

    def claim(self, arrival: Arrival, account: str | None, number: str) -> Claimed | None:
        """The file, moved into working/ with its companions; None where another pass was first.

        `number` orders the claims of an account. A rename is atomic: of two passes one has it.
        """
        folder = "~".join(arrival.name.parent.parts) or _ROOT
        target = self.working / _safe(account or UNCLAIMED) / number / folder / arrival.name.name
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = companions(arrival.path)
        try:
            os.rename(arrival.path, target)  # noqa: PTH104  (never over a file: the folder is new)
        except (FileNotFoundError, PermissionError):
            _remove_empty(target.parent, self.working)
            return None
        out = beside_of(target)
        out.mkdir(exist_ok=True)
        for companion in beside:
            companion.rename(out / companion.name)
        return Claimed(target, arrival.name)

    def file_away(self, claimed: Claimed, where: str, day: str) -> list[Path]:
        """Moves a file with all that stands beside it into `where`/day; the file first.

        Where one of the names is taken there, all get the next free number.
        """
        folder = self.root / where / day
        folder.mkdir(parents=True, exist_ok=True)
        out = beside_of(claimed.path)
        files = [claimed.path, *sorted(path for path in out.glob("*") if path.is_file())]
        with FileLock(self.working / ".filing.lock"):  # between a free name and its taking
            targets = _free(folder, claimed.path.stem, [path.name for path in files])
            for path, target in zip(files, targets, strict=True):
                os.rename(path, target)  # noqa: PTH104
        _remove_empty(out, self.working)
        _remove_empty(claimed.path.parent, self.working)
        return targets


def beside_of(path: Path) -> Path:
    """Where the result of a claimed file is written until both are filed."""
    return path.parent / f".{path.name}.out"


def is_beside(path: Path) -> bool:
    return path.parent.name.startswith(".") and path.parent.name.endswith(".out")


def _name_of(path: Path) -> PurePosixPath:
    folder = path.parent.name
    parts = [] if folder == _ROOT else folder.split("~")
    return PurePosixPath(*parts, path.name)


def _free(folder: Path, stem: str, names: Sequence[str]) -> list[Path]:
    """
    Every name that begins with the sheet's own stem keeps its end: dock-2.xlsx, dock-2.result.xlsx.
    """
    for number in count(1):
        marked = stem if number == 1 else f"{stem}-{number}"
        targets = [
            folder / (marked + name.removeprefix(stem) if name.startswith(stem) else name)
            for name in names
        ]
        if not any(target.exists() for target in targets):
            return targets
    raise AssertionError  # numbers do not end


def _safe(name: str) -> str:
    """An account's name as a folder's."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name).lstrip(".") or "_"


def _remove_empty(folder: Path, top: Path) -> None:
    """Folders of our own below `top` that hold nothing any more."""
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent

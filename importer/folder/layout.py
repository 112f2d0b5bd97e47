"""Where a file of a drop folder stands: moved by renaming, never written over, never deleted."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from filelock import FileLock, Timeout

from importer.folder.arrival import Arrival, companions

UNCLAIMED = "-"  # in place of an account
_LONGEST_NAME = 180  # bytes of UTF-8, so that what is written beside it has a name too


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours: `path` below working/, `name` as it was below inbox/."""

    path: Path
    name: PurePosixPath
    again: bool = False  # left by a pass that ended before it was filed

    @property
    def out(self) -> Path:
        """Where what belongs beside the file is written until all of it is filed."""
        return self.path.parent / ".out"


@dataclass(frozen=True, slots=True)
class FolderLayout:
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
        """Whether the files of an account are this pass's alone, as long as the block lasts."""
        with self.locked(_safe(account)) as ours:
            yield ours

    @contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Whether something is this pass's alone, as long as the block lasts.

        The lock is the system's own: it ends with its process, however that ends.
        """
        self.working.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.working / f".{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other pass files anything, or writes an index, as long as the block lasts."""
        self.working.mkdir(parents=True, exist_ok=True)
        with FileLock(self.working / ".filing.lock"):
            yield

    def left_over(self, account: str | None) -> list[Claimed]:
        """What a pass that ended had claimed and not filed, oldest first."""
        own = self.working / _safe(account)
        for out in own.glob("*/*/.out"):
            if not any(path.is_file() for path in out.parent.iterdir()):  # all of it was filed
                _clear(out, self.working)
        found = [path for path in own.glob("*/*/*") if path.is_file()]
        return [
            Claimed(path, _name_of(path), again=True)
            for path in sorted(found, key=lambda path: path.parent.parent.name)
        ]

    def accounts(self) -> set[str | None]:
        """Whose claims stand in working/."""
        names = [p.name for p in self.working.glob("*") if p.is_dir() and any(p.glob("*/*/*"))]
        return {None if name == UNCLAIMED else _meant(name) for name in names}

    def claim(self, arrival: Arrival, account: str | None, number: str) -> Claimed | None:
        """The file, moved into working/ with its companions; None where another pass was first.

        `number` orders the claims of an account. A rename is atomic: of two passes one has it.
        Raises OSError where the file cannot be moved.
        """
        folder = self.working / _safe(account) / number / f"_{quoted(str(arrival.name.parent))}"
        claimed = Claimed(folder / fitting(arrival.path.name), arrival.name)
        claimed.out.mkdir(parents=True)
        beside = companions(arrival.path)
        try:
            os.rename(arrival.path, claimed.path)  # noqa: PTH104  (the folder is new and empty)
        except OSError as error:
            _remove_empty(claimed.out, self.working)
            if isinstance(error, FileNotFoundError):
                return None
            raise
        for companion in beside:
            with suppress(FileNotFoundError):
                companion.rename(claimed.out / companion.name)
        return claimed

    def write_result(self, claimed: Claimed) -> bool:
        """Puts a claimed file into the inbox again, unless another of that name came meanwhile."""
        target = self.inbox / claimed.name
        with self.alone():
            if target.exists():
                return False
            for path in claimed.out.glob("*"):
                move(path, target.with_name(path.name))
            move(claimed.path, target)
        self.forget(claimed)
        return True

    def free_names(self, claimed: Claimed, where: str, day: str) -> dict[str, str]:
        """For each file to be filed where it is to go, below the root; the sheet comes last.

        Where one of the names is taken there, all get the next free number.
        """
        folder, stem = self.root / where / day, claimed.path.stem
        beside = (path.name for path in claimed.out.glob("*") if not path.name.startswith("."))
        names = [*sorted(beside), claimed.path.name]
        number, marked = 1, stem
        while any((folder / _renamed(name, stem, marked)).exists() for name in names):
            number += 1
            marked = f"{stem}-{number}"
        return {name: f"{where}/{day}/{_renamed(name, stem, marked)}" for name in names}

    def names_again(self, claimed: Claimed, names: Mapping[str, str]) -> dict[str, str]:
        """The names of a filing that was cut short; others for what is still to be moved where
        another file has taken one of them since."""
        left = {name: claimed.out / name for name in names if (claimed.out / name).exists()}
        left[claimed.path.name] = claimed.path
        targets = {name: self.root / names[name] for name in left}
        if not any(
            target.exists() and not target.samefile(left[name]) for name, target in targets.items()
        ):
            return dict(names)
        where, day, _ = names[claimed.path.name].split("/")
        return {**names, **self.free_names(claimed, where, day)}

    def file_beside(self, claimed: Claimed, names: Mapping[str, str]) -> list[Path]:
        """Moves what stands beside a claimed file, as far as it still stands there.

        Returns where all of it stands then, and first where the file itself is to go.
        """
        *beside, itself = (self.root / target for target in names.values())
        itself.parent.mkdir(parents=True, exist_ok=True)
        for name, target in zip(names, beside, strict=False):
            if (claimed.out / name).exists():
                move(claimed.out / name, target)
        return [itself, *beside]

    def file_itself(self, claimed: Claimed, target: Path) -> None:
        move(claimed.path, target)

    def forget(self, claimed: Claimed) -> None:
        """Takes the folders of a claim away, and the notes on it; nothing else."""
        _clear(claimed.out, self.working)


def move(path: Path, target: Path) -> None:
    """A rename that never replaces a file; raises FileExistsError."""
    if os.name == "nt":
        path.rename(target)
        return
    try:
        os.link(path, target)
    except FileExistsError:
        if not target.samefile(path):
            raise
    except OSError:  # a file system without a second name for a file
        if target.exists():
            raise FileExistsError(str(target)) from None
        path.rename(target)
        return
    path.unlink()  # the other name stays


def _name_of(path: Path) -> PurePosixPath:
    return PurePosixPath(_meant(path.parent.name[1:]), path.name)


def _renamed(name: str, stem: str, marked: str) -> str:
    """
    >>> _renamed("dock.result.xlsx", "dock", "dock-2")
    'dock-2.result.xlsx'
    """
    return marked + name.removeprefix(stem) if name.startswith(stem) else f"{marked}.{name}"


def fitting(name: str) -> str:
    r"""A name that every system takes, and that leaves room for those beside it.

    >>> fitting("dock.xlsx"), fitting("do\nck\udcff.xlsx")
    ('dock.xlsx', 'do_ck_.xlsx')
    >>> len(fitting("é" * 120 + ".xlsx").encode())
    179
    """
    plain = "".join(c if c.isprintable() else "_" for c in name)
    stem, suffix = os.path.splitext(plain)  # noqa: PTH122  (a name is no path)
    suffix = suffix if len(suffix.encode()) < len(".download") else ""
    return stem.encode()[: _LONGEST_NAME - len(suffix.encode())].decode("utf-8", "ignore") + suffix


def _safe(account: str | None) -> str:
    """An account's name as a folder's.

    >>> _safe("acme"), _safe("acme/eu"), _safe("-"), _safe(None)
    ('acme', 'acme%2Feu', '%2D', '-')
    """
    if account is None:
        return UNCLAIMED
    name = quoted(account)
    return name.replace("-", "%2D") if name.startswith("-") else name


def quoted(text: str) -> str:
    """A text as a name that every system takes."""
    name = quote(text, safe=" ", errors="surrogateescape")
    return name.replace(".", "%2E") if name.endswith(".") else name


def _meant(quoted: str) -> str:
    return unquote(quoted, errors="surrogateescape")


def _clear(out: Path, top: Path) -> None:
    for note in out.glob(".*"):
        note.unlink()
    _remove_empty(out, top)


def _remove_empty(folder: Path, top: Path) -> None:
    """Folders of our own below `top` that hold nothing any more."""
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent

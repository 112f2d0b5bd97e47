"""Where the files of a drop folder are: moved by renaming, never overwritten, never deleted."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from filelock import FileLock, Timeout

from importer.folder.arrival import Arrival, companions

UNCLAIMED = "-"  # in place of an account
_LONGEST_NAME = 180  # bytes of UTF-8, to leave room for the suffixes of result and fix file


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that belongs to this pass: `path` below working/, `name` as it was below inbox/."""

    path: Path
    name: PurePosixPath
    resumed: bool = False  # left behind by an interrupted pass

    @property
    def out(self) -> Path:
        """Holds the result, the fix file and the text until everything is filed."""
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

    def account_lock(self, account: str | None) -> AbstractContextManager[bool]:
        """Whether this pass has an account's files to itself while the block runs."""
        return self.lock(_folder_name(account))

    @contextmanager
    def lock(self, name: str) -> Iterator[bool]:
        """Whether this pass has something to itself while the block runs.

        The operating system releases the lock when the process ends, however it ends.
        """
        self.working.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            try:
                stack.enter_context(FileLock(self.working / f".{name}.lock", timeout=0))
            except Timeout:
                acquired = False
            else:
                acquired = True
            yield acquired

    @contextmanager
    def filing_lock(self) -> Iterator[None]:
        """No other pass files anything or writes an index while the block runs."""
        self.working.mkdir(parents=True, exist_ok=True)
        with FileLock(self.working / ".filing.lock"):
            yield

    def unfinished_claims(self, account: str | None) -> list[Claimed]:
        """What an interrupted pass had claimed but not filed, oldest first."""
        own = self.working / _folder_name(account)
        for out in own.glob("*/*/.out"):
            if not any(path.is_file() for path in out.parent.iterdir()):  # everything was filed
                self._clear(out)
        files = filter(Path.is_file, own.glob("*/*/*"))
        return [
            Claimed(path, PurePosixPath(_unquoted(path.parent.name[1:]), path.name), resumed=True)
            for path in sorted(files, key=lambda path: path.parent.parent.name)
        ]

    def claimed_accounts(self) -> set[str | None]:
        """The accounts that have claimed files in working/."""
        names = [p.name for p in self.working.glob("*") if p.is_dir() and any(p.glob("*/*/*"))]
        return {None if name == UNCLAIMED else _unquoted(name) for name in names}

    def claim(self, arrival: Arrival, account: str | None, number: str) -> Claimed | None:
        """Moves a file into working/ with its companions; None if another pass was first.

        `number` orders the claims of an account. A rename is atomic: only one of two passes gets
        the file. Raises OSError if the file cannot be moved.
        """
        parent = f"_{quoted(str(arrival.name.parent))}"
        folder = self.working / _folder_name(account) / number / parent
        claimed = Claimed(folder / safe_name(arrival.path.name), arrival.name)
        claimed.out.mkdir(parents=True)
        extras = companions(arrival.path)
        try:
            os.rename(arrival.path, claimed.path)  # noqa: PTH104  (the folder is new and empty)
        except OSError as error:
            _remove_empty(claimed.out, self.working)
            if isinstance(error, FileNotFoundError):
                return None
            raise
        for companion in extras:
            with suppress(FileNotFoundError):
                companion.rename(claimed.out / companion.name)
        return claimed

    def return_to_inbox(self, claimed: Claimed) -> bool:
        """Moves a claimed file back, unless another file of that name has arrived meanwhile."""
        target = self.inbox / claimed.name
        with self.filing_lock():
            if target.exists():
                return False
            for path in claimed.out.glob("*"):
                move(path, target.with_name(path.name))
            move(claimed.path, target)
        self.clear_claim(claimed)
        return True

    def free_names(self, claimed: Claimed, where: str, day: str) -> dict[str, str]:
        """For each file to be filed its target below the root; the sheet comes last.

        If one of the names is taken there, all files get the next free number.
        """
        folder, stem = self.root / where / day, claimed.path.stem
        extras = (path.name for path in claimed.out.glob("*") if not path.name.startswith("."))
        names = [*sorted(extras), claimed.path.name]
        number, marked = 1, stem
        while any((folder / _renamed(name, stem, marked)).exists() for name in names):
            number += 1
            marked = f"{stem}-{number}"
        return {name: f"{where}/{day}/{_renamed(name, stem, marked)}" for name in names}

    def remaining_names(self, claimed: Claimed, names: Mapping[str, str]) -> dict[str, str]:
        """The names of an interrupted filing; new ones if another file has taken one meanwhile."""
        sources = {name: claimed.out / name for name in names if (claimed.out / name).exists()}
        sources[claimed.path.name] = claimed.path
        targets = [(self.root / names[name], path) for name, path in sources.items()]
        if not any(target.exists() and not target.samefile(path) for target, path in targets):
            return dict(names)
        where, day, _ = names[claimed.path.name].split("/")
        return {**names, **self.free_names(claimed, where, day)}

    def move_extras(self, claimed: Claimed, names: Mapping[str, str]) -> list[Path]:
        """Moves the files next to a claimed sheet, unless an earlier pass has moved them already.

        Returns the targets of all files, the sheet's first.
        """
        *extras, sheet = (self.root / target for target in names.values())
        sheet.parent.mkdir(parents=True, exist_ok=True)
        for name, target in zip(names, extras, strict=False):
            if (claimed.out / name).exists():
                move(claimed.out / name, target)
        return [sheet, *extras]

    def clear_claim(self, claimed: Claimed) -> None:
        """Deletes the notes and the empty folders of a claim, nothing else."""
        self._clear(claimed.out)

    def _clear(self, out: Path) -> None:
        for note in out.glob(".*"):
            note.unlink()
        _remove_empty(out, self.working)


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
    except OSError:  # the file system has no hard links
        if target.exists():
            raise FileExistsError(str(target)) from None
        path.rename(target)
        return
    path.unlink()  # the new name stays


def _renamed(name: str, stem: str, marked: str) -> str:
    """
    >>> _renamed("dock.result.xlsx", "dock", "dock-2")
    'dock-2.result.xlsx'
    """
    return marked + name.removeprefix(stem) if name.startswith(stem) else f"{marked}.{name}"


def safe_name(name: str) -> str:
    r"""A name that every system accepts, short enough for the suffixes of result and fix file.

    >>> safe_name("dock.xlsx"), safe_name("do\nck\udcff.xlsx")
    ('dock.xlsx', 'do_ck_.xlsx')
    >>> len(safe_name("é" * 120 + ".xlsx").encode())
    179
    """
    plain = "".join(c if c.isprintable() else "_" for c in name)
    stem, suffix = os.path.splitext(plain)  # noqa: PTH122  (a name is no path)
    suffix = suffix if len(suffix.encode()) < len(".download") else ""
    return stem.encode()[: _LONGEST_NAME - len(suffix.encode())].decode("utf-8", "ignore") + suffix


def _folder_name(account: str | None) -> str:
    """An account's name as a folder name.

    >>> _folder_name("acme"), _folder_name("acme/eu"), _folder_name("-"), _folder_name(None)
    ('acme', 'acme%2Feu', '%2D', '-')
    """
    if account is None:
        return UNCLAIMED
    name = quoted(account)
    return name.replace("-", "%2D") if name.startswith("-") else name


def quoted(text: str) -> str:
    """A text as a file name that every system accepts."""
    name = quote(text, safe=" ", errors="surrogateescape")
    return name.replace(".", "%2E") if name.endswith(".") else name


def _unquoted(quoted: str) -> str:
    return unquote(quoted, errors="surrogateescape")


def _remove_empty(folder: Path, top: Path) -> None:
    """Removes a folder below `top`, and its parents, as long as they are empty."""
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent

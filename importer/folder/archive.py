"""Old days are moved into one zip each; a file is deleted only after its copy was verified."""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import filterfalse
from pathlib import Path
from typing import BinaryIO

from importer.folder.layout import FolderLayout
from importer.model.files import numbered, written


def archive(layout: FolderLayout, keep_days: int) -> list[Path]:
    """Moves each day of done/ and attention/ older than `keep_days` into DAY.zip; returns the zips.

    Each zip is read back and compared byte for byte before the original files are deleted.
    Raises OSError, or ValueError for a name that a zip cannot hold.
    """
    last = datetime.now().astimezone().date() - timedelta(days=keep_days)
    with layout.filing_lock():
        return [_zip_day(folder) for folder in _days_before(last, layout)]


def _days_before(last: date, layout: FolderLayout) -> Iterator[Path]:
    for parent in ("done", "attention"):
        for folder in sorted((layout.root / parent).glob("*")):
            day = _day(folder.name)
            if folder.is_dir() and day is not None and day < last:
                yield folder


def _day(name: str) -> date | None:
    """
    >>> _day("2026-11-21"), _day("2026-99-21"), _day("20261121")
    (datetime.date(2026, 11, 21), None, None)
    """
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def _zip_day(day: Path) -> Path:
    files = sorted(path for path in day.rglob("*") if path.is_file())
    zips = (each.with_name(f"{each.name}.zip") for each in numbered(day))

    def write(file: BinaryIO) -> None:
        kind = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(file, "w", kind, strict_timestamps=False) as zipped:
            for path in files:
                zipped.write(path, _name_in_zip(path, day))

    zip_path = written(next(filterfalse(Path.exists, zips)), write).path
    _verify(zip_path, day, files)
    for path in files:
        path.unlink()
    for folder in [*sorted(day.rglob("*"), reverse=True), day]:  # all are empty by now
        folder.rmdir()
    return zip_path


def _verify(zip_path: Path, day: Path, files: Sequence[Path]) -> None:
    with zipfile.ZipFile(zip_path) as zipped:
        for path in files:
            name = _name_in_zip(path, day)
            with zipped.open(name) as copy, path.open("rb") as original:
                if _hash(copy) != _hash(original):
                    raise OSError(f"the copy of {name} in {zip_path} differs; nothing was deleted")


def _hash(file: object) -> bytes:
    return hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]  # a zip's file too


def _name_in_zip(path: Path, day: Path) -> str:
    return path.relative_to(day.parent).as_posix()

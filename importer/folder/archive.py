"""Days long gone are put into a zip each; nothing leaves its folder before the zip is proved."""

import hashlib
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from importer.folder.layout import FolderLayout
from importer.model.files import written


def archive(places: FolderLayout, keep_days: int) -> list[Path]:
    """Moves each day of done/ and attention/ older than `keep_days` into DAY.zip; the zips.

    The zip is read again, byte for byte, before the files it holds are taken from their folder.
    Raises OSError, or ValueError for a name that no zip can hold.
    """
    last = datetime.now().astimezone().date() - timedelta(days=keep_days)
    with places.alone():
        days = [
            folder
            for where in ("done", "attention")
            for folder in sorted((places.root / where).glob("*"))
            if folder.is_dir() and (day := _day(folder.name)) is not None and day < last
        ]
        return [_put_away(day) for day in days]


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


def _put_away(day: Path) -> Path:
    files = sorted(path for path in day.rglob("*") if path.is_file())
    target = _free(day)

    def write(file: BinaryIO) -> tuple[str, ...]:
        kind = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(file, "w", kind, strict_timestamps=False) as zipped:
            for path in files:
                zipped.write(path, path.relative_to(day.parent).as_posix())
        return ()

    path = written(target, write).path
    _prove(path, day, files)
    for each in files:
        each.unlink()
    for folder in sorted((p for p in day.rglob("*") if p.is_dir()), reverse=True):
        folder.rmdir()
    day.rmdir()
    return path


def _prove(path: Path, day: Path, files: list[Path]) -> None:
    with zipfile.ZipFile(path) as zipped:
        for each in files:
            name = each.relative_to(day.parent).as_posix()
            with zipped.open(name) as kept, each.open("rb") as original:
                if _hash(kept) != _hash(original):
                    raise OSError(f"{path} does not hold {name} as it is; nothing was taken away")


def _hash(file: object) -> bytes:
    return hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]


def _free(day: Path) -> Path:
    target, number = day.with_suffix(".zip"), 2
    while target.exists():
        target, number = day.with_name(f"{day.name}-{number}.zip"), number + 1
    return target

"""Files written whole or not at all."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from errno import EISDIR
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

Choose = Callable[[Path, Path], Path]  # the finished file and the intended path -> the path


@dataclass(frozen=True, slots=True)
class WrittenResult:
    path: Path  # not always the intended one
    notes: tuple[str, ...] = ()  # for a person


def written(
    target: Path, write: Callable[[BinaryIO], tuple[str, ...] | None], choose: Choose | None = None
) -> WrittenResult:
    """Writes next to the target, then renames at once. Raises OSError."""
    if target.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(target))
    part = target.with_name(f".{token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            notes = write(file) or ()
            file.flush()
            os.fsync(file.fileno())
        target = choose(part, target) if choose else target
        path = put(part, target)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):  # of a name that means nothing to a person
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise
    if path != target:
        notes += (f'"{target.name}" is in use by another program, so see "{path.name}".',)
    return WrittenResult(path, notes)


def write_bytes(target: Path, content: bytes) -> Path:
    """Writes the file whole or not at all; returns its path. Raises OSError."""

    def write(file: BinaryIO) -> None:
        file.write(content)

    return written(target, write).path


def write_text(target: Path, text: str) -> Path:
    return write_bytes(target, text.encode("utf-8", "backslashreplace"))


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file; an empty one if there is none or it cannot be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def put(part: Path, target: Path) -> Path:
    """Renames a finished file; under another name if a program like Excel has the target open."""
    try:
        part.replace(target)
    except PermissionError:
        path = next(name for name in other_names(target) if not name.exists())
        part.replace(path)
        return path
    return target


def numbered(path: Path) -> Iterator[Path]:
    """The path itself, then with -2, -3 and so on after its name."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.name}-{number}")


def other_names(target: Path) -> Iterator[Path]:
    for number in count(2):
        yield target.with_name(f"{target.stem} ({number}){target.suffix}")

"""A file's bytes, read once, from a regular file and nothing else."""

import os
import stat
from pathlib import Path

from importer.errors import SheetError
from importer.sheets.container import MOST_BYTES


def read_content(path: Path) -> bytes:
    """The file's bytes, read once: they are what is hashed, read and given back.

    Raises SheetError for what is no regular file: a link may lead anywhere, a pipe never ends.
    """
    try:
        content = _regular_content(path)
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror}") from error
    if not content.strip():
        raise SheetError(f"{path.name} is empty")
    return content


def _regular_content(path: Path) -> bytes:
    if path.is_symlink():
        raise SheetError(f"{path} is a link; give the file itself")
    if not path.is_file():
        raise SheetError(f"{path} is not there, or is not a file")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SheetError(f"{path} is not a file")  # it was, a moment ago
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise SheetError(f"{path.name} is larger than {MOST_BYTES // 2**20} MB; split it")
    return content

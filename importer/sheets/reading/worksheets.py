"""A file becomes worksheets of typed cells, or is refused with a sentence that says what it is."""

import os
import stat
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from importer.model.cells import Fault
from importer.model.errors import SheetError
from importer.sheets.reading.apart import read_apart
from importer.sheets.reading.container import MOST_BYTES, Form, form_of, unwrapped
from importer.sheets.reading.delimited import read_text
from importer.sheets.sheet import Worksheet


def read_worksheets(
    path: Path, content: bytes, worksheet: str | None = None, *, code_page: str | None = None
) -> list[Worksheet]:
    """The visible worksheets of a workbook, or the one named; a text file is one worksheet.

    `content` is what `read_content` gave; the file itself may be another by now. `code_page` is
    a Python codec name for text that is not Unicode. Workbooks are read in a process of their
    own. Raises SheetError with a sentence for whatever cannot be read.
    """
    try:
        plain = unwrapped(content)
        form = form_of(plain)
        sheets = [] if form is Form.TEXT else read_workbook(plain, form, worksheet)
    except SheetError as error:
        raise SheetError(f"{path.name} {error}") from error
    if form is not Form.TEXT:
        return [_worksheet(path, form, sheet) for sheet in sheets]
    if worksheet is not None:
        raise SheetError(f"{path.name} is a text file and has no worksheet {worksheet}")
    return [read_text(path, plain, code_page)]


def _worksheet(path: Path, form: Form, sheet: dict[str, Any]) -> Worksheet:
    columns = sheet["columns"]
    for (row, column), text in sheet["faults"].items():
        columns[column - 1][row - 1] = Fault(text)
    return Worksheet(
        path,
        sheet["name"],
        columns,
        notes=tuple(sheet["notes"]),
        form=form.value,
        hidden_rows=frozenset(sheet["hidden"]),
        filtered=sheet["filtered"],
        struck_rows=frozenset(sheet["struck"]),
        merges=tuple(dict.fromkeys(map(tuple, sheet["merges"]))),
    )


def read_content(path: Path) -> bytes:
    """The file's bytes, read once: they are hashed, read and returned.

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


@dataclass(frozen=True, slots=True)
class _Ahead:
    content: bytes
    worksheet: str | None
    sheets: Future[list[dict[str, Any]]]


_begun: list[_Ahead] = []


def read_ahead(path: Path, worksheet: str | None) -> None:
    """Begins; whoever reads the file later reports what is wrong with it."""
    with suppress(SheetError):
        content = unwrapped(read_content(path))
        form = form_of(content)
        if form is not Form.TEXT:
            ahead = _Ahead(content, worksheet, Future())
            _begun.append(ahead)
            Thread(target=_read, args=(ahead, form), daemon=True).start()


def _read(ahead: _Ahead, form: Form) -> None:
    try:
        ahead.sheets.set_result(read_apart(ahead.content, form, ahead.worksheet))
    except BaseException as error:  # noqa: BLE001  (raised again where the sheet is wanted)
        ahead.sheets.set_exception(error)


def read_workbook(content: bytes, form: Form, worksheet: str | None) -> list[dict[str, Any]]:
    """What `read_apart` finds in these very bytes, begun already or not."""
    while _begun:
        ahead = _begun.pop()
        if (ahead.content, ahead.worksheet) == (content, worksheet):
            return ahead.sheets.result()
    return read_apart(content, form, worksheet)

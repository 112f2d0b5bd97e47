"""A workbook read in the background while the rest of the program is still being loaded."""

from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from importer.errors import SheetError
from importer.sheets.container import Form, form_of, unwrapped
from importer.sheets.isolation import read_apart
from importer.sheets.regular_file import read_content


@dataclass(frozen=True, slots=True)
class _Ahead:
    content: bytes
    worksheet: str | None
    found: Future[list[dict[str, Any]]]


_begun: list[_Ahead] = []


def read_ahead(path: Path, worksheet: str | None) -> None:
    """Begins; what is wrong with the file is said by whoever reads it in earnest."""
    with suppress(SheetError):
        content = unwrapped(read_content(path))
        form = form_of(content)
        if form is not Form.TEXT:
            ahead = _Ahead(content, worksheet, Future())
            _begun.append(ahead)
            Thread(target=_read, args=(ahead, form), daemon=True).start()


def _read(ahead: _Ahead, form: Form) -> None:
    try:
        ahead.found.set_result(read_apart(ahead.content, form, ahead.worksheet))
    except BaseException as error:  # noqa: BLE001  (raised again where the sheet is wanted)
        ahead.found.set_exception(error)


def read_workbook(content: bytes, form: Form, worksheet: str | None) -> list[dict[str, Any]]:
    """What `read_apart` finds in these very bytes, begun already or not."""
    while _begun:
        ahead = _begun.pop()
        if (ahead.content, ahead.worksheet) == (content, worksheet):
            return ahead.found.result()
    return read_apart(content, form, worksheet)

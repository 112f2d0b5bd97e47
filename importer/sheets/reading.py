"""A file becomes worksheets of typed cells, or is refused with a sentence that says what it is."""

from pathlib import Path
from typing import Any

from importer.cells import Fault
from importer.errors import SheetError
from importer.sheets.ahead import read_workbook
from importer.sheets.container import Form, form_of, unwrapped
from importer.sheets.sheet import Worksheet
from importer.sheets.text import read_text


def read_worksheets(
    path: Path, content: bytes, worksheet: str | None = None, *, code_page: str | None = None
) -> list[Worksheet]:
    """The visible worksheets of a workbook, or the one named; a text file is one worksheet.

    `content` is what `read_content` gave; the file itself may be another by now. `code_page` is
    a Python codec name for text that is not Unicode. Workbooks are read in a process of their
    own. Raises SheetError with a sentence for whatever cannot be read.
    """
    try:
        sheet = unwrapped(content)
        form = form_of(sheet)
        found = [] if form is Form.TEXT else read_workbook(sheet, form, worksheet)
    except SheetError as error:
        raise SheetError(f"{path.name} {error}") from error
    if form is not Form.TEXT:
        return [_worksheet(path, form, one) for one in found]
    if worksheet is not None:
        raise SheetError(f"{path.name} is a text file and has no worksheet {worksheet}")
    return [read_text(path, sheet, code_page)]


def _worksheet(path: Path, form: Form, found: dict[str, Any]) -> Worksheet:
    columns = found["columns"]
    for row, column, text in found["faults"]:
        columns[column - 1][row - 1] = Fault(text)
    return Worksheet(
        path,
        found["name"],
        columns,
        notes=tuple(found["notes"]),
        form=form.value,
        hidden_rows=frozenset(found["hidden"]),
        filtered=found["filtered"],
        struck_rows=frozenset(found["struck"]),
        merges=tuple(dict.fromkeys(map(tuple, found["merges"]))),
    )

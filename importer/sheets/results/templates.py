"""Writes an operation's template: a workbook of headings with notes, drop-downs and an example."""

import textwrap
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from importer.columns.column import EXAMPLE_MARK
from importer.model.errors import UsageError
from importer.operations.operation import Field, Operation
from importer.sheets.results.fix_file import HEADING_FONT, TEXT, fit_to_paper

LAST_ROW = 2000  # how far drop-downs and the filter reach
FORMATS = {"whole number": "0", "money": "0.00", "date": "yyyy-mm-dd"}  # by the kind's words
NEEDED_FILL, OPTIONAL_FILL = "1F3A5F", "4F6F94"
EXAMPLE_FONT = Font(name="Calibri", size=11, italic=True, color="808080")

_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  (openpyxl takes UTC without saying so)
_AUTHOR = "importer"
_LONGEST_TITLE, _LONGEST_LIST = 31, 255  # Excel's limits
_NOTE_WIDTH, _NOTE_LINE = 320, 18  # pixels
_NOTE_CHARACTERS = 50  # in a line of that width


def write_template(operation: Operation[Any], target: Path) -> None:
    """Write the operation's blank workbook, whole or not at all, the same bytes each time.

    Raises UsageError where the target is no .xlsx file or its folder takes none.
    """
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f'"{target}" is no workbook; name a file that ends in .xlsx')
    part = target.with_name(f".{token_hex(8)}.part")
    try:
        part.write_bytes(_content(_workbook(operation)))
        part.replace(target)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise UsageError(
            f'"{target}" cannot be written: {error.strerror}; close it or choose another place'
        ) from error


def _workbook(operation: Operation[Any]) -> Workbook:
    book = Workbook()
    book.properties.creator = _AUTHOR
    book.properties.created = book.properties.modified = _MADE
    book.properties.title = operation.title
    sheet: Worksheet = book.worksheets[0]
    sheet.title = operation.title[:_LONGEST_TITLE]
    for number, field in enumerate(operation.fields, start=1):
        _write_column(sheet, number, field)
    first = sheet.cell(2, 1)
    first.value = f"{EXAMPLE_MARK}{first.value or ''}"
    first.number_format = TEXT
    _fit_widths(sheet)
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(operation.fields))}{LAST_ROW}"
    fit_to_paper(sheet)
    return book


def _write_column(sheet: Worksheet, number: int, field: Field) -> None:
    heading = sheet.cell(1, number, field.title)
    heading.font = HEADING_FONT
    heading.fill = PatternFill("solid", fgColor=NEEDED_FILL if field.needed else OPTIONAL_FILL)
    heading.alignment = Alignment(vertical="center")
    heading.comment = _note(field)
    cells_format = FORMATS.get(field.kind.words, TEXT)
    sheet.column_dimensions[get_column_letter(number)].number_format = cells_format
    example = sheet.cell(2, number, _example(field))
    example.font = EXAMPLE_FONT
    example.alignment = Alignment(horizontal="left")
    example.number_format = cells_format
    drop_down = _drop_down(field)
    if drop_down is not None:
        drop_down.add(f"{get_column_letter(number)}2:{get_column_letter(number)}{LAST_ROW}")
        sheet.add_data_validation(drop_down)


def _example(field: Field) -> Any:
    """The example as its column holds it: a number or a date where the column's format is one."""
    example = field.about.example
    if example is None:
        return None
    if field.kind.words in FORMATS:
        return field.kind.read(example, field.about)
    return str(example)


def _note(field: Field) -> Comment:
    about = field.about
    need, description = _need(field)
    lines = [
        f"{field.title}: {need}",
        description,
        f"Holds: {_holds(field)}",
        f"Also understood as heading: {', '.join(about.aliases)}" if about.aliases else "",
    ]
    text = "\n".join(line for line in lines if line)
    height = sum(len(textwrap.wrap(line, _NOTE_CHARACTERS)) for line in lines) + 1
    return Comment(text, _AUTHOR, height=height * _NOTE_LINE, width=_NOTE_WIDTH)


def _need(field: Field) -> tuple[str, str]:
    """Whether its cells may stay empty, and what else is said of it."""
    description = field.about.description
    if not field.needed and description.startswith("Needed "):  # in some rows
        return f"n{description[1:]}", ""
    return "needed" if field.needed else "may stay empty", description


def _holds(field: Field) -> str:
    choices = ", ".join(field.about.labels)
    if not choices:
        words = " or ".join([field.kind.words, *field.about.words])
        return words + (", like 2026-11-20" if field.kind.words == "date" else "")
    joint = " " if _is_closed(field) else ", such as "
    return f"{field.kind.words}{joint}{choices}"


def _is_closed(field: Field) -> bool:
    """Whether the choices are all there can be; a carrier code may be another one."""
    return field.kind.words == "one of"


def _drop_down(field: Field) -> DataValidation | None:
    labels = ",".join(field.about.labels)
    if not 0 < len(labels) <= _LONGEST_LIST:
        return None
    return DataValidation(
        type="list",
        formula1=f'"{labels}"',
        allow_blank=True,
        showErrorMessage=_is_closed(field),
        errorTitle=field.title,
        error="Choose one of the list.",
    )


def _fit_widths(sheet: Worksheet) -> None:
    for number, column in enumerate(sheet.iter_cols(max_row=2), start=1):
        heading, example = (_shown(cell) for cell in column)
        width = max(len(heading) + 5, len(example) + 2, 12)  # the filter's arrow takes room
        sheet.column_dimensions[get_column_letter(number)].width = width


def _shown(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value)


def _content(book: Workbook) -> bytes:
    """A saved workbook without the hour of saving, which openpyxl and the zip would keep."""
    saved, content = BytesIO(), BytesIO()
    ExcelWriter(book, ZipFile(saved, "w")).save()  # Workbook.save would set the hour as modified
    with ZipFile(saved) as parts, ZipFile(content, "w") as package:
        for name in parts.namelist():
            package.writestr(ZipInfo(name), parts.read(name), ZIP_DEFLATED)
    return content.getvalue()

"""What becomes of a sheet, in one line: how it was read, or the sentence that refused it."""

from collections.abc import Sequence
from pathlib import Path

from importer.model.cells import Fault
from importer.model.errors import SheetError
from importer.operations import operations
from importer.sheets.headings import find_layout
from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.sheet import Worksheet


def outcome(name: str, content: bytes) -> str:
    """
    >>> outcome("dock.csv", b"PO ID,Qty\\n1,2\\n"), outcome("dock.xls", b"%PDF")
    ('read 2 rows', 'refused: is a PDF; ask for the sheet itself, as .xlsx or .csv')
    """
    try:
        worksheets = read_worksheets(Path(name), content)
    except SheetError as error:
        return f"refused: {str(error).removeprefix(name).lstrip()}"
    return "read " + "; ".join(_told(worksheet) for worksheet in worksheets)


def is_taken(name: str, content: bytes) -> bool:
    """Whether the headings fit an operation, so that rows of it could be sent."""
    try:
        find_layout(read_worksheets(Path(name), content), [*operations().values()])
    except SheetError:
        return False
    return True


def filled(worksheet: Worksheet) -> int:
    rows: Sequence[Sequence[object]] = [*zip(*worksheet.columns, strict=True)]
    return sum(any(cell is not None for cell in row) for row in rows)


def _told(worksheet: Worksheet) -> str:
    faults = sum(isinstance(cell, Fault) for column in worksheet.columns for cell in column)
    told = {
        "rows": filled(worksheet),
        "faults": faults,
        "hidden": len(worksheet.hidden_rows),
        "struck": len(worksheet.struck_rows),
        "merges": len(worksheet.merges),
        "notes": len(worksheet.notes),
    }
    return ", ".join(f"{n} {what}" for what, n in told.items() if n or what == "rows")

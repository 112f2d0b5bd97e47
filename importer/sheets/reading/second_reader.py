"""Reads a workbook with openpyxl, where calamine cannot or the two must agree."""

import io
import struct
import warnings
import zipfile
import zlib

import openpyxl
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from importer.model.cells import Cell
from importer.model.errors import SheetError

# What openpyxl and the parsers below it raise at a workbook that is not sound.
_UNSOUND = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    SyntaxError,  # not well-formed XML
    LookupError,
    ValueError,
    TypeError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    EOFError,
    OSError,
    RuntimeError,
)


def read_rows(content: bytes, worksheet: str) -> list[list[Cell]]:
    """The worksheet row by row, "" where a cell is empty; raises SheetError."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and the like, never of cells
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book[worksheet]
            sheet.reset_dimensions()  # the file's own word for its size is often wrong
            rows = [list(map(_cell, row)) for row in sheet.iter_rows()]
    except _UNSOUND as error:
        raise SheetError(
            "is a damaged workbook, or written in a way that no reader knows; "
            "open it in Excel and save it again as .xlsx"
        ) from error
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _cell(cell: object) -> Cell:
    value: Cell = getattr(cell, "value", None)
    if value is None or getattr(cell, "data_type", "") == "e":
        return ""  # an error is found in the XML, with its place
    return unescape(value) if isinstance(value, str) else value

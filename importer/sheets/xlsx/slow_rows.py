"""The rows of a worksheet by openpyxl, which reads slowly what others cannot."""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from importer.model.errors import SheetError
from importer.sheets.xlsx.expat import UNREADABLE

# What openpyxl and the parsers below it raise at a workbook that is not sound.
_UNSOUND = (
    zipfile.BadZipFile, zlib.error, struct.error, InvalidFileException, EOFError, OSError,
    SyntaxError, LookupError, ValueError, TypeError, ArithmeticError, AttributeError,
    AssertionError, RuntimeError,
)  # fmt: skip  # SyntaxError: not well-formed XML


def read_rows(file: BinaryIO, worksheet: str | None) -> Iterator[tuple[Any, ...]]:
    """The worksheet's rows as openpyxl cells, each as long as its last cell; None is the first.

    Raises SheetError with a sentence that reads on after the file's name.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and the like, never of cells
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            with closing(book):
                sheet = book[worksheet] if worksheet is not None else book.worksheets[0]
                sheet.reset_dimensions()  # the file's own word for its size is often wrong
                yield from sheet.iter_rows()
    except _UNSOUND as error:
        raise SheetError(UNREADABLE) from error

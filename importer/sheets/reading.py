"""A file becomes worksheets of typed cells. Workbooks (xlsx, xlsm) and text (csv, tsv) are read."""

import csv
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import openpyxl
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import TranslatorError
from openpyxl.utils.exceptions import InvalidFileException

from importer.cells import LAST_EXACT, Cell, Fault
from importer.errors import SheetError
from importer.sheets.sheet import TextFormat, Worksheet

DELIMITERS = ",;\t|"
_MOST_BYTES = 200 * 2**20
_OLE = b"\xd0\xcf\x11\xe0"
_ZERO_PADDED = frozenset("0" * n for n in range(2, 41))
_FORMULA = re.compile(rb"[<:]f[ />]")
# What openpyxl and the parsers below it raise at a workbook that is not sound.
_UNSOUND = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    TokenizerError,
    TranslatorError,
    SyntaxError,  # not well-formed XML
    LookupError,
    ValueError,
    TypeError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    EOFError,
    OSError,
    RuntimeError,  # a part encrypted, or nested without end
)


def read_worksheets(path: Path, content: bytes, worksheet: str | None = None) -> list[Worksheet]:
    """The visible worksheets of a workbook, or the one named; a text file is one worksheet.

    `content` is what `read_content` gave; the file itself may be another by now. Raises
    SheetError with a sentence for whatever cannot be read.
    """
    if content.startswith(b"PK"):
        return _workbook(path, content, worksheet)
    if content.startswith(_OLE):
        raise SheetError(
            f"{path.name} is an old Excel workbook (.xls) or protected by a password; "
            "open it in Excel and save it as .xlsx without a password"
        )
    text = _text(path, content)
    if worksheet is not None:
        raise SheetError(f"{path.name} is a text file and has no worksheet {worksheet}")
    return [text]


def read_content(path: Path) -> bytes:
    """The file's bytes, read once: they are what is hashed, read and given back."""
    try:
        if not path.is_file():
            raise SheetError(f"{path} is not there, or is not a file")
        if path.stat().st_size > _MOST_BYTES:
            raise SheetError(f"{path.name} is larger than {_MOST_BYTES // 2**20} MB; split it")
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror}") from error
    if not content.strip():
        raise SheetError(f"{path.name} is empty")
    return content


# Workbooks --------------------------------------------------------------------------------------


def _workbook(path: Path, content: bytes, name: str | None) -> list[Worksheet]:
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and the like, never of cells
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            formulas = _formulas(content)
            names = _names(path, book, name)
            return [_worksheet(path, book[title], formulas and formulas[title]) for title in names]
    except _UNSOUND as error:
        raise SheetError(
            f"{path.name} cannot be read as a workbook; open it in Excel and save it again as .xlsx"
        ) from error


def _names(path: Path, book: Any, name: str | None) -> list[str]:
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if name is not None:
        if name not in book.sheetnames:
            raise SheetError(
                f'{path.name} has no worksheet "{name}"; it has {", ".join(book.sheetnames)}'
            )
        return [name]
    if not visible:
        raise SheetError(
            f"{path.name} has no visible worksheet; save it as a normal .xlsx workbook"
        )
    return visible


def _formulas(content: bytes) -> Any:
    """The same workbook with its formulas, where it has any; else None."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [name for name in package.namelist() if name.lower().endswith(".xml")]
        if not any(_holds_formula(package.open(name)) for name in parts):
            return None
    return openpyxl.load_workbook(io.BytesIO(content), read_only=True)


def _holds_formula(part: IO[bytes]) -> bool:
    tail = b""
    with part:
        while block := part.read(2**20):
            if _FORMULA.search(tail + block):
                return True
            tail = block[-4:]
    return False


def _worksheet(path: Path, sheet: Any, formulas: Any) -> Worksheet:
    sheet.reset_dimensions()  # the file's own word for its size is often wrong
    rows = [[_cell(cell) for cell in cells] for cells in sheet.iter_rows()]
    _mark_uncalculated(rows, formulas)
    return Worksheet(path, sheet.title, _columns([_trimmed(row) for row in rows]))


def _cell(cell: Any) -> Cell:
    """The cell's value; "" for a formula that gave an empty text, which is calculated."""
    value: Cell = cell.value
    if value is None:
        return "" if cell.data_type == "str" else None
    if cell.data_type == "e":
        return Fault(str(value))
    if cell.data_type == "n" and cell.number_format in _ZERO_PADDED and _is_exact(cell.value):
        # 6083 shown as 06083: the zeros are part of what the vendor sees and means.
        return str(int(cell.value)).zfill(len(cell.number_format))
    return value


def _is_exact(number: float) -> bool:
    """A whole number of which Excel kept all digits."""
    return 0 <= number < LAST_EXACT and number == int(number)


def _mark_uncalculated(rows: list[list[Cell]], formulas: Any) -> None:
    """A formula without a stored value must not pass for an empty cell."""
    if formulas is None:
        return
    formulas.reset_dimensions()
    for row, cells in zip(rows, formulas.iter_rows(), strict=True):
        for i, cell in enumerate(cells):
            if cell.data_type == "f" and row[i] is None:
                row[i] = Fault(_formula_text(cell.value))


def _formula_text(value: Any) -> str:
    text = str(getattr(value, "text", value) or "")
    return text if text.startswith("=") else f"={text}"


def _trimmed(row: Sequence[Cell]) -> list[Cell]:
    """The row up to its last cell that holds anything, None where a cell is empty."""
    width = max((i for i, cell in enumerate(row, start=1) if cell not in {None, ""}), default=0)
    return [None if cell == "" else cell for cell in row[:width]]


def _columns(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The cells column by column, down to the last row that holds anything."""
    height = max((i for i, row in enumerate(rows, start=1) if row), default=0)
    width = max(map(len, rows), default=0)
    columns: list[list[Cell]] = [[None] * height for _ in range(width)]
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            columns[j][i] = cell
    return columns


# Text -------------------------------------------------------------------------------------------


def _text(path: Path, content: bytes) -> Worksheet:
    text, encoding = _decode(path, content)
    if text.lstrip().startswith("<"):
        raise SheetError(f"{path.name} is a web page or XML, not a workbook; save it as .xlsx")
    delimiter = _delimiter(text)
    records = list(_records(path, text, delimiter))
    return Worksheet(
        path,
        None,
        _columns([_trimmed(record) for record in records]),
        TextFormat(encoding, delimiter),
        widths=[len(record) for record in records],
        notes=("read as Windows-1252 text, since it is not UTF-8",) * (encoding == "cp1252"),
    )


def _decode(path: Path, content: bytes) -> tuple[str, str]:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetError(f"{path.name} is not a text file or workbook that can be read")
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(path, content, encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _strictly(path, content, "cp1252"), "cp1252"


def _strictly(path: Path, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetError(
            f"{path.name} is not UTF-8 text, nor Windows-1252; save it as CSV UTF-8"
        ) from error


def _delimiter(text: str) -> str:
    """The delimiter that gives the first records the most even number of fields."""
    head = text.splitlines(keepends=True)[:30]

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(r) for r in csv.reader(head, delimiter=delimiter) if any(r)]
        except csv.Error:
            return (0, 0)
        common = max(set(widths), key=widths.count, default=1)
        return (widths.count(common), common) if common > 1 else (0, 0)

    return max(DELIMITERS, key=evenness)


def _records(path: Path, text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(2**20)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begun = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SheetError(
                f"{path.name}, line {begun}: a quote is opened and not closed, or stands inside a "
                f"field ({error}); mend the line"
            ) from error
        yield record

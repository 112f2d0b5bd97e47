"""A text file becomes a worksheet of texts: its encoding, its delimiter, its records."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

from importer.model.cells import Cell
from importer.model.errors import SheetError
from importer.sheets.sheet import TextFormat, Worksheet

DELIMITERS = ",;\t|"
CODE_PAGE = "cp1252"  # what Excel writes as CSV in the Americas and in western Europe
MOST_ROWS, MOST_CELLS = 1_048_576, 2**24  # as in Excel's grid; 1 GB of memory
_MOST_PLACES = 2**25  # of the table, empty ones too
_SAMPLE = 30  # records that show the delimiter
_LONGEST_FIELD = 2**20
_LONGEST_LINE = 2**23  # 16,384 cells of 512 characters
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR = re.compile(r"\"?sep=(.)\"?\r?\n?", re.IGNORECASE)
_BOXES = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # no character of cp1252
# Words of western Europe have one accented letter, or two, between plain ones.
_FOREIGN = re.compile(
    rb"[\xc0-\xff]{4}|[\x80-\x9f\xe0-\xfc][\x40-\xfc][\x80-\x9f][\x40-\xfc][\x80-\x9f]"
)
_SAVE_AGAIN = 'save it as "CSV UTF-8"'


def read_text(path: Path, content: bytes, code_page: str | None = None) -> Worksheet:
    """The file as one worksheet; a row is a record, blank lines are rows too.

    `code_page` is a Python codec name for a file that is not Unicode; None is Windows-1252, and
    a file that looks like another is refused. Raises SheetError.
    """
    try:
        encoding = _encoding(content, code_page)
        text = _Text(content, encoding)
        _refuse_long(text)
        delimiter = _told_delimiter(text) or _delimiter(text)
        _refuse_large(content, delimiter)
        records = _records(text, delimiter)
        _refuse_cut_off(content, records)
    except SheetError as error:
        raise SheetError(f"{path.name}{error}") from error
    if _told_delimiter(text):
        records[0] = []
    return Worksheet(
        path,
        None,
        _columns(records),
        TextFormat(encoding, delimiter),
        widths=list(map(len, records)),
        notes=_notes(encoding, code_page),
        form="text",
    )


class _Text:
    """The content decoded a piece at a time, as often as it is asked for."""

    def __init__(self, content: bytes, encoding: str) -> None:
        self._content, self._encoding = content, encoding

    def lines(self) -> Iterator[str]:
        return io.TextIOWrapper(io.BytesIO(self._content), self._encoding, newline="")

    def head(self) -> list[str]:
        return list(islice(self.lines(), _SAMPLE))


def _encoding(content: bytes, code_page: str | None) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            _decode(content, encoding)
            return encoding
    if b"\0" in content:
        raise SheetError(_of_nul(content))
    try:
        _decode(content, "utf-8")
    except UnicodeDecodeError as error:
        if _ends_inside_character(content, error):
            raise SheetError(
                " ends in the middle of a character, so it was cut off; get it again"
            ) from error
        return _guessed(content, code_page)
    return "utf-8"


def _decode(content: bytes, encoding: str) -> None:
    """Raises SheetError if a file with a byte-order mark is not in that encoding."""
    try:
        text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
        while piece := text.read(2**20):
            if "\0" in piece:
                raise SheetError(" contains NUL bytes; save it again")
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            raise
        raise SheetError(f" begins as {encoding} text but is not; {_SAVE_AGAIN}") from error


def _of_nul(content: bytes) -> str:
    if content.count(b"\0") * 3 < len(content) and b"\n" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        tail = content.rstrip(b"\0")
        if b"\0" not in tail:
            return " ends in empty bytes (NUL), so it was not copied whole; get it again"
        if not re.search(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", content[:4096]):
            return f", line {line}: contains a NUL byte; fix the line"
    return " is not a text file or workbook that can be read"


def _ends_inside_character(content: bytes, error: UnicodeDecodeError) -> bool:
    """UTF-8 up to the last bytes, and with more than ASCII before them."""
    return error.reason == "unexpected end of data" and not content[:-3].isascii()


def _guessed(content: bytes, code_page: str | None) -> str:
    encoding = code_page or CODE_PAGE
    if code_page is None and (_BOXES.search(content) or _FOREIGN.search(content)):
        raise SheetError(f" is neither UTF-8 nor Windows-1252 text; {_SAVE_AGAIN}")
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetError(f" is neither UTF-8 nor {encoding} text; {_SAVE_AGAIN}") from error
    return encoding


def _notes(encoding: str, code_page: str | None) -> tuple[str, ...]:
    if encoding.startswith("utf"):
        return ()
    name = "Windows-1252" if encoding == CODE_PAGE else code_page
    return (f"read as {name} text, since it is not UTF-8",)


def _told_delimiter(text: _Text) -> str | None:
    """What a first line such as "sep=;" says: Excel reads it, and so do we."""
    found = _SEPARATOR.fullmatch(next(text.lines(), ""))
    return found[1] if found else None


def _delimiter(text: _Text) -> str:
    """The delimiter that gives the first records the most even number of fields.

    One that leaves no quote astray comes before one that does.
    """
    head = text.head()

    def evenness(delimiter: str) -> tuple[bool, int, int]:
        widths, sound = _widths(head, delimiter)
        common = max(set(widths), key=widths.count, default=1)
        return (sound, widths.count(common), common) if common > 1 else (sound, 0, 0)

    return max(DELIMITERS, key=evenness)


def _widths(head: Sequence[str], delimiter: str) -> tuple[list[int], bool]:
    """The number of fields of each record, and whether all quotes are where they belong."""
    reader = csv.reader(head, delimiter=delimiter, strict=True)
    widths: list[int] = []
    try:
        widths.extend(len(record) for record in reader if any(record))
    except csv.Error:
        return widths, reader.line_num >= len(head) > 1  # the last record goes on below the head
    return widths, True


def _records(text: _Text, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(text.lines(), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    widest = 0
    try:
        while piece := list(islice(reader, 10_000)):
            records += piece
            widest = max(widest, *map(len, piece))
            if len(records) > MOST_ROWS or len(records) * widest > _MOST_PLACES:
                raise SheetError(
                    f" has {len(records):,} lines or more, with {widest:,} fields in one of them; "
                    "split it"
                )
    except csv.Error as error:
        line = _open_quote(text, delimiter)
        raise SheetError(
            f", line {line}: a quote is opened and not closed, or appears inside a field "
            f"({error}); fix the line"
        ) from error
    return records


def _refuse_long(text: _Text) -> None:
    """Before the first lines are read once for each delimiter."""
    for number, line in enumerate(text.head(), start=1):
        if len(line) > _LONGEST_LINE:
            raise SheetError(
                f", line {number}: has {len(line):,} characters, more than the {_LONGEST_LINE:,} "
                "that are read; split it"
            )


def _refuse_large(content: bytes, delimiter: str) -> None:
    """Before records are made of it: a single line may hold millions of fields."""
    cells = content.count(delimiter.encode())
    if cells > MOST_CELLS:
        raise SheetError(
            f" has {cells:,} cells, more than the {MOST_CELLS:,} that are read; split it"
        )


def _open_quote(text: _Text, delimiter: str) -> int:
    """The line where the record begins that cannot be read."""
    reader = csv.reader(text.lines(), delimiter=delimiter, strict=True)
    line = 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        pass
    return line


def _refuse_cut_off(content: bytes, records: Sequence[Sequence[str]]) -> None:
    """A last line that lacks both its end and some fields: the rest is still on its way."""
    end = content.rstrip(b"\0")[-2:].strip(b"\0")  # UTF-16 has a zero next to each ASCII byte
    if len(records) < 3 or end.endswith((b"\n", b"\r")):
        return
    usual, count = Counter(map(len, records[:-1])).most_common(1)[0]
    if len(records[-1]) < usual and count * 2 > len(records):
        raise SheetError(
            f", line {len(records):,}: the last line has {len(records[-1])} of {usual} fields and "
            "no line end, so the file was cut off; get it again"
        )


def _columns(records: Sequence[Sequence[str]]) -> list[list[Cell]]:
    """The fields column by column, None where one is empty, up to the last that is not."""
    columns: list[list[Cell]] = [_shared(column) for column in zip_longest(*records)]
    while columns and not any(columns[-1]):
        columns.pop()
    height = len(records)
    while height and not any(column[height - 1] for column in columns):
        height -= 1
    for column in columns:
        del column[height:]
    return columns


def _shared(fields: Sequence[str]) -> list[Cell]:
    """Equal fields as one object, which is faster to compare; None where one is empty."""
    known: dict[str | None, str | None] = {"": None, None: None}
    return list(map(known.setdefault, fields, fields))

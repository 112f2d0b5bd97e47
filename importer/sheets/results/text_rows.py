"""Two result fields put into each record of a text file, all else in it left byte for byte."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import TextIOWrapper
from typing import BinaryIO

from importer.model.errors import SheetError
from importer.sheets.sheet import ERROR_HEADING, STATUS_HEADING, TextFormat

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # full-width signs start formulas too


def splice_text(
    source: BinaryIO,
    target: BinaryIO,
    header_row: int,
    cells: Mapping[int, tuple[str, str]],
    text_format: TextFormat,
) -> None:
    """Write the file with its results: after the longest record's fields, or those of an older run.

    A row is a record, counted from 1. Raises SheetError where there is no such heading record.
    """
    mark, codec = encoding_of(source, text_format)
    layout = measured(source, len(mark), codec, text_format.delimiter, header_row)
    target.write(mark)
    source.seek(len(mark))
    headings = {header_row: (STATUS_HEADING, ERROR_HEADING)}
    for row, (record, text) in enumerate(records(source, codec, layout.delimiter), start=1):
        result = cells.get(row) if row > header_row else headings.get(row)
        if result or (layout.has_old and row >= header_row):
            text = with_result(record, text, result, layout)  # noqa: PLW2901  the rest is as it was
        target.write(text.encode(codec, "surrogateescape"))


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How the results lie in each record."""

    place: int  # how many fields come before them
    has_old: bool  # an earlier run left its results there
    delimiter: str
    codec: str


def encoding_of(source: BinaryIO, text_format: TextFormat) -> tuple[bytes, str]:
    """The byte-order mark as it stands there, and the codec for what follows."""
    start = source.read(3)
    codec = codecs.lookup(text_format.encoding).name
    for mark, marked in BYTE_ORDER_MARKS.items():
        if start.startswith(mark) and codec.removesuffix("-sig").startswith(marked[:5]):
            return mark, marked
    return b"", {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec)


def records(source: BinaryIO, codec: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Each record as its fields and as the text it was read from, line ending included."""
    lines = TextIOWrapper(source, codec, errors="surrogateescape", newline="")
    taken: list[str] = []

    def tapped() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    try:
        for record in csv.reader(tapped(), delimiter=delimiter):
            yield record, "".join(taken)
            taken.clear()
    finally:
        lines.detach()


def measured(
    source: BinaryIO, start: int, codec: str, delimiter: str, header_row: int
) -> TextLayout:
    """After the longest record's fields from the heading on, or where older results are."""
    source.seek(start)
    heading: list[str] = []
    width = 0
    for row, (record, _) in enumerate(records(source, codec, delimiter), start=1):
        if row == header_row:
            heading = record
        if row >= header_row:
            width = max(width, len(record))
    if not heading:
        raise SheetError(f"Row {header_row} holds no headings, so no results can be put beside it.")
    old = old_results(heading)
    return TextLayout(width if old is None else old, old is not None, delimiter, codec)


def old_results(heading: list[str]) -> int | None:
    """How many fields come before the two that an earlier run left."""
    names = [name.strip().casefold() for name in heading]
    pair = [STATUS_HEADING.casefold(), ERROR_HEADING.casefold()]
    places = [place for place in range(len(names)) if names[place : place + 2] == pair]
    return places[-1] if places else None


def cut_line_end(text: str) -> tuple[str, str]:
    r"""
    >>> cut_line_end("a,b\r\n")
    ('a,b', '\r\n')
    """
    body = text.rstrip("\r\n")
    return body, text[len(body) :]


def raw_fields(body: str, delimiter: str) -> list[str]:
    """
    >>> raw_fields('1,"a,""b",c', ",")
    ['1', '"a,""b"', 'c']
    """
    field = re.compile(rf'(?:"(?:[^"]|"")*(?:"|\Z))?[^{re.escape(delimiter)}]*')
    found, position = [], 0
    while field_found := field.match(body, position):
        found.append(field_found[0])
        position = field_found.end() + len(delimiter)
        if position > len(body):
            break
    return found


def with_result(
    record: list[str], text: str, result: tuple[str, str] | None, layout: TextLayout
) -> str:
    """The record with its two fields in their columns, older ones cut out."""
    body, end = cut_line_end(text)
    delimiter, place = layout.delimiter, layout.place
    if is_open(body, record, delimiter):
        body += '"'  # else the results would become part of the vendor's last field
    left, right = [body, *[""] * (place - max(len(record), 1))], []
    if layout.has_old and len(record) > place:
        fields = raw_fields(body, delimiter)
        left, right = fields[:place], fields[place + 2 :]
    if not result:
        return delimiter.join([*left, *(["", "", *right] if right else [])]) + end
    ours = [written_field(cell, delimiter, layout.codec) for cell in result]
    return delimiter.join([*left, *ours, *right]) + end


def is_open(body: str, record: list[str], delimiter: str) -> bool:
    """Its last field was opened by a quote that is never closed."""
    if '"' not in body or not record:
        return False
    return len(next(csv.reader([body + delimiter], delimiter=delimiter), [])) == len(record)


@lru_cache(maxsize=4096)  # most rows say the same
def written_field(text: str, delimiter: str, codec: str) -> str:
    """
    >>> print(written_field("=1+2", ";", "ascii"), written_field("a;b", ";", "ascii"))
    '=1+2 "a;b"
    """
    if text.startswith(FORMULA_STARTS):
        text = f"'{text}"
    text = text.encode(codec, "replace").decode(codec)
    if text != text.strip() or any(sign in text for sign in (delimiter, '"', "\r", "\n")):
        return '"{}"'.format(text.replace('"', '""'))
    return text

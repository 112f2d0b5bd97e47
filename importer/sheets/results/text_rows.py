"""Two result fields put into each record of a text file, all else in it left byte for byte."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO, TextIOWrapper
from itertools import islice
from typing import BinaryIO

from importer.model.errors import SheetError
from importer.sheets.sheet import Results, TextFormat, old_results

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # full-width signs start formulas too


Record = tuple[int, str]  # how many fields it has, and its text, line end included


def splice_text(
    source: BinaryIO, target: BinaryIO, results: Results, text_format: TextFormat
) -> None:
    """Write the file with its results: after the longest record's fields, or over an older run's.

    A row is a record, counted from 1. Raises SheetError where there is no such heading record.
    """
    mark, codec = encoding_of(source, text_format)
    layout = measured(source, len(mark), codec, text_format.delimiter, results.header_row)
    target.write(mark)
    source.seek(len(mark))
    output = TextIOWrapper(target, codec, errors="surrogateescape", newline="")
    output.writelines(_spliced(source, results, layout))
    output.detach()


def _spliced(source: BinaryIO, results: Results, layout: "TextLayout") -> Iterator[str]:
    for row, record in enumerate(records(source, layout.codec, layout.delimiter), start=1):
        result = results.of_row(row)
        if result or (layout.has_old and row >= results.header_row):
            yield with_result(record, result, layout)
        else:
            yield record[1]


@dataclass(frozen=True, slots=True)
class TextLayout:
    """Where the results go in each record."""

    place: int  # how many fields come before them
    has_old: bool  # an earlier run left its results there
    delimiter: str
    codec: str


def encoding_of(source: BinaryIO, text_format: TextFormat) -> tuple[bytes, str]:
    """The file's byte-order mark, and the codec for what follows."""
    start = source.read(3)
    codec = codecs.lookup(text_format.encoding).name
    for mark, marked in BYTE_ORDER_MARKS.items():
        if start.startswith(mark) and codec.removesuffix("-sig").startswith(marked[:5]):
            return mark, marked
    return b"", {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec)


def records(source: BinaryIO, codec: str, delimiter: str) -> Iterator[Record]:
    """Each record; only those with a quote need the csv module."""
    lines = TextIOWrapper(source, codec, errors="surrogateescape", newline="")
    try:
        for line in lines:
            if '"' in line:
                yield _quoted(line, lines, delimiter)
            else:
                yield (0 if line[0] in "\r\n" else line.count(delimiter) + 1), line
    finally:
        lines.detach()


def _quoted(line: str, below: Iterable[str], delimiter: str) -> Record:
    """The record that begins in this line, and may go on in those below."""
    used = [line]

    def tapped() -> Iterator[str]:
        yield line
        for next_line in below:
            used.append(next_line)
            yield next_line

    record = next(csv.reader(tapped(), delimiter=delimiter))
    return len(record), "".join(used)


def measured(
    source: BinaryIO, start: int, codec: str, delimiter: str, header_row: int
) -> TextLayout:
    """After the longest record's fields from the heading on, or where older results are."""
    source.seek(start)
    below = islice(records(source, codec, delimiter), header_row - 1, None)
    fields, text = next(below, (0, ""))
    if not fields:
        raise SheetError(f"Row {header_row} has no headings, so no results can be added to it.")
    old = old_results(next(csv.reader(StringIO(text, newline=""), delimiter=delimiter)))
    width = max(fields, max((count for count, _ in below), default=0))
    return TextLayout(width if old is None else old, old is not None, delimiter, codec)


def raw_fields(body: str, delimiter: str) -> list[str]:
    """
    >>> raw_fields('1,"a,""b",c', ",")
    ['1', '"a,""b"', 'c']
    """
    field = re.compile(rf'(?:"(?:[^"]|"")*(?:"|\Z))?[^{re.escape(delimiter)}]*')
    fields, position = [], 0
    while match := field.match(body, position):
        fields.append(match[0])
        position = match.end() + len(delimiter)
        if position > len(body):
            break
    return fields


def with_result(record: Record, result: tuple[str, str] | None, layout: TextLayout) -> str:
    """The record with its two fields in their columns, older ones cut out."""
    fields, text = record
    body = text.rstrip("\r\n")
    end = text[len(body) :]
    delimiter, place = layout.delimiter, layout.place
    if is_open(body, fields, delimiter):
        body += '"'  # the results would become part of the vendor's last field
    left, right = [body + delimiter * (place - max(fields, 1))], []
    if layout.has_old and fields > place:
        raw = raw_fields(body, delimiter)
        left, right = raw[:place], raw[place + 2 :]
    if result:
        left.append(_result_fields(result, delimiter, layout.codec))
    elif right:
        left += ["", ""]
    return delimiter.join([*left, *right]) + end


def is_open(body: str, fields: int, delimiter: str) -> bool:
    """Its last field was opened by a quote that is never closed."""
    if '"' not in body or not fields:
        return False
    return len(next(csv.reader([body + delimiter], delimiter=delimiter), [])) == fields


@lru_cache(maxsize=4096)  # most rows say the same
def _result_fields(result: tuple[str, str], delimiter: str, codec: str) -> str:
    return delimiter.join(written_field(text, delimiter, codec) for text in result)


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

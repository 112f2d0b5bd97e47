"""Sheets made for tests: by openpyxl, by rewriting its XML, or byte by byte."""

import io
import re
import struct
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from importer.model.errors import SheetError
from importer.sheets.reading.worksheets import read_worksheets

XLSX = Path("dock.xlsx")
CSV = Path("dock.csv")
SHEET = "xl/worksheets/sheet1.xml"


def workbook(*rows, formats=None, arrange=None) -> bytes:
    """A workbook of one worksheet; `formats` are number formats, `arrange` does the rest."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, number_format in (formats or {}).items():
        book.active[place].number_format = number_format
    if arrange:
        arrange(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rewritten(content, part, rewrite) -> bytes:
    """The workbook with the text of one of its parts rewritten."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = rewrite(parts.get(part, b"").decode()).encode()
    return zipped(parts)


def with_rows(xml) -> bytes:
    """A workbook whose worksheet holds these rows of XML."""
    return rewritten(
        workbook([1]),
        SHEET,
        lambda sheet: re.sub(r"<sheetData>.*</sheetData>", f"<sheetData>{xml}</sheetData>", sheet),
    )


def repeated(*rows, times=20):
    """Rows of XML in which @ stands for the row's number, again and again."""
    every = [row for _ in range(times) for row in rows]
    return with_rows("".join(row.replace("@", str(n)) for n, row in enumerate(every, 1)))


def zipped(parts) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items() if isinstance(parts, dict) else parts:
            package.writestr(name, text)
    return content.getvalue()


def columns(content, path=XLSX):
    (worksheet,) = read_worksheets(path, content)
    return worksheet.columns


def refusal(content, path=XLSX, worksheet=None):
    with pytest.raises(SheetError) as refused:
        read_worksheets(path, content, worksheet)
    return str(refused.value)


# Other formats, as small as they can be ---------------------------------------------------------


def compound(streams) -> bytes:
    """An OLE compound file (MS-CFB) of streams of at least 4,096 bytes each."""
    sectors, entries = [b""], [("Root Entry", 5, -2, 0)]
    chains = [-2]
    for name, stream in streams.items():
        start, count = len(sectors), -(-len(stream) // 512)
        entries.append((name, 2, start, len(stream)))
        sectors += [stream[at : at + 512].ljust(512, b"\0") for at in range(0, len(stream), 512)]
        chains += [*range(start + 1, start + count), -2]
    directory = b"".join(_entry(i, *entry, len(entries)) for i, entry in enumerate(entries))
    sectors[0] = directory.ljust(512, b"\0")
    chains += [-3]
    fat = struct.pack(f"<{len(chains)}i", *chains).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIiIiI", 0, 1, 0, 0, 4096, -2, 0, -2, 0)
    header += struct.pack("<i", len(sectors)).ljust(436, b"\xff")
    return header + b"".join(sectors) + fat


def short_compound(name, stream) -> bytes:
    """One of a single stream below 4,096 bytes, in sectors of 64, as LibreOffice writes it."""
    short = -(-len(stream) // 64)
    kept = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    count = len(kept) // 512
    entries = [("Root Entry", 5, 2, short * 64), (name, 2, 0, len(stream))]
    directory = b"".join(_entry(i, *entry, len(entries)) for i, entry in enumerate(entries))
    following = struct.pack(f"<{short}i", *range(1, short), -2).ljust(512, b"\xff")
    chains = [-2, -2, *range(3, count + 2), -2, -3]
    fat = struct.pack(f"<{len(chains)}i", *chains).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIiIiI", 0, 1, 0, 0, 4096, 1, 1, -2, 0)
    header += struct.pack("<i", count + 2).ljust(436, b"\xff")
    return header + directory.ljust(512, b"\0") + following + kept + fat


def _entry(number, name, kind, start, size, count):
    text = name.encode("utf-16-le")
    right = number + 1 if 0 < number < count - 1 else -1
    child = 1 if number == 0 and count > 1 else -1
    return text.ljust(64, b"\0") + struct.pack(
        "<HBBiii36xiQ", len(text) + 2, kind, 1, -1, right, child, start, size
    )


def xls(*cells, merged=(), short=False) -> bytes:
    """An Excel 97 workbook of one worksheet "Lines"; cells are (row, column, value) from 0.

    Merged are (first row, last row, first column, last column).
    """

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def string(text, size):
        return struct.pack(size, len(text)) + b"\0" + text.encode("latin-1")

    begin = record(0x0809, struct.pack("<4H8x", 0x0600, 0x0005, 0, 0))
    sheet = record(0x0809, struct.pack("<4H8x", 0x0600, 0x0010, 0, 0))
    for row, column, value in cells:
        place = struct.pack("<3H", row, column, 0)
        if isinstance(value, str):
            sheet += record(0x0204, place + string(value, "<H"))
        elif isinstance(value, bytes):
            sheet += record(0x0205, place + value + b"\1")
        else:
            sheet += record(0x0203, place + struct.pack("<d", value))
    areas = b"".join(struct.pack("<4H", *area) for area in merged)
    sheet += record(0x00E5, struct.pack("<H", len(merged)) + areas) if merged else b""
    sheet += record(0x000A, b"")
    end = record(0x000A, b"")
    name = string("Lines", "<B")
    at = len(begin) + 4 + 6 + len(name) + len(end)
    stream = begin + record(0x0085, struct.pack("<IH", at, 0) + name) + end + sheet
    if short:
        return short_compound("Workbook", stream)
    return compound({"Workbook": stream.ljust(4096, b"\0")})


def ods(*rows) -> bytes:
    """An OpenDocument sheet of texts and numbers."""

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            told = 'office:value-type="string"'
        else:
            told = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {told}><text:p>{value}</text:p></table:table-cell>"

    office = "urn:oasis:names:tc:opendocument:xmlns"
    table = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Lines">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": "<m/>"})

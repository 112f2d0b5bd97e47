"""Error cells and hidden rows of xls and xlsb, which calamine gives as blank cells and rows.

Both formats are streams of records. Layouts from Microsoft's open specifications: MS-CFB 2.2 and
2.3 (the file in sectors), MS-XLS 2.4 (BOUNDSHEET8, BoolErr, Formula, Row) and MS-XLSB 2.4
(BrtRowHdr, BrtCellError, BrtFmlaError).
"""

import struct
from collections.abc import Iterable, Iterator

from importer.model.errors import SheetError
from importer.sheets.reading.scanning import Scan
from importer.sheets.xlsx.expat import DAMAGED

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
_UNKNOWN = "#UNKNOWN!"
_SHORT_SECTOR = 64
_LAST_SECTOR = 0xFFFFFFFA  # from here on a sector's number means something else


def scan_xls(content: bytes, sheet: int) -> Scan:
    """What calamine does not report; sheets count from 0, hidden ones and charts too."""
    try:
        stream = _workbook_stream(content)
        starts = [struct.unpack_from("<I", r)[0] for k, r in _biff(stream, 0) if k == 0x85]
        return _scan(_biff_facts(_biff(stream, starts[sheet])))
    except (struct.error, IndexError, OverflowError) as error:
        raise SheetError(DAMAGED) from error


def scan_xlsb(blocks: Iterable[bytes]) -> Scan:
    try:
        return _scan(_xlsb_facts(b"".join(blocks)))
    except (struct.error, IndexError) as error:
        raise SheetError(DAMAGED) from error


def _scan(facts: Iterable[tuple[int, int, int | None]]) -> Scan:
    """Facts are (row, column, error's code), or (row, 0, None) of a hidden row; all from 0."""
    scan = Scan()
    for row, column, code in facts:
        if code is None:
            scan.hidden.append(row + 1)
        else:
            scan.faults[row + 1, column + 1] = _ERRORS.get(code, _UNKNOWN)
            scan.reach(row + 1, column + 1)
    return scan


def _biff(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one sheet, or of the workbook's own part; charts inside are skipped."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == 0x0809) - (kind == 0x000A)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _biff_facts(records: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, int, int | None]]:
    for kind, body in records:
        if kind == 0x0205 and body[7]:  # BoolErr
            yield *struct.unpack_from("<HH", body), body[6]
        elif kind == 0x0006 and body[12:14] == b"\xff\xff" and body[6] == 2:  # Formula
            yield *struct.unpack_from("<HH", body), body[8]
        elif kind == 0x0208 and body[12] & 0x20:  # Row
            yield struct.unpack_from("<H", body)[0], 0, None


def _workbook_stream(content: bytes) -> bytes:
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if not 512 <= size <= 4096:
        raise SheetError(DAMAGED)
    fat = _fat(content, size)
    (start,) = struct.unpack_from("<I", content, 48)
    directory = _chain(content, size, fat, start)
    for at in range(0, len(directory), 128):
        name = directory[at : at + struct.unpack_from("<H", directory, at + 64)[0]]
        if name.decode("utf-16-le", "replace").rstrip("\0") in {"Workbook", "Book"}:
            first, length = struct.unpack_from("<II", directory, at + 116)
            (shortest,) = struct.unpack_from("<I", content, 56)
            if length < shortest:
                return _short_stream(content, size, fat, directory, first)[:length]
            return _chain(content, size, fat, first)[:length]
    raise SheetError(DAMAGED)


def _short_stream(content: bytes, size: int, fat: list[int], directory: bytes, first: int) -> bytes:
    """One in sectors of 64 bytes, which are a stream themselves: LibreOffice keeps few rows so."""
    (root,) = struct.unpack_from("<I", directory, 116)
    (table,) = struct.unpack_from("<I", content, 60)
    numbers = _chain(content, size, fat, table)
    following = [*struct.unpack(f"<{len(numbers) // 4}I", numbers[: len(numbers) // 4 * 4])]
    within = bytes(_SHORT_SECTOR) + _chain(content, size, fat, root)  # a header's room before it
    return _chain(within, _SHORT_SECTOR, following, first)


def _fat(content: bytes, size: int) -> list[int]:
    """Which sector follows each one."""
    places = list(struct.unpack_from("<109I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    seen: set[int] = set()
    while more < _LAST_SECTOR and more not in seen:
        seen.add(more)
        numbers = struct.unpack_from(f"<{size // 4}I", content, size + more * size)
        places += numbers[:-1]
        more = numbers[-1]
    fat: list[int] = []
    for place in places:
        if place < _LAST_SECTOR:
            fat += struct.unpack_from(f"<{size // 4}I", content, size + place * size)
    return fat


def _chain(content: bytes, size: int, fat: list[int], sector: int) -> bytes:
    sectors: list[bytes] = []
    while sector < _LAST_SECTOR:
        if len(sectors) > len(fat):
            raise SheetError(DAMAGED)  # it goes round in a circle
        sectors.append(content[size + sector * size : size + (sector + 1) * size])
        sector = fat[sector]
    return b"".join(sectors)


def xlsb_worksheets(workbook: bytes) -> list[tuple[str, str]]:
    """The name of each sheet and of its relation, in the workbook's order."""
    try:
        return [_bundle(workbook, at) for kind, at in _brt(workbook) if kind == 156]  # BrtBundleSh
    except (struct.error, IndexError) as error:
        raise SheetError(DAMAGED) from error


def _bundle(workbook: bytes, at: int) -> tuple[str, str]:
    relation, at = _text(workbook, at + 8)
    return _text(workbook, at)[0], relation


def _text(stream: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", stream, at)
    end = at + 4 + 2 * min(length, len(stream))
    return stream[at + 4 : end].decode("utf-16-le", "replace"), end


def _xlsb_facts(stream: bytes) -> Iterator[tuple[int, int, int | None]]:
    row = 0
    for kind, at in _brt(stream):
        if kind == 0:  # BrtRowHdr
            (row,) = struct.unpack_from("<I", stream, at)
            if stream[at + 11] & 0x10:
                yield row, 0, None
        elif kind in {3, 11}:  # BrtCellError, BrtFmlaError
            yield row, struct.unpack_from("<I", stream, at)[0], stream[at + 8]


def _brt(stream: bytes) -> Iterator[tuple[int, int]]:
    """Each record's kind, and where its body begins."""
    at = 0
    while at < len(stream):
        kind, at = _number(stream, at, 2)
        size, at = _number(stream, at, 4)
        yield kind, at
        at += size


def _number(stream: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends."""
    number = 0
    for i in range(most):
        byte = stream[at + i]
        number |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            return number, at + i + 1
    return number, at + most

"""A workbook file as a zip of parts: read some, replace a few, copy all others unchanged.

Layouts from PKWARE's APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory)
and 4.3.16 (end of central directory).
"""

import struct
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s4B4H3L5H2L")
END = struct.Struct("<4s4H2LH")
SIZES = struct.Struct("<3L")
SIZES_AT = 14  # bytes from the start of a local header
BLOCK = 1 << 20  # bytes read or copied at once
FIRST = 1 << 16  # the first block of a part: its headings are found slowly
WHOLE = 1 << 26  # bytes of a part that may be held in memory at once
LIMIT = 0xFFFFFFFF  # larger sizes and offsets need zip64
ENCRYPTED, UTF8_NAME = 0x1, 0x800
AT_ONCE = 2  # blocks that are compressed
LEVEL = 1  # half the time of level 6 for 100,000 rows, for a file a quarter larger


class SpliceError(Exception):
    """Why a workbook cannot be changed in place; reads on after "because"."""


def folded(name: str) -> str:
    r"""
    >>> folded("/xl/Workbook.xml"), folded("xl\\workbook.xml")
    ('xl/workbook.xml', 'xl/workbook.xml')
    """
    return name.replace("\\", "/").lstrip("/").casefold()


class Package:
    """The parts of a workbook, known by their folded names."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises SpliceError where two parts share a name, or one is encrypted or too large."""
        self._file = file
        self._zip = ZipFile(file)
        self._members = self._zip.infolist()
        self.parts = {folded(member.orig_filename): member for member in self._members}
        if len(self.parts) < len(self._members):
            raise SpliceError("two of its parts have the same name")
        if any(member.flag_bits & ENCRYPTED for member in self._members):
            raise SpliceError("it is protected by a password")
        if any(max(m.file_size, m.compress_size, m.header_offset) >= LIMIT for m in self._members):
            raise SpliceError("it is larger than 4 GiB")

    def __contains__(self, name: str) -> bool:
        return folded(name) in self.parts

    def size(self, name: str) -> int:
        """Bytes of a part as the package declares them; 0 where it is missing."""
        member = self.parts.get(folded(name))
        return member.file_size if member else 0

    def read(self, name: str) -> bytes:
        """A whole part, as UTF-8. Raises SpliceError where it is missing or not plain XML."""
        text = b"".join(self.blocks(name, WHOLE))
        check_plain(text[:BLOCK], name)
        return text

    def blocks(self, name: str, limit: int | None = None) -> Iterator[bytes]:
        """A part, piece by piece; with its checksum proved at the end."""
        member = self.parts.get(folded(name))
        if member is None:
            raise SpliceError(f"its part {name} is missing")
        if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise SpliceError(f"its part {name} is compressed in an unusual way")
        if limit is not None and member.file_size > limit:
            raise SpliceError(f"its part {name} is too large")
        with self._zip.open(member) as part:
            size = FIRST
            while block := part.read(size):
                yield block
                size = BLOCK

    def write(self, target: BinaryIO, replaced: Mapping[str, Iterable[bytes]]) -> None:
        """The package again, with these parts (by folded name) replaced.

        Every other member is copied byte for byte with its header, in the same order.
        """
        ends = self._ends()
        directory = []
        for member in self._members:
            offset = target.tell()
            new = replaced.get(folded(member.orig_filename))
            if new is None:
                self._copy(member.header_offset, ends[member.header_offset], target)
                directory.append(central_record(member, offset))
            else:
                directory.append(central_record(written(member, new, target), offset))
        start = target.tell()
        if start >= LIMIT:
            raise SpliceError("its result is larger than 4 GiB")
        target.write(b"".join(directory))
        count, size, comment = len(directory), target.tell() - start, self._zip.comment
        target.write(END.pack(b"PK\5\6", 0, 0, count, count, size, start, len(comment)) + comment)

    def _ends(self) -> dict[int, int]:
        """Where each member ends, its data descriptor included: where the next thing starts."""
        starts = sorted({member.header_offset for member in self._members})
        return dict(zip(starts, [*starts[1:], self._zip.start_dir], strict=True))

    def _copy(self, start: int, end: int, target: BinaryIO) -> None:
        while start < end:
            self._file.seek(start)
            block = self._file.read(min(BLOCK, end - start))
            if not block:
                raise SpliceError("it ends too soon")
            target.write(block)
            start += len(block)


def check_plain(text: bytes, name: str) -> None:
    """Raises SpliceError unless a part's first bytes are UTF-8 XML without a document type."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in text[:64]:
        raise SpliceError(f"its part {name} is not UTF-8")
    declaration = text[:200].partition(b"?>")[0].lower()
    if b"encoding" in declaration and not (b"utf-8" in declaration or b"ascii" in declaration):
        raise SpliceError(f"its part {name} is not UTF-8")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise SpliceError(f"its part {name} defines entities")


def written(member: ZipInfo, blocks: Iterable[bytes], target: BinaryIO) -> ZipInfo:
    """Compress a member to the target; its record for the central directory."""
    new = copy(member)
    new.flag_bits &= UTF8_NAME
    new.compress_type, new.extract_version, new.extra, new.comment = ZIP_DEFLATED, 20, b"", b""
    new.CRC = new.file_size = 0
    offset = target.tell()
    target.write(local_header(new))
    target.writelines(_compressed(blocks, new))
    end = target.tell()
    new.compress_size = end - offset - len(local_header(new))
    if max(new.file_size, end) >= LIMIT:
        raise SpliceError("its result is larger than 4 GiB")
    target.seek(offset + SIZES_AT)
    target.write(SIZES.pack(new.CRC, new.compress_size, new.file_size))
    target.seek(end)
    return new


def _compressed(blocks: Iterable[bytes], new: ZipInfo) -> Iterator[bytes]:
    """The blocks deflated, some at a time, as zlib lets other threads work meanwhile.

    The member's size and checksum are noted on the way.
    """
    coming: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for block in blocks:
            new.CRC = zlib.crc32(block, new.CRC)
            new.file_size += len(block)
            coming.append(pool.submit(_deflated, block, zlib.Z_SYNC_FLUSH))
            if len(coming) > AT_ONCE:
                yield coming.popleft().result()
        for future in coming:
            yield future.result()
    yield _deflated(b"", zlib.Z_FINISH)


def _deflated(block: bytes, ending: int) -> bytes:
    """A block by itself, to be followed by others unless it is finished."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(block) + compressor.flush(ending)


def local_header(member: ZipInfo) -> bytes:
    """The header of a replaced member; checksum and sizes are filled in when they are known."""
    name = raw_name(member)
    moment = dos_time(member)
    fields = (20, member.flag_bits, member.compress_type, *moment, 0, 0, 0, len(name), 0)
    return LOCAL.pack(b"PK\3\4", *fields) + name


def central_record(member: ZipInfo, offset: int) -> bytes:
    name = raw_name(member)
    versions = (member.create_version, member.create_system, member.extract_version, 0)
    kind = (member.flag_bits, member.compress_type, *dos_time(member))
    sizes = (member.CRC, member.compress_size, member.file_size)
    lengths = (len(name), len(member.extra), len(member.comment))
    where = (0, member.internal_attr, member.external_attr, offset)
    fixed = CENTRAL.pack(b"PK\1\2", *versions, *kind, *sizes, *lengths, *where)
    return fixed + name + member.extra + member.comment


def raw_name(member: ZipInfo) -> bytes:
    return member.orig_filename.encode("utf-8" if member.flag_bits & UTF8_NAME else "cp437")


def dos_time(member: ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = member.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day

"""The parts of an xlsx file, checked before any parser sees them, and which of them is what."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from importer.model.errors import SheetError
from importer.sheets.reading.binary_records import xlsb_worksheets
from importer.sheets.xlsx.cell_styles import Styles, read_styles
from importer.sheets.xlsx.expat import AGAIN, DAMAGED
from importer.sheets.xlsx.package import folded
from importer.sheets.xlsx.relations import SheetLink, links_of, sheet_link, sheets_of, workbook_part

_MOST_PARTS = 2_000
_MOST_UNPACKED = 600 * 2**20  # a million rows of 8 columns are half of that
_LARGE_PART, _MOST_RATIO = 10 * 2**20, 200  # a real worksheet shrinks to a tenth
_MOST_SMALL = 32 * 2**20  # of a part that is held whole
LONGEST_TEXT = 2**18  # bytes of XML for one shared text; Excel's cells hold 32,767 characters
_BLOCK = 2**20  # what a processor's cache holds
_UNIQUE = re.compile(rb'<(?:\w+:)?sst [^>]*?uniqueCount="(\d{1,20})"')
_TEXT_END = re.compile(rb"</(?:\w+:)?si>")
# No workbook has a document type; it allows entities that grow without end.
_DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_REFUSED = f"such a file may be malicious; {AGAIN}"


class Parts:
    """The parts of a workbook by their folded names; raises SheetError if it is not sound."""

    def __init__(self, content: bytes) -> None:
        try:
            self._package = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, LookupError, OSError, NotImplementedError) as error:
            raise SheetError(DAMAGED) from error
        members = self._package.infolist()
        self._members = {folded(member.orig_filename): member for member in members}
        _refuse_odd(members, self._members)

    def __contains__(self, name: str | None) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        """Bytes of a part as the package declares them; more cannot be read."""
        return self._members[name].file_size

    def blocks(self, name: str) -> Iterator[bytes]:
        """A part piece by piece, checked for entities; its checksum proved at the end."""
        try:
            with self._package.open(self._members[name]) as part:
                block = part.read(_BLOCK)  # a document type comes before the root, if at all
                if any(mark in block for mark in _DOCTYPE):
                    raise SheetError(f"defines entities in its part {name}; {_REFUSED}")
                while block:
                    yield block
                    block = part.read(_BLOCK)
        except KeyError as error:
            raise SheetError(f"lacks its part {name}; {AGAIN}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise SheetError(DAMAGED) from error

    def read(self, name: str) -> bytes:
        if name in self._members and self._members[name].file_size > _MOST_SMALL:
            raise SheetError(f"has a part {name} that is too large; {AGAIN}")
        return b"".join(self.blocks(name))

    def styles(self) -> Styles:
        links = links_of(self, workbook_part(self))
        part = next((link.part for link in links if link.kind == "styles"), "")
        return read_styles(self.read(part)) if part in self else Styles()

    def worksheets(self) -> list[SheetLink]:
        """The sheets in the workbook's order; raises SheetError."""
        workbook = workbook_part(self)
        if not workbook.endswith(".bin"):
            return sheets_of(self, workbook)
        links = {link.id: link for link in links_of(self, workbook)}
        bundles = xlsb_worksheets(b"".join(self.blocks(workbook)))
        return [sheet_link(name, "", links.get(relation)) for name, relation in bundles]

    def place_of(self, worksheet: str) -> str:
        """The folded name of its part; raises SheetError."""
        parts = (sheet.part for sheet in self.worksheets() if sheet.name == worksheet)
        part = next(parts, None)
        if part is None or part not in self:
            raise SheetError(f'does not say where its worksheet "{worksheet}" is; {AGAIN}')
        return part

    def check_texts(self) -> None:
        """Refuses shared texts that would make calamine ask for more memory than there is."""
        name, tail, longest = "xl/sharedstrings.xml", b"", 0
        if name not in self:
            return
        for i, block in enumerate(self.blocks(name)):
            if i == 0 and (count := _UNIQUE.search(block)):
                self._check_count(int(count[1]), name)
            *texts, tail = _TEXT_END.split(tail + block)
            longest = max(longest, len(tail), *map(len, texts))
            if longest > LONGEST_TEXT:
                raise SheetError(
                    "has a cell with a longer text than Excel's 32,767 characters; shorten it"
                )

    def _check_count(self, count: int, name: str) -> None:
        if count * len("<si/>") > self._members[name].file_size:
            raise SheetError(f"does not have the {count:,} texts that it declares; {AGAIN}")


def _refuse_odd(members: list[zipfile.ZipInfo], known: dict[str, zipfile.ZipInfo]) -> None:
    if len(members) > _MOST_PARTS:
        raise SheetError(f"has {len(members):,} parts, more than a workbook needs; {_REFUSED}")
    if len(known) < len(members):
        raise SheetError(f"has two parts with the same name; {_REFUSED}")
    if any(".." in name.split("/") for name in known):
        raise SheetError(f'has a part whose name leads elsewhere with ".."; {_REFUSED}')
    if sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise SheetError(f"unpacks to more than {_MOST_UNPACKED // 2**20} MB; split it")
    for member in members:
        large = member.file_size > _LARGE_PART
        if large and member.file_size > _MOST_RATIO * member.compress_size:
            raise SheetError(
                f"unpacks to {member.file_size // max(member.compress_size, 1):,} times its size "
                f"(part {member.filename[:60]}); {_REFUSED}"
            )

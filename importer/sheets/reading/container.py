"""What a file is, by its content and never by its name; unwraps a sheet."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from enum import StrEnum

from importer.model.errors import SheetError
from importer.sheets.xlsx.package import folded

MOST_BYTES = 200 * 2**20  # of a file, and of what is unwrapped
_DEEPEST = 2  # a zip in a gzip is enough


class Form(StrEnum):
    """How a sheet is stored, by the ending such files usually have."""

    XLSX = "xlsx"  # and xlsm, which has macros: they are never run
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"


_OLE, _ZIP, _GZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"\x1f\x8b"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_EXCEL_2_TO_4 = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_WORKBOOK_AGAIN = "open it in Excel and save it as .xlsx"
PROTECTED = (
    "is protected by a password; open it in Excel, remove the password (File, Info, "
    "Protect Workbook) and save it"
)
_NO_SHEETS = (  # what such files begin with
    ((b"%PDF",), "is a PDF; ask for the sheet itself, as .xlsx or .csv"),
    ((b"{\\rtf",), f"is a text document (RTF), not a sheet; {_WORKBOOK_AGAIN}"),
    (_PICTURES, "is a picture, not a sheet; ask for the sheet itself, as .xlsx or .csv"),
    ((b"7z\xbc\xaf\x27\x1c",), "is a 7-Zip archive; unpack it first"),
    ((b"Rar!",), "is a RAR archive; unpack it first"),
    ((b"BZh",), "is a bzip2 archive; unpack it first"),
    ((b"\xfd7zXZ",), "is an xz archive; unpack it first"),
    ((b"PK\x05\x06",), "is a zip with no sheet in it"),
    ((b"MIME-Version:",), f"is a web archive, not a workbook; {_WORKBOOK_AGAIN}"),
    (_EXCEL_2_TO_4, f"is a workbook of Excel 2 to 4; {_WORKBOOK_AGAIN}"),
)


def unwrapped(content: bytes) -> bytes:
    """The sheet itself, where it came gzipped or alone in a zip; else the content as it is.

    Raises SheetError with a sentence that reads on after the file's name.
    """
    for _ in range(_DEEPEST):
        if content.startswith(_GZIP):
            content = _gunzipped(content)
        elif content.startswith(_ZIP) and (member := _only_member(content)):
            content = _member(content, member)
        else:
            return content
    if content.startswith(_GZIP) or (content.startswith(_ZIP) and _only_member(content)):
        raise SheetError("is wrapped more than twice; unpack it first")
    return content


def form_of(content: bytes) -> Form:
    """The form of an unwrapped sheet; raises SheetError, which says what another file is."""
    for marks, sentence in _NO_SHEETS:
        if content.startswith(marks):
            raise SheetError(sentence)
    if content.startswith(_ZIP):
        return _form_of_zip(content)
    if content.startswith(_OLE):
        return _form_of_ole(content)
    _refuse_markup(content)
    return Form.TEXT


def _gunzipped(content: bytes) -> bytes:
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        unpacked = inflater.decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise SheetError("is a damaged gzip file; get it again") from error
    if len(unpacked) > MOST_BYTES:
        raise SheetError(f"unpacks to more than {MOST_BYTES // 2**20} MB; split it")
    if not inflater.eof:
        raise SheetError("is a gzip file that was cut off; get it again")
    if inflater.unused_data.strip(b"\0"):
        raise SheetError("contains more than one gzipped file; unpack it and send each separately")
    return _not_empty(unpacked)


def _only_member(content: bytes) -> zipfile.ZipInfo | None:
    """The one file of a zip that is no workbook; raises SheetError where there are more."""
    members = _members(content)
    names = {folded(member.orig_filename) for member in members}
    if _is_office(names):
        return None
    files = [m for m in members if not m.is_dir() and not _is_litter(folded(m.orig_filename))]
    if not files:
        raise SheetError("is a zip with no sheet in it")
    if len(files) > 1:
        listed = ", ".join(f'"{file.filename[:60]}"' for file in files[:3])
        raise SheetError(
            f"is a zip of {len(files):,} files ({listed}{', …' * (len(files) > 3)}) and no "
            "workbook; unpack it and send each sheet separately"
        )
    return files[0]


def _is_office(names: set[str]) -> bool:
    office = names & {"[content_types].xml", "mimetype", "_rels/.rels"}
    return bool(office) or _is_of_numbers(names)


def _is_of_numbers(names: Iterable[str]) -> bool:
    return any(name.endswith(".iwa") or name == "index.zip" for name in names)


def _is_litter(name: str) -> bool:
    """What macOS and Windows add to a zip."""
    last = name.rpartition("/")[2]
    return name.startswith("__macosx/") or last in {".ds_store", "thumbs.db", "desktop.ini"}


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return package.infolist()
    except (zipfile.BadZipFile, ValueError, LookupError, OSError, NotImplementedError) as error:
        raise SheetError("is a damaged workbook or zip, or was cut off; get it again") from error


def _member(content: bytes, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 0x1:
        raise SheetError("is a zip protected by a password; unpack it first")
    if member.file_size > MOST_BYTES:
        raise SheetError(f"unpacks to more than {MOST_BYTES // 2**20} MB; split it")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _not_empty(package.read(member))
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError) as error:
        raise SheetError("is a damaged zip, or was cut off; get it again") from error
    except NotImplementedError as error:
        raise SheetError("is a zip packed in an unusual way; unpack it first") from error


def _not_empty(content: bytes) -> bytes:
    if not content.strip():
        raise SheetError("contains an empty file")
    return content


def _form_of_zip(content: bytes) -> Form:
    members = {folded(member.orig_filename): member for member in _members(content)}
    if _is_of_numbers(members):
        raise SheetError("is an Apple Numbers file; export it as Excel (.xlsx) and send that")
    if "mimetype" in members:
        return _form_of_opendocument(content, members)
    for folder, what in (("word/", "a Word document"), ("ppt/", "a presentation")):
        if any(name.startswith(folder) for name in members):
            raise SheetError(f"is {what}, not a workbook; {_WORKBOOK_AGAIN}")
    if any(member.flag_bits & 0x1 for member in members.values()):
        raise SheetError(PROTECTED)
    return Form.XLSB if any(n.endswith("workbook.bin") for n in members) else Form.XLSX


def _form_of_opendocument(content: bytes, members: dict[str, zipfile.ZipInfo]) -> Form:
    small = {n: members[n] for n in ("mimetype", "meta-inf/manifest.xml") if n in members}
    if any(member.file_size > 2**20 for member in small.values()):
        raise SheetError(f"is a damaged OpenDocument file; {_WORKBOOK_AGAIN}")
    texts = {name: _member(content, member) for name, member in small.items()}
    if b"opendocument.spreadsheet" not in texts["mimetype"]:
        raise SheetError(f"is an OpenDocument file but no sheet; {_WORKBOOK_AGAIN}")
    if b"encryption-data" in texts.get("meta-inf/manifest.xml", b""):
        raise SheetError(PROTECTED)
    return Form.ODS


def _form_of_ole(content: bytes) -> Form:
    def names(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if names("EncryptedPackage"):
        raise SheetError(PROTECTED)
    if names("Workbook") or names("Book"):
        return Form.XLS
    if names("WordDocument"):
        raise SheetError(f"is a Word document, not a workbook; {_WORKBOOK_AGAIN}")
    raise SheetError(f"is damaged, or is not a workbook; {_WORKBOOK_AGAIN}")


def _refuse_markup(content: bytes) -> None:
    head = content[:65_536]
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    text = head.decode(encoding, "ignore").lstrip("\ufeffï»¿ \t\r\n\f").lower()
    if not text.startswith("<"):
        return
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise SheetError(f"is an XML spreadsheet of Excel 2003; {_WORKBOOK_AGAIN}")
    if re.search(r"<(!doctype html|html|head|body|table|meta)\b", text):
        if re.search(r"<input[^>]*type\s*=\s*[\"']?password", text):
            raise SheetError("is a web page that asks to sign in; sign in and download it again")
        raise SheetError(f"is a web page (HTML), not a workbook; {_WORKBOOK_AGAIN}")
    raise SheetError(f"is XML, not a workbook; {_WORKBOOK_AGAIN}")

"""What is no sheet is named by its content; a wrapped sheet is unwrapped."""

import gzip
from pathlib import Path

import pytest

from tests.sheets.made import columns, compound, refusal, workbook, zipped

PAGE = "is a web page (HTML), not a workbook"
ASK = "ask for the sheet itself, as .xlsx or .csv"
OPEN_AND_SAVE = "open it in Excel and save it as .xlsx"
SAVE_AGAIN = "open it in Excel and save it again as .xlsx"
BROKEN = f"is a damaged workbook, or written in a way that no reader knows; {SAVE_AGAIN}"
PROTECTED = (
    "is protected by a password; open it in Excel, remove the password (File, Info, "
    "Protect Workbook) and save it"
)
TWO_FILES = (
    'is a zip of 2 files ("a", "b") and no workbook; unpack it and send each sheet separately'
)
NUMBERS = "is an Apple Numbers file; export it as Excel (.xlsx) and send that"
THRICE = gzip.compress(gzip.compress(gzip.compress(b"a")))
XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
LOGIN = b'<!DOCTYPE html><html><form><input name="p" type="password"></form></html>'
ODT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}
DOCX = {"[Content_Types].xml": "", "word/document.xml": ""}
LOCKED_ODS = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": "<manifest:encryption-data/>",
}


def ole(name):
    return compound({name: bytes(4096)})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\r\n <html><table><tr><td>1</td></tr></table>", f"{PAGE}; {OPEN_AND_SAVE}"),
        (b"\xef\xbb\xbf<html></html>", f"{PAGE}; {OPEN_AND_SAVE}"),
        ("\ufeff<html></html>".encode("utf-16-le"), f"{PAGE}; {OPEN_AND_SAVE}"),
        (LOGIN, "is a web page that asks to sign in; sign in and download it again"),
        (XML_2003, f"is an XML spreadsheet of Excel 2003; {OPEN_AND_SAVE}"),
        (b"<?xml version='1.0'?><orders/>", f"is XML, not a workbook; {OPEN_AND_SAVE}"),
        (b"%PDF-1.7\n", f"is a PDF; {ASK}"),
        (b"\x89PNG\r\n\x1a\n\0", f"is a picture, not a sheet; {ASK}"),
        (b"{\\rtf1 }", f"is a text document (RTF), not a sheet; {OPEN_AND_SAVE}"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive; unpack it first"),
        (zipped({"a.iwa": ""}), NUMBERS),
        (zipped(DOCX), f"is a Word document, not a workbook; {OPEN_AND_SAVE}"),
        (zipped(ODT), f"is an OpenDocument file but no sheet; {OPEN_AND_SAVE}"),
        (zipped(LOCKED_ODS), PROTECTED),
        (ole("EncryptedPackage"), PROTECTED),
        (ole("WordDocument"), f"is a Word document, not a workbook; {OPEN_AND_SAVE}"),
        (ole("Contents"), f"is damaged, or is not a workbook; {OPEN_AND_SAVE}"),
        (ole("Workbook"), BROKEN),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", f"is a workbook of Excel 2 to 4; {OPEN_AND_SAVE}"),
        (zipped({}), "is a zip with no sheet in it"),
        (zipped({"__MACOSX/._a.csv": "x"}), "is a zip with no sheet in it"),
        (zipped({"a": "x", "b": "y"}), TWO_FILES),
        (zipped({"a.csv": ""}), "contains an empty file"),
        (gzip.compress(b"a,b\n")[:-6], "is a gzip file that was cut off; get it again"),
        (b"\x1f\x8b" + bytes(30), "is a damaged gzip file; get it again"),
        (THRICE, "is wrapped more than twice; unpack it first"),
        (b"PK\x03\x04 and no more", "is a damaged workbook or zip, or was cut off; get it again"),
        (workbook(["PO ID"])[:-200], "is a damaged workbook or zip, or was cut off; get it again"),
    ],
    ids=[
        *("HTML", "HTML with a mark", "HTML in UTF-16", "sign-in page", "Excel 2003", "XML", "PDF"),
        *("picture", "RTF", "7-Zip", "Numbers", "docx", "odt", "encrypted ods", "encrypted xlsx"),
        *("doc", "another OLE file", "empty xls", "Excel 4", "empty zip", "litter", "two files"),
        *("empty member", "cut gzip", "damaged gzip", "wrapped", "zip header only", "cut zip"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_named_whatever_the_file_is_called(content, told):
    assert refusal(content) == f"dock.xlsx {told}"
    assert refusal(content, Path("dock.csv")) == f"dock.csv {told}"


@pytest.mark.parametrize(
    "wrap",
    [
        gzip.compress,
        lambda content: zipped({"in/dock": content, "__MACOSX/in/._dock": "x"}),
        lambda content: gzip.compress(zipped({"dock": content})),
    ],
    ids=["gzip", "zip", "both"],
)
@pytest.mark.parametrize(
    "content", [workbook(["PO ID"], [5]), b"PO ID\n5\n"], ids=["workbook", "text"]
)
def test_a_wrapped_sheet_is_read_by_its_content_alone(wrap, content):
    found = columns(wrap(content), Path("dock.pdf"))

    assert [str(cell) for cell in found[0]] == ["PO ID", "5"]


def test_a_bomb_in_gzip_is_refused(monkeypatch):
    monkeypatch.setattr("importer.sheets.reading.container.MOST_BYTES", 2**20)

    assert refusal(gzip.compress(bytes(2**21))) == "dock.xlsx unpacks to more than 1 MB; split it"
    assert refusal(zipped({"a": bytes(2**21)})) == "dock.xlsx unpacks to more than 1 MB; split it"

"""Files that are no sheets, or not whole, or made to do harm: each is refused with its sentence."""

import errno
import gzip
import io
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from importer.model.errors import SheetError
from importer.sheets.reading import apart as isolation
from importer.sheets.reading import child_main as workbooks
from importer.sheets.reading import process as child
from importer.sheets.reading import xlsx_worksheets as xlsx
from importer.sheets.reading.apart import Limits, read_apart
from importer.sheets.reading.container import Form
from importer.sheets.reading.scanning import Scan
from importer.sheets.reading.worksheets import read_content, read_worksheets
from tests.sheets.made import (
    CSV,
    SHEET,
    XLSX,
    columns,
    compound,
    refusal,
    rewritten,
    with_rows,
    workbook,
    zipped,
)

PAGE = "is a web page (HTML), not a workbook"
ASK = "ask for the sheet itself, as .xlsx or .csv"
RELATIONS = "xl/_rels/workbook.xml.rels"
OPEN_AND_SAVE = "open it in Excel and save it as .xlsx"
SAVE_AGAIN = "open it in Excel and save it again as .xlsx"
HARM = f"such a file may be malicious; {SAVE_AGAIN}"
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


# What it is -------------------------------------------------------------------------------------


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


# Not sound --------------------------------------------------------------------------------------


def damaged(part, old, new):
    return rewritten(workbook(["PO ID"], [10001]), part, lambda found: found.replace(old, new))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (damaged(SHEET, "</row>", ""), "contains broken XML"),
        (damaged(SHEET, ' t="n"><v>10001', ' t="s"><v>99'), BROKEN),
        (damaged(SHEET, "<v>10001</v>", "<v>ten</v>"), BROKEN),
        (damaged("xl/workbook.xml", "<sheets>", "<sheets"), "contains broken XML"),
        (damaged(RELATIONS, "sheet1.xml", "sheet7.xml"), "does not say where its worksheet"),
    ],
    ids=["not well formed", "no such string", "not a number", "broken part", "no such part"],
)  # fmt: skip
def test_a_workbook_that_is_not_sound_is_refused(content, told):
    assert refusal(content).startswith(f"dock.xlsx {told}")


def test_a_row_that_stands_twice_is_never_lost():
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'

    assert refusal(with_rows(row * 2)) == (
        f"dock.xlsx has row 1 twice, or out of its order; {SAVE_AGAIN}"
    )


def test_readers_that_disagree_about_the_rows_are_a_reason_to_refuse(monkeypatch):
    def broken(*_):
        raise SheetError("is broken")

    scan = Scan(rows=7)
    monkeypatch.setattr(xlsx.Book, "table", broken)
    monkeypatch.setattr(xlsx, "quick_scan", lambda *_: scan)
    head = {"form": "xlsx", "worksheet": None, "careful": False}

    with pytest.raises(SheetError) as refused:
        list(workbooks.read(head, workbook(["PO ID"])))

    assert str(refused.value) == (
        'is read in two ways: worksheet "Sheet" has 1 rows with values for one reader and 7 for '
        f"another; {SAVE_AGAIN}"
    )


def test_two_worksheets_of_one_name_are_refused():
    sheet = '<sheet name="Sheet" sheetId="2" r:id="rId1"/></sheets>'

    assert refusal(damaged("xl/workbook.xml", "</sheets>", sheet)) == (
        f'dock.xlsx has two worksheets "Sheet"; {SAVE_AGAIN}'
    )


def test_a_workbook_without_a_visible_worksheet_is_refused():
    content = damaged("xl/workbook.xml", 'state="visible"', 'state="hidden"')

    assert refusal(content) == (
        "dock.xlsx has no visible worksheet; unhide the one to be read and save it"
    )


# Made to do harm --------------------------------------------------------------------------------


ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = (
    "has values from A1 to XFD1048576, more than 33,554,432 cells; "
    "clear the cells far from the table"
)


def sheet_with_texts(texts):
    return rewritten(workbook(["PO ID"]), "xl/sharedStrings.xml", lambda _: texts)


SST = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
ENTITY = '<!DOCTYPE a [<!ENTITY b "c">]>'


def doubled_part(name):
    content = io.BytesIO(workbook(["PO ID"]))
    with zipfile.ZipFile(content, "a") as package:
        package.writestr(name, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (rewritten(workbook([1]), SHEET, ENTITY.__add__), f"defines entities in its part {SHEET}"),
        (sheet_with_texts(ENTITY + SST + "/>"), "defines entities in its part xl/sharedstrings"),
        (
            sheet_with_texts(SST + 'count="1" uniqueCount="4294967295"><si><t>a</t></si></sst>'),
            f"does not have the 4,294,967,295 texts that it declares; {SAVE_AGAIN}",
        ),
        (
            sheet_with_texts(SST + f'uniqueCount="1"><si><t>{"a" * 300_000}</t></si></sst>'),
            "has a cell with a longer text than Excel's 32,767 characters; shorten it",
        ),
        (doubled_part("XL/Workbook.xml"), f"has two parts with the same name; {HARM}"),
        (doubled_part("xl/../../evil.xml"), "has a part whose name leads elsewhere with"),
        (
            with_rows(f'{ROW}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
            FAR,
        ),
        (
            with_rows('<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'),
            "has a row 4294967295, outside what a worksheet can hold",
        ),
        (
            with_rows('<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>'),
            "has a cell ZZZZZZZ1, outside its row or the worksheet",
        ),
        (
            zipped({"[Content_Types].xml": "", **{f"xl/{n}.xml": "" for n in range(2000)}}),
            f"has 2,001 parts, more than a workbook needs; {HARM}",
        ),
        (
            zipped({"[Content_Types].xml": "", "xl/workbook.xml": " " * 11 * 2**20}),
            "unpacks to",
        ),
    ],
    ids=[
        *("entity in the sheet", "entity in the texts", "a count that lies", "a text too long"),
        *("one name twice", "a path upwards", "a far cell", "a far row", "a far column"),
        *("many parts", "a bomb"),
    ],
)  # fmt: skip
def test_a_workbook_made_to_do_harm_is_refused_before_any_parser_sees_it(content, told):
    assert refusal(content).startswith(f"dock.xlsx {told}")


def test_what_breaks_the_reader_breaks_another_process_only(monkeypatch):
    monkeypatch.setattr(child, "_START", "import os; os.abort()")

    assert refusal(workbook([1])) == (
        "dock.xlsx cannot be read: the reader crashed, as it does on files that are damaged or "
        f"made to do harm; {SAVE_AGAIN}"
    )


def test_what_breaks_the_reader_is_read_with_care_once_more(monkeypatch):
    ask, heads = isolation._ask, []

    def broken_at_first(head, *rest):
        heads.append(head["careful"])
        return ask(head, *rest) if head["careful"] else isolation._BROKE

    monkeypatch.setattr(isolation, "_ask", broken_at_first)

    assert columns(workbook([1])) == [[1]]
    assert heads == [False, True]


def test_a_reader_that_cannot_begin_is_said(monkeypatch):
    monkeypatch.setattr("sys.executable", str(Path("nowhere") / "python"))

    assert refusal(workbook([1])).startswith(
        "dock.xlsx cannot be read: no process could be started ("
    )


def test_a_disk_that_is_full_is_said(monkeypatch):
    monkeypatch.setattr(child, "TemporaryFile", full_disk)

    assert refusal(workbook([1])) == (
        "dock.xlsx cannot be read: no process could be started (No space left on device); "
        "make room for temporary files, close other programs, and try again"
    )


def full_disk():
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_reader_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(child, "_START", "import time; time.sleep(60)")
    monkeypatch.setattr(isolation, "_PATIENCE", 0.01)

    with pytest.raises(SheetError, match="takes more than 5 seconds to read"):
        read_apart(workbook([1]), Form.XLSX, None, Limits(isolation.MEMORY, 5))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of memory")
def test_a_workbook_that_needs_too_much_memory_is_refused():
    row = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="CV{0}"><v>1</v></c></row>'
    rows = "".join(row.format(number) for number in range(1, 60_000))

    with pytest.raises(SheetError, match=r"memory to be read|reader crashed"):
        read_apart(with_rows(rows), Form.XLSX, None, Limits(64 * 2**20, 10))


def test_nothing_that_a_library_prints_reaches_the_output(capfd, recwarn):
    content = rewritten(
        workbook(["PO ID"], [5]),
        "xl/styles.xml",
        lambda styles: re.sub("<cellStyles.*</cellStyles>", "", styles),
    )
    content = rewritten(
        content,
        RELATIONS,
        lambda r: re.sub(r' Type="[^"]*worksheet"', ' Type="x"', r),
    )

    assert columns(content) == [["PO ID", 5]]
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


# Files ------------------------------------------------------------------------------------------


def test_the_content_of_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "dock.csv"
    path.write_bytes(b"PO ID\r\n1\r\n")

    assert read_content(path) == b"PO ID\r\n1\r\n"


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n"], ids=["no byte", "only blanks"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "dock.csv"
    path.write_bytes(content)

    with pytest.raises(SheetError, match=r"^dock\.csv is empty$"):
        read_content(path)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "dock.csv", tmp_path):
        with pytest.raises(SheetError) as refused:
            read_content(path)
        assert str(refused.value) == f"{path} is not there, or is not a file"


def test_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("importer.sheets.reading.worksheets.MOST_BYTES", 2**20)
    path = tmp_path / "dock.csv"
    path.write_bytes(b"1" * (2**20 + 1))

    with pytest.raises(SheetError, match=r"^dock\.csv is larger than 1 MB; split it$"):
        read_content(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none in its folders")
def test_a_link_and_a_pipe_are_refused(tmp_path):
    sheet, link, pipe = tmp_path / "dock.csv", tmp_path / "link.csv", tmp_path / "pipe.csv"
    sheet.write_text("PO ID\n")
    link.symlink_to(sheet)
    os.mkfifo(pipe)

    for path, told in (
        (link, "is a link; give the file itself"),
        (pipe, "is not there, or is not"),
    ):
        with pytest.raises(SheetError, match=re.escape(told)):
            read_content(path)


def test_text_has_no_worksheets():
    with pytest.raises(SheetError, match=r"^dock\.csv is a text file and has no worksheet Lines$"):
        read_worksheets(CSV, b"PO ID\n", "Lines")


def test_a_worksheet_that_is_not_there_is_named():
    assert (
        refusal(workbook([1]), XLSX, "Lines") == 'dock.xlsx has no worksheet "Lines"; it has Sheet'
    )

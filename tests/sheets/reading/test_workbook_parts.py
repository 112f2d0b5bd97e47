"""A workbook that is malicious or not sound is refused before any parser sees it."""

import io
import zipfile

import pytest

from tests.sheets.made import SHEET, refusal, rewritten, with_rows, workbook, zipped

RELATIONS = "xl/_rels/workbook.xml.rels"
SAVE_AGAIN = "open it in Excel and save it again as .xlsx"
HARM = f"such a file may be malicious; {SAVE_AGAIN}"
BROKEN = f"is a damaged workbook, or written in a way that no reader knows; {SAVE_AGAIN}"


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

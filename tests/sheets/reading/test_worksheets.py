"""Workbooks become typed cells, whatever wrote them."""

import re

import pytest
from openpyxl import load_workbook

from importer.model.cells import Fault
from importer.sheets.reading.worksheets import read_content
from tests.sheets.made import SHEET, columns, rewritten, with_rows, workbook


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        ("<f>A1</f><v>7</v>", 7),
        ("<f>A1</f><v></v>", Fault("=A1")),
        ("<f>A1</f>", Fault("=A1")),
        ('<f t="shared" ref="B1:B2" si="0">A1</f>', Fault("=A1")),
        ('<f t="array" ref="B1">SUM(A1:A2)</f>', Fault("=SUM(A1:A2)")),
    ],
)
def test_a_formula_gives_its_stored_value_where_it_has_one(stored, value):
    content = rewritten(workbook([1, 2]), SHEET, lambda sheet: sheet.replace("<v>2</v>", stored))

    assert columns(content) == [[1], [value]]


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell():
    content = rewritten(
        workbook([1, 2, 3]),
        SHEET,
        lambda sheet: re.sub(
            r'<c r="B1" t="n"><v>2</v>', '<c r="B1" t="str"><f>IF(A1,"","x")</f><v></v>', sheet
        ),
    )

    assert columns(content) == [[1], [None], [3]]


def test_a_wrong_dimension_tag_loses_no_cell():
    content = rewritten(
        workbook(["PO ID", "Qty"], [1, 2], [3, 4]),
        SHEET,
        lambda sheet: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', sheet),
    )

    assert columns(content) == [["PO ID", 1, 3], ["Qty", 2, 4]]


def test_rows_that_the_file_leaves_out_keep_the_numbers_of_the_others():
    def arrange(book):
        book.active["B4"] = "PO ID"
        book.active["B7"] = 10001

    assert columns(workbook(arrange=arrange)) == [
        [None] * 7,
        [None, None, None, "PO ID", None, None, 10001],
    ]


def test_a_workbook_written_by_openpyxl_and_read_here_is_the_same(tmp_path):
    path = tmp_path / "dock.xlsx"
    path.write_bytes(workbook(["PO ID", "Qty"], [10001, 5]))

    cells = [[cell.value for cell in column] for column in load_workbook(path).active.columns]
    assert columns(read_content(path), path) == cells


def test_escaped_characters_are_read():
    assert columns(workbook(["two_x000D_\nlines", "a_x0041_"])) == [["two\r\nlines"], ["aA"]]


PLAIN = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    '<row r="2"><c r="A2"><v>3</v></c></row>'
)


@pytest.mark.parametrize(
    "rows",
    [
        PLAIN,
        re.sub(' r="[^"]*"', "", PLAIN),
        PLAIN.replace('"', "'"),
        PLAIN.replace("<v>2", "<!-- a note --><v>2"),
        PLAIN.replace("<v>2</v></c>", '<v>2</v></c><c r="C1" t="str"><v></v></c>'),
    ],
    ids=["plain", "no addresses", "single quotes", "a comment", "an empty text"],
)
def test_xml_written_in_an_unusual_way_is_read(rows):
    assert columns(with_rows(rows)) == [[1, 3], [2, None]]


def test_rows_of_empty_texts_alone_are_no_rows():
    empty = '<row r="2"><c r="A2" t="inlineStr"><is><t></t></is></c></row>'
    shared = '<row r="3"><c r="A3" t="str"><f>""</f><v></v></c></row>'

    assert columns(with_rows(f'<row r="1"><c r="A1"><v>5</v></c></row>{empty}{shared}')) == [[5]]


TEXTS = "xl/sharedStrings.xml"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def with_texts(*items, rows):
    """The rows in a workbook whose cells share these texts."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    link = f'<Relationship Id="rIdT" Type="{KINDS}/sharedStrings" Target="sharedStrings.xml"/>'
    typed = f'<Override PartName="/{TEXTS}" ContentType="{kind}"/>'
    content = rewritten(with_rows(rows), TEXTS, lambda _: f"<sst {XMLNS}>{''.join(items)}</sst>")
    for part, mark, added in (
        ("xl/_rels/workbook.xml.rels", "</Relationships>", link),
        ("[Content_Types].xml", "</Types>", typed),
    ):
        content = rewritten(
            content,
            part,
            lambda xml, mark=mark, added=added: (
                xml if TEXTS.rpartition("/")[2] in xml else xml.replace(mark, added + mark)
            ),
        )
    return content


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<si><t>plain</t></si>", "plain"),
        ('<si><t xml:space="preserve"> kept </t></si>', " kept "),
        ("<si><r><t>two</t></r><r><rPr><b/></rPr><t>runs</t></r></si>", "tworuns"),
        ('<si><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh><phoneticPr/></si>', "漢字"),
        ("<si><t/></si>", None),
        ("<si/>", None),
        ("<si><t>R&amp;D &#65;&#x42; &lt;</t></si>", "R&D AB <"),
        ("<si><t>a_x000D_\nb</t></si>", "a\r\nb"),
        ("<si><t>\ufeffa\xa0</t></si>", "\ufeffa\xa0"),
    ],
)
def test_no_shared_text_shifts_those_that_follow_it(item, text):
    cells = "".join(f'<c r="{c}1" t="s"><v>{i}</v></c>' for i, c in enumerate("ABC"))
    content = with_texts(
        "<si><t>x</t></si>", item, "<si><t>y</t></si>", rows=f'<row r="1">{cells}</row>'
    )

    assert columns(content) == [["x"], [text], ["y"]]


@pytest.mark.parametrize(
    "item", ['<si><t xml:space="preserve"> {} </t></si>', "<si><t>{}</t></si>"]
)
def test_many_shared_texts_have_their_places(item):
    items = [item.format(number) for number in range(40)]
    rows = (f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(40))

    (found,) = columns(with_texts(*items, rows="".join(rows)))

    assert [text.strip() for text in found] == [str(number) for number in range(40)]

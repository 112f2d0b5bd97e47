"""Workbooks become typed cells, whatever wrote them."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)
import re
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from importer.model.cells import Fault
from importer.sheets.reading.worksheets import read_content, read_worksheets
from importer.sheets.sheet import Worksheet
from tests.sheets.made import (
    SHEET,
    XLSX,
    columns,
    refusal,
    rewritten,
    with_rows,
    workbook,
)


def test_cells_keep_the_types_excel_gave_them():
    values = [
        "text",
        10001,
        9.40011120620640e21,
        12.5,
        True,
        datetime(2026, 11, 20, 10, 15),
        date(2026, 11, 20),
        time(10, 15),
        timedelta(hours=26),
        None,
        "last",
    ]

    found = columns(workbook(values))

    assert found == [[value] for value in values]
    assert [type(column[0]) for column in found[:7]] == [
        *(str, int, float, float, bool, datetime, date)
    ]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_an_error_cell_is_a_fault(error):
    assert columns(workbook(["PO ID"], [error])) == [["PO ID", Fault(error)]]


def test_a_number_that_is_no_day_is_no_date():
    assert columns(workbook([1e9], formats={"A1": "yyyy-mm-dd"})) == [[1_000_000_000]]


def test_a_formula_without_a_stored_value_is_a_fault_and_never_blank():
    content = workbook(["PO ID", "Qty"], [10001, "=A2*2"], [10002, 5], [None, "=A3*2"])

    assert columns(content) == [
        ["PO ID", 10001, 10002, None],
        ["Qty", Fault("=A2*2"), 5, Fault("=A3*2")],
    ]


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


def test_formulas_are_seen_where_the_workbook_names_its_namespace():
    def prefixed(sheet):
        sheet = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet).replace("xmlns=", "xmlns:x=")
        return sheet.replace("<x:v>2</x:v>", "<x:f>A1</x:f>")

    assert columns(rewritten(workbook([1, 2]), SHEET, prefixed)) == [[1], [Fault("=A1")]]


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


@pytest.mark.parametrize(
    ("value", "number_format", "cell"),
    [
        (6083, "00000", "06083"),
        (123456, "00000", "123456"),
        (6083.0, "00000", "06083"),
        (6083.5, "00000", 6083.5),
        (-6083, "00000", -6083),
        (9.40011120620640e21, "0" * 22, 9.40011120620640e21),
        (6083, "0", 6083),
        (6083, "0.00", 6083),
        (True, "00", True),
        ("6083", "00000", "6083"),
    ],
)
def test_zeros_that_a_number_format_shows_are_kept_and_lost_digits_are_not_made_up(
    value, number_format, cell
):
    found = columns(workbook([value], formats={"A1": number_format}))

    assert found == [[cell]]
    assert type(found[0][0]) is type(cell)


def test_only_visible_worksheets_are_offered_and_a_hidden_one_only_by_name():
    def arrange(book):
        book.active.title = "Lines"
        book.create_sheet("Old").sheet_state = "hidden"
        book.create_sheet("Older").sheet_state = "veryHidden"
        book["Old"]["A1"] = 5

    content = workbook(["PO ID"], arrange=arrange)

    assert [sheet.name for sheet in read_worksheets(XLSX, content)] == ["Lines"]
    assert read_worksheets(XLSX, content, "Old") == [Worksheet(XLSX, "Old", [[5]])]


def test_a_worksheet_that_is_not_there_is_named_with_those_that_are():
    assert refusal(workbook(["PO ID"]), worksheet="Lines") == (
        'dock.xlsx has no worksheet "Lines"; it has Sheet'
    )


def test_an_empty_worksheet_has_no_cells():
    assert read_worksheets(XLSX, workbook()) == [Worksheet(XLSX, "Sheet", [])]


def test_cells_that_have_only_a_style_do_not_count():
    def arrange(book):
        book.active["H900"].number_format = "0.00"

    assert columns(workbook(["PO ID"], [10001], arrange=arrange)) == [["PO ID", 10001]]


def test_what_openpyxl_has_to_say_of_styles_reaches_nobody(recwarn):
    content = rewritten(
        workbook(["PO ID"]),
        "xl/styles.xml",
        lambda styles: re.sub("<cellStyles.*</cellStyles>", "", styles),
    )

    assert columns(content) == [["PO ID"]]
    assert not recwarn.list


def test_a_workbook_written_by_openpyxl_and_read_here_is_the_same(tmp_path):
    path = tmp_path / "dock.xlsx"
    path.write_bytes(workbook(["PO ID", "Qty"], [10001, 5]))

    cells = [[cell.value for cell in column] for column in load_workbook(path).active.columns]
    assert columns(read_content(path), path) == cells


@pytest.mark.parametrize(("text", "number"), [("5.0", 5), ("5E3", 5000), ("0.1", 0.1), ("-7", -7)])
def test_whole_numbers_are_int_however_they_are_written(text, number):
    ((found,),) = columns(with_rows(f'<row r="1"><c r="A1"><v>{text}</v></c></row>'))

    assert (found, type(found)) == (number, type(number))


@pytest.mark.parametrize(
    "text", ["9400111206206400000000", "9.4001112062064E+21", "1000000000000000"]
)
def test_a_number_of_16_digits_stays_a_number_that_lost_some(text):
    ((found,),) = columns(with_rows(f'<row r="1"><c r="A1"><v>{text}</v></c></row>'))

    assert found == float(text)
    assert isinstance(found, float)


def test_escaped_characters_are_read():
    assert columns(workbook(["two_x000D_\nlines", "a_x0041_"])) == [["two\r\nlines"], ["aA"]]


def test_workbooks_that_count_days_from_1904_give_the_same_days():
    days = [date(2026, 11, 20), datetime(2026, 11, 20, 6, 30)]

    def arrange(book):
        book.epoch = datetime(1904, 1, 1)

    content = workbook(days, arrange=arrange)
    assert b"date1904" in load_part(content, "xl/workbook.xml")
    assert columns(content) == [[day] for day in days]


def load_part(content, part):
    found = []
    rewritten(content, part, lambda text: found.append(text.encode()) or text)
    return found[0]


def test_an_error_and_a_formula_stand_where_they_are_in_a_large_sheet():
    rows = [[f"SKU-{n}", n] for n in range(1, 3000)]
    rows[1000][1], rows[2998][0] = "#REF!", "=A1"

    found = columns(workbook(*rows))

    assert found[1][1000] == Fault("#REF!")
    assert found[0][2998] == Fault("=A1")
    assert [type(cell) for column in found for cell in column].count(Fault) == 2


def test_hidden_rows_are_told_and_read():
    def arrange(book):
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["B"].hidden = True

    (sheet,) = read_worksheets(XLSX, workbook(["PO ID", "Qty"], [1, 2], [3, 4], arrange=arrange))

    assert sheet.hidden_rows == {2}
    assert not sheet.filtered
    assert sheet.columns == [["PO ID", 1, 3], ["Qty", 2, 4]]


def test_rows_hidden_by_a_filter_are_told_as_such():
    def arrange(book):
        book.active.row_dimensions[3].hidden = True
        book.active.sheet_properties.filterMode = True
        book.active.auto_filter.ref = "A1:B3"

    (sheet,) = read_worksheets(XLSX, workbook(["PO ID", "Qty"], [1, 2], [3, 4], arrange=arrange))

    assert (sheet.hidden_rows, sheet.filtered) == ({3}, True)


def test_rows_struck_through_are_told():
    def arrange(book):
        for place in ("A2", "B2", "A3"):
            book.active[place].font = Font(strike=True)

    (sheet,) = read_worksheets(XLSX, workbook(["PO ID", "Qty"], [1, 2], [3, 4], arrange=arrange))

    assert sheet.struck_rows == {2}


def test_merged_cells_are_told():
    (sheet,) = read_worksheets(
        XLSX,
        workbook(["PO ID", 5], [1, 2], [3, 4], arrange=lambda b: b.active.merge_cells("A2:A3")),
    )

    assert sheet.merges == ((2, 1, 3, 1),)


def test_hidden_worksheets_are_named():
    def arrange(book):
        book.create_sheet("Old").sheet_state = "veryHidden"

    (sheet,) = read_worksheets(XLSX, workbook([1], arrange=arrange))

    assert sheet.notes == ('the hidden worksheet "Old" was not read',)


def test_a_sheet_formatted_to_its_last_row_has_no_ghost_rows():
    ghosts = '<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row>'

    assert columns(with_rows(f'<row r="1"><c r="A1"><v>5</v></c></row>{ghosts}')) == [[5]]


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


def test_what_calamine_cannot_read_is_read_by_openpyxl():
    def odd(relations):  # calamine wants to know the type of a relation
        return re.sub(r' Type="[^"]*worksheet"', ' Type="unheard-of"', relations)

    content = rewritten(workbook(["PO ID"], [5]), "xl/_rels/workbook.xml.rels", odd)

    assert columns(content) == [["PO ID", 5]]


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


@pytest.mark.parametrize(
    ("code", "number", "value"),
    [
        ("yyyy-mm-dd", 46124, date(2026, 4, 12)),
        ("yyyy-mm-dd", 46124.5, datetime(2026, 4, 12, 12)),
        ("m/d/yy h:mm", 46124.25, datetime(2026, 4, 12, 6)),
        ("[$-409]d-mmm-yy;@", 61, date(1900, 3, 1)),
        ("dd/mm/yyyy", 2958465, date(9999, 12, 31)),
        ("#,##0.00", 46124, 46124),
        ('0 "days"', 46124, 46124),
        ("0;[Red]-0", 46124, 46124),
        ("0.00E+00", 46124, 46124),
        ("[h]:mm", 1.5, timedelta(hours=36)),
        ("h:mm", 0.5, time(12)),
        ("00000", 6083, "06083"),
    ],
)
def test_a_number_is_what_its_format_shows(code, number, value):
    assert columns(workbook([number], formats={"A1": code})) == [[value]]

"""A large workbook read by the shapes of its rows is read as the parsers read it."""

import random
import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from importer.model.errors import SheetError
from importer.sheets.reading import shaped_rows
from importer.sheets.reading import workbook_parts as parts
from importer.sheets.reading import xlsx_worksheets as xlsx
from importer.sheets.reading.cell_values import Unusual, shared_texts
from importer.sheets.reading.child_main import _sent
from importer.sheets.reading.container import Form, form_of, unwrapped
from importer.sheets.reading.shaped_rows import read_by_shapes
from importer.sheets.reading.workbook_parts import Parts
from importer.sheets.sheet import column_letters
from tests.corpus.found import FOLDER, found_sheets
from tests.corpus.made import MADE
from tests.sheets.made import SHEET, rewritten, with_rows, workbook

TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
some = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def by_shapes(content, name):
    found = Parts(content)
    texts, styles = shared_texts(found.shared_texts()), found.styles()
    return said(name, *read_by_shapes(found.blocks(found.place_of(name)), texts, styles))


def by_parsers(content, name):
    return said(name, *xlsx._Workbook(content, Parts(content))._by_parsers(name))


def said(name, columns, scan):
    """All that goes to the parent, without regard to order; a number's type counts."""
    found = _sent(xlsx.Found(name, [], columns, scan))
    found |= {key: sorted(found[key]) for key in ("merges", "faults", "hidden", "moments")}
    return found | {"columns": [list(map(repr, column)) for column in found["columns"]]}


def is_read_alike(content, name="Sheet"):
    assert by_shapes(content, name) == by_parsers(content, name)


def repeated(*rows, times=20):
    """Rows of XML in which @ stands for the row's number, again and again."""
    every = [row for _ in range(times) for row in rows]
    return with_rows("".join(row.replace("@", str(n)) for n, row in enumerate(every, 1)))


def with_texts(*items, rows):
    content = rewritten(rows, TEXTS, lambda _: f"<sst {XMLNS}>{''.join(items)}</sst>")
    content = rewritten(content, "xl/_rels/workbook.xml.rels", _with_texts)
    return rewritten(content, "[Content_Types].xml", _typed)


XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _with_texts(relations):
    added = f'<Relationship Id="rIdT" Type="{KINDS}/sharedStrings" Target="sharedStrings.xml"/>'
    return relations if TEXTS in relations else relations.replace("</R", f"{added}</R", 1)


def _typed(types):
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    added = f'<Override PartName="/{TEXTS}" ContentType="{kind}"/>'
    return types if TEXTS in types else types.replace("</Types>", f"{added}</Types>")


def in_format(code, value, *, builtin=False):
    """Rows of a number in a format; its style is the last one."""

    def styled(styles):
        number = code if builtin else 164
        formats = (
            "" if builtin else f'<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts>'
        )
        styles = re.sub("<numFmts.*?</numFmts>|<numFmts[^>]*/>", "", styles)
        styles = re.sub("<styleSheet[^>]*>", lambda tag: tag[0] + formats, styles)
        return re.sub(
            "<cellXfs.*?</cellXfs>", f'<cellXfs><xf/><xf numFmtId="{number}"/></cellXfs>', styles
        )

    rows = repeated(f'<row r="@"><c r="A@" s="1"><v>{value}</v></c></row>')
    return rewritten(rows, STYLES, styled)


USUAL = {
    "numbers": '<row r="@"><c r="A@"><v>10001</v></c><c r="B@"><v>4.25</v></c></row>',
    "numbers of many kinds": (
        '<row r="@"><c r="A@"><v>007</v></c><c r="B@"><v>-0</v></c><c r="C@"><v>9.4E+21</v></c>'
        '<c r="D@"><v>999999999999999</v></c><c r="E@"><v>1000000000000000</v></c>'
        '<c r="F@"><v>123456789012345678</v></c><c r="G@"><v>.5</v></c>'
        '<c r="H@"><v>1E5</v></c></row>'
    ),
    "attributes as Excel writes them": (
        '<row r="@" spans="1:3" ht="15.75" x14ac:dyDescent="0.25"><c r="A@" s="0"><v>1</v></c>'
        '<c r="B@" s="0"/><c r="C@" t="b"><v>1</v></c></row>'
    ),
    "the type before the style": '<row r="@"><c r="A@" t="n" s="0"><v>1</v></c></row>',
    "texts in their cells": (
        '<row r="@"><c r="A@" t="inlineStr"><is><t>A&amp;B_x000D_ x</t></is></c></row>'
    ),
    "spaces that count": (
        '<row r="@"><c r="A@" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c></row>'
    ),
    "formulas": (
        '<row r="@"><c r="A@"><f>1+1</f><v>2</v></c><c r="B@" t="str"><f t="shared" si="0"/>'
        "<v> a </v></c></row>"
    ),
    "formulas never calculated": '<row r="@"><c r="A@"><v>1</v></c><c r="B@"><f>A@*2</f></c></row>',
    "errors": '<row r="@"><c r="A@"><v>1</v></c><c r="B@" t="e"><f>X</f><v>#N/A</v></c></row>',
    "hidden rows": '<row r="@" hidden="1"><c r="A@"><v>1</v></c></row>',
    "rows that say they are not hidden": '<row r="@" hidden="false"><c r="A@"><v>1</v></c></row>',
    "a column in between that is empty": (
        '<row r="@"><c r="B@"><v>1</v></c><c r="D@"><v>2</v></c></row>'
    ),
    "columns beyond Z": '<row r="@"><c r="AA@"><v>1</v></c></row>',
    "formulas without a value, as openpyxl writes them": (
        '<row r="@"><c r="A@"><v>1</v></c><c r="B@"><f>A@</f><v/></c><c r="C@"><v/></c>'
        '<c r="D@"><v></v></c></row>'
    ),
    "cells with nothing in them": (
        '<row r="@"><c r="A@"></c><c r="B@"/><c r="C@"><v>1</v></c></row>'
    ),
}


@pytest.mark.parametrize("row", USUAL.values(), ids=USUAL)
def test_what_most_programs_write_is_read_as_the_parsers_read_it(row):
    is_read_alike(repeated(row))


def test_a_formula_where_other_rows_have_an_empty_cell_is_a_fault():
    plain, formula = '<c r="B@"/>', '<c r="B@"><f>A@</f></c>'
    rows = [f'<row r="@"><c r="A@"><v>1</v></c>{plain}</row>'] * 30
    content = repeated(*rows, rows[0].replace(plain, formula), times=1)

    is_read_alike(content)
    assert by_shapes(content, "Sheet")["faults"] == [(31, 2, "=A31")]


def test_rows_of_many_shapes_stand_where_they_stood():
    is_read_alike(repeated(*USUAL.values(), times=3))


@pytest.mark.parametrize(
    "row",
    [
        '<row r="@"><c r="A@"><v>1</v></c><c r="B@" s="0" t="b"><v>1</v></c></row>',
        '<row r="@"><c r="A@"><v>1</v></c><c r="B@" s="0"/></row>',
        '<row r="@"><c r="A@"><v>1</v></c></row>',
        '<row r="@"><c r="B@" s="0" t="b"><v>0</v></c></row>',
        '<row r="@"><c r="A@"/><c r="B@"/></row>',
        '<row r="@" hidden="true"><c r="A@"><v>1</v></c></row>',
    ],
)
def test_rows_that_have_only_some_of_the_cells_are_taken_together(monkeypatch, row):
    full = '<row r="@"><c r="A@"><v>1</v></c><c r="B@" s="0" t="b"><v>1</v></c></row>'
    content = repeated(full, row, row, full, times=50)
    monkeypatch.setattr(shaped_rows._Taken, "_one", lambda _, row: pytest.fail(str(row.whole)))

    is_read_alike(content)


def test_shared_texts_that_are_left_to_the_parsers_are_looked_over_once(monkeypatch):
    looks = []
    monkeypatch.setattr(xlsx, "LARGE", 0)
    monkeypatch.setattr(Parts, "check_texts", lambda _: looks.append("checked"))
    monkeypatch.setattr(Parts, "shared_texts", lambda _: looks.append("read") or [b"<si>"])
    content = workbook([1], arrange=lambda book: book.create_sheet("Second").append([2]))

    found = list(xlsx.read_xlsx(content, Parts(content), None))

    assert [(sheet.name, sheet.columns) for sheet in found] == [("Sheet", [[1]]), ("Second", [[2]])]
    assert looks == ["read", "checked"]


def test_a_worksheet_whose_rows_are_all_different_is_left_to_the_parsers(monkeypatch):
    rows = "".join(f'<row r="{n}" ht="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 99))
    monkeypatch.setattr(shaped_rows, "_MOST_ALONE", 1_000)

    with pytest.raises(Unusual):
        by_shapes(with_rows(rows), "Sheet")


def test_rows_of_very_many_cells_are_left_to_the_parsers():
    cells = "".join(f'<c r="{column_letters(n)}@"><v>1</v></c>' for n in range(1, 400))

    with pytest.raises(Unusual):
        by_shapes(repeated(f'<row r="@">{cells}</row>'), "Sheet")


def test_rows_that_never_end_are_given_up_at_once():
    rows = "".join(f'<row r="{n}">' for n in range(1, 100_000))

    with pytest.raises(Unusual):
        by_shapes(with_rows(rows), "Sheet")


def test_empty_rows_and_missing_ones_leave_their_place():
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>'
    rows = [row.format(n) if n % 3 else f'<row r="{n}" ht="20"/>' for n in range(1, 90) if n % 7]
    ghosts = [f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(90, 300)]

    content = with_rows("".join(rows + ghosts))

    is_read_alike(content)
    assert len(by_shapes(content, "Sheet")["columns"][0]) == 89


@pytest.mark.parametrize(
    "item",
    [
        "<si><t>plain</t></si>",
        "<si><t> spaces at its ends </t></si>",
        '<si><t xml:space="preserve"> kept </t></si>',
        "<si><r><t>two</t></r><r><rPr><b/></rPr><t>runs</t></r></si>",
        '<si><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh><phoneticPr fontId="1"/></si>',
        "<si><t/></si>",
        "<si/>",
        "<si><t>R&amp;D &#65;&#x42; &lt;</t></si>",
        "<si><t>a_x000D_\nb _x005F_x000D_</t></si>",
        "<si><t>a\r\nb\rc</t></si>",
        "<si><t>\ufeffa\xa0</t></si>",
    ],
)
def test_a_shared_text_is_as_the_parsers_have_it_or_left_to_them(item):
    row = '<row r="@"><c r="A@" t="s"><v>1</v></c><c r="B@" t="s"><v>2</v></c></row>'
    content = with_texts("<si><t>x</t></si>", item, "<si><t>y</t></si>", rows=repeated(row))

    try:
        is_read_alike(content)
    except Unusual:
        assert item == "<si><t> spaces at its ends </t></si>"


KEPT = '<si><t xml:space="preserve"> {} </t></si>'
RUNS = (
    '<si><r><rPr><b/></rPr><t>{}</t></r><r><rPr><i/></rPr><t xml:space="preserve"> b</t></r></si>'
)


@pytest.mark.parametrize("item", [KEPT, RUNS, "<si><t>{}</t></si>"], ids=["kept", "runs", "plain"])
@pytest.mark.parametrize("block", [2**20, 300, 80])
def test_shared_texts_have_their_places_wherever_a_block_ends(monkeypatch, item, block):
    monkeypatch.setattr(parts, "_BLOCK", block)
    items = [item.format(number) for number in range(40)]
    rows = (f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(40))

    is_read_alike(with_texts(*items, rows=with_rows("".join(rows))))


@pytest.mark.parametrize(
    "item",
    [
        "<si><r><rPr><b/></rPr><t> a</t></r><r><rPr><b/></rPr><t>b</t></r></si>",
        "<si><r><rPr><b/></rPr><t >a</t></r><r><rPr><b/></rPr><t>b</t></r></si>",
        '<si><t>a</t><rPh sb="0"/><r><t>b</t></r><rPh sb="0"><t>c</t></rPh></si>',
    ],
)
def test_no_run_of_a_shared_text_is_lost(item):
    row = '<row r="@"><c r="A@" t="s"><v>0</v></c></row>'

    with pytest.raises(Unusual):
        by_shapes(with_texts(item, rows=repeated(row)), "Sheet")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("yyyy-mm-dd", "46124"),
        ("yyyy-mm-dd", "46124.5"),
        ("m/d/yy h:mm", "46124.123456789"),
        ("[$-409]d-mmm-yy;@", "61"),
        ("dd/mm/yyyy", "2958465"),
        ("hh:mm:ss AM/PM", "46124.9999999999"),
        ("#,##0.00", "46124"),
        ("0 &quot;days&quot;", "46124"),
        ("0;[Red]-0", "46124"),
        ("_(* #,##0_)", "46124"),
        ("\\d0", "46124"),
        ("0.00E+00", "46124"),
        ("General", "46124"),
        ("AM/PM", "46124"),
        ("14", "46124"),
        ("00000", "6083"),
    ],
)
def test_a_number_is_a_date_where_its_format_says_so(code, value):
    is_read_alike(in_format(code, value))


@pytest.mark.parametrize("number", [0, 1, 2, 4, 9, 11, 14, 15, 18, 20, 22, 37, 41, 44, 45, 47, 49])
def test_a_number_is_a_date_where_its_built_in_format_says_so(number):
    is_read_alike(in_format(number, "46124.5", builtin=True))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("[h]:mm", "1.5"),
        ("mm:ss.0", "1.5"),
        ("e", "46124"),
        ("yyyy", "60"),
        ("h:mm", "0.5"),
        ("@;yyyy", "46124"),
        ("&quot;d", "46124"),
    ],
)
def test_a_number_that_may_be_a_date_is_left_to_the_parsers(code, value):
    with pytest.raises(Unusual):
        by_shapes(in_format(code, value), "Sheet")


def test_days_since_1904_are_left_to_the_parsers():
    content = rewritten(
        in_format("yyyy-mm-dd", "46124"),
        "xl/workbook.xml",
        lambda xml: re.sub("<workbookPr[^>]*/>", '<workbookPr date1904="1"/>', xml),
    )

    with pytest.raises(Unusual):
        by_shapes(content, "Sheet")


GOOD = '<row r="@"><c r="A@"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "odd",
    [
        '<row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="10"><c r="A10"><v>1</v></c><c r="A10"><v>2</v></c></row>',
        '<row r="10"><c r="B10"><v>1</v></c><c r="A10"><v>2</v></c></row>',
        '<row r="10"><c r="A11"><v>1</v></c></row>',
        '<row r="10"><c><v>1</v></c></row>',
        '<row><c r="A10"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="10"><c r="XFE10"><v>1</v></c></row>',
        '<row r="10"><row r="11"><c r="A11"><v>1</v></c></row></row>',
        '<row r="10"><c r="A10"><v>1</v></c><extLst><row r="11"/></extLst></row>',
        '<row r="10"><!-- --><c r="A10"><v>1</v></c></row>',
        "<!-- " + GOOD.replace("@", "10") + " -->",
        "<![CDATA[" + GOOD.replace("@", "10") + "]]>",
        '\n<row r="10"><c r="A10"><v>1</v></c></row>',
        '<row r="10"><c r="A10"><v>1_0</v></c></row>',
        '<row r="10"><c r="A10"><v> 1</v></c></row>',
        '<row r="10"><c r="A10"><v>nan</v></c></row>',
        '<row r="10"><c r="A10" t="s"><v>99</v></c></row>',
        '<row r="10"><c r="A10" t="s"><v>-1</v></c></row>',
        '<row r="10"><c r="A10" t="d"><v>2026-11-20</v></c></row>',
        '<row r="10"><c r="A10" t="b"><v>2</v></c></row>',
        '<row r="10"><c r="A10" vm="1"><v>1</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>&nbsp;</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>_xD83D_</v></c></row>',
        '<row r="10"><c r="A10" t="inlineStr"><is><t> a </t></is></c></row>',
        '<row r="10"><c r="A10" t="inlineStr"><is><r><t>a</t></r></is></c></row>',
        '<row r="10"><c r="A10" t="inlineStr"><v>a</v></c></row>',
        "<x:row/>",
        """<row r="10" hidden='1'><c r="A10"><v>1</v></c></row>""",
        '<row r="10"\thidden="1"><c r="A10"><v>1</v></c></row>',
        '<row r="10" ht="1" ht="2"><c r="A10"><v>1</v></c></row>',
        '<row r="10" 9t="1"><c r="A10"><v>1</v></c></row>',
        '<row r="10" r="11"><c r="A10"><v>1</v></c></row>',
        '<row r="10" ht="&nbsp;"><c r="A10"><v>1</v></c></row>',
        '<row r="10"/><row r="10"/>',
        '<row r="12"><c r="A12"><v>1</v></c></row><row r="11"><c r="A11"><v>1</v></c></row>',
        '<row r="10" hidden="1"/><row r="1048577"/>',
        '<row r="10"><c r="A10"><f/><v/></c></row>',
        '<row r="10"><c r="A10"><f t="shared" si="0"/></c></row>',
        '<row r="10"><c r="A10"><foo>1</foo><v>2</v></c></row>',
        '<row r="10"><c r="A10" s="00"><v>1</v></c></row>',
        f'<row r="10"><c r="A10" t="s"><v>{"9" * 5_000}</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>a\0b</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>a\x0bb</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>a\uffffb</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>a]]>b</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>&#1;</v></c></row>',
        '<row r="10"><c r="A10" t="str"><v>_x0100_</v></c></row>',
        '<row r="10"><c r="A10" t="inlineStr"><is><t>&#32;a</t></is></c></row>',
    ],
)
@pytest.mark.parametrize("last", [True, False], ids=["at the end", "in between"])
def test_what_may_be_read_in_two_ways_is_left_to_the_parsers(odd, last):
    rows = [GOOD.replace("@", str(n)) for n in [*range(1, 10), *range(20, 60)]]
    rows.insert(len(rows) if last and 'r="10"' not in odd else 9, odd)

    with pytest.raises(Unusual):
        by_shapes(with_rows("".join(rows)), "Sheet")


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        ("<?xml", '<?xml encoding="windows-1252"?><?xml'),
        ("<worksheet", "<x:worksheet"),
        ("</sheetData>", "</sheetData><mergeCells>"),
        ("</worksheet>", ""),
        ("</sheetData>", '</sheetData><sheetData><row r="900"/></sheetData>'),
        ("<sheetData>", "<sheetData/><sheetData>"),
    ],
)
def test_what_is_odd_around_the_rows_is_left_to_the_parsers(told, odd):
    declared = '<?xml version="1.0"?>'
    content = rewritten(repeated(GOOD), SHEET, lambda xml: declared + xml.removeprefix(declared))

    with pytest.raises(Unusual):
        by_shapes(rewritten(content, SHEET, lambda xml: xml.replace(told, odd)), "Sheet")


@pytest.mark.parametrize("encoding", ["windows-1252", "us-ascii", "utf-16"])
@pytest.mark.parametrize("part", [SHEET, TEXTS])
def test_what_is_in_another_encoding_is_left_to_the_parsers(part, encoding):
    declared = f'<?xml version="1.0"{" " * 300}encoding="{encoding}"?>'
    content = with_texts("<si><t>\u00c3\u00a9</t></si>", rows=repeated(GOOD))

    with pytest.raises(Unusual):
        by_shapes(rewritten(content, part, lambda xml: declared + xml), "Sheet")


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        ("</sheetData>", "</sheetData><mergeCells><mergeCell ref='A1:A2'/></mergeCells>"),
        ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="$A$1:$B$2"/></mergeCells>'),
        ("</sheetData>", '</sheetData><!-- <mergeCell ref="A1:A2"/> -->'),
        ("<sheetPr", "<sheetPr filterMode='1'"),
        ("<sheetData>", '<x filterMode="1"/><sheetData>'),
    ],
)
def test_what_stands_around_the_rows_is_read_by_a_parser(told, odd):
    is_read_alike(rewritten(repeated(GOOD), SHEET, lambda xml: xml.replace(told, odd)))


def test_a_formula_that_is_told_in_an_earlier_row_is_left_to_the_parsers():
    share = '<f t="shared" ref="A1:A20" si="0">B1*2</f>'
    rows = repeated('<row r="@"><c r="A@"><f t="shared" si="0"/><v>2</v></c></row>')
    content = rewritten(
        rows,
        SHEET,
        lambda xml: xml.replace('<f t="shared" si="0"/>', share, 1).replace(
            '"A20"><f t="shared" si="0"/><v>2</v>', '"A20"><f t="shared" si="0"/>'
        ),
    )

    with pytest.raises(Unusual):
        by_shapes(content, "Sheet")
    assert by_parsers(content, "Sheet")["faults"] == [(20, 1, "=B1*2")]


def test_cells_of_no_style_whose_style_shows_zeros_are_left_to_the_parsers():
    content = rewritten(
        in_format("00000", "83"), STYLES, lambda xml: xml.replace("<cellXfs><xf/>", "<cellXfs>")
    )
    content = rewritten(content, SHEET, lambda xml: xml.replace(' s="1"', ""))

    with pytest.raises(Unusual):
        by_shapes(content, "Sheet")
    assert by_parsers(content, "Sheet")["columns"] == [["'00083'"] * 20]


words = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
)
cells = st.one_of(
    st.none(),
    words,
    st.integers(-(10**15), 10**16),
    st.floats(-1e22, 1e22, allow_nan=False),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(9999, 12, 31)),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001
        lambda moment: moment - timedelta(microseconds=moment.microsecond)
    ),
    st.sampled_from(["=1+1", "#N/A"]),
)


@some
@given(st.lists(st.lists(cells, max_size=6), min_size=1, max_size=12), st.integers(1, 4))
def test_a_random_table_is_read_as_the_parsers_read_it(rows, times):
    try:
        is_read_alike(workbook(*rows * times))
    except Unusual:
        assert any(text != text.strip() for row in rows for text in row if isinstance(text, str))


@some
@given(st.integers(0, 2**32))
def test_a_damaged_table_is_never_read_otherwise_than_the_parsers_read_it(seed):
    chance = random.Random(seed)  # noqa: S311  (no secret)
    content = rewritten(ROWS, SHEET, lambda xml: damaged(xml, chance))
    try:
        found = by_shapes(content, "Sheet")
    except Unusual:
        return
    assert found == by_parsers(content, "Sheet")


ROWS = repeated(
    '<row r="@"><c r="A@"><v>10001</v></c><c r="B@" t="inlineStr"><is><t>1Z</t></is></c></row>',
    '<row r="@" ht="20"><c r="A@"><v>5</v></c><c r="B@" t="b"><v>1</v></c><c r="C@"/></row>',
    times=6,
)
SCRAPS = [
    "<row r=",
    '"',
    "<",
    "/>",
    "</row>",
    "<c ",
    "<v>",
    "</v>",
    "1",
    "9",
    "<!--",
    "&",
    " ",
    "A",
]


def damaged(xml, chance):
    begin, end = xml.index("<sheetData>") + len("<sheetData>"), xml.index("</sheetData>")
    for _ in range(chance.randint(1, 3)):
        at, to = sorted(chance.choices(range(begin, end), k=2))
        scrap = chance.choice([*SCRAPS, xml[at : min(to, at + 80)]])
        gone = chance.choice([0, 0, 1, 2, len(scrap)])
        xml = xml[:at] + scrap + xml[at + gone :]
        end = xml.rfind("</sheetData>")
        if end < begin:
            break
    return xml


def test_a_large_workbook_is_read_without_a_parser(monkeypatch):
    def arrange(book):
        sheet = book.active
        sheet.row_dimensions[7].hidden = True
        sheet["B9"].font = Font(strike=True)
        sheet["A9"].font = Font(strike=True)
        sheet.merge_cells("C3:C5")
        sheet.auto_filter.ref = "A1:C300"
        book.create_sheet("Empty")
        book.create_sheet("Old").sheet_state = "hidden"

    table = [[n, f"1Z{n}", date(2026, 11, 20)] for n in range(300)]
    content = workbook(["PO ID", "Tracking", "Shipped"], *table, arrange=arrange)
    parsed = list(xlsx.read_xlsx(content, Parts(content), None))
    monkeypatch.setattr(xlsx, "LARGE", 1_000)
    monkeypatch.delattr(xlsx._Workbook, "_by_parsers")

    found = list(xlsx.read_xlsx(content, Parts(content), None))

    assert [said("", f.columns, f.scan) for f in found] == [
        said("", p.columns, p.scan) for p in parsed
    ]
    assert [(f.name, f.notes) for f in found] == [(p.name, p.notes) for p in parsed]


@pytest.mark.skipif(not found_sheets(), reason=f"no sheets of others in {FOLDER}")
def test_the_sheets_of_others_are_read_as_the_parsers_read_them():
    outcomes = Counter(
        outcome
        for sheet in found_sheets()
        for outcome in compared((FOLDER / sheet.file).read_bytes())
    )

    assert outcomes["alike"] > outcomes["left to the parsers"]


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.file)
def test_a_sheet_of_the_corpus_is_read_as_the_parsers_read_it(made):
    assert set(compared(made.content)) <= {"alike", "left to the parsers"}


def compared(content):
    """How each worksheet fared; nothing for what is no xlsx or is not sound."""
    try:
        content = unwrapped(content)
        sheets = Parts(content).worksheets() if form_of(content) is Form.XLSX else []
    except SheetError:
        return
    for sheet in sheets:
        try:
            found = by_shapes(content, sheet.name)
        except (Unusual, SheetError):
            yield "left to the parsers"
        else:
            assert found == by_parsers(content, sheet.name)
            yield "alike"

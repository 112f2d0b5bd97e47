"""The quick scan of a worksheet finds what a parser finds in all of its XML."""

import random
import re
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from importer.model.errors import SheetError
from importer.sheets.reading import quick_scan as module
from importer.sheets.reading.container import Form, form_of, unwrapped
from importer.sheets.reading.quick_scan import quick_scan
from importer.sheets.reading.scanning import WorksheetScanner, scan_worksheet
from importer.sheets.reading.workbook_parts import Parts
from importer.sheets.sheet import column_letters
from tests.corpus.found import FOLDER, found_sheets
from tests.corpus.made import MADE
from tests.sheets.made import SHEET, repeated, rewritten, with_rows, workbook

some = settings(max_examples=150, suppress_health_check=list(HealthCheck))
FULL = "the full scan was needed"


def scans(content, name="Sheet"):
    """What the quick scan finds, and what the full one does; a refusal is a sentence."""
    parts = Parts(content)
    read, styles = partial(parts.blocks, parts.place_of(name)), parts.styles()
    return (
        scan_or_refusal(lambda: quick_scan(read, styles)),
        scan_or_refusal(lambda: scan_worksheet(read(), styles)),
    )


def scan_or_refusal(scan):
    try:
        return scan()
    except SheetError as error:
        return str(error)


def is_scanned_alike(content, name="Sheet"):
    quick, full = scans(content, name)
    assert quick == full


@pytest.fixture
def parsed(monkeypatch):
    """The rows that the quick scan gives to its parser, and `FULL` where it falls back."""
    rows, feed = [], WorksheetScanner.feed

    def fed(scanner, xml, *, last=False):
        rows.extend([xml.decode()] * xml.startswith(b"<row"))
        feed(scanner, xml, last=last)

    def full(*args):
        rows.append(FULL)
        return scan_worksheet(*args)

    monkeypatch.setattr(WorksheetScanner, "feed", fed)
    monkeypatch.setattr(module, "scan_worksheet", full)
    return rows


def quick(content):
    parts = Parts(content)
    return quick_scan(partial(parts.blocks, parts.place_of("Sheet")), parts.styles())


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
def test_what_most_programs_write_is_scanned_as_a_parser_scans_it(row):
    is_scanned_alike(repeated(row))


def test_rows_of_many_shapes_are_scanned_as_a_parser_scans_them():
    is_scanned_alike(repeated(*USUAL.values(), times=3))


def test_of_rows_that_differ_only_in_their_values_one_is_parsed(parsed):
    row = '<row r="@"><c r="A@"><v>1@</v></c><c r="B@" t="str"><v>x@</v></c></row>'

    scan = quick(repeated(row, times=50))

    assert parsed == [row.replace("@", "1")]
    assert (scan.rows, scan.last_row, scan.last_column) == (50, 50, 2)


def test_each_row_that_tells_more_than_its_values_is_parsed(parsed):
    plain = '<row r="@"><c r="A@"><v>1</v></c></row>'
    error = '<row r="@"><c r="A@" t="e"><v>#N/A</v></c></row>'

    scan = quick(repeated(plain, error, plain, times=3))

    assert scan.faults == {(2, 1): "#N/A", (5, 1): "#N/A", (8, 1): "#N/A"}
    assert len(parsed) == 4
    assert FULL not in parsed


def test_a_formula_where_other_rows_have_an_empty_cell_is_a_fault():
    plain, formula = '<c r="B@"/>', '<c r="B@"><f>A@</f></c>'
    rows = [f'<row r="@"><c r="A@"><v>1</v></c>{plain}</row>'] * 30
    content = repeated(*rows, rows[0].replace(plain, formula), times=1)

    is_scanned_alike(content)
    assert quick(content).faults == {(31, 2): "=A31"}


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
def test_rows_that_have_only_some_of_the_cells_need_no_full_scan(parsed, row):
    full = '<row r="@"><c r="A@"><v>1</v></c><c r="B@" s="0" t="b"><v>1</v></c></row>'
    content = repeated(full, row, row, full, times=50)

    quick(content)

    assert FULL not in parsed
    is_scanned_alike(content)


@pytest.mark.parametrize("attribute", ['s="@"', 'ht="@"', 'spans="1:@"'])
def test_an_attribute_that_equals_the_row_number_is_no_place(attribute):
    row = '<row r="@" {0}><c r="A@" {0}><v>1</v></c></row>'

    is_scanned_alike(repeated(row.format(attribute), times=9))


def test_a_style_that_equals_the_row_number_strikes_its_row_alone():
    def arrange(book):
        for number in range(1, 30):
            book.active.cell(number, 1, number).font = Font(strike=number == 7, size=number)

    content = workbook(arrange=arrange)

    is_scanned_alike(content)
    assert quick(content).struck == [7]


def test_rows_of_very_many_cells_are_scanned():
    cells = "".join(f'<c r="{column_letters(n)}@"><v>1</v></c>' for n in range(1, 400))

    is_scanned_alike(repeated(f'<row r="@">{cells}</row>'))


def test_rows_that_never_end_are_refused():
    rows = "".join(f'<row r="{n}">' for n in range(1, 10_000))

    found, full = scans(with_rows(rows))

    assert found == full
    assert found.startswith("contains broken XML")


def test_empty_rows_and_missing_ones_leave_their_place():
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>'
    rows = [row.format(n) if n % 3 else f'<row r="{n}" ht="20"/>' for n in range(1, 90) if n % 7]
    ghosts = [f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(90, 300)]

    content = with_rows("".join(rows + ghosts))

    is_scanned_alike(content)
    assert quick(content).last_row == 89


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
def test_what_may_be_read_in_two_ways_is_scanned_as_a_parser_scans_it(odd, last):
    rows = [GOOD.replace("@", str(n)) for n in [*range(1, 10), *range(20, 60)]]
    rows.insert(len(rows) if last and 'r="10"' not in odd else 9, odd)

    is_scanned_alike(with_rows("".join(rows)))


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        ("<?xml", '<?xml encoding="windows-1252"?><?xml'),
        ("<worksheet", "<x:worksheet"),
        ("</sheetData>", "</sheetData><mergeCells>"),
        ("</worksheet>", ""),
        ("</sheetData>", '</sheetData><sheetData><row r="900"/></sheetData>'),
        ("<sheetData>", "<sheetData/><sheetData>"),
        ("</sheetData>", "</sheetData><mergeCells><mergeCell ref='A1:A2'/></mergeCells>"),
        ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="$A$1:$B$2"/></mergeCells>'),
        ("</sheetData>", '</sheetData><!-- <mergeCell ref="A1:A2"/> -->'),
        ("<sheetPr", "<sheetPr filterMode='1'"),
        ("<sheetData>", '<x filterMode="1"/><sheetData>'),
    ],
)
def test_what_is_odd_around_the_rows_is_scanned_as_a_parser_scans_it(told, odd):
    declared = '<?xml version="1.0"?>'
    content = rewritten(repeated(GOOD), SHEET, lambda xml: declared + xml.removeprefix(declared))

    is_scanned_alike(rewritten(content, SHEET, lambda xml: xml.replace(told, odd)))


@pytest.mark.parametrize("encoding", ["windows-1252", "us-ascii", "utf-16"])
def test_what_is_in_another_encoding_is_scanned_as_a_parser_scans_it(encoding):
    declared = f'<?xml version="1.0"{" " * 300}encoding="{encoding}"?>'

    is_scanned_alike(rewritten(repeated(GOOD), SHEET, lambda xml: declared + xml))


def test_a_formula_that_an_earlier_row_shares_is_known():
    share = '<f t="shared" ref="A1:A20" si="0">B1*2</f>'
    rows = repeated('<row r="@"><c r="A@"><f t="shared" si="0"/><v>2</v></c></row>')
    content = rewritten(
        rows,
        SHEET,
        lambda xml: xml.replace('<f t="shared" si="0"/>', share, 1).replace(
            '"A20"><f t="shared" si="0"/><v>2</v>', '"A20"><f t="shared" si="0"/>'
        ),
    )

    is_scanned_alike(content)
    assert quick(content).faults == {(20, 1): "=B1*2"}


def test_cells_of_no_style_are_padded_where_the_first_style_shows_zeros():
    def styled(xml):
        formats = '<numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts>'
        return re.sub(
            "<cellXfs.*?</cellXfs>",
            '<cellXfs><xf numFmtId="164"/></cellXfs>',
            re.sub(
                "(<styleSheet[^>]*>)(?:<numFmts.*?</numFmts>|<numFmts[^>]*/>)?",
                r"\1" + formats,
                xml,
            ),
        )

    content = rewritten(repeated(GOOD), "xl/styles.xml", styled)

    is_scanned_alike(content)
    assert quick(content).padded == {(row, 1): 5 for row in range(1, 21)}


@some
@given(st.integers(0, 2**32))
def test_a_damaged_table_is_scanned_as_a_parser_scans_it(seed):
    chance = random.Random(seed)  # noqa: S311  (no secret)

    is_scanned_alike(rewritten(ROWS, SHEET, lambda xml: damaged(xml, chance)))


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


@pytest.mark.skipif(not found_sheets(), reason=f"no sheets of others in {FOLDER}")
def test_the_sheets_of_others_are_scanned_as_a_parser_scans_them():
    for sheet in found_sheets():
        all_worksheets_are_scanned_alike((FOLDER / sheet.file).read_bytes())


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.file)
def test_a_sheet_of_the_corpus_is_scanned_as_a_parser_scans_it(made):
    all_worksheets_are_scanned_alike(made.content)


def all_worksheets_are_scanned_alike(content):
    try:
        content = unwrapped(content)
        sheets = Parts(content).worksheets() if form_of(content) is Form.XLSX else []
    except SheetError:
        return
    for sheet in sheets:
        if sheet.part in Parts(content):
            is_scanned_alike(content, sheet.name)

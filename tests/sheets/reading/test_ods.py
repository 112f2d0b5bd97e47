"""What an OpenDocument sheet says besides its values is known."""

import re

from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.sheet import Worksheet
from tests.sheets.made import XLSX, ods, rewritten


def test_an_opendocument_sheet_is_read():
    (sheet,) = read_worksheets(XLSX, ods(["PO ID", "Qty"], [10001, None], ["x", 2.5]))

    assert sheet == Worksheet(
        XLSX, "Lines", [["PO ID", 10001, "x"], ["Qty", None, 2.5]], form="ods"
    )


def test_what_an_opendocument_sheet_says_beside_its_values_is_known():
    def row(*cells, said=""):
        return f"<table:table-row {said}>{''.join(cells)}</table:table-row>"

    def cell(said="", shown="7", note=""):
        value = f'office:value-type="float" office:value="7" {said}'
        return f"<table:table-cell {value}>{note}<text:p>{shown}</text:p></table:table-cell>"

    rows = [
        row(cell(), cell()),
        row(cell(), cell(), said='table:visibility="filter" table:number-rows-repeated="2"'),
        row("<table:table-cell/>", said='table:visibility="collapse"'),
        row(cell('table:style-name="ce1"')),
        row(cell('table:number-rows-spanned="2"'), cell(shown="007")),
        row(
            "<table:covered-table-cell/>",
            cell(note="<office:annotation><text:p>00</text:p></office:annotation>"),
        ),
    ]

    (sheet,) = read_worksheets(XLSX, with_struck_style("".join(rows)))

    assert sheet.columns == [[7, 7, 7, None, 7, 7, None], [7, 7, 7, None, None, "007", 7]]
    assert sheet.hidden_rows == {2, 3}
    assert sheet.filtered
    assert sheet.struck_rows == {5}
    assert sheet.merges == ((6, 1, 7, 1),)


def with_struck_style(table):
    """An OpenDocument sheet of these columns and rows; what its style "ce1" shows is struck."""
    struck = (
        '<office:automatic-styles><style:style style:name="ce1" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        "</office:automatic-styles><office:body>"
    )

    def with_table_and_style(content):
        content = re.sub("<table:table-row.*</table:table-row>", table, content)
        style = 'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:office'
        return content.replace("xmlns:office", style, 1).replace("<office:body>", struck)

    return rewritten(ods(["x"]), "content.xml", with_table_and_style)


def test_open_document_cells_that_name_no_style_have_that_of_their_row_or_column():
    cell = '<table:table-cell office:value-type="float" office:value="7"{}/>'
    plain, own = cell.format(""), cell.format(' table:style-name="ce2"')
    of_row, of_columns = (f' table:default-cell-style-name="{name}"' for name in ("ce2", "ce1"))
    table = (
        f'<table:table-column{of_columns} table:number-columns-repeated="2"/>'
        f"<table:table-column/><table:table-row>{plain * 2}</table:table-row>"
        f"<table:table-row>{own * 2}</table:table-row>"
        f"<table:table-row{of_row}>{plain * 2}</table:table-row>"
        f"<table:table-row>{plain * 3}</table:table-row>"
        f"<table:table-row>{own}<table:table-cell/>{plain}</table:table-row>"
    )

    (sheet,) = read_worksheets(XLSX, with_struck_style(table))

    assert sheet.struck_rows == {1, 4}

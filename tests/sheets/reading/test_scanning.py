"""What the XML of a worksheet says beside its values is known."""

import re

import pytest
from openpyxl.styles import Font

from importer.model.cells import Fault
from importer.sheets.reading.worksheets import read_worksheets
from tests.sheets.made import SHEET, XLSX, columns, rewritten, workbook


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_an_error_cell_is_a_fault(error):
    assert columns(workbook(["PO ID"], [error])) == [["PO ID", Fault(error)]]


def test_a_formula_without_a_stored_value_is_a_fault_and_never_blank():
    content = workbook(["PO ID", "Qty"], [10001, "=A2*2"], [10002, 5], [None, "=A3*2"])

    assert columns(content) == [
        ["PO ID", 10001, 10002, None],
        ["Qty", Fault("=A2*2"), 5, Fault("=A3*2")],
    ]


def test_formulas_are_seen_where_the_workbook_names_its_namespace():
    def prefixed(sheet):
        sheet = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet).replace("xmlns=", "xmlns:x=")
        return sheet.replace("<x:v>2</x:v>", "<x:f>A1</x:f>")

    assert columns(rewritten(workbook([1, 2]), SHEET, prefixed)) == [[1], [Fault("=A1")]]


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

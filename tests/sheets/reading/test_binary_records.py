"""Errors, hidden rows and merged cells of old Excel workbooks."""

import pytest

from importer.model.cells import Fault
from importer.sheets.reading.worksheets import read_worksheets
from tests.sheets.made import XLSX, xls


@pytest.mark.parametrize("short", [False, True], ids=["by Excel", "by LibreOffice, few rows"])
def test_an_old_excel_workbook_is_read_with_its_errors(short):
    cells = [(0, 0, "PO ID"), (0, 1, "Qty"), (1, 0, 10001.0), (1, 1, b"\x2a")]

    (sheet,) = read_worksheets(XLSX, xls(*cells, short=short))

    assert sheet.columns == [["PO ID", 10001], ["Qty", Fault("#N/A")]]
    assert (sheet.name, sheet.form) == ("Lines", "xls")


def test_merged_cells_of_an_old_excel_workbook_are_known():
    cells = [(0, 0, "PO ID"), (0, 1, "SKU"), (1, 0, 10001.0), (1, 1, "A-1"), (2, 1, "B-2")]
    (sheet,) = read_worksheets(XLSX, xls(*cells, merged=[(1, 2, 0, 0)]))

    assert sheet.merges == ((2, 1, 3, 1),)

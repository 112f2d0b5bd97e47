"""A fix file holds the rows to fix, ready to be fixed and uploaded."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook

from importer.model.cells import Fault
from importer.sheets.results.fix_file import FixRow, write_fix
from importer.sheets.sheet import Worksheet

SHEET = Worksheet(
    Path("dock.xlsx"),
    "Week 47/48",
    [
        ["Shipments", "PO ID", 10001, "1O002", 10003],
        [None, "Shipped", date(2026, 11, 20), datetime(2026, 11, 20, 9, 30), Fault("=TODAY()")],
        [None, "Import Status", None, "sent", None],
        [None, None, None, None, None],
    ],
)
ROWS = {
    4: FixRow("invalid", '"1O002" is not an id.', wrong=["PO ID"]),
    5: FixRow("rejected", "x" * 200),
}


def fix_page():
    write_fix(target := BytesIO(), SHEET, 2, "12-ab", ROWS)
    return load_workbook(target)["Week 47-48"]


def test_rows_come_with_their_marks_and_sentences_under_the_vendors_headings():
    assert [[cell.value for cell in row] for row in fix_page()] == [
        ["Import Row", "Import Status", "Import Error", "PO ID", "Shipped", "Import Run"],
        [4, "invalid", '"1O002" is not an id.', "1O002", datetime(2026, 11, 20, 9, 30), "12-ab"],
        [5, "rejected", "x" * 200, 10003, "#N/A", "12-ab"],
    ]


def test_the_cell_to_fix_is_marked_and_what_is_pasted_keeps_its_digits():
    page = fix_page()

    assert [page[place].fill.fgColor.rgb[2:] for place in ("D2", "D3")] == ["FFC7CE", "000000"]
    assert [page[place].number_format for place in ("D2", "D3", "E2")] == [
        *("@", "@", "yyyy-mm-dd hh:mm")
    ]


def test_the_headings_stay_in_sight_and_the_run_out_of_it():
    page = fix_page()

    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == (
        *("D2", "A1:F3", "$1:$1"),
    )
    assert page.column_dimensions["F"].hidden
    assert [page.row_dimensions[row].height for row in (1, 2, 3)] == [24, 15, 60]

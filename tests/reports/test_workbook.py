"""The workbook: real numbers and dates, no formulas, and ready to print."""

from datetime import datetime

import openpyxl

from importer.reports.model import ReportColumn, ReportLine, ReportTable
from importer.reports.report_files import write_report
from tests.reports.made import NASTY, report


def test_the_workbook_has_real_numbers_and_dates_and_no_formula(tmp_path):
    _, path = write_report(report(), tmp_path / "night")
    book = openpyxl.load_workbook(path)
    sheet = book["Rows"]

    assert book.sheetnames == ["Summary", "Rows", "Extra"]
    assert [cell.value for cell in sheet[1]] == ["Row", "PO ID", "Price", "Shipped", "Message"]
    assert [cell.data_type for cell in sheet[2]] == ["n", "s", "n", "d", "s"]
    assert sheet["D2"].value == datetime(2026, 3, 1)  # noqa: DTZ001  (a workbook knows no zone)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E9"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.fitToWidth == 1
    assert all(cell.data_type != "f" for each in book for row in each for cell in row)


def test_the_workbook_shows_nothing_that_turns_or_hides_its_neighbours(tmp_path):
    table = ReportTable("Rows", [ReportColumn("Row", "number"), ReportColumn("Message")],
                  [ReportLine([1, NASTY]), ReportLine([2, "W" * 30_000])])  # fmt: skip

    files = write_report(report(tables=[table]), tmp_path / "night")

    sheet = openpyxl.load_workbook(files[1])["Rows"]
    assert sheet["B2"].value == '<script>alert(1)</script>=cmd|"&[31m'
    assert sheet.row_dimensions[3].height == 409  # Excel opens no higher row
    assert [sheet[place].alignment.horizontal for place in ("A1", "A2", "B1")] == [
        "right",
        "right",
        "left",
    ]

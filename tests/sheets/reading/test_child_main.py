"""Cells come out of the reading process with their types, and none that hold nothing."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)
from datetime import date, datetime, time, timedelta

import pytest

from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.sheet import Worksheet
from tests.sheets.made import XLSX, columns, with_rows, workbook


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


def test_a_number_that_is_no_day_is_no_date():
    assert columns(workbook([1e9], formats={"A1": "yyyy-mm-dd"})) == [[1_000_000_000]]


def test_an_empty_worksheet_has_no_cells():
    assert read_worksheets(XLSX, workbook()) == [Worksheet(XLSX, "Sheet", [])]


def test_cells_that_have_only_a_style_do_not_count():
    def arrange(book):
        book.active["H900"].number_format = "0.00"

    assert columns(workbook(["PO ID"], [10001], arrange=arrange)) == [["PO ID", 10001]]


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


def test_a_sheet_formatted_to_its_last_row_has_no_ghost_rows():
    ghosts = '<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row>'

    assert columns(with_rows(f'<row r="1"><c r="A1"><v>5</v></c></row>{ghosts}')) == [[5]]

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from importer.model.errors import UsageError
from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.operations import operation_named as operation
from importer.operations import operations
from importer.runs.prepare import prepare
from importer.settings.settings import Settings
from importer.sheets.results.templates import LAST_ROW, NEEDED_FILL, OPTIONAL_FILL, write_template

COMMITTED = Path(__file__).parents[3] / "templates"
EVERY_OPERATION = pytest.mark.parametrize("named", operations().values(), ids=operations())


@pytest.fixture
def template(tmp_path):
    """Writes the template of an operation and opens its only worksheet."""

    def written(name):
        path = tmp_path / f"{name}.xlsx"
        write_template(operation(name), path)
        (sheet,) = load_workbook(path).worksheets
        return sheet

    return written


def described(path):
    """All that a person would notice in a template."""
    book = load_workbook(path)
    (sheet,) = book.worksheets
    return {
        "title": sheet.title,
        "made": (book.properties.created, book.properties.modified, book.properties.creator),
        "cells": [described_cell(cell) for row in sheet.iter_rows() for cell in row],
        "columns": {
            letter: (column.width, column.number_format)
            for letter, column in sheet.column_dimensions.items()
        },
        "drop_downs": [
            (str(v.sqref), v.type, v.formula1, v.showErrorMessage, v.error)
            for v in sheet.data_validations.dataValidation
        ],
        "frozen": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref,
        "paper": (
            sheet.page_setup.orientation,
            sheet.sheet_properties.pageSetUpPr.fitToPage,
            (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight),
            sheet.print_title_rows,
        ),
    }


def described_cell(cell):
    note = cell.comment and (cell.comment.text, cell.comment.width, cell.comment.height)
    font = (cell.font.b, cell.font.i, cell.font.color.rgb if cell.font.color else None)
    fill = cell.fill.fgColor.rgb if cell.fill.fill_type else None
    return (cell.coordinate, cell.value, cell.number_format, font, fill, note)


def fill_of(cell):
    return cell.fill.fgColor.rgb[2:]


class TestEveryTemplate:
    @EVERY_OPERATION
    def test_is_the_one_in_the_repository(self, named, tmp_path):
        write_template(named, tmp_path / "new.xlsx")

        committed = described(COMMITTED / f"{named.name}.xlsx")
        assert committed == described(tmp_path / "new.xlsx")

    @EVERY_OPERATION
    def test_prints_one_page_wide(self, named, template):
        sheet = template(named.name)

        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)

    @EVERY_OPERATION
    def test_says_once_whether_a_cell_may_stay_empty(self, named, template):
        notes = [cell.comment.text for cell in template(named.name)[1]]

        both = [note for note in notes if "may stay empty" in note and "needed" in note.lower()]
        assert both == []

    @EVERY_OPERATION
    def test_is_the_same_bytes_whenever_it_is_written(self, named, tmp_path):
        one, other = tmp_path / "one.xlsx", tmp_path / "other.xlsx"

        write_template(named, one)
        write_template(named, other)

        assert one.read_bytes() == other.read_bytes()

    @EVERY_OPERATION
    def test_left_untouched_is_recognised_and_never_sent(self, named, tmp_path):
        path = tmp_path / "template.xlsx"
        write_template(named, path)

        prepared = prepare(path, UploadOptions(), Settings())

        first = named.fields[0].title
        sentence = f"{first}: is the template's example row; delete it or overwrite it"
        assert prepared.operation is named
        shown = {
            row: (outcome.status, outcome.sentence) for row, outcome in prepared.outcomes.items()
        }
        assert shown == {RowId(2): (Status.INVALID, sentence)}
        assert prepared.calls == []

    @EVERY_OPERATION
    def test_with_a_good_first_cell_has_an_example_that_would_be_sent(self, named, tmp_path):
        path = tmp_path / "template.xlsx"
        write_template(named, path)
        book = load_workbook(path)
        book.active["A2"] = named.fields[0].about.example
        book.save(path)

        prepared = prepare(path, UploadOptions(), Settings())

        assert prepared.outcomes == {RowId(2): Outcome(Status.PLANNED)}
        assert prepared.validation.warnings == []

    @EVERY_OPERATION
    def test_tells_needed_columns_from_the_others_by_color(self, named, template):
        sheet = template(named.name)

        fills = {cell.value: fill_of(cell) for cell in sheet[1]}

        assert fills == {
            field.title: NEEDED_FILL if field.needed else OPTIONAL_FILL for field in named.fields
        }


class TestCells:
    def test_hold_text_dates_money_and_whole_numbers_in_their_own_formats(self, template):
        sheet = template("update_items")

        formats = {
            cell.value: sheet.column_dimensions[cell.column_letter].number_format
            for cell in sheet[1]
        }

        assert formats == {
            "PO ID": "@",
            "PO Item ID": "@",
            "Qty Units Ordered": "0",
            "Unit Price": "0.00",
            "Qty Cases Ordered": "0",
            "Qty Units Per Case": "0",
            "Case Price": "0.00",
            "Expected Delivery Date": "yyyy-mm-dd",
        }

    def test_of_the_example_row_are_of_the_type_their_column_wants(self, template):
        sheet = template("update_items")

        values = [cell.value for cell in sheet[2]]

        day = datetime(2026, 12, 1)  # noqa: DTZ001  (as a workbook keeps it)
        assert values == ["Example: 10001", "100011", 24, 5.25, None, None, None, day]

    def test_of_a_column_with_choices_offer_them(self, template):
        sheet = template("add_tracking")

        offered = {
            str(v.sqref): (v.formula1, v.showErrorMessage)
            for v in sheet.data_validations.dataValidation
        }

        assert offered == {
            f"C2:C{LAST_ROW}": ('"UPS,USPS,FedEx,DHL,Other"', True),
            f"F2:F{LAST_ROW}": ('"None,Partially Shipped,Fully Shipped"', True),
        }

    def test_of_a_carrier_code_may_hold_another_than_those_offered(self, template):
        sheet = template("notify_shipped")

        (drop_down,) = sheet.data_validations.dataValidation

        assert drop_down.formula1 == '"USPS,FedEx,UPS,DHL Express"'
        assert not drop_down.showErrorMessage


class TestNotes:
    @pytest.mark.parametrize(
        ("name", "heading", "lines"),
        [
            (
                "add_tracking",
                "C1",
                [
                    "Carrier: needed",
                    "Name any other carrier in Other Carrier",
                    "Holds: one of UPS, USPS, FedEx, DHL, Other",
                    "Also understood as heading: Shipping Carrier, Ship Via",
                ],
            ),
            (
                "add_tracking",
                "E1",
                [
                    "Shipped On: needed unless Shipping Status is None",
                    "Holds: date, like 2026-11-20",
                    "Also understood as heading: Ship Date, Date Shipped",
                ],
            ),
            (
                "update_shipping",
                "B1",
                [
                    "Order Date: may stay empty",
                    "Holds: date, like 2026-11-20",
                    "Also understood as heading: PO Date",
                ],
            ),
            (
                "link_to_po",
                "E1",
                [
                    "Order Item ID: needed",
                    "The order's item to link, or ALL for the whole order",
                    "Holds: id (digits) or ALL",
                ],
            ),
            (
                "notify_shipped",
                "C1",
                [
                    "Carrier Code: needed",
                    "ShipEngine's spelling of a carrier of your account; USPS becomes stamps_com",
                    "Holds: carrier code, such as USPS, FedEx, UPS, DHL Express",
                    "Also understood as heading: Carrier, Ship Via",
                ],
            ),
        ],
        ids=["choice", "needed in some rows", "date", "id or word", "carrier code"],
    )
    def test_say_what_a_column_is_for(self, template, name, heading, lines):
        sheet = template(name)

        assert sheet[heading].comment.text.splitlines() == lines


class TestTarget:
    def test_that_is_no_workbook_is_refused(self, tmp_path):
        with pytest.raises(UsageError, match="name a file that ends in"):
            write_template(operation("add_tracking"), tmp_path / "template.csv")

        assert not list(tmp_path.iterdir())

    def test_in_a_folder_that_is_not_there_is_refused_in_a_sentence(self, tmp_path):
        with pytest.raises(UsageError, match="cannot be written"):
            write_template(operation("add_tracking"), tmp_path / "nowhere" / "template.xlsx")

    def test_is_replaced_whole_and_nothing_is_left_beside_it(self, tmp_path):
        target = tmp_path / "template.xlsx"
        target.write_bytes(b"old")

        write_template(operation("add_tracking"), target)

        assert [path.name for path in tmp_path.iterdir()] == ["template.xlsx"]
        assert load_workbook(target).sheetnames == ["Add tracking numbers"]

"""A vendor's profile used on the vendor's sheets, and compared with them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from importer.model.errors import SettingsError, SheetError, UsageError
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from importer.runs.check import check_sheet
from importer.runs.prepare import prepare
from importer.runs.result import reload_sheet, write_result
from importer.runs.upload import upload_sheet
from importer.settings.vendor_profile import VendorProfile
from tests.vendors.conftest import HEADING, NORTH, ROW

MARK = 'fingerprint = ["our ref", "Trk No", "Ship Method", "Shipped On", "PO ID"]\n'


def test_an_unknown_vendor_is_named_with_the_nearest(refusal):
    found = refusal(HEADING, ROW, vendor="nrth", error=SettingsError)

    assert 'has no vendor "nrth"; its vendors are: north. Did you mean north?' in found


def test_a_profile_reads_a_sheet_from_heading_to_call(prepared):
    found = prepared("Northern Supply", HEADING, ROW)

    (call,) = found.calls
    assert call.path == "PurchaseOrders/10001/TrackingNumber/Multiple"
    assert call.body == {
        "TrackingNumbers": [
            {
                "ShippedOn": "2026-04-03T12:00:00.000Z",
                "ShippingCarrier": "UPS",
                "TrackingNumber": "1Z999AA10123456784",
                "ShippingStatus": 2,
            }
        ]
    }


def test_check_says_whose_sheet_it_was(load, sheet):
    summary = check_sheet(
        sheet(HEADING, ROW), UploadOptions(ReadingOptions(vendor="north")), load()
    )

    assert summary.statuses == {"planned": 1}
    assert summary.notes == [
        "read as vendor north's",
        (
            'Shipping Status is "Fully Shipped" by the profile, in every row, since there is no '
            "such column"
        ),
        "not used: PO ID",
    ]
    assert summary.result.is_file()


def test_a_profiles_heading_wins_over_our_title(prepared):
    assert prepared(HEADING, ROW).rows[RowId(2)].po_id == 10001


def test_a_heading_that_the_profile_names_is_no_other_fields(prepared):
    settings = NORTH.replace('"Ship Method"', '"Tracking #"').replace(
        '"tracking number" = "Trk No.", ', ""
    )

    told = prepared(
        "Our Ref,Tracking,Tracking #,Shipped On",
        "10001,1Z999AA10123456784,UPS,03/04/2026",
        settings=settings,
    )

    assert (told.rows[RowId(2)].tracking_number, told.rows[RowId(2)].carrier) == (
        "1Z999AA10123456784",
        "UPS",
    )


def test_a_heading_that_is_gone_is_not_replaced_by_our_title(refusal):
    told = refusal("PO ID,Trk No.,Shipped On", "4711,1Z999AA10123456784,03/04/2026")

    assert 'which also needs PO ID (vendor north\'s "Our Ref")' in told


def test_a_constant_fills_empty_cells_and_they_are_named(prepared):
    found = prepared(HEADING, ROW, "10002,986578788855,,03/04/2026,", "10003,1ZR52E190344100214,,,")

    assert [row.carrier for row in found.rows.values()] == ["UPS", "UPS"]
    assert 'Carrier is "UPS" by the profile, in row 3 and 4, where the cell is empty' in found.notes


def test_a_constant_that_fills_nothing_is_not_mentioned(prepared):
    assert not [note for note in prepared(HEADING, ROW).notes if note.startswith("Carrier")]


@pytest.mark.parametrize("cell", ["FDX Grnd", "fdx  grnd", " FDX\u00a0GRND "])
def test_a_vendors_word_is_read_as_what_it_means(prepared, cell):
    assert prepared(HEADING, ROW.replace("UPS", cell)).rows[RowId(2)].carrier == "FedEx"


def test_a_word_that_means_nothing_is_an_empty_cell(prepared):
    assert prepared(HEADING, ROW.replace("UPS", "?")).rows[RowId(2)].carrier == "UPS"


def test_a_problem_quotes_the_cell_as_the_vendor_wrote_it(prepared):
    found = prepared(HEADING, ROW.replace("UPS", "pigeon")).validation.problems

    assert [(p.row, p.column, p.value) for p in found] == [(2, "Carrier", "pigeon")]


@pytest.mark.parametrize(
    ("order", "cell", "day"),
    [
        ("dmy", "03/04/2026", date(2026, 4, 3)),
        ("mdy", "03/04/2026", date(2026, 3, 4)),
        ("mdy", "3.4.2026", date(2026, 3, 4)),
        ("ymd", "2026-03-04", date(2026, 3, 4)),
    ],
)
def test_dates_are_read_in_the_vendors_order(prepared, order, cell, day):
    settings = NORTH.replace("dmy", order)

    found = prepared(HEADING, ROW.replace("03/04/2026", cell), settings=settings)

    assert found.rows[RowId(2)].shipped_on == day


@pytest.mark.parametrize(
    ("order", "cell", "words"),
    [
        ("dmy", "03/25/2026", "day, month, year"),
        ("mdy", "25/03/2026", "month, day, year"),
        ("ymd", "03/04/2026", "year, month, day"),
    ],
)
def test_a_date_in_another_order_is_refused(prepared, order, cell, words):
    settings = NORTH.replace("dmy", order)

    found = prepared(HEADING, ROW.replace("03/04/2026", cell), settings=settings)

    assert found.outcomes[RowId(2)].sentence == (
        f'Shipped On: "{cell}" is not written {words}, as this vendor\'s dates are; '
        "write it like 2026-11-20"
    )


@pytest.mark.parametrize(
    ("decimal", "price", "quantity", "read"),
    [
        (",", "1.234,50", "1.200", ("1234.50", 1200)),
        (",", "12,5", "12", ("12.5", 12)),
        (".", "1,234.50", "1,200", ("1234.50", 1200)),
        (",", "12.5", "12", None),
    ],
)
def test_numbers_are_read_with_the_vendors_decimal_sign(prepared, decimal, price, quantity, read):
    settings = f'[vendors.north]\noperation = "update_items"\ndecimal = "{decimal}"'
    line = f"10001;100011;{price};{quantity}"

    found = prepared("PO ID;PO Item ID;Unit Price;Qty", line, settings=settings)

    if read is None:
        assert found.outcomes[RowId(2)].sentence == (
            'Unit Price: "12.5" is not an amount of money; write it like 1234,50'
        )
    else:
        assert (
            str(found.rows[RowId(2)].unit_price),
            found.rows[RowId(2)].qty_units_ordered,
        ) == read


def test_an_empty_carrier_is_filled_from_its_number_where_the_profile_asks_for_it(prepared):
    settings = '[vendors.north]\noperation = "add_tracking"\ninfer_carrier = true'
    lines = ("PO ID;Tracking Number;Carrier;Shipping Status", "10001;1Z999AA10123456784;;None")

    found = prepared(*lines, settings=settings)

    assert found.rows[RowId(2)].carrier == "UPS"
    assert found.outcomes[RowId(2)].sentence == (
        "Carrier: was empty; UPS was filled in, as the tracking number tells"
    )


def test_the_headings_are_in_the_row_that_the_profile_names(prepared, refusal):
    settings = NORTH + "header_row = 3\n"

    assert prepared("", "title", HEADING, ROW, settings=settings).layout.header_row == 3
    assert "no heading row" in refusal(HEADING, "", "", ROW, settings=settings)


@pytest.fixture
def book(tmp_path):
    """A workbook whose two worksheets both fit."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "May"
    workbook.create_sheet("June")
    for worksheet in workbook.worksheets:
        worksheet.append(HEADING.split(","))
        worksheet.append(ROW.split(","))
    workbook.save(tmp_path / "dock.xlsx")
    return tmp_path / "dock.xlsx"


def test_the_table_is_in_the_worksheet_that_the_profile_names(load, book):
    found = prepare(
        book, UploadOptions(ReadingOptions(vendor="north")), load(NORTH + 'worksheet = "June"\n')
    )

    assert found.layout.worksheet.name == "June"


def test_the_worksheet_asked_for_wins_over_the_profiles(load, book):
    options = UploadOptions(ReadingOptions(vendor="north", worksheet="May"))

    found = prepare(book, options, load(NORTH + 'worksheet = "June"\n'))

    assert found.layout.worksheet.name == "May"


def test_a_worksheet_that_is_gone_is_named_with_those_there(load, book):
    with pytest.raises(SheetError) as refused:
        prepare(
            book,
            UploadOptions(ReadingOptions(vendor="north")),
            load(NORTH + 'worksheet = "July"\n'),
        )

    assert str(refused.value) == (
        'dock.xlsx has no worksheet "July", which vendor north\'s profile names; '
        'it has "May", "June"; choose the worksheet'
    )


def test_text_is_read_in_the_vendors_code_page(load, tmp_path):
    file = tmp_path / "sheet.csv"
    settings = NORTH.replace("Ship Method", "Způsob") + 'encoding = "cp1250"\n'
    lines = f"{HEADING}\n{ROW}\n".replace("Ship Method", "Způsob")
    file.write_bytes(lines.encode("cp1250"))

    found = prepare(file, UploadOptions(ReadingOptions(vendor="north")), load(settings))

    assert found.rows[RowId(2)].carrier == "UPS"


def test_an_operation_that_is_not_the_vendors_is_refused(refusal):
    told = refusal(HEADING, ROW, operation="update_items", error=UsageError)

    assert told.startswith("vendor north's sheets are for add_tracking, not update_items")


def test_a_sheet_with_the_vendors_headings_is_read_as_the_vendors(prepared):
    shuffled = "PO ID,Trk No.,Ship Method,Shipped On,OUR REF"
    row = "4711,1Z999AA10123456784,UPS,03/04/2026,10001"

    found = prepared("Northern Supply", shuffled, row, settings=NORTH + MARK, vendor=None)

    assert found.rows[RowId(3)].po_id == 10001
    assert "read as vendor north's" in found.notes


def test_a_result_of_the_vendors_sheet_is_the_vendors_still(prepared):
    heading, row = f"{HEADING},Import Status,Import Error", f"{ROW},unsent,"

    assert prepared(heading, row, settings=NORTH + MARK, vendor=None).rows[RowId(2)].po_id == 10001


NEAR = (
    'the headings are close to those of vendor north (new column "Boxes", "PO ID" is gone); '
    "if this is that vendor's sheet, choose vendor north"
)


def test_a_sheet_with_headings_near_a_vendors_is_said_to_be_so(prepared, refusal):
    heading, more = HEADING.replace("PO ID", "Boxes"), {"settings": NORTH + MARK, "vendor": None}
    standard = heading.replace("Our Ref", "PO #").replace("Trk No.", "Tracking #")
    mark = MARK.replace("our ref", "PO #").replace("Trk No", "Tracking #")

    assert refusal(heading, ROW, **more).endswith(f"; {NEAR}")
    assert refusal(heading, ROW, **more, unattended=True) == f"sheet.csv: {NEAR}"
    assert NEAR in prepared(standard, ROW, settings=NORTH + mark, vendor=None).notes


def test_a_sheet_with_other_headings_is_not(prepared):
    heading, row = "PO #,PO Item ID,Qty", "10001,100011,3"

    assert prepared(heading, row, settings=NORTH + MARK, vendor=None, unattended=True).notes == []


def test_headings_of_two_vendors_are_asked_about(refusal):
    two = NORTH + MARK + (NORTH + MARK).replace("north", "south")

    told = refusal(HEADING, ROW, settings=two, vendor=None)

    assert told == (
        "sheet.csv: the headings are those of vendors north and south; choose the vendor"
    )


def test_the_operation_asked_for_tells_one_of_two_vendors(prepared):
    south = f'[vendors.south]\noperation = "update_items"\n{MARK}'

    found = prepared(
        HEADING, ROW, settings=NORTH + MARK + south, vendor=None, operation="Add Tracking"
    )

    assert "read as vendor north's" in found.notes


CHANGED = 'new column "Ship Via 2", "PO ID" is gone'


def test_a_changed_layout_is_said(prepared):
    heading = HEADING.replace("PO ID", "Ship Via 2")

    found = prepared(heading, ROW, settings=NORTH + MARK)

    assert f"since vendor north's sheet was mapped: {CHANGED}" in found.notes


def test_an_unattended_run_goes_on_where_each_needed_column_is_sure(prepared):
    heading = HEADING.replace("PO ID", "Ship Via 2")

    assert prepared(heading, ROW, settings=NORTH + MARK, unattended=True).rows


def test_an_unattended_run_is_refused_where_a_needed_column_is_not_sure(prepared, refusal):
    settings = NORTH.replace(', Carrier = "Ship Method"', "") + MARK
    heading = HEADING.replace("Ship Method", "Ship Via")

    assert prepared(heading, ROW, settings=settings).rows
    told = refusal(heading, ROW, settings=settings, unattended=True)

    assert told == (
        'sheet.csv: since vendor north\'s sheet was mapped: new column "Ship Via", '
        '"Ship Method" is gone; confirm Carrier with importer map'
    )


def test_an_unattended_run_of_a_sheet_as_it_was_goes_on(prepared):
    assert prepared(HEADING, ROW, settings=NORTH + MARK, unattended=True).rows


def test_a_result_is_written_anew_though_the_profile_is_gone(context, settings, sheet):
    file = sheet("Northern Supply", HEADING, ROW)
    profile = replace(
        VendorProfile("north"),
        operation="add_tracking",
        headings={"PO ID": "Our Ref", "Tracking Number": "Trk No.", "Carrier": "Ship Method"},
        constants={"Shipping Status": "Fully Shipped"},
        date_order="dmy",
    )
    with_north = replace(context, settings=replace(settings, vendors={"north": profile}))

    sent = upload_sheet(
        file,
        UploadOptions(ReadingOptions(vendor="north")),
        with_north,
        settings.account("sellercloud"),
    )
    run = context.journal.run(sent.run)
    again = write_result(reload_sheet(run), context.journal.outcomes(run.id))

    assert {o.status for o in sent.outcomes.values()} == {Status.VERIFIED}
    assert Path(again.path).read_text().splitlines()[2].startswith(f"{ROW},verified")

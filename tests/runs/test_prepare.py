"""What a sheet comes to before anything is sent."""

from dataclasses import replace

import pytest

from importer.model.errors import SheetError, UsageError
from importer.model.options import UploadOptions
from importer.model.sheet_rows import by_sheet_row
from importer.runs.check import check_sheet
from tests.runs.uploads import HEADINGS, TRACKING, line, listed, statuses, upload


def test_a_total_is_kept_in_the_run_and_never_sent(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(), ",Total,,,", HEADINGS), context)

    assert statuses(summary) == {2: "sent", 3: "unchanged", 4: "unchanged"}
    assert summary.exit_status == 0
    assert by_sheet_row(context.journal.outcomes(summary.run)) == summary.outcomes
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_whole_po_holds_back_the_other_rows_of_a_po_with_a_bad_row(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number=""), line(po_id=10002, number="A12345"))

    summary = upload(path, context, replace(TRACKING, whole_po=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid", 4: "sent"}
    assert (
        summary.outcomes[2].sentence
        == "not sent: --whole-po holds the purchase order until row 3 is fixed"
    )
    assert listed(sandbox) == []


def test_strict_holds_back_the_whole_sheet(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(po_id=10002, number=""))

    summary = upload(path, context, replace(TRACKING, strict=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid"}
    assert sandbox.writes == []


def test_whole_po_goes_by_the_purchase_order_of_a_link_too(context, sandbox, sheet):
    headings = "Order ID,Existing PO ID,Order Item ID,Qty For PO"
    path = sheet(headings, "50001,10001,500011,1", "50002,10001,500021,", "50003,10002,500031,1")

    summary = upload(path, context, UploadOptions(whole_po=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid", 4: "sent"}


def test_a_sheet_without_shipping_status_is_never_sent_to_another_platform(context, sandbox, sheet):
    path = sheet("PO #,Tracking #,Carrier,Date Shipped", "10001,1Z999AA10123456784,UPS,2026-11-19")

    with pytest.raises(UsageError, match="also needs Shipping Status"):
        upload(path, context, UploadOptions())


def test_an_account_of_another_platform_is_refused(context, sandbox, sheet):
    with pytest.raises(UsageError, match="add_tracking, which goes to Sellercloud"):
        upload(sheet(HEADINGS, line()), context, account="shipstation")

    assert context.journal.runs() == []


def test_a_sheet_of_totals_only_is_refused_with_what_they_are(settings, sheet):
    with pytest.raises(SheetError, match="none to send; not sent, a total: row 2"):
        check_sheet(sheet(HEADINGS, "Total,,,,3"), TRACKING, settings)


def test_headings_without_rows_are_refused_with_a_sentence(settings, sheet):
    with pytest.raises(SheetError, match="no rows below"):
        check_sheet(sheet(HEADINGS), TRACKING, settings)


def test_the_same_tracking_number_on_two_pos_is_sent_with_a_warning(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(), line(po_id=10002)), context)

    assert statuses(summary) == {2: "sent", 3: "sent"}
    assert "is on more than one PO (rows 2 and 3)" in summary.outcomes[2].sentence
    assert summary.exit_status == 0

from datetime import date

import pytest

from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.sending.plan import plan_calls
from tests.factories import check, problems, row, rows, warnings

NUMBER = "1Z999AA10123456784"
ADD_TRACKING = operations()["add_tracking"]


def test_the_rows_of_a_po_make_one_call():
    sheet = rows(
        "add_tracking",
        {},
        {"tracking_number": "986578788855", "carrier": "Other", "other_carrier": "Old Dominion"},
    )

    assert plan_calls(ADD_TRACKING, sheet) == [
        Call(
            "POST",
            "PurchaseOrders/10001/TrackingNumber/Multiple",
            {
                "TrackingNumbers": [
                    {
                        "ShippedOn": "2026-11-20T12:00:00.000Z",
                        "ShippingCarrier": "UPS",
                        "TrackingNumber": NUMBER,
                        "ShippingStatus": 2,
                    },
                    {
                        "ShippedOn": "2026-11-20T12:00:00.000Z",
                        "ShippingCarrier": "Other",
                        "OtherCarrier": "Old Dominion",
                        "TrackingNumber": "986578788855",
                        "ShippingStatus": 2,
                    },
                ]
            },
            rows=(RowId(2), RowId(3)),
            touches=("PO 10001",),
        )
    ]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("None", 0), ("partially shipped", 1), ("Fully Shipped", 2), (0, 0), ("1", 1), (2.0, 2)],
)
def test_a_shipping_status_is_a_word_or_its_number(cell, code):
    shipped_on = None if code == 0 else "2026-11-20"
    validation = check("add_tracking", {"shipping_status": cell, "shipped_on": shipped_on})

    (call,) = plan_calls(ADD_TRACKING, validation.good_rows(ADD_TRACKING))

    assert call.body["TrackingNumbers"][0]["ShippingStatus"] == code


def test_without_a_ship_date_the_field_is_left_out():
    (call,) = plan_calls(
        ADD_TRACKING, [row("add_tracking", shipping_status="None", shipped_on=None)]
    )

    assert call.body["TrackingNumbers"] == [
        {"ShippingCarrier": "UPS", "TrackingNumber": NUMBER, "ShippingStatus": 0}
    ]


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"po_id": None}, "PO ID", "is empty, and needed"),
        ({"po_id": "99999999999"}, "PO ID", None),
        ({"po_id": 2147483648}, "PO ID", '"2147483648" is too large; write 2147483647 or less'),
        ({"tracking_number": " "}, "Tracking Number", "is empty, and needed"),
        ({"carrier": None}, "Carrier", "is empty, and needed"),
        (
            {"carrier": "Fedx"},
            "Carrier",
            '"Fedx" is not one of UPS, USPS, FedEx, DHL, Other. Did you mean FedEx?',
        ),
        ({"shipping_status": None}, "Shipping Status", "is empty, and needed"),
        (
            {"shipping_status": "3"},
            "Shipping Status",
            '"3" is not one of None, Partially Shipped, Fully Shipped',
        ),
        (
            {"carrier": "Other"},
            "Other Carrier",
            "Carrier is Other, so the carrier must be named here",
        ),
        (
            {"other_carrier": "Old Dominion"},
            "Other Carrier",
            '"Old Dominion" is only for Carrier Other, and Carrier is UPS; empty this cell',
        ),
        (
            {"carrier": "Other", "other_carrier": "x" * 101},
            "Other Carrier",
            f'"{"x" * 101}" is longer than 100 characters; shorten it',
        ),
        (
            {"shipping_status": "None"},
            "Shipped On",
            (
                "Shipping Status is None, and Sellercloud keeps no ship date then; "
                "empty Shipped On or choose another status"
            ),
        ),
        (
            {"shipped_on": None},
            "Shipped On",
            "is empty, and needed where Shipping Status is Fully Shipped",
        ),
    ],
)
def test_a_bad_row_is_told_what_is_wrong(changes, column, told):
    ((number, named, message),) = problems("add_tracking", changes)

    assert (number, named) == (2, column)
    assert told in {None, message}


def test_a_tracking_number_stands_once_on_a_po():
    told = f'"{NUMBER}" appears more than once for PO 10001 (rows 2 and 4); keep one'

    found = problems(
        "add_tracking", {}, {"tracking_number": "986578788855"}, {"tracking_number": NUMBER.lower()}
    )

    assert found == [(2, "Tracking Number", told), (4, "Tracking Number", told)]


def test_a_po_has_one_shipping_status():
    told = "PO 10001 has more than one Shipping Status (rows 2 and 3); a PO has only one"

    found = problems(
        "add_tracking",
        {},
        {"tracking_number": "986578788855", "shipping_status": 1},
        {"tracking_number": "986578788866", "po_id": 10002, "shipping_status": 1},
    )

    assert found == [(2, "Shipping Status", told), (3, "Shipping Status", told)]


def test_a_bad_row_of_another_status_does_not_blame_its_po():
    found = problems("add_tracking", {}, {"tracking_number": "9.4E+21", "shipping_status": "1"})

    assert [(number, column) for number, column, _ in found] == [(3, "Tracking Number")]


def test_the_same_number_on_two_pos_is_a_warning_and_is_sent():
    told = f'"{NUMBER}" is on more than one PO (rows 2 and 3)'

    validation = check("add_tracking", {}, {"po_id": 10002})

    assert validation.problems == []
    assert len(validation.good_rows(ADD_TRACKING)) == 2
    assert warnings("add_tracking", {}, {"po_id": 10002}) == [
        (2, "Tracking Number", told),
        (3, "Tracking Number", told),
    ]


def test_the_read_back_lists_the_numbers_of_the_po():
    assert ADD_TRACKING.read_back([row("add_tracking")]) == Call(
        "GET", "PurchaseOrders/10001/TrackingNumber/Multiple"
    )


@pytest.mark.parametrize(
    ("entries", "applied"),
    [
        ([{"ID": 5, "TrackingNumber": NUMBER}], True),
        ([{"TrackingNumber": " 1z999 aa10123456784 "}], True),
        ([{"TrackingNumber": "986578788855"}, {"TrackingNumber": NUMBER}], True),
        ([{"TrackingNumber": "986578788855"}], False),
        ([], False),
        ([None, "text", 5, {}, {"TrackingNumber": None}], False),
    ],
)
def test_a_row_is_applied_where_its_number_is_listed(entries, applied):
    assert ADD_TRACKING.is_applied(row("add_tracking"), {"TrackingNumbers": entries}) is applied


def test_a_parcel_on_a_po_is_one_wish_whatever_else_its_row_says():
    known = ADD_TRACKING.identity(row("add_tracking"))

    assert known == ADD_TRACKING.identity(row("add_tracking", shipped_on=date(2026, 11, 21)))
    assert known != ADD_TRACKING.identity(row("add_tracking", po_id=10002))

from datetime import UTC, date, datetime

import pytest

from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.operations.update_shipping import DETAILS
from importer.sending.plan import plan_calls
from tests.factories import check, problems, row, rows

UPDATE_SHIPPING = operations()["update_shipping"]
NUMBER = "1Z999AA10123456784"
NOTHING = dict.fromkeys(DETAILS)  # a purchase order and nothing to change
TITLES = {field.name: field.title for field in UPDATE_SHIPPING.fields}
KINDS = {f.name: type(f.kind).__name__.removesuffix("Kind") for f in UPDATE_SHIPPING.fields}


def test_all_nine_details_can_be_filled():
    sheet = row(
        "update_shipping",
        order_date=date(2026, 11, 1),
        expected_delivery_date=datetime(2026, 12, 1, 8, tzinfo=UTC),
        payment_terms="net_30",
        payment_status="partially_paid",
        currency_code="USD",
        shipping_carrier="UPS",
        reference_number="R-1",
        note_to_supplier="Ring twice",
    )

    assert plan_calls(UPDATE_SHIPPING, [sheet]) == [
        Call(
            "POST",
            "v2/purchase_orders/se-101/shipping_details",
            {
                "order_date": "2026-11-01T12:00:00.000Z",
                "expected_delivery_date": "2026-12-01T08:00:00.000Z",
                "payment_terms": "net_30",
                "payment_status": "partially_paid",
                "currency_code": "USD",
                "shipping_carrier": "UPS",
                "tracking_number": NUMBER,
                "reference_number": "R-1",
                "note_to_supplier": "Ring twice",
            },
            rows=(RowId(2),),
            touches=("PO se-101",),
        )
    ]


def test_rows_of_one_po_that_agree_make_one_call():
    number, carrier = {"tracking_number": NUMBER}, {"shipping_carrier": "UPS"}
    sheet = rows("update_shipping", NOTHING | number, NOTHING | carrier, NOTHING | number)

    assert plan_calls(UPDATE_SHIPPING, sheet) == [
        Call(
            "POST",
            "v2/purchase_orders/se-101/shipping_details",
            {"shipping_carrier": "UPS", "tracking_number": NUMBER},
            rows=(RowId(2), RowId(3), RowId(4)),
            touches=("PO se-101",),
        )
    ]


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("payment_terms", "Net 45", "net_45"),
        ("payment_terms", "COD", "cash_on_delivery"),
        ("payment_terms", "payment in advance", "payment_in_advance"),
        ("payment_status", "Credit issued", "credit_issued"),
        ("payment_status", "None", "none"),
        ("currency_code", "USD", "USD"),
        ("currency_code", "usd", "USD"),
        ("reference_number", 4711.0, "4711"),
    ],
)
def test_a_detail_is_read_in_the_platforms_words(field, cell, value):
    (good,) = check("update_shipping", {field: cell}).good_rows(UPDATE_SHIPPING)

    assert getattr(good, field) == value


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"po_id": None}, "PO ID", "is empty, and needed"),
        (
            {"po_id": "se/101"},
            "PO ID",
            '"se/101" is not an id: letters, digits and hyphens, such as se-101',
        ),
        (NOTHING, "PO ID", "changes nothing: fill at least one column beside PO ID"),
        (
            {"currency_code": "US$"},
            "Currency Code",
            '"US$" is not a currency code: write three letters, such as USD',
        ),
        (
            {"currency_code": "USD\nEUR"},
            "Currency Code",
            '"USD\nEUR" is not a currency code: write three letters, such as USD',
        ),
        (
            {"reference_number": "x" * 201},
            "Reference Number",
            f'"{"x" * 199}…" is longer than 200 characters; shorten it',
        ),
    ],
)
def test_a_bad_row_is_told_what_is_wrong(changes, column, told):
    assert problems("update_shipping", changes) == [(2, column, told)]


def test_a_po_keeps_one_tracking_number():
    told = (
        "se-101 has several tracking numbers (rows 2 and 3), but ShipStation keeps only one: "
        "the last would overwrite the others"
    )

    found = problems(
        "update_shipping",
        {},
        {"tracking_number": "986578788855"},
        {"po_id": "se-102", "tracking_number": "986578788866"},
    )

    assert found == [(2, "Tracking Number", told), (3, "Tracking Number", told)]


def test_rows_of_one_po_must_agree():
    told = "se-101 has more than one Shipping Carrier (rows 2 and 3); a purchase order has only one"

    found = problems(
        "update_shipping", {"shipping_carrier": "UPS"}, {"shipping_carrier": "FedEx"}, {"po_id": 7}
    )

    assert found == [(2, "Shipping Carrier", told), (3, "Shipping Carrier", told)]


@pytest.mark.parametrize("name", [name for name in DETAILS if name != "tracking_number"])
def test_each_detail_in_which_rows_differ_is_named(name):
    first, second = {
        "Choice": ("None", "Other" if name == "payment_status" else "Net 30"),
        "Instant": (date(2026, 12, 1), date(2026, 12, 2)),
    }.get(KINDS[name], ("AAA", "BBB"))

    found = problems("update_shipping", {name: first}, {name: second})

    title = TITLES[name]
    assert [(number, column) for number, column, _ in found] == [(2, title), (3, title)]
    assert all(f"more than one {title} (rows 2 and 3)" in told for _, _, told in found)


def test_a_bad_row_does_not_disagree_with_its_neighbours():
    found = problems(
        "update_shipping", {}, {"tracking_number": "986578788855", "payment_terms": "soon"}
    )

    assert [(number, column) for number, column, _ in found] == [(3, "Payment Terms")]


def test_the_read_back_is_the_po():
    assert UPDATE_SHIPPING.read_back([row("update_shipping")]) == Call(
        "GET", "v2/purchase_orders/se-101"
    )


@pytest.mark.parametrize(
    ("found", "applied"),
    [
        ({"tracking_number": NUMBER, "expected_delivery_date": "2026-12-01T00:00:00Z"}, True),
        ({"tracking_number": NUMBER.lower(), "expected_delivery_date": "2026-12-01"}, True),
        ({"tracking_number": NUMBER, "expected_delivery_date": "2026-12-02T12:00:00Z"}, False),
        ({"tracking_number": "986578788855", "expected_delivery_date": "2026-12-01"}, False),
        ({"tracking_number": None, "expected_delivery_date": ["2026-12-01"]}, False),
        ({}, False),
    ],
)
def test_a_row_is_applied_where_the_po_has_its_details(found, applied):
    wanted = row("update_shipping", shipping_carrier=None)

    assert UPDATE_SHIPPING.is_applied(wanted, {"purchase_order_id": "se-101", **found}) is applied

import pytest

from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.sending.plan import plan_calls
from tests.factories import ITEM, ORDER, check, problems, row, rows

NOTIFY_SHIPPED = operations()["notify_shipped"]
OTHER_ITEM = "7a3c9d0e-1111-5a50-8b28-4e0b8d1fa742"
OTHER_NUMBER = "9374869901600064074375"
WHOLE = {"sales_order_item_id": None, "quantity": None}  # no item: the order as a whole
PATH = f"v-beta/sales_orders/{ORDER}/notify_shipped"


def item(quantity=1, **changes):
    return {"sales_order_item_id": ITEM, "quantity": quantity, **changes}


def test_a_row_without_an_item_notifies_the_whole_order():
    assert plan_calls(NOTIFY_SHIPPED, [row("notify_shipped", **WHOLE)]) == [
        Call(
            "POST",
            PATH,
            {"tracking_number": "9374869901600064074368", "carrier_code": "stamps_com"},
            rows=(RowId(2),),
            touches=(f"order {ORDER}",),
        )
    ]


def test_the_item_rows_of_a_parcel_make_one_notice():
    sheet = rows(
        "notify_shipped",
        item(2),
        item(1, tracking_number=OTHER_NUMBER),
        item(3, sales_order_item_id=OTHER_ITEM, quantity_ordered=5),
    )

    assert plan_calls(NOTIFY_SHIPPED, sheet) == [
        Call(
            "POST",
            PATH,
            {
                "tracking_number": "9374869901600064074368",
                "carrier_code": "stamps_com",
                "sales_order_items": [
                    {"sales_order_item_id": ITEM, "quantity": 2},
                    {"sales_order_item_id": OTHER_ITEM, "quantity": 3},
                ],
            },
            rows=(RowId(2), RowId(4)),
            touches=(f"order {ORDER}",),
        ),
        Call(
            "POST",
            PATH,
            {
                "tracking_number": OTHER_NUMBER,
                "carrier_code": "stamps_com",
                "sales_order_items": [{"sales_order_item_id": ITEM, "quantity": 1}],
            },
            rows=(RowId(3),),
            touches=(f"order {ORDER}",),
        ),
    ]


def test_a_parcel_is_never_parted_however_many_items_it_holds():
    sheet = rows("notify_shipped", *(item() for _ in range(1200)))

    assert len(plan_calls(NOTIFY_SHIPPED, sheet)) == 1


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("USPS", "stamps_com"),
        ("stamps.com", "stamps_com"),
        ("Fed Ex", "fedex"),
        ("DHL Express", "dhl_express"),
        ("Royal Mail", "royal_mail"),
    ],
)
def test_a_carrier_is_sent_in_shipengines_spelling(cell, code):
    (good,) = check("notify_shipped", {"carrier_code": cell}).good_rows(NOTIFY_SHIPPED)

    assert good.carrier_code == code


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"sales_order_id": None}, "Sales Order ID", "is empty, and needed"),
        (
            {"sales_order_id": "50001"},
            "Sales Order ID",
            '"50001" is not a ShipEngine id: they look like bf2a2717-dd70-5428-a688-98bdc4bcb7e7',
        ),
        ({"tracking_number": None}, "Tracking Number", "is empty, and needed"),
        ({"carrier_code": None}, "Carrier Code", "is empty, and needed"),
        (
            {"quantity": None},
            "Quantity",
            "Sales Order Item ID and Quantity go together; fill both or none",
        ),
        (
            {"sales_order_item_id": None},
            "Quantity",
            "Sales Order Item ID and Quantity go together; fill both or none",
        ),
        (item(0), "Quantity", '"0" is too small; write 1 or more'),
        (
            item(6, quantity_ordered=5),
            "Quantity",
            "over-notified: rows 2 notify more of this item than its Quantity Ordered",
        ),
    ],
)
def test_a_bad_row_is_told_what_is_wrong(changes, column, told):
    assert problems("notify_shipped", changes) == [(2, column, told)]


def test_an_item_stands_once_in_a_parcel():
    told = "the item appears more than once for this tracking number (rows 2 and 3); keep one"

    found = problems("notify_shipped", item(), item(2), item(tracking_number=OTHER_NUMBER))

    assert found == [(2, "Sales Order Item ID", told), (3, "Sales Order Item ID", told)]


@pytest.mark.parametrize("number", [None, "9.4E+21"], ids=["empty", "unreadable"])
def test_an_item_without_a_tracking_number_is_not_called_doubled(number):
    found = problems("notify_shipped", *[item(tracking_number=number)] * 2)

    assert {column for _, column, _ in found} == {"Tracking Number"}


def test_quantities_of_an_item_do_not_exceed_what_was_ordered():
    told = "over-notified: rows 2 and 3 notify more of this item than its Quantity Ordered"

    found = problems(
        "notify_shipped",
        item(3, quantity_ordered=5),
        item(3, tracking_number=OTHER_NUMBER),
        item(5, sales_order_item_id=OTHER_ITEM, quantity_ordered=5),
    )

    assert found == [(2, "Quantity", told), (3, "Quantity", told)]


@pytest.mark.parametrize(
    "other",
    [{**WHOLE, "tracking_number": OTHER_NUMBER}, item()],
    ids=["twice whole", "whole and item"],
)
def test_an_order_notified_whole_is_notified_once(other):
    told = (
        "over-notified: a row without an item notifies the whole order, and rows 2 and 3 notify "
        "it too; keep the one or the others"
    )

    found = problems("notify_shipped", WHOLE, other)

    assert found == [(2, "Sales Order ID", told), (3, "Sales Order ID", told)]


def test_a_parcel_has_one_carrier():
    told = "the tracking number has more than one carrier for this order (rows 2 and 3)"

    found = problems(
        "notify_shipped", item(), item(sales_order_item_id=OTHER_ITEM, carrier_code="ups")
    )

    assert found == [(2, "Carrier Code", told), (3, "Carrier Code", told)]


def test_a_bad_row_does_not_over_notify_its_neighbours():
    found = problems(
        "notify_shipped",
        item(3, quantity_ordered=5),
        item(3, tracking_number=OTHER_NUMBER, carrier_code="ups/usps"),
    )

    assert [(number, column) for number, column, _ in found] == [(3, "Carrier Code")]


def test_nothing_shows_afterwards_what_was_notified():
    assert NOTIFY_SHIPPED.read_back([row("notify_shipped")]) is None
    assert NOTIFY_SHIPPED.is_applied(row("notify_shipped"), {"sales_order_id": ORDER}) is None

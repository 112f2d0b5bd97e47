from datetime import date
from decimal import Decimal

import pytest

from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.operations.update_items import CHANGES
from importer.sending.plan import plan_calls
from tests.factories import problems, row, rows

UPDATE_ITEMS = operations()["update_items"]
NOTHING = dict.fromkeys(CHANGES)  # an item and nothing to change
CASES = {**NOTHING, "qty_cases_ordered": 2}


def test_the_rows_of_a_po_make_one_call_and_an_empty_cell_is_no_change():
    sheet = rows(
        "update_items",
        {"unit_price": Decimal("5.10"), "expected_delivery_date": date(2026, 12, 1)},
        {"po_item_id": 100012, **CASES, "qty_units_per_case": 12, "case_price": Decimal("60.00")},
        {"po_item_id": 100013, **NOTHING, "qty_units_ordered": 0, "unit_price": Decimal(0)},
    )

    assert plan_calls(UPDATE_ITEMS, sheet) == [
        Call(
            "PUT",
            "PurchaseOrders/10001/Items",
            {
                "Items": [
                    {
                        "ID": 100011,
                        "QtyUnitsOrdered": 24,
                        "UnitPrice": 5.1,
                        "ExpectedDeliveryDate": "2026-12-01T12:00:00.000Z",
                    },
                    {"ID": 100012, "QtyCasesOrdered": 2, "QtyUnitsPerCase": 12, "CasePrice": 60},
                    {"ID": 100013, "QtyUnitsOrdered": 0, "UnitPrice": 0},
                ]
            },
            rows=(RowId(2), RowId(3), RowId(4)),
            touches=("PO 10001",),
        )
    ]


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"po_id": None}, "PO ID", "is empty, and needed"),
        ({"po_item_id": None}, "PO Item ID", "is empty, and needed"),
        ({"qty_units_ordered": -1}, "Qty Units Ordered", '"-1" is too small; write 0 or more'),
        ({"unit_price": "-0.01"}, "Unit Price", '"-0.01" is too small; write 0 or more'),
        (
            {**CASES, "qty_units_per_case": 0},
            "Qty Units Per Case",
            '"0" is too small; write 1 or more',
        ),
        (
            {"unit_price": "12,50"},
            "Unit Price",
            '"12,50" is not an amount of money; write it with a decimal point, like 12.50',
        ),
        (
            NOTHING,
            "PO Item ID",
            "changes nothing: fill at least one of the quantities, prices or dates",
        ),
        (
            {"case_price": 60},
            "Qty Cases Ordered",
            "unit and case fields in one row; a purchase order is in case mode or it is not",
        ),
    ],
)
def test_a_bad_row_is_told_what_is_wrong(changes, column, told):
    assert problems("update_items", changes) == [(2, column, told)]


def test_an_item_stands_once_on_a_po():
    told = "item 100011 appears more than once for PO 10001 (rows 2 and 4); keep one"

    found = problems("update_items", {}, {"po_id": 10002}, {})

    assert found == [(2, "PO Item ID", told), (4, "PO Item ID", told)]


def test_a_row_whose_only_change_is_unreadable_is_told_that_alone():
    found = problems("update_items", {"qty_units_ordered": "two dozen"})

    assert found == [
        (2, "Qty Units Ordered", '"two dozen" is not a whole number; write it in digits')
    ]


def test_the_read_back_lists_the_items_of_the_po():
    assert UPDATE_ITEMS.read_back([row("update_items")]) == Call(
        "GET", "PurchaseOrders/10001/Items"
    )


@pytest.mark.parametrize(
    ("items", "applied"),
    [
        ([{"ID": 100011, "QtyUnitsOrdered": 24, "UnitPrice": 5.1}], True),
        ([{"ID": "100011", "QtyUnitsOrdered": "24", "UnitPrice": "5.1000"}], True),
        ([{"ID": 100012}, {"ID": 100011, "QtyUnitsOrdered": 24.0, "UnitPrice": 5.10}], True),
        ([{"ID": 100011, "QtyUnitsOrdered": 23, "UnitPrice": 5.1}], False),
        ([{"ID": 100011, "QtyUnitsOrdered": 24, "UnitPrice": None}], False),
        ([{"ID": 100011}], False),
        ([{"ID": 100012, "QtyUnitsOrdered": 24, "UnitPrice": 5.1}], False),
        ([None, 5, [], {"ID": [100011]}], False),
        ([], False),
    ],
)
def test_a_row_is_applied_where_its_item_has_its_values(items, applied):
    wanted = row("update_items", unit_price=Decimal("5.10"), expected_delivery_date=None)

    assert UPDATE_ITEMS.is_applied(wanted, {"Items": items}) is applied


def test_a_field_that_was_not_wished_does_not_matter():
    units_only = row("update_items", **{**NOTHING, "qty_units_ordered": 24})
    found = {"Items": [{"ID": 100011, "QtyUnitsOrdered": 24, "UnitPrice": 99, "CasePrice": 1}]}

    assert UPDATE_ITEMS.is_applied(units_only, found) is True

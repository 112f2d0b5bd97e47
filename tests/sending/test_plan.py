from collections import Counter
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.calls import Call, json_value, same_value
from importer.model.row_ids import sheet_rows
from importer.operations import operations
from importer.sending.plan import cut, minutes, plan_calls
from tests.factories import row, rows

OPERATIONS = operations()


def carried(calls):
    return [tuple(sheet_rows(call.rows)) for call in calls]


def test_rows_of_one_key_travel_in_one_call_in_the_order_of_its_first_row():
    sheet = rows("add_tracking", {"po_id": 2}, {"po_id": 1}, {"po_id": 2}, {"po_id": 3})

    calls = plan_calls(OPERATIONS["add_tracking"], sheet)

    assert carried(calls) == [(2, 4), (3,), (5,)]
    assert [call.touches for call in calls] == [("PO 2",), ("PO 1",), ("PO 3",)]


def test_a_large_group_is_cut_in_sheet_order():
    sheet = rows("add_tracking", *({"tracking_number": f"1Z{n:05}"} for n in range(250)))

    calls = plan_calls(OPERATIONS["add_tracking"], sheet)

    assert carried(calls) == [
        tuple(range(2, 102)),
        tuple(range(102, 202)),
        tuple(range(202, 252)),
    ]


def test_rows_that_belong_together_are_never_parted():
    kit = [{"order_item_id": 9, "kit_product_id": f"P{n}", "kit_qty": 1} for n in range(3)]
    sheet = rows("link_to_po", {"order_item_id": 8}, *kit, {"order_item_id": 10})

    parts = [[r.id.row for r in part] for part in cut(OPERATIONS["link_to_po"], sheet, 2)]

    assert parts == [[2], [3, 4, 5], [6]]


def test_no_rows_make_no_calls():
    assert plan_calls(OPERATIONS["add_tracking"], []) == []


KEYS = {
    "add_tracking": [{"po_id": n} for n in (1, 2, 3)],
    "update_items": [{"po_id": n} for n in (1, 2, 3)],
    "link_to_po": [
        {"order_item_id": 7},
        {"order_item_id": 8},
        {"order_id": 2},
        {"existing_po_id": None, "new_po_company_id": 1, "new_po_vendor_id": 2},
    ],
    "update_shipping": [{"po_id": "se-1"}, {"po_id": "se-2"}],
    "notify_shipped": [{"tracking_number": "1Z11"}, {"tracking_number": "1Z22"}],
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(st.data())
def test_every_row_travels_exactly_once_and_keeps_its_order_in_its_group(name, data):
    operation = OPERATIONS[name]
    sheet = rows(name, *data.draw(st.lists(st.sampled_from(KEYS.get(name, [{}])), max_size=12)))

    calls = plan_calls(operation, sheet)

    assert Counter(n for call in calls for n in call.rows) == Counter(r.id for r in sheet)
    by_number = {r.id: r for r in sheet}
    firsts = {}
    for call in calls:
        assert len({operation.group(by_number[n]) for n in call.rows}) == 1
        firsts.setdefault(operation.group(by_number[call.rows[0]]), call.rows[0])
    assert list(firsts.values()) == sorted(firsts.values())


@given(st.lists(st.integers(1, 4), max_size=20), st.integers(1, 6))
def test_a_cut_group_holds_its_parcels_whole_and_no_part_too_large(items, most):
    sheet = rows("link_to_po", *({"order_item_id": item} for item in items))

    parts = list(cut(OPERATIONS["link_to_po"], sheet, most))

    assert Counter(r.id for part in parts for r in part) == Counter(r.id for r in sheet)
    sizes = Counter(items)
    for part in parts:
        whole = {r.order_item_id for r in part}
        assert len(part) == sum(sizes[item] for item in whole)
        assert len(part) <= most or len(whole) == 1


def test_an_empty_cell_leaves_its_field_out_of_the_body():
    body = json_value({"a": None, "b": 0, "c": "", "d": [{"e": None, "f": 1}], "g": {"h": None}})

    assert body == {"b": 0, "c": "", "d": [{"f": 1}], "g": {}}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_body_holds_null_an_empty_text_or_a_float_for_an_empty_cell(name):
    (call,) = plan_calls(OPERATIONS[name], [row(name)])

    assert all(value not in {None, "", 0} for value in leaves(call.body))


def leaves(body):
    match body:
        case dict():
            return [leaf for value in body.values() for leaf in leaves(value)]
        case list():
            return [leaf for value in body for leaf in leaves(value)]
        case _:
            return [body]


@given(st.decimals(0, 10**15 - 1, places=0) | st.decimals(0, 10**11, places=4))
def test_money_travels_as_a_json_number_equal_to_the_decimal(amount):
    call = Call("PUT", "Items", json_value({"UnitPrice": amount}))

    assert call.content is not None
    text = call.content.decode().removeprefix('{"UnitPrice":').removesuffix("}")
    assert Decimal(text) == amount


def test_a_day_without_a_time_becomes_noon_utc_and_the_setting_changes_that():
    sheet = [row("update_items", expected_delivery_date=date(2026, 12, 1))]

    def delivery(*setting):
        (call,) = plan_calls(OPERATIONS["update_items"], sheet, *setting)
        return call.body["Items"][0]["ExpectedDeliveryDate"]

    assert delivery() == "2026-12-01T12:00:00.000Z"
    assert delivery(time(6, 30, tzinfo=UTC)) == "2026-12-01T06:30:00.000Z"


def test_an_instant_travels_as_it_is_whatever_the_setting():
    instant = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)

    assert json_value(instant, time(6, tzinfo=UTC)) == "2026-12-01T23:30:00.000Z"


@pytest.mark.parametrize(
    ("options", "found", "same"),
    [
        (5, 5, True),
        (5, 5.0, True),
        (5, "5", True),
        (1, True, False),
        (Decimal("5.10"), 5.1, True),
        (Decimal("5.10"), "5.1000", True),
        (Decimal("5.10"), 5.11, False),
        (5, "five", False),
        (5, None, False),
        (5, [5], False),
        (5, "sNaN", False),
        (5, float("inf"), False),
        (date(2026, 12, 1), "2026-12-01T12:00:00.000Z", True),
        (date(2026, 12, 1), "2026-12-01T00:00:00", True),
        (date(2026, 12, 1), "2026-12-01", True),
        (date(2026, 12, 1), "2026-11-30T12:00:00Z", False),
        (date(2026, 12, 1), "0001-01-01T00:00:00+05:00", False),
        (date(2026, 12, 1), "soon", False),
        (datetime(2026, 12, 1, 10, tzinfo=UTC), "2026-12-01T12:00:00+02:00", True),
        (datetime(2026, 12, 1, 10, tzinfo=UTC), "2026-12-01T10:00:00", True),
        (datetime(2026, 12, 1, 10, tzinfo=UTC), {}, False),
        ("UPS", "ups ", True),
        ("UPS", "USPS", False),
    ],
)
def test_what_is_found_is_compared_with_the_wish_by_value(options, found, same):
    assert same_value(options, found) is same


def test_the_minutes_of_a_plan_are_told_by_the_pace():
    assert minutes(180, 1 / 3) == pytest.approx(1)

from collections import Counter
from datetime import UTC, date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

    assert carried(calls) == [tuple(range(2, 102)), tuple(range(102, 202)), tuple(range(202, 252))]


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


def test_a_day_without_a_time_becomes_noon_utc_and_the_setting_changes_that():
    sheet = [row("update_items", expected_delivery_date=date(2026, 12, 1))]

    def delivery(*setting):
        (call,) = plan_calls(OPERATIONS["update_items"], sheet, *setting)
        return call.body["Items"][0]["ExpectedDeliveryDate"]

    assert delivery() == "2026-12-01T12:00:00.000Z"
    assert delivery(time(6, 30, tzinfo=UTC)) == "2026-12-01T06:30:00.000Z"


def test_the_minutes_of_a_plan_are_told_by_the_pace():
    assert minutes(180, 1 / 3) == pytest.approx(1)

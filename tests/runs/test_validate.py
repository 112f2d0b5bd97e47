from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.columns.column import EXAMPLE_MARK
from importer.model.outcomes import Problem, ProblemKind
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.runs.validate import validate
from tests.factories import ITEM, ORDER, check, example, ids, problems, row
from tests.model.test_cells import ANY_CELL

OPERATIONS = operations()
ADD_TRACKING = OPERATIONS["add_tracking"]


def test_a_good_row_becomes_a_row_of_its_operation():
    validation = check("add_tracking", {"po_id": " 10001 ", "carrier": "ups"})

    assert validation.problems == []
    assert validation.good_rows(ADD_TRACKING) == [row("add_tracking")]


def test_every_problem_of_a_row_is_named_at_once_in_the_order_of_the_columns():
    validation = check(
        "add_tracking",
        {
            "po_id": "PO-1",
            "tracking_number": 9.40011e21,
            "carrier": "Fedx",
            "other_carrier": "x" * 101,
            "shipped_on": "soon",
            "shipping_status": None,
        },
    )

    assert validation.problems == [
        Problem(
            RowId(2), "PO ID", "PO-1", '"PO-1" is not an id: write its digits only, such as 10001'
        ),
        Problem(
            RowId(2),
            "Tracking Number",
            "9.40011E+21",
            '"9.40011E+21" was stored by Excel as a number and its last digits are lost; '
            "format the column as Text and paste it again",
        ),
        Problem(
            RowId(2),
            "Carrier",
            "Fedx",
            '"Fedx" is not one of UPS, USPS, FedEx, DHL, Other. Did you mean FedEx?',
        ),
        Problem(
            RowId(2),
            "Other Carrier",
            "x" * 101,
            f'"{"x" * 101}" is longer than 100 characters; shorten it',
        ),
        Problem(RowId(2), "Shipped On", "soon", '"soon" is not a date; write it like 2026-11-20'),
        Problem(RowId(2), "Shipping Status", "", "is empty, and needed", ProblemKind.EMPTY),
    ]


def test_a_cell_that_cannot_be_read_hides_no_other_problem_of_its_column():
    found = problems(
        "update_items",
        {"qty_units_ordered": "x"},
        {"po_item_id": 2, "qty_units_ordered": -3},
        {"po_item_id": 3, "qty_units_ordered": 10**14},
    )

    assert found == [
        (2, "Qty Units Ordered", '"x" is not a whole number; write it in digits'),
        (3, "Qty Units Ordered", '"-3" is too small; write 0 or more'),
        (4, "Qty Units Ordered", '"100000000000000" is too large; write 2147483647 or less'),
    ]


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_sheet_of_which_every_row_fails_is_told_row_by_row(name):
    bad = dict.fromkeys(example(name), "???")

    validation = check(name, *[bad] * 3)

    assert {id_.row for id_ in validation.invalid} == {2, 3, 4}
    assert validation.good_rows(OPERATIONS[name]) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_sheet_of_which_every_cell_is_empty_is_told_row_by_row(name):
    validation = check(name, *[dict.fromkeys(example(name))] * 2)

    needed = [field.title for field in OPERATIONS[name].fields if field.needed]
    assert {id_.row for id_ in validation.invalid} == {2, 3}
    assert [p.column for p in validation.problems if p.row == 2 and "is empty" in p.message] == (
        needed
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_sheet_without_the_optional_columns_is_read(name):
    validation = check(name, {})

    assert validation.problems == []
    assert validation.good_rows(OPERATIONS[name]) == [row(name)]


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_sheet_without_rows_has_no_problem(name):
    validation = validate(OPERATIONS[name], [], {})

    assert (validation.problems, validation.warnings) == ([], [])
    assert validation.good_rows(OPERATIONS[name]) == []


def test_one_bad_row_stops_no_other():
    validation = check(
        "add_tracking", {}, {"po_id": "x", "tracking_number": "1Z0002"}, {"po_id": 10002}
    )

    assert [good.id.row for good in validation.good_rows(ADD_TRACKING)] == [2, 4]
    assert {id_.row for id_ in validation.invalid} == {3}


def test_what_is_wrong_with_a_row_as_a_whole_is_all_that_is_said_of_it():
    told = "the line has 9 fields and the heading 5"

    validation = check(
        "add_tracking", {}, {"po_id": "x"}, row_faults={3: told, 99: "no row of the table"}
    )

    assert validation.problems == [Problem(RowId(3), "", "", told, ProblemKind.ROW)]


def test_a_row_with_a_whole_fault_is_not_sent_however_sound_its_cells():
    validation = check("add_tracking", {}, row_faults={2: "the line has 9 fields"})

    assert validation.good_rows(ADD_TRACKING) == []


def test_the_example_row_of_a_template_is_named_as_such():
    found = problems("add_tracking", {"po_id": f"{EXAMPLE_MARK}10001"})

    assert found == [(2, "PO ID", "is the template's example row; delete it or overwrite it")]


def test_a_brace_in_a_cell_is_only_a_brace():
    found = problems(
        "add_tracking", {"carrier": "{po_id}", "other_carrier": "{rows} {} {0}"}, {"po_id": 2}
    )

    assert found == [
        (
            2,
            "Carrier",
            (
                '"{po_id}" is not one of UPS, USPS, FedEx, DHL, Other; '
                "for another carrier, write Other here and {po_id} in Other Carrier"
            ),
        )
    ]


def test_the_warning_of_a_row_that_is_not_sent_is_left_out():
    validation = check("add_tracking", {}, {"po_id": 10002}, {"po_id": 10003, "carrier": "x"})

    assert [warning.row for warning in validation.warnings] == [2, 3]
    assert {id_.row for id_ in validation.invalid} == {4}


def test_a_bad_row_gives_its_neighbours_no_warning():
    validation = check("add_tracking", {}, {"po_id": 10002, "carrier": "x"})

    assert validation.warnings == []


def test_a_tracking_number_on_thousands_of_rows_names_only_some():
    found = problems("add_tracking", *[{}] * 500)

    told = (
        '"1Z999AA10123456784" appears more than once for PO 10001 (rows 2, 3, 4, 5, 6, 7 and '
        "494 more); keep one"
    )
    assert [message for _, _, message in found] == [told] * 500


@pytest.mark.parametrize("text", ["5.10", "$5.10", 5.1])
def test_money_stays_an_exact_decimal(text):
    (good,) = check("update_items", {"unit_price": text}).good_rows(OPERATIONS["update_items"])

    assert good.unit_price == Decimal("5.10")


def test_the_values_are_plain_and_an_empty_cell_is_none():
    (good, second) = check(
        "link_to_po", {"kit_product_id": None}, {"order_item_id": 5, "qty_for_po": 3.0}
    ).good_rows(OPERATIONS["link_to_po"])

    assert [type(value) for value in good] == [RowId, int, int] + [type(None)] * 2 + [int] * 2 + [
        type(None)
    ] * 2
    assert (second.order_item_id, second.qty_for_po) == (5, 3)


# Cells that come near to being right, so that rules over several rows have something to judge.
LIKELY = st.sampled_from(
    [
        *(None, "", 1, 2, "2", 10001, 0, -1, 2**31, "ALL", "UPS", "Other", "None", "Net 30"),
        *("Fully Shipped", "2026-11-20", "3/4/2026", "5.10", "x", "#N/A", ORDER, ITEM, "USD"),
        "1Z999AA10123456784",
    ]
)


@pytest.mark.parametrize("name", OPERATIONS)
@settings(max_examples=40)
@given(data=st.data())
def test_every_row_is_either_good_or_told_why_not(name, data):
    known = OPERATIONS[name]
    fields = data.draw(st.sets(st.sampled_from([field.name for field in known.fields])))
    height = data.draw(st.integers(0, 5))
    cells = {
        field: data.draw(st.lists(LIKELY | ANY_CELL, min_size=height, max_size=height))
        for field in sorted(fields)
    }
    every = ids(8, height)

    validation = validate(known, every, cells)

    good = [good.id for good in validation.good_rows(known)]
    assert sorted([*good, *validation.invalid]) == every
    assert all(p.message and "{" not in p.message.replace(p.value, "") for p in validation.problems)
    assert {warning.id for warning in validation.warnings} <= set(good)

"""A row against the JSON of its purchase order: the one place that says what agrees."""

import pytest

from importer.model.row_ids import RowId
from importer.operations import operation_named
from importer.reconcile.compare import Agreement, Compared, compare, words
from tests.factories import row

ITEMS = operation_named("update_items")
QUANTITY = {"unit_price": None, "expected_delivery_date": None, "qty_units_ordered": 24}
OURS = {"po_id": 10001, "po_item_id": 100011, "qty_units_ordered": 24}


def compared(content, since=None, **changes):
    return compare(ITEMS, row("update_items", **QUANTITY | changes), "a.csv", content, since or {})


def items(**values):
    return {"Items": [{"ID": 100011, "QtyUnitsOrdered": 24, **values}], "TotalResults": 1}


def test_a_row_that_the_platform_has_with_the_same_values_matches():
    result = compared(items(UnitPrice=99))

    assert result == Compared(
        RowId(2),
        Agreement.MATCHES,
        po="10001",
        ours=OURS,
        theirs={"qty_units_ordered": 24},
        source="a.csv",
    )
    assert not result.needs_attention


def test_another_value_is_told_in_the_words_of_the_sheet():
    result = compared(items(QtyUnitsOrdered=25))

    assert (result.verdict, result.differing) == (Agreement.DIFFERS, ("qty_units_ordered",))
    assert result.sentence == "Qty Units Ordered: 24 here, 25 there"
    assert result.needs_attention


def test_a_row_that_its_purchase_order_lacks_is_missing():
    result = compared(items(ID=100012))

    assert (result.verdict, result.sentence) == (Agreement.MISSING, "the platform does not have it")


def test_an_answer_of_another_shape_is_no_proof_that_a_row_is_missing():
    result = compared({})

    assert result.verdict is Agreement.UNREADABLE
    assert not result.needs_attention


@pytest.mark.parametrize("there", [25, 26])
def test_a_value_that_a_later_row_has_set_is_not_held_against_the_earlier_one(there):
    result = compared(items(QtyUnitsOrdered=there), {"qty_units_ordered": "row 2 of run 2"})

    assert (result.verdict, result.explained) == (Agreement.NOT_CHECKED, True)
    assert result.sentence == "row 2 of run 2 came after it"
    assert not result.needs_attention


def test_an_empty_value_has_a_word():
    assert [words(value) for value in (None, "", 0)] == ["nothing", "nothing", "0"]

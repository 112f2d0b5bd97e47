"""What holds for each operation, whatever a sheet or a platform says."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.spelling import key
from importer.operations import operations
from importer.sending.plan import plan_calls
from tests.factories import row

NAMES = list(operations())
WORDS = st.sampled_from(
    [
        *("TrackingNumbers", "TrackingNumber", "Items", "ID", "UnitPrice", "QtyUnitsOrdered"),
        *("RelatedItems", "RecordType", "Order", "purchase_order_id", "tracking_number"),
        *("order_date", "ExpectedDeliveryDate", "0001-01-01T00:00:00+05:00"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("name", NAMES)
@given(found=JSON)
def test_whatever_a_read_back_holds_gives_yes_no_or_no_telling(name, found):
    assert operations()[name].is_applied(row(name), found) in {True, False, None}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("found", [None, [], {}, "text", 5, True, {"Items": None}])
def test_a_read_back_of_another_shape_tells_nothing(name, found):
    assert operations()[name].is_applied(row(name), found) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_read_back_reads_and_carries_nothing(name):
    call = operations()[name].read_back([row(name)])

    assert call is None or (call.method, call.body) == ("GET", None)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_columns_share_a_spelling(name):
    spelt = [
        {key(field.title), *map(key, field.about.aliases)} for field in operations()[name].fields
    ]

    assert not [both for one, other in combinations(spelt, 2) if (both := one & other)]


@pytest.mark.parametrize("name", NAMES)
def test_a_call_names_what_it_touches(name):
    (call,) = plan_calls(operations()[name], [row(name)])

    assert call.touches
    assert call.touches == operations()[name].touches(row(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_wish_has_the_same_identity_wherever_it_stands(name):
    known = operations()[name]

    assert known.identity(row(name, number=2)) == known.identity(row(name, number=9))

"""How values travel, and how what a platform holds is compared with what was sent."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.calls import Call, Reply, json_value, same_value


def test_an_empty_cell_leaves_its_field_out_of_the_body():
    body = json_value({"a": None, "b": 0, "c": "", "d": [{"e": None, "f": 1}], "g": {"h": None}})

    assert body == {"b": 0, "c": "", "d": [{"f": 1}], "g": {}}


@given(st.decimals(0, 10**15 - 1, places=0) | st.decimals(0, 10**11, places=4))
def test_money_travels_as_a_json_number_equal_to_the_decimal(amount):
    call = Call("PUT", "Items", json_value({"UnitPrice": amount}))

    assert call.content is not None
    text = call.content.decode().removeprefix('{"UnitPrice":').removesuffix("}")
    assert Decimal(text) == amount


def test_an_instant_travels_as_it_is_whatever_the_setting():
    instant = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)

    assert json_value(instant, time(6, tzinfo=UTC)) == "2026-12-01T23:30:00.000Z"


@pytest.mark.parametrize(
    ("value", "found", "same"),
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
def test_a_found_value_is_compared_by_value(value, found, same):
    assert same_value(value, found) is same


def test_the_body_that_travels_is_compact_and_keeps_its_letters():
    assert (
        Call("PUT", "X", {"Name": "Café", "n": [1, 2]}).content
        == '{"Name":"Café","n":[1,2]}'.encode()
    )
    assert Call("GET", "X").content is None


@pytest.mark.parametrize(
    ("text", "value"), [("[1]", [1]), ("", None), ("<html>", None), ("[" * 100_000, None)]
)
def test_a_reply_that_is_no_json_has_none(text, value):
    assert Reply(200, text).json == value

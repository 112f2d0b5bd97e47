"""Ids, whole numbers and money, over every kind of cell."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)

from datetime import datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from importer.columns import Identifier, Money, WholeNumber
from tests.columns.reading import UNREADABLE, each, read


@each(
    (10001, 10001),
    (10001.0, 10001),
    ("10001", 10001),
    (" 10001\u00a0", 10001),
    ("'10001", 10001),
    ("10\u200b001", 10001),
    ("ALL", 0),
    ("all ", 0),
    (2147483648, 2147483648),  # its range is checked with the row
    ("007", UNREADABLE),
    ("0", UNREADABLE),
    (0, UNREADABLE),
    (-5, UNREADABLE),
    ("+5", UNREADABLE),
    ("-5", UNREADABLE),
    ("1_001", UNREADABLE),
    ("1,001", UNREADABLE),
    ("10001.0", UNREADABLE),
    (10001.5, UNREADABLE),
    ("PO 10001", UNREADABLE),
    ("10001/../5", UNREADABLE),
    ("１０００１", 10001),
    ("12345678901", UNREADABLE),
    (10**15, UNREADABLE),
    (True, UNREADABLE),
    (float("nan"), UNREADABLE),
    (float("inf"), UNREADABLE),
    (datetime(2026, 11, 20), UNREADABLE),
    (time(12), UNREADABLE),
    (timedelta(days=2), UNREADABLE),
)
def test_an_id_is_ascii_digits_and_nothing_else(cell, value):
    assert read(Identifier, cell) == [value]


@each(
    (24, 24),
    (24.0, 24),
    ("24", 24),
    ("24.00", 24),
    ("+5", 5),
    ("007", 7),
    ("-3", -3),  # its range is checked with the row
    (0, 0),
    ("1,200", 1200),
    ("1,20", UNREADABLE),
    ("1,2000", UNREADABLE),
    ("12,50", UNREADABLE),
    ("1.5", UNREADABLE),
    (1.5, UNREADABLE),
    ("1_001", UNREADABLE),
    ("２４", 24),
    ("24 pcs", UNREADABLE),
    ("1e3", UNREADABLE),
    ("9.4E+21", UNREADABLE),
    (9.4e21, UNREADABLE),
    (10**15, UNREADABLE),
    ("50%", UNREADABLE),
    ("(5)", UNREADABLE),
    (True, UNREADABLE),
    (float("nan"), UNREADABLE),
    (datetime(2026, 11, 20), UNREADABLE),
)
def test_a_whole_number_is_one_for_every_reader(cell, value):
    assert read(WholeNumber, cell) == [value]


@each(
    (5, Decimal(5)),
    (5.25, Decimal("5.25")),
    (274.65999999999997, Decimal("274.66")),
    (0.1 + 0.2, Decimal("0.3")),
    ("5.25", Decimal("5.25")),
    ("5.10", Decimal("5.10")),
    ("$1,234.50", Decimal("1234.50")),
    ("$ 5", Decimal(5)),
    ("12.50 €", Decimal("12.50")),
    ("£3", Decimal(3)),
    ("USD 7.00", Decimal("7.00")),
    ("7.00 USD", Decimal("7.00")),
    ("1,200", Decimal(1200)),
    ("-5", Decimal(-5)),  # its range is checked with the row
    ("123456789012345", Decimal(123456789012345)),
    ("1234567890.123456", UNREADABLE),
    (1e22, UNREADABLE),
    ("12,50", UNREADABLE),
    ("1.234,50", UNREADABLE),
    ("1 234.50", UNREADABLE),
    ("(5.00)", UNREADABLE),
    ("5.25%", UNREADABLE),
    (".5", UNREADABLE),
    ("$", UNREADABLE),
    ("EUR 5", UNREADABLE),
    ("5.25 each", UNREADABLE),
    ("1_0.00", UNREADABLE),
    ("５.25", Decimal("5.25")),
    (float("nan"), UNREADABLE),
    (float("-inf"), UNREADABLE),
    (False, UNREADABLE),
    (datetime(2026, 11, 20), UNREADABLE),
)
def test_money_is_an_exact_decimal(cell, value):
    assert read(Money, cell) == [value]


def test_minus_zero_is_an_amount_of_nothing():
    assert repr(read(Money, -0.0, "-0.00")) == "[Decimal('0'), Decimal('0.00')]"


@given(st.decimals(0, 10**9, places=2))
def test_money_stored_by_excel_as_a_float_is_the_amount_typed(amount):
    assert read(Money, float(amount)) == [amount]

"""Texts, codes, tracking numbers, choices and carriers, over every kind of cell."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.columns import CarrierCode, Choice, Code, Text, TrackingNumber
from tests.columns.reading import UNREADABLE, each, read


@each(
    ("UPS Freight", "UPS Freight"),
    ("'007", "007"),
    ("007", "007"),
    (7, "7"),
    (7.0, "7"),
    (7.5, "7.5"),
    ("two\u00a0words", "two words"),
    ("ＵＰＳ", "ＵＰＳ"),
    (123456789012345, "123456789012345"),
    (1234567890123456, UNREADABLE),
    (9.4e21, UNREADABLE),
    ("9.4E+21", UNREADABLE),
    ("9,4e21", UNREADABLE),
    (float("nan"), UNREADABLE),
    (float("inf"), UNREADABLE),
    (True, UNREADABLE),
    (date(2026, 11, 20), UNREADABLE),
    (time(12), UNREADABLE),
    ("x" * 5000, "x" * 5000),
    ("x" * 5001, UNREADABLE),
)
def test_text_is_kept_and_a_number_only_where_excel_kept_its_digits(cell, value):
    assert read(Text, cell) == [value]


@each(
    ("se-101", "se-101"),
    (101, "101"),
    ("SE_1", "SE_1"),
    ("-101", UNREADABLE),
    ("se 101", UNREADABLE),
    ("se/101", UNREADABLE),
    ("..", UNREADABLE),
    ("se-101?x=1", UNREADABLE),
    ("ｓe-101", "se-101"),
    ("a" * 65, UNREADABLE),
    (1.5, UNREADABLE),
)
def test_a_code_is_safe_in_a_path(cell, value):
    assert read(Code, cell) == [value]


@each(
    ("1Z999AA10123456784", "1Z999AA10123456784"),
    ("1z 999 aa1 01 2345 6784", "1Z999AA10123456784"),
    ("1z-999-aa1-0123456784", "1Z999AA10123456784"),
    ("9865-7878-8855", "986578788855"),
    ("acme-77-b", "ACME-77-B"),  # a hyphen among letters may belong to the number
    ("ACME--77", UNREADABLE),
    ("ACME77-", UNREADABLE),
    ("-986578788855", UNREADABLE),
    ("\u00a01Z999AA1\u200b0123456784", "1Z999AA10123456784"),
    ("'009400111206", "009400111206"),
    (986578788855, "986578788855"),
    (986578788855.0, "986578788855"),
    ("9400111206206400364544", "9400111206206400364544"),
    (9400111206206400364544, UNREADABLE),
    (9.40011120620640e21, UNREADABLE),
    ("9.40011E+21", UNREADABLE),
    ("9.40011e21", UNREADABLE),
    ("9,40011E+21", UNREADABLE),
    ("9400111206206400000000", UNREADABLE),
    ("986578788855.0", UNREADABLE),
    (98657878885.5, UNREADABLE),
    (-986578788855, UNREADABLE),
    ("1Z999AA10123456784, 1Z999AA10123456795", UNREADABLE),
    ("1Z999AA10123456784\n1Z999AA10123456795", UNREADABLE),
    ("1Z999AA10123456784 1Z999AA10123456795", UNREADABLE),
    ("986578788855 986578788866", UNREADABLE),
    ("986578788855/986578788866", UNREADABLE),
    ("123456789 987654321", UNREADABLE),  # of one number or of two
    ("123456789-987654321", UNREADABLE),
    ("9400111 2010808 05483016", "9400111201080805483016"),  # its check digit tells
    ("JD01460 0005678901", "JD014600005678901"),
    ("TBA", UNREADABLE),
    ("1Z999AA1012345678４", "1Z999AA10123456784"),
    ("straße12345", UNREADABLE),
    ("1Z999#AA1", UNREADABLE),
    ("1" * 65, UNREADABLE),
    (" ".join(["1"] * 5000), UNREADABLE),
    (True, UNREADABLE),
    (datetime(2026, 11, 20), UNREADABLE),
    (float("nan"), UNREADABLE),
)
def test_a_tracking_number_is_what_the_carrier_printed_or_refused(cell, value):
    assert read(TrackingNumber, cell) == [value]


@each(
    ("UPS", "UPS"),
    ("ups ", "UPS"),
    ("Fed Ex", "FedEx"),
    ("FED-EX", "FedEx"),
    ("net30", "net_30"),
    ("net_30", "net_30"),
    (0, "None"),
    (0.0, "None"),
    ("0", "None"),
    (3, UNREADABLE),
    ("Fedx", UNREADABLE),
    ("-", UNREADABLE),
    ("ＵＰＳ", "UPS"),
    (False, UNREADABLE),
    (datetime(2026, 11, 20), UNREADABLE),
)
def test_a_choice_is_matched_without_case_spaces_and_punctuation(cell, value):
    assert read(Choice, cell) == [value]


@each(
    ("stamps_com", "stamps_com"),
    ("Stamps Com", "stamps_com"),
    ("DHL-Express UK", "dhl_express_uk"),
    ("fed ex", "FedEx"),
    ("ups!", "UPS"),
    ("_amazon", UNREADABLE),
    ("ups/usps", UNREADABLE),
    ("ＵＰＳ", "UPS"),
    ("u" * 64, "u" * 64),
    ("u" * 65, UNREADABLE),
    (True, UNREADABLE),
)
def test_a_carrier_code_is_known_or_snake_case(cell, value):
    assert read(CarrierCode, cell) == [value]


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz -\u00a0\u200b", max_size=40))
def test_a_tracking_number_read_is_the_one_typed_without_spaces_and_case(text):
    value = read(TrackingNumber, text)[0]

    typed = "".join(c for c in text.upper() if c.isalnum() or c == "-")
    assert value in {UNREADABLE, typed, typed.replace("-", "")} or (value is None and not typed)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SK-2026-118842", "SK-2026-118842"),
        ("1Z-999-AA1-01-2345-6784", "1Z999AA10123456784"),
        ("9400-1112-0620-6400-3645-44", "9400111206206400364544"),
    ],
)
def test_hyphens_are_kept_where_they_may_be_part_of_the_number(text, value):
    assert read(TrackingNumber, text) == [value]

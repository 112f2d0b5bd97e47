"""None"""

import string
import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.columns.tracking_numbers import (
    _AT_ONCE,
    Match,
    carriers_of,
    explain,
    infer_carrier,
    odd_ones,
)
from tests.columns.made_numbers import FORMS, carriers, made

COMMERCIAL = ("USPS", "FedEx", "UPS", "DHL")  # a mailer's IMpb number, whoever brings it to USPS
# As carriers, standards and jkeen/tracking_number_data publish them.
PUBLISHED = {
    "UPS": [
        "1Z999AA10123456784",
        "1Z5R89390357567127",
        "1Z879E930346834440",
        "1Z410E7W0392751591",
        "1Z8V92A70367203024",
        "1ZXX3150YW44070023",
        "K1506235620",
        "K2479825491",
        "J4603636537",
        "V0490119172",
    ],
    "FedEx": [
        "986578788855",
        "477179081230",
        "799531274483",
        "041441760228964",
        "568283610012000",
        "568283610012734",
        "9611020987654312345672",
        "1001921334250001000300779017972697",
        "1002297871540001000300790695517286",
        "9622001900000000000000776632517510",
        "9632001560123456789900794808390594",
    ],
    "USPS": [
        "03071790000523483741",
        "71123456789123456787",
        "70160910000108310009",
        "9400111201080805483016",
        "9405803699300124287899",
        "9505511069605048600624",
        "420787459400111206206406260787",
        "RB123456785US",
        "EL595811950US",
    ],
    "DHL": [
        "3318810025",
        "8487135506",
        "73891051146",
        "JJD0099999999",
        "JVGL0999999990",
        "GM2951173225174494",
    ],
}
# Right numbers that more than one carrier may have: the one named need not be the one that prints.
SHARED = [
    ("9374869901600064074368", COMMERCIAL),  # as the ShipEngine documentation shows it
    ("9261292700768711948021", COMMERCIAL),  # FedEx SmartPost
    ("92748931507708513018050063", COMMERCIAL),
    ("9101123456789000000013", COMMERCIAL),
    ("420221539101026837331000039521", COMMERCIAL),
    ("420902459261290336128704042634", COMMERCIAL),
    ("4201002334249200190132607600833457", COMMERCIAL),
    ("4201028200009261290113185417468510", COMMERCIAL),
    ("61299998820821171811", ("USPS", "FedEx")),  # SmartPost as printed, without its 92
    ("71969010756003077385", ("USPS", "FedEx")),  # its 91 is counted in
    ("RB123456785GB", ("USPS", "DHL")),
    ("RR473124829GB", ("USPS", "DHL")),  # the example of UPU S10
]
NO_CHECK_DIGIT = [
    ("12345678901234", ("DHL",)),
    ("8212345678", ("USPS",)),
    ("JD0123456789012", ("DHL",)),
    ("LX00123456789", ("DHL",)),
    ("MI012352ZS16187761", ("UPS", "USPS")),
]
# Carriers print these in their own guides, and their own check digits do not fit.
SAMPLES = [
    ("1Z12345E0205271688", "UPS"),
    ("1Z12345E1234567890", "UPS"),
    ("9400100000000000000000", "USPS"),
    ("9205500000000000000000", "USPS"),
    ("999999999999", "FedEx"),
    ("1234567890", "DHL"),
]
WRONG = [
    ("996578788855", "FedEx"),
    ("568283610012732", "FedEx"),
    ("9600000000000000000001", "FedEx"),
    ("1001901781990001000300617767839438", "FedEx"),
    ("9622001560001234567100794808390595", "FedEx"),
    ("1Z1111111111111111", "UPS"),
    ("K2479825492", "UPS"),
    ("03071790000523483742", "USPS"),
    ("9261292700768711948020", "USPS"),
    ("9261292700768711948020", "FedEx"),
    ("4201028200009261290113185417468511", "USPS"),
    ("RB123456786US", "USPS"),
    ("3318810034", "DHL"),
    ("73891051149", "DHL"),
]


def pairs(numbers):
    return [(number, carrier) for carrier, listed in numbers.items() for number in listed]


@pytest.mark.parametrize(("number", "carrier"), pairs(PUBLISHED))
def test_a_published_number_is_its_carriers(number, carrier):
    assert carrier in carriers(number, True, None)
    assert explain(number, carrier) is None
    assert infer_carrier(number) == carrier
    assert explain(number, None) is None


@pytest.mark.parametrize(("number", "expected"), SHARED)
def test_a_number_that_carriers_share_is_odd_for_none_of_them_and_never_inferred(number, expected):
    assert carriers(number, True) == expected
    assert [explain(number, carrier) for carrier in expected] == [None] * len(expected)
    assert infer_carrier(number) is None


@pytest.mark.parametrize(("number", "expected"), NO_CHECK_DIGIT)
def test_a_form_without_a_check_digit_proves_nothing(number, expected):
    assert carriers(number, None) == expected
    assert [explain(number, carrier) for carrier in expected] == [None] * len(expected)
    assert infer_carrier(number) is None


def test_a_match_names_carrier_form_and_check():
    assert carriers_of("1ZXX3150YW44070023") == (
        Match("UPS", "1Z", True),
        Match("USPS", "SurePost", True),
    )
    assert carriers_of("12345678901234") == (Match("DHL", "14 digits", None),)
    assert carriers_of("986578788856") == (Match("FedEx", "Express", False),)


@pytest.mark.parametrize(("number", "carrier"), WRONG + SAMPLES)
def test_a_wrong_check_digit_is_said(number, carrier):
    assert explain(number, carrier) == (
        f'the check digit of "{number}" does not fit a {carrier} number; compare it with the label'
    )


def test_a_wrong_check_digit_is_said_without_a_carrier_only_where_the_form_is_sure():
    assert explain("1Z12345E0205271688", None) == explain("1Z12345E0205271688", "UPS")
    assert explain("999999999999", None) is None


@pytest.mark.parametrize(
    ("number", "carrier", "like"),
    [
        ("9400111201080805483016", "UPS", "USPS"),
        ("9505511069605048600624", "FedEx", "USPS"),
        ("986578788855", "UPS", "FedEx"),
        ("1Z999AA10123456784", "FedEx", "UPS"),
        ("1Z12345E0205271688", "USPS", "UPS"),  # a 1Z is UPS's whatever its check digit says
        ("3318810025", "UPS", "DHL"),
        ("JJD0099999999", "USPS", "DHL"),
        ("RB123456785GB", "FedEx", "USPS or DHL"),
    ],
)
def test_a_carrier_that_does_not_match_is_said(number, carrier, like):
    assert explain(number, carrier) == (
        f'"{number}" looks like a {like} number, but the carrier is {carrier}; '
        "compare both with the label"
    )


@pytest.mark.parametrize("carrier", ["UPS", "USPS"])
def test_surepost_may_be_named_by_either_carrier(carrier):
    assert explain("1ZXX3150YW44070023", carrier) is None


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("41441760228964", "FedEx"),  # Ground, 15 digits
        ("12345678906", "FedEx"),  # Express, 12 digits
        ("318810026", "DHL"),
    ],
)
def test_a_leading_zero_that_excel_dropped_is_offered(number, carrier):
    assert carriers("0" + number, True) == (carrier,)
    assert explain(number, carrier) == (
        f'with the leading zero that Excel drops from "{number}", 0{number} would be a {carrier} '
        "number; if the label says so, format the column as Text and write it in full"
    )


def test_a_leading_zero_is_not_offered_where_the_number_stands_as_it_is():
    assert explain("41441760228964", "DHL") is None  # 14 digits are DHL's too
    assert explain("41441760228965", "FedEx") is None  # nor would it fit
    assert explain("41441760228964", None) is None


@pytest.mark.parametrize("carrier", ["UPS", "USPS", "FedEx", "DHL", None])
@pytest.mark.parametrize(
    "number", ["", "PRO-123456", "123456789012345678", "TBA123456789000", "1Z"]
)
def test_a_number_of_no_known_form_is_never_odd(number, carrier):
    assert explain(number, carrier) is None


@pytest.mark.parametrize("carrier", ["Other", "OnTrac", "", "x" * 100_000])
def test_a_carrier_of_no_known_rules_is_not_judged(carrier):
    assert explain("1Z12345E0205271688", carrier) is None


@pytest.mark.parametrize("carrier", ["fedex", "Fed Ex", "FEDEX GROUND", "fedex_uk"])
def test_a_carrier_is_known_however_it_is_spelled(carrier):
    assert explain("986578788855", carrier) is None
    assert "the carrier is FedEx" in str(explain("1Z999AA10123456784", carrier))
    assert explain("9400111201080805483016", "stamps_com") is None


@pytest.mark.parametrize("length", [10, 12, 15, 20, 22])
def test_zeros_are_no_number(length):
    assert carriers_of("0" * length) == ()


@given(
    number=st.one_of(
        st.text(max_size=70),
        st.text(alphabet=string.digits, max_size=70),
        st.text(alphabet=string.digits + string.ascii_uppercase, max_size=40),
    ),
    carrier=st.one_of(st.none(), st.text(max_size=20), st.sampled_from(COMMERCIAL)),
)
def test_no_text_is_too_odd_to_be_looked_at(number, carrier):
    said = explain(number, carrier)
    inferred = infer_carrier(number)

    assert said is None or (number in said and said == said.strip() and len(said) < 300)
    assert inferred is None or inferred in {match.carrier for match in carriers_of(number)}


KNOWN = [number for number, _ in pairs(PUBLISHED)]
KNOWN += [number for number, _ in SHARED + NO_CHECK_DIGIT + SAMPLES + WRONG]
LIKELY = st.one_of(
    st.sampled_from(KNOWN), *(made(pattern, complete) for _, pattern, complete, _ in FORMS.values())
)
NUMBERS = st.one_of(
    LIKELY,
    st.builds(
        lambda number, place, other: number[:place] + other + number[place + 1 :],
        LIKELY,
        st.integers(0, 38),
        st.sampled_from(string.digits + string.ascii_uppercase + "a²\n"),
    ),
    st.text(alphabet="0", max_size=40),
    st.text(max_size=40),
    st.none(),
)


@given(
    rows=st.lists(
        st.tuples(NUMBERS, st.one_of(st.sampled_from([*COMMERCIAL, "Other", None]), st.text())),
        max_size=60,
    )
)
def test_many_numbers_at_once_are_as_odd_as_each_alone(rows):
    alone = {i: explain(number, carrier) for i, (number, carrier) in enumerate(rows) if number}

    together = odd_ones([number for number, _ in rows], [carrier for _, carrier in rows])

    assert together == {i: said for i, said in alone.items() if said is not None}


def test_the_odd_ones_of_a_long_sheet_stand_at_their_own_rows():
    rows = [*product(KNOWN, (*COMMERCIAL, None))] * 100
    alone = {row: explain(*row) for row in {*rows}}

    together = odd_ones([number for number, _ in rows], [carrier for _, carrier in rows])

    assert len(rows) > 2 * _AT_ONCE
    assert [*together.items()] == [(i, said) for i, row in enumerate(rows) if (said := alone[row])]


@pytest.mark.parametrize("digit", [" ", "0", "9", "Z", "J", "²"])
def test_a_huge_cell_costs_nothing(digit):
    began = time.process_time()

    assert carriers_of(digit * 100_000) == ()
    assert explain(digit * 100_000, "UPS") is None
    assert time.process_time() - began < 1  # of this process's own time; quadratic takes minutes


def test_a_sheet_of_numbers_takes_little_time():
    numbers = [number for listed in PUBLISHED.values() for number in listed]
    numbers += [number for number, _ in SHARED + WRONG]
    began = time.process_time()

    for i in range(10_000):
        explain(numbers[i % len(numbers)], COMMERCIAL[i % 4])

    assert time.process_time() - began < 2  # ten times what it takes

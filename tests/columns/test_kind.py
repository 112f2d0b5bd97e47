"""Every kind of column over every kind of cell a workbook or a text file holds."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.columns import (
    Capitals,
    CarrierCode,
    Choice,
    Code,
    Identifier,
    Instant,
    Money,
    Text,
    TrackingNumber,
    WholeNumber,
    read_column,
)
from importer.columns.column import Column
from importer.model.cells import Fault
from tests.model.test_cells import ANY_CELL

ABOUT = Column(
    "Column",
    choices={"UPS": "UPS", "FedEx": "FedEx", "Net 30": "net_30", "0": "None", "None": "None"},
    words={"ALL": 0},
    example="se-101",
)
KINDS = [
    Identifier,
    WholeNumber,
    Money,
    Capitals,
    Text,
    Code,
    TrackingNumber,
    Choice,
    CarrierCode,
    Instant,
]
UNREADABLE = object()


def read(kind, *cells):
    """The values of a column, UNREADABLE where there is a problem."""
    values, faults = read_column(kind(), cells, ABOUT)
    return [UNREADABLE if i in faults else value for i, value in enumerate(values)]


def sentence(kind, cell):
    return read_column(kind(), [cell], ABOUT)[1].get(0)


def each(*cases):
    """Cases of (cell, value) with ids a person can read."""
    return pytest.mark.parametrize(
        ("cell", "value"), cases, ids=[f"{type(c).__name__} {c!r}" for c, _ in cases]
    )


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


@each(
    (datetime(2026, 11, 20), date(2026, 11, 20)),
    (datetime(2026, 11, 20, 10, 15), datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    (date(2026, 11, 20), date(2026, 11, 20)),
    (46346, date(2026, 11, 20)),
    (46346.75, date(2026, 11, 20)),
    ("2026-11-20", date(2026, 11, 20)),
    ("2026/11/20", date(2026, 11, 20)),
    ("20261120", date(2026, 11, 20)),
    ("11/20/2026", date(2026, 11, 20)),
    ("20.11.2026", date(2026, 11, 20)),
    ("20-11-2026", date(2026, 11, 20)),
    ("5/5/2026", date(2026, 5, 5)),
    ("20-Nov-2026", date(2026, 11, 20)),
    ("20 Nov 2026", date(2026, 11, 20)),
    ("20 November 2026", date(2026, 11, 20)),
    ("Nov 20, 2026", date(2026, 11, 20)),
    ("November 20, 2026", date(2026, 11, 20)),
    ("20-Nov-26", date(2026, 11, 20)),
    ("'2026-11-20", date(2026, 11, 20)),
    ("2026-11-20 00:00:00", date(2026, 11, 20)),
    ("2026-11-20 10:15", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    ("2026-11-20T10:15:00Z", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    ("2026-11-20T10:15:00+02:00", datetime(2026, 11, 20, 8, 15, tzinfo=UTC)),
    ("11/20/2026 10:15", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    ("3/4/2026", UNREADABLE),
    ("13/13/2026", UNREADABLE),
    ("2/30/2026", UNREADABLE),
    ("2026-02-30", UNREADABLE),
    ("tomorrow", UNREADABLE),
    ("11/20/26", UNREADABLE),
    ("46346", UNREADABLE),
    (20261120, UNREADABLE),
    (0, UNREADABLE),
    (-1.0, UNREADABLE),
    (float("nan"), UNREADABLE),
    (True, UNREADABLE),
    (time(10, 15), UNREADABLE),
    (timedelta(hours=26), UNREADABLE),
    (datetime(1999, 12, 31), UNREADABLE),
    (date(2101, 1, 1), UNREADABLE),
    ("0026-11-20", UNREADABLE),
    ("0001-01-01T00:00:00+14:00", UNREADABLE),
    ("9999-12-31T23:59:59-14:00", UNREADABLE),
)
def test_a_date_is_a_day_or_an_instant_in_utc(cell, value):
    assert read(Instant, cell) == [value]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["3/4/2026", "3/25/2026"], [date(2026, 3, 4), date(2026, 3, 25)]),
        (["3/4/2026", "25/3/2026"], [date(2026, 4, 3), date(2026, 3, 25)]),
        (["25.3.2026", "3.4.2026"], [date(2026, 3, 25), date(2026, 4, 3)]),
        (["3/4/2026", "5/6/2026"], [UNREADABLE, UNREADABLE]),
        (
            ["3/4/2026", "3/25/2026", "25/3/2026"],
            [UNREADABLE, date(2026, 3, 25), date(2026, 3, 25)],
        ),
        (["3/4/2026", datetime(2026, 3, 25)], [UNREADABLE, date(2026, 3, 25)]),
    ],
    ids=["month first", "day first", "with dots", "nothing tells", "both orders", "a typed date"],
)
def test_the_column_settles_the_order_of_day_and_month_or_the_date_is_refused(cells, values):
    assert read(Instant, *cells) == values


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#CALC!"]
)
def test_an_excel_error_is_never_a_value(kind, error):
    told = f"{error} is an Excel error, not a value; fix the formula"

    assert sentence(kind, error) == told
    assert sentence(kind, Fault(error)) == told


@pytest.mark.parametrize("kind", KINDS)
def test_a_formula_that_was_never_calculated_is_never_empty(kind):
    assert sentence(kind, Fault("=B2*2")) == (
        'the formula "=B2*2" has no stored value; open the sheet in Excel and save it'
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0", "\u200b"])
def test_an_empty_cell_is_none_and_no_problem(kind, cell):
    assert read(kind, cell) == [None]


@pytest.mark.parametrize(
    ("kind", "cell", "told"),
    [
        (Identifier, "1_001", '"1_001" is not an id: write its digits only, such as 10001'),
        (WholeNumber, "2.5", '"2.5" is not a whole number; write it in digits'),
        (Money, "$ twelve", '"$ twelve" is not an amount of money; write it like 1234.50'),
        (
            Money,
            "4,95",
            '"4,95" is not an amount of money; write it with a decimal point, like 4.95',
        ),
        (
            Money,
            "$1.234,50",
            '"$1.234,50" is not an amount of money; write it with a decimal point, like 1234.50',
        ),
        (Money, "$", '"$" is not an amount of money; write it like 1234.50'),
        (Money, "1234567890.123456", '"1234567890.123456" has more than 15 digits; round it'),
        (Text, True, '"TRUE" is a yes or no; write it as text'),
        (
            Text,
            date(2026, 11, 20),
            '"2026-11-20" is a date to Excel; format the column as Text and write it again',
        ),
        (Code, "se 101", '"se 101" is not an id: letters, digits and hyphens, such as se-101'),
        (
            TrackingNumber,
            9.40011e21,
            (
                '"9.40011E+21" was stored by Excel as a number and its last digits are lost; '
                "format the column as Text and paste it again"
            ),
        ),
        (
            TrackingNumber,
            "9865787888, 9865787889",
            (
                '"9865787888, 9865787889" holds 2 tracking numbers; give each its own row, or '
                "use --split"
            ),
        ),
        *(
            (
                TrackingNumber,
                cell,
                f'"{told}" holds 2 tracking numbers; give each its own row, or use --split',
            )
            for cell, told in [
                ("986578788855  986578788856", "986578788855  986578788856"),
                ("986578788855-986578788856", "986578788855-986578788856"),
                ("986578788855\r986578788856", "986578788855\n986578788856"),
                ("986578788855\x0b986578788856", "986578788855\n986578788856"),
            ]
        ),
        (
            TrackingNumber,
            "1Z999AA10123456784 and 1Z12345E1512345676",
            (
                '"1Z999AA10123456784 and 1Z12345E1512345676" holds "1Z999AA10123456784 and", which '
                "may not be a tracking number; keep only the numbers in the cell, or give each its "
                "own row"
            ),
        ),
        (
            TrackingNumber,
            "986578788855.0",
            '"986578788855.0" is not a tracking number: letters and digits only',
        ),
        (
            Choice,
            "Fedx",
            '"Fedx" is not one of UPS, FedEx, Net 30, 0. Did you mean FedEx?',
        ),
        (
            Choice,
            "FedEx Ground",
            '"FedEx Ground" is not one of UPS, FedEx, Net 30, 0. Did you mean FedEx?',
        ),
        (Choice, "Net 90", '"Net 90" is not one of UPS, FedEx, Net 30, 0'),
        (CarrierCode, "ups/usps", '"ups/usps" is not a carrier code, such as ups or stamps_com'),
        (Instant, "13/13/2026", '"13/13/2026" is not a date; write it like 2026-11-20'),
        (
            Instant,
            "11/18/26",
            '"11/18/26" has a year of two digits; write the year in four digits, like 2026-11-18',
        ),
        (Instant, "1066-10-14", '"1066-10-14" is in the year 1066; write a date like 2026-11-20'),
        (
            Instant,
            "3/4/2026",
            (
                '"3/4/2026" may be day/month or month/day, and no other date in the column '
                "shows which; write it like 2026-11-20"
            ),
        ),
    ],
    ids=lambda value: value.__name__.removesuffix("Kind") if isinstance(value, type) else None,
)
def test_a_sentence_quotes_the_cell_and_says_what_to_do(kind, cell, told):
    assert sentence(kind, cell) == told


@pytest.mark.parametrize("kind", KINDS)
def test_equal_cells_of_different_types_are_each_read_in_their_own_way(kind):
    together = read(kind, 1, 1.0, True, "1")

    assert together == [read(kind, cell)[0] for cell in (1, 1.0, True, "1")]


@pytest.mark.parametrize("kind", KINDS)
@given(number=st.one_of(st.integers(-5, 100_000), st.integers(-(10**17), 10**17)))
def test_a_whole_number_is_read_alike_as_an_int_and_as_a_float(kind, number):
    stored = float(number)

    alone = read_column(kind(), [int(stored)], ABOUT), read_column(kind(), [stored], ABOUT)

    assert repr(alone[0]) == repr(alone[1])


def test_minus_zero_is_an_amount_of_nothing():
    assert repr(read(Money, -0.0, "-0.00")) == "[Decimal('0'), Decimal('0.00')]"


@pytest.mark.parametrize("kind", KINDS)
@given(cells=st.lists(ANY_CELL, max_size=4))
@example(cells=["0001-01-01T00:00:00+14:00", 10**400])
def test_reading_any_cells_gives_values_or_sentences_and_never_a_float(kind, cells):
    values, faults = read_column(kind(), cells, ABOUT)

    assert len(values) == len(cells)
    assert all(isinstance(v, int | Decimal | date | str | None) for v in values)
    assert all(v is None or v == v for v in values)  # noqa: PLR0124  (NaN is not)
    assert all(values[i] is None and faults[i] for i in faults)


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


@given(st.decimals(0, 10**9, places=2))
def test_money_stored_by_excel_as_a_float_is_the_amount_typed(amount):
    assert read(Money, float(amount)) == [amount]


@pytest.mark.parametrize(
    ("kind", "kept", "value"),
    [
        (Money, "5.10", Decimal("5.10")),
        (Money, None, None),
        (Instant, "2026-11-20", date(2026, 11, 20)),
        (Instant, "2026-11-20T10:15:00+00:00", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
        (Instant, None, None),
        (Text, "007", "007"),
        (WholeNumber, 5, 5),
    ],
)
def test_a_value_comes_back_from_the_journal_as_it_was(kind, kept, value):
    assert kind().from_journal(kept) == value

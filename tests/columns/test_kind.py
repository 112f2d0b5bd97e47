"""Every kind of column over every kind of cell a workbook or a text file holds."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.columns import (
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
from importer.model.cells import Fault
from tests.columns.reading import ABOUT, KINDS, read, sentence
from tests.model.test_cells import ANY_CELL


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
        (Choice, "Fedx", '"Fedx" is not one of UPS, FedEx, Net 30, 0. Did you mean FedEx?'),
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


@pytest.mark.parametrize("kind", KINDS)
@given(cells=st.lists(ANY_CELL, max_size=4))
@example(cells=["0001-01-01T00:00:00+14:00", 10**400])
def test_reading_any_cells_gives_values_or_sentences_and_never_a_float(kind, cells):
    values, faults = read_column(kind(), cells, ABOUT)

    assert len(values) == len(cells)
    assert all(isinstance(v, int | Decimal | date | str | None) for v in values)
    assert all(v is None or v == v for v in values)  # noqa: PLR0124  (NaN is not)
    assert all(values[i] is None and faults[i] for i in faults)


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

"""A cell is what its number format shows."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)
from datetime import date, datetime, time, timedelta

import pytest

from tests.sheets.made import columns, workbook


@pytest.mark.parametrize(
    ("value", "number_format", "cell"),
    [
        (6083, "00000", "06083"),
        (123456, "00000", "123456"),
        (6083.0, "00000", "06083"),
        (6083.5, "00000", 6083.5),
        (-6083, "00000", -6083),
        (9.40011120620640e21, "0" * 22, 9.40011120620640e21),
        (6083, "0", 6083),
        (6083, "0.00", 6083),
        (True, "00", True),
        ("6083", "00000", "6083"),
    ],
)
def test_zeros_that_a_number_format_shows_are_kept_and_lost_digits_are_not_made_up(
    value, number_format, cell
):
    found = columns(workbook([value], formats={"A1": number_format}))

    assert found == [[cell]]
    assert type(found[0][0]) is type(cell)


@pytest.mark.parametrize(
    ("code", "number", "value"),
    [
        ("yyyy-mm-dd", 46124, date(2026, 4, 12)),
        ("yyyy-mm-dd", 46124.5, datetime(2026, 4, 12, 12)),
        ("m/d/yy h:mm", 46124.25, datetime(2026, 4, 12, 6)),
        ("[$-409]d-mmm-yy;@", 61, date(1900, 3, 1)),
        ("dd/mm/yyyy", 2958465, date(9999, 12, 31)),
        ("#,##0.00", 46124, 46124),
        ('0 "days"', 46124, 46124),
        ("0;[Red]-0", 46124, 46124),
        ("0.00E+00", 46124, 46124),
        ("[h]:mm", 1.5, timedelta(hours=36)),
        ("h:mm", 0.5, time(12)),
        ("00000", 6083, "06083"),
    ],
)
def test_a_number_is_what_its_format_shows(code, number, value):
    assert columns(workbook([number], formats={"A1": code})) == [[value]]

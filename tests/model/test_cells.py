# ruff: noqa: DTZ001  (the dates of Excel have no zone)

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.cells import Fault, is_empty, shown

ANY_CELL = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.integers(10**300, 10**400),  # as a workbook made by hand may hold
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.builds(Fault, st.sampled_from(["#N/A", "=B2*2"])),
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("  UPS ", "UPS"),
        (10001, "10001"),
        (10001.0, "10001"),
        (-3.0, "-3"),
        (12.5, "12.5"),
        (274.65999999999997, "274.66"),
        (940011120620640, "940011120620640"),
        (9.40011120620640e21, "9.40011E+21"),
        (9400111206206400364544, "9.40011E+21"),
        (-9.4e21, "-9.40000E+21"),
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 10, 15), "2026-11-20 10:15"),
        (date(2026, 11, 20), "2026-11-20"),
        (time(10, 15), "10:15:00"),
        (timedelta(hours=26), "1 day, 2:00:00"),
        (Fault("#N/A"), "#N/A"),
    ],
    ids=str,
)
def test_a_cell_is_shown_as_excel_shows_it(cell, text):
    assert shown(cell) == text


@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0", "\u200b \ufeff", "\t\r\n", "\x00"])
def test_a_cell_that_shows_nothing_is_empty(cell):
    assert is_empty(cell)


@pytest.mark.parametrize("cell", [0, 0.0, False, "0", "-", Fault("#N/A")])
def test_a_cell_that_shows_something_is_not_empty(cell):
    assert not is_empty(cell)


@given(ANY_CELL)
def test_every_cell_can_be_shown_in_little_space(cell):
    assert len(shown(cell)) <= 200

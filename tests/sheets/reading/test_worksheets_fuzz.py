"""Random tables in each format: no value changes, no row is lost; damaged ones give a sentence."""

import csv
import io
from datetime import date
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.model.errors import SheetError
from importer.sheets.reading.worksheets import read_worksheets
from tests.sheets.made import ods, workbook, xls

# Each example of a workbook starts a process, so there are few; the seed of each run is another.
few = settings(max_examples=20, suppress_health_check=list(HealthCheck))
many = settings(max_examples=200, suppress_health_check=list(HealthCheck))

words = st.text(
    st.characters(whitelist_categories=("L", "N", "P", "S"), blacklist_characters="_=#"),
    min_size=1,
    max_size=12,
)
numbers = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e15, 1e15, allow_nan=False).map(lambda number: float(f"{number:.12g}")),
)
days = st.dates(date(1990, 1, 1), date(2099, 12, 31))


def tables(cells):
    rows = st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.one_of(st.none(), cells), min_size=width, max_size=width), min_size=1
        )
    )
    return rows.filter(lambda table: any(cell is not None for row in table for cell in row))


def as_columns(table):
    """The table column by column, without the empty rows and columns at its end."""
    columns = [list(column) for column in zip_longest(*table)]
    while not any(cell is not None for cell in columns[-1]):
        columns.pop()
    while not any(column[-1] is not None for column in columns):
        columns = [column[:-1] for column in columns]
    return columns


def as_text(table, delimiter=",", encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    return text.getvalue().encode(encoding)


def as_xls(table):
    cells = [
        (i, j, cell)
        for i, row in enumerate(table)
        for j, cell in enumerate(row)
        if cell is not None
    ]
    return xls(*cells)


def read(content):
    (worksheet,) = read_worksheets(Path("dock"), content)
    return worksheet.columns


@few
@given(tables(st.one_of(words, numbers, days, st.booleans())))
def test_a_workbook_is_read_as_it_was_written(table):
    found = read(workbook(*table))

    assert found == as_columns(table)
    assert [type(c) is bool for column in found for c in column] == [
        type(c) is bool for column in as_columns(table) for c in column
    ]


@few
@given(
    tables(
        st.one_of(words.map(lambda word: word.replace("<", "").replace("&", "") or "x"), numbers)
    )
)
def test_an_opendocument_sheet_is_read_as_it_was_written(table):
    assert read(ods(*table)) == as_columns(table)


@few
@given(tables(st.one_of(st.text("abcXYZ0123-", min_size=1, max_size=9), numbers.map(float))))
def test_an_old_excel_workbook_is_read_as_it_was_written(table):
    assert read(as_xls(table)) == as_columns(table)


@many
@given(
    tables(st.text(st.characters(blacklist_categories=("C",)), min_size=1)),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_text_file_is_read_as_it_was_written(table, delimiter, encoding):
    assert read(as_text(table, delimiter, encoding)) == as_columns(table)


def damaged(content, places, cut):
    changed = bytearray(content)
    for place, bits in places:
        changed[place % len(changed)] ^= bits
    return bytes(changed[: len(changed) - cut % len(changed)])


damages = {
    "places": st.lists(st.tuples(st.integers(0, 2**20), st.integers(1, 255)), max_size=6),
    "cut": st.one_of(st.just(0), st.integers(0, 2**20)),
}
TABLE = [["PO ID", "SKU", "Qty"], [10001, "A-1", 5], [10002, "B-2", 7.5]]


@pytest.mark.parametrize(
    "content",
    [workbook(*TABLE), ods(*TABLE), as_xls([TABLE[0], ["a", 1.5, 2.5]])],
    ids=["xlsx", "ods", "xls"],
)
@few
@given(**damages)
def test_a_damaged_workbook_is_read_or_gets_a_sentence(content, places, cut):
    try:
        read_worksheets(Path("dock"), damaged(content, places, cut))
    except SheetError as error:
        assert str(error).startswith("dock")  # noqa: PT017  (a refusal is one of two good ends)


@many
@given(**damages, encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_damaged_text_is_read_or_gets_a_sentence(places, cut, encoding):
    content = as_text([*TABLE, ["Café", "ü", "€"]], encoding=encoding)
    try:
        read_worksheets(Path("dock"), damaged(content, places, cut) or b"x")
    except SheetError as error:
        assert str(error).startswith("dock")  # noqa: PT017  (a refusal is one of two good ends)


@few
@given(rows=st.integers(1, 30), cut=st.integers(1, 400))
def test_a_workbook_cut_anywhere_loses_no_row_in_silence(rows, cut):
    content = workbook(*([n, f"A-{n}"] for n in range(rows)))

    with pytest.raises(SheetError):
        read(content[: -min(cut, len(content) - 1)])

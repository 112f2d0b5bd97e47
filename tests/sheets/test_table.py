"""Which rows below the headings are data, and what is said of the others."""

from dataclasses import replace

import pytest

from importer.operations import operations
from importer.sheets.headings import find_layout
from importer.sheets.table import rows_of_table
from tests.sheets.test_headings import GOOD, TRACKING, worksheet

ADD = [operations()["add_tracking"]]


def table(*rows, visible_only=False, **facts):
    sheet = replace(worksheet(*rows), **facts)
    return rows_of_table(find_layout([sheet], ADD), visible_only=visible_only)


@pytest.mark.parametrize(
    "total",
    [
        ["Total", None, None, None, 12],
        [None, "Grand Total:", None, None, 12],
        ["TOTALS", None, None, None, None],
        ["Summe", None, None, None, 3],
        ["Sub-total", None, 4, None, None],
        ["Total qty shipped", None, 4, None, None],
        ["10001 Total", None, None, None, 4],
        ["Total", 2, None, None, None],
    ],
)
def test_a_total_is_left_out_and_said(total):
    found = table(TRACKING, GOOD, total)

    assert found.numbers == [2]
    assert list(found.aside) == [3]
    assert "A total" in found.aside[3]
    assert found.notes == ["not sent, a total: row 3"]


@pytest.mark.parametrize(
    "row",
    [
        [10001, "TOTAL1234567", "UPS", "2026-11-20", "Fully Shipped"],
        [10001, "1Z999AA10123456784", "Other", "Total Logistics", "Fully Shipped"],
        ["Tot-1", "1Z999AA10123456784", "UPS", "2026-11-20", "Fully Shipped"],
        [10001, None, "UPS", "Total", None],
        [None, "1Z999AA10123456793", "Total Express", "2026-11-20", "Fully Shipped"],
        [None, "1Z999AA10123456793", "Total", "2026-11-20", "Fully Shipped"],
        ["Total Wine", None, None, None, None],
    ],
)
def test_a_row_that_names_its_order_or_parcel_or_a_company_is_no_total(row):
    assert table(TRACKING, GOOD, row).numbers == [2, 3]


def test_the_headings_once_more_are_left_out_and_said():
    found = table(TRACKING, GOOD, TRACKING, GOOD)

    assert found.numbers == [2, 4]
    assert found.aside[3].startswith("The headings again")


def test_hidden_rows_are_taken_and_said_or_left_out_when_asked():
    hidden = {"hidden_rows": frozenset({3}), "filtered": True}

    taken = table(TRACKING, GOOD, GOOD, **hidden)
    left = table(TRACKING, GOOD, GOOD, visible_only=True, **hidden)

    assert taken.numbers == [2, 3]
    assert "hidden by a filter but still imported: row 3" in taken.notes[0]
    assert left.numbers == [2]
    assert list(left.aside) == [3]


def test_struck_rows_are_said():
    found = table(TRACKING, GOOD, GOOD, struck_rows=frozenset({2}))

    assert found.numbers == [2, 3]
    assert found.notes == ["struck through but still imported: row 2"]


def test_a_merged_order_number_counts_for_each_of_its_rows():
    rest = [None, "1Z999AA10123456793", "UPS", "2026-11-20", "Fully Shipped"]

    found = table(TRACKING, GOOD, rest, rest, GOOD, merges=((2, 1, 4, 1),))

    assert found.layout.cells("po_id", found.numbers) == [10001] * 4
    assert found.notes == [
        '"10001" is one merged cell, A2 to A4: its value is used for each of its rows'
    ]


def test_headings_of_two_lines_are_read_as_one():
    above = [None, "Tracking", None, "Shipped", "Shipping"]
    below = ["PO ID", "Number", "Carrier", "On", "Status"]

    layout = find_layout([worksheet(above, below, GOOD)], ADD)

    assert layout.header_row == 2
    assert list(layout.columns.values()) == [0, 1, 2, 3, 4]


def test_a_heading_merged_over_two_columns_stands_above_both():
    above = ["PO ID", "Tracking Number", "Carrier", "Shipping", None]
    below = [None, None, None, "Date", "Status"]
    sheet = replace(worksheet(above, below, GOOD), merges=((1, 4, 1, 5),))

    layout = find_layout([sheet], ADD)

    assert layout.header_row == 2
    assert layout.columns["shipping_status"] == 4


def test_titles_above_headings_of_one_line_change_nothing():
    title = ["Shipment", "advice", None, None, None]

    assert find_layout([worksheet(title, TRACKING, GOOD)], ADD).header_row == 2


def test_a_heading_merged_beyond_the_last_column_is_read():
    above = ["PO ID", "Tracking Number", "Carrier", "Shipping", None]
    below = [None, None, None, "Date", "Status"]
    sheet = replace(worksheet(above, below, GOOD), merges=((1, 4, 1, 9),))

    assert rows_of_table(find_layout([sheet], ADD)).numbers == [3]


TWO_LINES = (
    ["PO", "Tracking", "Carrier", "Shipped", "Shipping"],
    ["ID", "Number", None, "On", "Status"],
)


@pytest.mark.parametrize("gap", [[], [[None] * 5]], ids=["at once", "below a blank row"])
def test_headings_of_two_lines_once_more_are_left_out(gap):
    found = table(*TWO_LINES, GOOD, *gap, *TWO_LINES, GOOD)

    below = 4 + len(gap)
    assert found.numbers == [3, below + 2]
    assert [*found.aside] == [below, below + 1]


BLANK = [None] * 5
LEGEND = (["Code", "Meaning", None, None, None], ["A", "Air", None, None, None])


def test_another_table_is_told_alike_in_the_result_of_an_earlier_run():
    rows = (GOOD, BLANK, *LEGEND)
    said = "Part of another table, which begins in row 4."
    result = [[*row, *two] for row, two in zip(
        (TRACKING, *rows),
        (("Import Status", "Import Error"), ("sent", None), BLANK[:2], *[("unchanged", said)] * 2),
        strict=True,
    )]  # fmt: skip

    first, again = table(TRACKING, *rows), table(*result)

    assert first.aside == again.aside == {4: said, 5: said}


@pytest.mark.parametrize(
    "row", [[None, None, "UPS", None, "Fully Shipped"], [None, None, None, "soon", "None"]]
)
def test_words_that_are_ours_are_no_headings_of_another_table(row):
    assert table(TRACKING, GOOD, BLANK, row, GOOD).numbers == [2, 4, 5]


def test_a_parcel_without_its_order_below_another_table_is_never_left_out():
    lost = [None, "1Z999AA10123456793", "UPS", "2026-11-20", "Fully Shipped"]

    found = table(TRACKING, GOOD, BLANK, *LEGEND, lost)

    assert found.numbers == [2, 6]
    assert "may be part of another table" in found.layout.worksheet.row_faults[6]


def test_merged_cells_that_lie_over_each_other_cost_no_more_than_one():
    rest = [None, "1Z999AA10123456793", "UPS", "2026-11-20", "Fully Shipped"]
    over = tuple((2, 1, last, 1) for last in range(3, 2000))

    found = table(TRACKING, GOOD, *[rest] * 2000, merges=over)

    assert len(found.notes) == 1

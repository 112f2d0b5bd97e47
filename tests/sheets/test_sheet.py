"""What is added to a sheet, and where an earlier run left it."""

import pytest

from importer.sheets.sheet import Results, old_results

RESULTS = Results("Lines", 2, {1: ("sent", "above"), 3: ("sent", "below")})


@pytest.mark.parametrize(
    ("row", "cells"),
    [(1, None), (2, ("Import Status", "Import Error")), (3, ("sent", "below")), (4, None)],
    ids=["title", "headings", "row", "row without a result"],
)
def test_headings_and_the_rows_below_them_get_two_cells(row, cells):
    assert RESULTS.of_row(row) == cells


@pytest.mark.parametrize(
    ("headings", "place"),
    [
        (["PO ID", "Import Status", "Import Error"], 1),
        (["import status ", "IMPORT ERROR", "PO ID"], 0),
        (["Import Status", "Import Error", "PO ID", "Import Status", "Import Error"], 3),
        (["PO ID", "Import Error", "Import Status"], None),
        ([], None),
    ],
    ids=["last", "spelled otherwise", "twice", "the other way round", "none"],
)
def test_the_results_of_an_earlier_run_are_known_by_their_two_headings(headings, place):
    assert old_results(headings) == place

"""A fix file says of each row which row of which run it fixes."""

from pathlib import Path

import pytest

from importer.model.cells import Fault
from importer.model.errors import SheetError
from importer.sheets.fix_marks import Origin, is_fix_file, kept_rows, origin, plain
from importer.sheets.sheet import Worksheet

MARKED = [
    ["Import Row", 4, 7],
    ["Import Status", "invalid", "invalid"],
    ["PO ID", "x", 10001],
    ["Notes", None, None],
    ["Import Run", "12-ab", "12-ab"],
]


def sheet(*columns):
    return Worksheet(Path("dock.fix.xlsx"), "Rows", [list(column) for column in columns])


def test_a_fix_file_says_where_its_rows_come_from():
    match = origin(sheet(*MARKED), 1, [2, 3])

    assert match == Origin("12-ab", {2: 4, 3: 7})
    assert match is not None
    assert match.number == 12
    assert is_fix_file([sheet(["PO ID", 1]), sheet(*MARKED)])


def test_another_sheet_does_not():
    assert origin(sheet(["PO ID", 1], ["Import Row", 4]), 1, [2]) is None
    assert not is_fix_file([sheet(["PO ID", 1]), sheet()])


@pytest.mark.parametrize(
    ("column", "cells", "sentence"),
    [
        (0, ["Import Row", 4, "seven"], "row 3 does not say which row it fixes"),
        (4, ["Import Run", None, "12-ab"], "row 2 does not say which row it fixes"),
        (4, ["Import Run", "12-ab", "13-ab"], "has rows of several runs"),
    ],
    ids=["no row", "no run", "two runs"],
)
def test_marks_that_were_lost_are_said(column, cells, sentence):
    columns = [cells if place == column else kept for place, kept in enumerate(MARKED)]

    with pytest.raises(SheetError, match=sentence):
        origin(sheet(*columns), 1, [2, 3])


def test_a_run_whose_key_was_spoiled_has_no_number():
    assert [Origin(run, {}).number for run in ("ab", "", "1234567890-x")] == [None, None, None]


def test_a_fix_file_of_the_run_holds_the_vendors_cells_by_their_row():
    assert kept_rows(sheet(*MARKED), "12-ab") == {4: ["x", ""], 7: ["10001", ""]}
    assert kept_rows(sheet(*MARKED), "13-ab") is None


def test_an_error_is_written_as_its_text_and_a_formula_never_is():
    assert (plain(Fault("#REF!")), plain(Fault("=A1")), plain(5)) == ("#REF!", "#N/A", 5)

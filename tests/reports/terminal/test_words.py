"""Aligned columns and counted nouns."""

from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.reports.terminal.words import columns_text, counted, indented, rows_words


def test_columns_are_as_wide_as_their_widest_cell_and_lines_end_without_blanks():
    assert columns_text([("run", "sheet"), ("1", "a.csv"), ("1000", "")]) == (
        "run   sheet\n1     a.csv\n1000"
    )


def test_one_is_singular_and_thousands_have_a_comma():
    assert [counted(n, "row") for n in (0, 1, 1234)] == ["0 rows", "1 row", "1,234 rows"]


def test_a_call_names_each_sheet_row_once():
    call = Call("POST", "x", rows=(RowId(4), RowId(4, 2), RowId(7)))

    assert rows_words(call) == "rows 4, 7"


def test_each_line_is_indented():
    assert indented("a\nb") == "  a\n  b"

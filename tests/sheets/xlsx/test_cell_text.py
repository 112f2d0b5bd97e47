"""A text is what a cell can hold of it."""

import pytest

from importer.sheets.xlsx.cell_text import cell_text
from tests.sheets.results_workbooks import bare_workbook, plain_rows, results_in, write


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@x", " spaces ", "two\nlines", "<&>\"'", "ünïcödé 😀", "x" * 32_767],
    ids=["formula", "at", "spaces", "lines", "markup", "unicode", "longest"],
)
def test_a_sentence_arrives_as_it_is(tmp_path, text):
    source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

    write(source, target := tmp_path / "result.xlsx", {2: ("sent", text)})

    assert results_in(target) == {2: ("sent", text)}


def test_what_no_cell_may_hold_is_taken_out():
    assert cell_text("a\x0b\x1b[0m\r\n\tb\ud83d\uffff") == "a[0m\n\tb\\ud83d"
    assert len(cell_text("x" * 40_000)) == 32_767
    assert len(cell_text("😀" * 20_000)) == 16_383

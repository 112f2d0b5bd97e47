"""The results stand right of whatever the worksheet holds."""

from openpyxl import load_workbook

from tests.sheets.results_workbooks import (
    CELLS,
    bare_workbook,
    part,
    plain_rows,
    references,
    results_in,
    write,
)


def test_empty_styled_cells_to_the_right_make_way(tmp_path):
    rows = plain_rows(4).replace("</row>", '<c r="C9" s="0"/><c r="F9" s="0"/></row>')
    for row in range(1, 5):
        rows = rows.replace('"C9"', f'"C{row}"', 1).replace('"F9"', f'"F{row}"', 1)
    source = bare_workbook(tmp_path / "source.xlsx", rows)

    write(source, target := tmp_path / "result.xlsx")

    assert results_in(target) == CELLS
    assert references(part(target))[:5] == ["A1", "B1", "C1", "D1", "F1"]


def test_a_stray_value_is_not_overwritten(tmp_path):
    rows = plain_rows(4) + '<row r="900"><c r="AB900"><v>7</v></c></row>'
    source = bare_workbook(tmp_path / "source.xlsx", rows)

    write(source, target := tmp_path / "result.xlsx")

    assert load_workbook(target)["Orders"]["AC1"].value == "Import Status"

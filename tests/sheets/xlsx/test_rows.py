"""Rows and cells are found however they are spelled."""

import pytest
from openpyxl import load_workbook

from tests.sheets.results_workbooks import CELLS, bare_workbook, part, plain_rows, results_in, write


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param(plain_rows(4), CELLS, id="plain"),
        pytest.param(plain_rows(4).replace('"', "'"), CELLS, id="single quotes"),
        pytest.param(plain_rows(4).replace("<row", "\n  <row"), CELLS, id="on lines of their own"),
        pytest.param(
            plain_rows(2) + '<row r="3" ht="30"/><row ht="9" r="4" spans="1:2"></row>',
            CELLS,
            id="self-closing and empty rows",
        ),
        pytest.param(
            '<row><c t="str"><v>PO ID</v></c></row><row><c><v>1</v></c></row>'
            "<row><c><v>2</v></c></row><row/>",
            CELLS,
            id="no r at all",
        ),
        pytest.param(
            plain_rows(2) + '<row r="4"><c r="A4"><v>1</v></c></row>',
            {2: CELLS[2], 4: CELLS[4]},
            id="a gap",
        ),
        pytest.param(
            plain_rows(4).replace('<c r="A2">', '<c r="A2"><f>1&gt;A1/4</f>'), CELLS, id="a formula"
        ),
    ],
)
def test_rows_of_every_shape_get_their_result(tmp_path, rows, found):
    source = bare_workbook(tmp_path / "source.xlsx", rows)

    result = write(source, target := tmp_path / "result.xlsx")

    assert result.notes == ()
    assert results_in(target) == found


def test_a_namespace_prefix_is_kept(tmp_path):
    rows = plain_rows(4)
    for tag in ("row", "c", "is", "t", "v"):
        rows = rows.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>")
        rows = rows.replace(f"</{tag}>", f"</x:{tag}>")
    source = bare_workbook(tmp_path / "source.xlsx", rows, prefix="x")

    write(source, target := tmp_path / "result.xlsx")

    assert results_in(target) == CELLS
    assert "<row" not in part(target)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (plain_rows(4).replace("<v>2</v>", "<v><![CDATA[2]]></v>"), "CDATA"),
        (plain_rows(4) + "<!-- end -->", "comments"),
        (plain_rows(2) + plain_rows(2), "follows row"),
    ],
    ids=["CDATA", "comment", "rows twice"],
)
def test_what_is_not_understood_is_written_afresh(tmp_path, rows, why):
    source = bare_workbook(tmp_path / "source.xlsx", rows)

    result = write(source, target := tmp_path / "result.xlsx")

    assert why in result.notes[0]
    assert "Import Status" in [cell.value for cell in load_workbook(target)["Orders"][1]]

"""Two readers must agree about the rows of a worksheet."""

import pytest

from importer.model.errors import SheetError
from importer.sheets.reading import child_main as workbooks
from importer.sheets.reading import xlsx_worksheets as xlsx
from importer.sheets.reading.scanning import Scan
from tests.sheets.made import refusal, rewritten, with_rows, workbook

SAVE_AGAIN = "open it in Excel and save it again as .xlsx"


def damaged(part, old, new):
    return rewritten(workbook(["PO ID"], [10001]), part, lambda found: found.replace(old, new))


def test_a_row_that_stands_twice_is_never_lost():
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'

    assert refusal(with_rows(row * 2)) == (
        f"dock.xlsx has row 1 twice, or out of its order; {SAVE_AGAIN}"
    )


def test_readers_that_disagree_about_the_rows_are_a_reason_to_refuse(monkeypatch):
    def broken(*_):
        raise SheetError("is broken")

    scan = Scan(rows=7)
    monkeypatch.setattr(xlsx.Book, "table", broken)
    monkeypatch.setattr(xlsx, "quick_scan", lambda *_: scan)
    head = {"form": "xlsx", "worksheet": None, "careful": False}

    with pytest.raises(SheetError) as refused:
        list(workbooks.read(head, workbook(["PO ID"])))

    assert str(refused.value) == (
        'is read in two ways: worksheet "Sheet" has 1 rows with values for one reader and 7 for '
        f"another; {SAVE_AGAIN}"
    )


def test_two_worksheets_of_one_name_are_refused():
    sheet = '<sheet name="Sheet" sheetId="2" r:id="rId1"/></sheets>'

    assert refusal(damaged("xl/workbook.xml", "</sheets>", sheet)) == (
        f'dock.xlsx has two worksheets "Sheet"; {SAVE_AGAIN}'
    )

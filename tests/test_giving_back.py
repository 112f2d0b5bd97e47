from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from importer.giving_back import Given, give_back
from importer.outcomes import Outcome, Status
from importer.preparation import Wish, prepare
from importer.settings import Settings
from tests.sheets.results_workbooks import SHEET, change_parts

HEADING = ["PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status"]
ROW = ["10001", "1Z999AA10123456784", "UPS", "2026-11-20", "Fully Shipped"]
TEXT = ",".join(HEADING) + "\n" + ",".join(ROW) + "\n"


def given_back(sheet: Path, outcome: Outcome | None = None):
    prepared = prepare(sheet, Wish(), Settings())
    outcomes = {2: outcome or Outcome(Status.SENT)}
    return give_back(Given(sheet, prepared.content, prepared.layout), outcomes)


def workbook(path: Path) -> Path:
    book = Workbook()
    for row in (HEADING, ROW):
        book.active.append(row)
    with path.open("wb") as file:
        book.save(file)
    return path


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("sheet.csv", "sheet.result.csv"),
        ("sheet.TXT", "sheet.result.TXT"),
        ("sheet.xls", "sheet.result.csv"),
        ("sheet.pdf", "sheet.result.csv"),
        ("sheet.xlsx", "sheet.result.csv"),
    ],
)
def test_a_text_file_gets_a_result_named_as_text(tmp_path, name, result):
    (sheet := tmp_path / name).write_text(TEXT)

    given = given_back(sheet)

    assert given.path == tmp_path / result
    assert given.path.read_text().splitlines()[1].endswith(",sent,")


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("sheet.xlsx", "sheet.result.xlsx"),
        ("sheet.xlsm", "sheet.result.xlsm"),
        ("sheet.xls", "sheet.result.xlsx"),
        ("sheet.csv", "sheet.result.xlsx"),
    ],
)
def test_a_workbook_gets_a_result_named_as_a_workbook(tmp_path, name, result):
    given = given_back(workbook(tmp_path / name))

    assert given.path == tmp_path / result
    assert [cell.value for cell in load_workbook(given.path).active[2]][5:] == ["sent", None]


def test_a_workbook_that_cannot_keep_its_ending_writes_over_nobodys_file(tmp_path):
    sheet = workbook(tmp_path / "sheet.xlsm")
    change_parts(sheet, {SHEET: lambda xml: xml.replace(b"</row>", b"</row><!-- odd -->", 1)})
    (tmp_path / "sheet.result.xlsx").write_bytes(b"somebody's")

    given = given_back(sheet)

    assert given.path == tmp_path / "sheet.result-2.xlsx"
    assert given.notes[0].startswith("The formatting could not be kept because")
    assert (tmp_path / "sheet.result.xlsx").read_bytes() == b"somebody's"


def test_a_row_already_sent_is_no_warning(tmp_path):
    sheet = workbook(tmp_path / "sheet.xlsx")

    given = given_back(sheet, Outcome(Status.UNCHANGED, "Sent by run 1."))

    (rules,) = load_workbook(given.path).active.conditional_formatting
    assert rules.rules[1].formula == ['AND(LEN($G2)>0,$F2<>"unchanged")']

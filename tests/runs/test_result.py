import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.runs.check import check_sheet
from importer.runs.prepare import prepare
from importer.runs.result import SourceSheet, write_result
from importer.settings.settings import Settings
from importer.sheets.results.write import write_results
from importer.sheets.sheet import Worksheet
from tests.runs.uploads import HEADINGS, TRACKING, line, statuses, upload
from tests.sheets.made import ods, rewritten, zipped
from tests.sheets.made import workbook as made_workbook
from tests.sheets.reading.test_worksheets_fuzz import as_xls as old_workbook
from tests.sheets.results_workbooks import SHEET, change_parts

HEADING = ["PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status"]
ROW = ["10001", "1Z999AA10123456784", "UPS", "2026-11-20", "Fully Shipped"]
TEXT = ",".join(HEADING) + "\n" + ",".join(ROW) + "\n"


def given_back(sheet: Path, outcome: Outcome | None = None):
    prepared = prepare(sheet, UploadOptions(), Settings())
    outcomes = {RowId(2): outcome or Outcome(Status.SENT)}
    return write_result(SourceSheet(sheet, prepared.content, prepared.layout), outcomes)


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


TABLE = [HEADING, [10001, *ROW[1:3], None, "None"]]


@pytest.mark.parametrize(
    ("name", "content", "result"),
    [
        ("sheet.ods", ods(*TABLE), "sheet.result.xlsx"),
        ("sheet.xls", old_workbook([HEADING, [10001.0, *TABLE[1][1:]]]), "sheet.result.xlsx"),
        ("sheet.xlsx.gz", gzip.compress(made_workbook(*TABLE)), "sheet.result.xlsx"),
        ("sheet.2026.zip", zipped({"a.xlsx": made_workbook(*TABLE)}), "sheet.2026.result.xlsx"),
    ],
)
def test_every_workbook_that_is_read_comes_back(tmp_path, name, content, result):
    (sheet := tmp_path / name).write_bytes(content)

    given = given_back(sheet)

    assert given.path == tmp_path / result
    row = [cell.value for cell in load_workbook(given.path).active[2]]
    assert row == [10001, *ROW[1:3], None, "None", "sent", None]


def test_a_workbook_with_macros_in_a_zip_is_named_as_one(tmp_path):
    content = rewritten(
        made_workbook(*TABLE),
        "[Content_Types].xml",
        lambda xml: xml.replace(
            "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
            "vnd.ms-excel.sheet.macroEnabled.main",
        ),
    )
    (sheet := tmp_path / "sheet.zip").write_bytes(zipped({"a.xlsm": content}))

    assert given_back(sheet).path == tmp_path / "sheet.result.xlsm"


def test_a_text_file_that_came_gzipped_comes_back_as_text(tmp_path):
    (sheet := tmp_path / "sheet.tsv.gz").write_bytes(gzip.compress(TEXT.encode()))

    given = given_back(sheet)

    assert given.path == tmp_path / "sheet.result.tsv"
    assert given.path.read_text().splitlines()[1].endswith(",sent,")


def test_merged_cells_come_back_merged_and_the_same_result_takes_the_same_name(tmp_path):
    book = Workbook()
    for row in (HEADING, ROW, [None, "1Z999AA10123456793", *ROW[2:]]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.save(sheet := tmp_path / "sheet.xlsx")

    first, second = given_back(sheet), given_back(sheet, Outcome(Status.VERIFIED))

    assert first.path == second.path
    page = load_workbook(second.path).active
    assert [page["A2"].value, page["A3"].value, page["F2"].value] == ["10001", None, "verified"]


def test_what_no_new_workbook_can_hold_does_not_keep_the_result_back(tmp_path):
    row = [10001.0, ROW[1], "UPS", None, "None", "a\x01b"]
    (sheet := tmp_path / "sheet.xls").write_bytes(old_workbook([[*HEADING, "Remark"], row]))
    worksheet = Worksheet(sheet, "Week 47/48", [["PO ID", 10001]], form="ods")

    given = given_back(sheet)
    titled = write_results(
        sheet, tmp_path / "b.xlsx", worksheet.name, 1, {2: ("sent", "")}, attention=(),
        read=worksheet,
    )  # fmt: skip

    assert load_workbook(given.path).active["F2"].value == "ab"
    assert load_workbook(titled.path).sheetnames == ["Week 47-48"]


def test_a_result_sheet_can_be_fixed_and_uploaded_again(context, sandbox, sheet):
    first = upload(sheet(HEADINGS, line(), line(number="", po_id=10002)), context)
    edited = first.result.read_text().replace("10002,,UPS", "10002,A12345,UPS")
    first.result.write_text(edited)

    summary = upload(first.result, context)

    assert statuses(summary) == {2: "unchanged", 3: "sent"}
    assert summary.result != first.result
    assert summary.result.read_text().splitlines()[0] == f"{HEADINGS},Import Status,Import Error"


def test_the_sheet_itself_is_never_touched(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    before = path.read_bytes(), path.stat().st_mtime_ns

    upload(path, context)

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_fixed_result_is_never_written_over(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number="", po_id=10002))
    first = check_sheet(path, TRACKING, context.settings).result
    first.write_text(first.read_text().replace("10002,,UPS", "10002,A12345,UPS"))
    edited = first.read_bytes()

    summary = upload(path, context)

    assert summary.result.name == "sheet.result-2.csv"
    assert first.read_bytes() == edited


def test_a_result_that_nobody_fixed_is_written_anew(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    first = check_sheet(path, TRACKING, context.settings).result

    assert upload(path, context).result == first


def test_results_of_results_count_upwards(context, sandbox, sheet):
    first = upload(sheet(HEADINGS, line()), context).result
    second = upload(first, context).result

    third = upload(second, context).result

    assert [p.name for p in (first, second, third)] == [
        "sheet.result.csv",
        "sheet.result-2.csv",
        "sheet.result-3.csv",
    ]


def test_two_sheets_of_one_name_keep_both_results(context, sandbox, sheet, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = sheet(HEADINGS, line(), name="a/dock.csv")
    two = sheet(HEADINGS, line(number="A12345"), name="b/dock.csv")
    options = replace(TRACKING, into=tmp_path / "out")

    results = [check_sheet(path, options, context.settings).result.name for path in (one, two)]

    assert results == ["dock.result.csv", "dock.result-2.csv"]

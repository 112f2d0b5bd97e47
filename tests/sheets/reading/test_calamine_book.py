"""The worksheets of a workbook are listed, and read by calamine."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)
from datetime import date, datetime

from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.sheet import Worksheet
from tests.sheets.made import XLSX, columns, refusal, rewritten, workbook


def test_only_visible_worksheets_are_offered_and_a_hidden_one_only_by_name():
    def arrange(book):
        book.active.title = "Lines"
        book.create_sheet("Old").sheet_state = "hidden"
        book.create_sheet("Older").sheet_state = "veryHidden"
        book["Old"]["A1"] = 5

    content = workbook(["PO ID"], arrange=arrange)

    assert [sheet.name for sheet in read_worksheets(XLSX, content)] == ["Lines"]
    assert read_worksheets(XLSX, content, "Old") == [Worksheet(XLSX, "Old", [[5]])]


def test_a_worksheet_that_is_not_there_is_named_with_those_that_are():
    assert refusal(workbook(["PO ID"]), worksheet="Lines") == (
        'dock.xlsx has no worksheet "Lines"; it has Sheet'
    )


def load_part(content, part):
    found = []
    rewritten(content, part, lambda text: found.append(text.encode()) or text)
    return found[0]


def test_workbooks_that_count_days_from_1904_give_the_same_days():
    days = [date(2026, 11, 20), datetime(2026, 11, 20, 6, 30)]

    def arrange(book):
        book.epoch = datetime(1904, 1, 1)

    content = workbook(days, arrange=arrange)
    assert b"date1904" in load_part(content, "xl/workbook.xml")
    assert columns(content) == [[day] for day in days]


def test_hidden_worksheets_are_named():
    def arrange(book):
        book.create_sheet("Old").sheet_state = "veryHidden"

    (sheet,) = read_worksheets(XLSX, workbook([1], arrange=arrange))

    assert sheet.notes == ('the hidden worksheet "Old" was not read',)


def damaged(part, old, new):
    return rewritten(workbook(["PO ID"], [10001]), part, lambda found: found.replace(old, new))


def test_a_workbook_without_a_visible_worksheet_is_refused():
    content = damaged("xl/workbook.xml", 'state="visible"', 'state="hidden"')

    assert refusal(content) == (
        "dock.xlsx has no visible worksheet; unhide the one to be read and save it"
    )

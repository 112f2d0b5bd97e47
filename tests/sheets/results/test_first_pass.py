import errno
import gc
from io import BytesIO
from pathlib import Path

import pytest

from importer.model.options import UploadOptions
from importer.runs.check import check_sheet
from importer.settings.settings import Settings
from importer.sheets.reading import process as child
from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.results import first_pass as looking_ahead
from importer.sheets.results.first_pass import FirstPass, begin_first_pass
from importer.sheets.results.splice import first_extent
from tests.sheets.made import CSV, XLSX, rewritten, workbook

HEADINGS = ["PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status"]
ROW = ["10001", "1Z999AA10123456784", "UPS", "2026-11-20", "Fully Shipped"]
SHEET = "xl/worksheets/sheet1.xml"
BOOK = workbook(HEADINGS, ROW)


def looked(path, content, header_row=1):
    (worksheet,) = read_worksheets(path, content)
    return begin_first_pass(content, worksheet, header_row)


@pytest.fixture
def every_size(monkeypatch):
    monkeypatch.setattr(looking_ahead, "LARGE", 0)


@pytest.mark.usefixtures("every_size")
def test_another_process_finds_what_one_finds_by_oneself():
    look = looked(XLSX, BOOK)

    assert look is not None
    assert look.extent == first_extent(BytesIO(BOOK), "Sheet", 1)


@pytest.mark.usefixtures("every_size")
@pytest.mark.parametrize("attempt", ["a heading row that is not there", "a damaged worksheet"])
def test_what_cannot_be_looked_at_is_left_to_whoever_writes(attempt):
    damaged = rewritten(BOOK, SHEET, lambda xml: xml.replace("</row>", "</row><!-- -->"))
    content, header_row = (damaged, 1) if "damaged" in attempt else (BOOK, 900)

    look = looked(XLSX, content, header_row)

    assert look is not None
    assert look.extent is None


@pytest.mark.usefixtures("every_size")
def test_a_text_file_is_not_looked_at():
    assert looked(CSV, b"PO ID,Carrier\n10001,UPS\n") is None


def test_a_small_workbook_is_not_worth_a_process():
    assert looked(XLSX, BOOK) is None


@pytest.mark.usefixtures("every_size")
def test_a_process_that_cannot_begin_is_done_without(monkeypatch):
    (worksheet,) = read_worksheets(XLSX, BOOK)
    monkeypatch.setattr("sys.executable", str(Path("nowhere") / "python"))

    look = begin_first_pass(BOOK, worksheet, 1)

    assert look is None


@pytest.mark.usefixtures("every_size")
@pytest.mark.parametrize("module", [child, looking_ahead], ids=["the question", "the answer"])
def test_a_disk_that_is_full_is_done_without(monkeypatch, module):
    def full_disk():
        raise OSError(errno.ENOSPC, "No space left on device")

    (worksheet,) = read_worksheets(XLSX, BOOK)
    monkeypatch.setattr(module, "TemporaryFile", full_disk)

    assert begin_first_pass(BOOK, worksheet, 1) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
@pytest.mark.usefixtures("every_size")
def test_an_answer_that_found_no_room_is_none(monkeypatch):
    (worksheet,) = read_worksheets(XLSX, BOOK)
    with Path("/dev/full").open("r+b") as full:
        monkeypatch.setattr(looking_ahead, "TemporaryFile", lambda: full)

        look = begin_first_pass(BOOK, worksheet, 1)

        assert look is not None
        assert look.extent is None


@pytest.mark.usefixtures("every_size")
def test_a_look_that_nobody_wants_is_ended():
    look = looked(XLSX, BOOK)
    assert look is not None
    process = look._process

    del look
    gc.collect()

    assert process.returncode is not None


@pytest.mark.parametrize("header_row", [1, 3])
def test_the_result_is_the_same_byte_for_byte(tmp_path, monkeypatch, header_row):
    above = [["Orders of the week"], []][: header_row - 1]
    (sheet := tmp_path / "dock.xlsx").write_bytes(workbook(*above, HEADINGS, ROW, ["x", *ROW[1:]]))
    looks = []

    def remembered(*words):
        looks.append(FirstPass(*words))
        return looks[-1]

    monkeypatch.setattr(looking_ahead, "FirstPass", remembered)

    results = []
    for folder, large in (("alone", 2**30), ("ahead", 0)):
        monkeypatch.setattr(looking_ahead, "LARGE", large)
        summary = check_sheet(sheet, UploadOptions(into=tmp_path / folder), Settings())
        results.append(summary.result.read_bytes())

    assert [look.extent.last_row for look in looks] == [header_row + 2]
    assert results[0] == results[1]

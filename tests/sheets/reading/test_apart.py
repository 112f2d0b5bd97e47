"""The process that reads a workbook may crash, hang or run out of memory: a sentence says so."""

import errno
import sys
from pathlib import Path

import pytest

from importer.model.errors import SheetError
from importer.sheets.reading import apart as isolation
from importer.sheets.reading import process as child
from importer.sheets.reading.apart import Limits, read_apart
from importer.sheets.reading.container import Form
from tests.sheets.made import columns, refusal, with_rows, workbook

RELATIONS = "xl/_rels/workbook.xml.rels"
SAVE_AGAIN = "open it in Excel and save it again as .xlsx"


def test_what_breaks_the_reader_breaks_another_process_only(monkeypatch):
    monkeypatch.setattr(child, "_START", "import os; os.abort()")

    assert refusal(workbook([1])) == (
        "dock.xlsx cannot be read: the reader crashed, as it does on files that are damaged or "
        f"made to do harm; {SAVE_AGAIN}"
    )


def test_what_breaks_the_reader_is_read_with_care_once_more(monkeypatch):
    ask, heads = isolation._ask, []

    def broken_at_first(head, *rest):
        heads.append(head["careful"])
        return ask(head, *rest) if head["careful"] else isolation._BROKE

    monkeypatch.setattr(isolation, "_ask", broken_at_first)

    assert columns(workbook([1])) == [[1]]
    assert heads == [False, True]


def test_a_reader_that_cannot_begin_is_said(monkeypatch):
    monkeypatch.setattr("sys.executable", str(Path("nowhere") / "python"))

    assert refusal(workbook([1])).startswith(
        "dock.xlsx cannot be read: no process could be started ("
    )


def test_a_disk_that_is_full_is_said(monkeypatch):
    monkeypatch.setattr(child, "TemporaryFile", full_disk)

    assert refusal(workbook([1])) == (
        "dock.xlsx cannot be read: no process could be started (No space left on device); "
        "make room for temporary files, close other programs, and try again"
    )


def full_disk():
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_reader_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(child, "_START", "import time; time.sleep(60)")
    monkeypatch.setattr(isolation, "_PATIENCE", 0.01)

    with pytest.raises(SheetError, match="takes more than 5 seconds to read"):
        read_apart(workbook([1]), Form.XLSX, None, Limits(isolation.MEMORY, 5))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of memory")
def test_a_workbook_that_needs_too_much_memory_is_refused():
    row = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="CV{0}"><v>1</v></c></row>'
    rows = "".join(row.format(number) for number in range(1, 60_000))

    with pytest.raises(SheetError, match=r"memory to be read|reader crashed"):
        read_apart(with_rows(rows), Form.XLSX, None, Limits(64 * 2**20, 10))

"""Files that cannot be read are refused with a sentence."""

import os
import re
import sys

import pytest

from importer.model.errors import SheetError
from importer.sheets.reading.worksheets import read_content, read_worksheets
from tests.sheets.made import CSV, XLSX, refusal, rewritten, workbook


def damaged(part, old, new):
    return rewritten(workbook(["PO ID"], [10001]), part, lambda found: found.replace(old, new))


def test_the_content_of_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "dock.csv"
    path.write_bytes(b"PO ID\r\n1\r\n")

    assert read_content(path) == b"PO ID\r\n1\r\n"


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n"], ids=["no byte", "only blanks"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "dock.csv"
    path.write_bytes(content)

    with pytest.raises(SheetError, match=r"^dock\.csv is empty$"):
        read_content(path)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "dock.csv", tmp_path):
        with pytest.raises(SheetError) as refused:
            read_content(path)
        assert str(refused.value) == f"{path} is not there, or is not a file"


def test_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("importer.sheets.reading.worksheets.MOST_BYTES", 2**20)
    path = tmp_path / "dock.csv"
    path.write_bytes(b"1" * (2**20 + 1))

    with pytest.raises(SheetError, match=r"^dock\.csv is larger than 1 MB; split it$"):
        read_content(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none in its folders")
def test_a_link_and_a_pipe_are_refused(tmp_path):
    sheet, link, pipe = tmp_path / "dock.csv", tmp_path / "link.csv", tmp_path / "pipe.csv"
    sheet.write_text("PO ID\n")
    link.symlink_to(sheet)
    os.mkfifo(pipe)

    for path, told in (
        (link, "is a link; give the file itself"),
        (pipe, "is not there, or is not"),
    ):
        with pytest.raises(SheetError, match=re.escape(told)):
            read_content(path)


def test_text_has_no_worksheets():
    with pytest.raises(SheetError, match=r"^dock\.csv is a text file and has no worksheet Lines$"):
        read_worksheets(CSV, b"PO ID\n", "Lines")


def test_a_worksheet_that_is_not_there_is_named():
    assert (
        refusal(workbook([1]), XLSX, "Lines") == 'dock.xlsx has no worksheet "Lines"; it has Sheet'
    )

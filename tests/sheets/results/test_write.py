"""None"""

import os
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from importer.model.errors import UsageError
from importer.model.files import WrittenResult
from importer.sheets.results.write import write_results
from importer.sheets.sheet import TextFormat
from tests.sheets.results_workbooks import (
    ATTENTION,
    CELLS,
    bare_workbook,
    part,
    plain_rows,
    results_in,
    write,
)


class TestWriting:
    def test_a_result_open_in_another_program_gets_a_neighbor(self, tmp_path, monkeypatch):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        target = tmp_path / "result.xlsx"
        replace = Path.replace

        def held_open(part, path):
            if path == target:
                raise PermissionError(13, "in use")
            return replace(part, path)

        monkeypatch.setattr(Path, "replace", held_open)
        result = write(source, target)

        assert result.path == tmp_path / "result (2).xlsx"
        assert result.notes == (
            '"result.xlsx" is in use by another program, so see "result (2).xlsx".',
        )
        assert results_in(result.path) == CELLS

    def test_a_full_disk_leaves_the_old_result_and_no_litter(self, tmp_path, monkeypatch):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        (target := tmp_path / "result.xlsx").write_text("an earlier result")

        def full(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write(source, target)

        assert target.read_text() == "an earlier result"
        assert sorted(tmp_path.iterdir()) == [target, source]

    def test_a_folder_that_is_missing_is_told_by_the_name_of_the_result(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

        with pytest.raises(FileNotFoundError) as raised:
            write(source, target := tmp_path / "nowhere" / "result.xlsx")

        assert raised.value.filename == str(target)
        assert ".part" not in str(raised.value)

    def test_a_folder_in_the_way_is_told_and_kept(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        (target := tmp_path / "result.xlsx").mkdir()

        with pytest.raises(IsADirectoryError) as raised:
            write(source, target)

        assert raised.value.filename == str(target)
        assert sorted(tmp_path.iterdir()) == [target, source]

    def test_the_sheet_itself_is_never_the_target(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

        with pytest.raises(UsageError, match="is the sheet itself"):
            write(source, source)

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
    def test_others_may_read_the_result_as_any_file(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        (other := tmp_path / "other").touch()

        write(source, target := tmp_path / "result.xlsx")

        assert target.stat().st_mode == other.stat().st_mode


class TestCells:
    def test_excel_escapes_are_no_letters(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

        write(source, target := tmp_path / "result.xlsx", {2: ("sent", "a_x0041_b")})

        assert "a_x005F_x0041_b" in part(target)


def test_many_rows_are_all_answered(tmp_path):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    sheet.append(["PO ID", "SKU"])
    for row in range(2, 20_002):
        sheet.append([row, f"a rather long stock keeping unit number {row}"])
    book.save(source := tmp_path / "source.xlsx")
    cells = {row: ("sent", f"parcel {row}" if row % 3 else "") for row in range(2, 20_002)}

    write(source, target := tmp_path / "result.xlsx", cells)

    assert results_in(target) == cells


def test_a_text_file_is_spliced_as_text(tmp_path):
    (source := tmp_path / "source.csv").write_bytes(b"PO ID;SKU\r\n1;x\r\n")

    result = write_results(
        source,
        target := tmp_path / "result.csv",
        None,
        1,
        {2: ("invalid", "=a;b")},
        attention=ATTENTION,
        text_format=TextFormat("utf-8", ";"),
    )

    assert result == WrittenResult(target)
    assert (
        target.read_bytes() == b'PO ID;SKU;Import Status;Import Error\r\n1;x;invalid;"\'=a;b"\r\n'
    )

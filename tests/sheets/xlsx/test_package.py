"""All parts of a package but the changed ones keep their very bytes."""

import io
import zipfile

import pytest

from importer.model.errors import SheetError
from tests.sheets.results_workbooks import (
    CELLS,
    SHEET,
    bare_workbook,
    change_parts,
    different_parts,
    plain_rows,
    raw_member,
    results_in,
    write,
)


def test_a_package_written_as_a_stream_stays_as_it_was(tmp_path):
    class Stream(io.RawIOBase):  # cannot seek, so that each member gets a data descriptor
        def writable(self):
            return True

        def write(self, block):
            pieces.append(bytes(block))
            return len(block)

    pieces = []
    made = bare_workbook(tmp_path / "made.xlsx", plain_rows(4))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(Stream(), "w") as new:
        new.comment = b"from the warehouse"
        for number, name in enumerate(old.namelist()):
            kind = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            new.writestr(name, old.read(name), kind)
        new.writestr("xl/pr\u00e4gung.bin", b"own")
    (source := tmp_path / "source.xlsx").write_bytes(b"".join(pieces))

    write(source, target := tmp_path / "result.xlsx")

    assert different_parts(source, target) == {SHEET}
    assert results_in(target) == CELLS
    assert raw_member(source, "xl/workbook.xml") == raw_member(target, "xl/workbook.xml")
    with zipfile.ZipFile(target) as book:
        assert book.comment == b"from the warehouse"


def test_a_utf_16_worksheet_is_written_afresh(tmp_path):
    source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
    declared = b"<?xml version='1.0' encoding='UTF-16'?>"
    change_parts(source, {SHEET: lambda xml: (declared + xml).decode().encode("utf-16")})

    result = write(source, target := tmp_path / "result.xlsx")

    assert "formatting could not be kept" in result.notes[0]
    assert results_in(target) == CELLS


def test_a_worksheet_that_defines_entities_is_refused(tmp_path):
    source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
    bomb = b'<!DOCTYPE worksheet [<!ENTITY a "aaaa">]>'
    change_parts(source, {SHEET: lambda xml: bomb + xml})

    with pytest.raises(SheetError, match="is a damaged workbook"):
        write(source, tmp_path / "result.xlsx")

    assert list(tmp_path.iterdir()) == [source]

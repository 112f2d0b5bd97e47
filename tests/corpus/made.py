"""Sheets made here, one for each promise of the reading, with the outcome each must have."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openpyxl.styles import Font

from tests.corpus.outcomes import outcome
from tests.sheets.made import compound, ods, with_rows, workbook, xls, zipped

HEADINGS = ("PO ID", "SKU", "Qty")
TEXT = b"PO ID,SKU,Qty\n10001,A-1,5\n10002,B-2,7\n"
ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
SAVE_AGAIN = "open it in Excel and save it again as .xlsx"


@dataclass(frozen=True, slots=True)
class Made:
    file: str  # its name says what it is for
    content: bytes
    expect: str  # how the outcome begins

    def got(self) -> str:
        return outcome(self.file, self.content)

    def fits(self, got: str) -> bool:
        return got.startswith(self.expect)


def _book(*rows: Any, **more: Any) -> bytes:
    return workbook(HEADINGS, *rows, **more)


def _arranged(arrange: Callable[[Any], None]) -> bytes:
    return _book([10001, "A-1", 5], [10002, "B-2", 7], arrange=arrange)


def _hidden_worksheet(book: Any) -> None:
    book.create_sheet("Old").sheet_state = "hidden"


def _hidden_row(book: Any) -> None:
    book.active.row_dimensions[3].hidden = True


def _struck_row(book: Any) -> None:
    for cell in book.active[2]:
        cell.font = Font(strike=True)


def _merged(book: Any) -> None:
    book.active.merge_cells("A2:A3")


def _days_from_1904(book: Any) -> None:
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001  (Excel's days have no zone)
    book.active["D2"] = datetime(2026, 11, 20, tzinfo=UTC).date()


MADE = [
    Made("plain.xlsx", _book([10001, "A-1", 5]), "read 2 rows"),
    Made("named-wrongly.csv", _book([10001, "A-1", 5]), "read 2 rows"),
    Made("text-named.xlsx", TEXT, "read 3 rows"),
    Made("old-excel.xls", xls((0, 0, "PO ID"), (1, 0, 10001.0)), "read 2 rows"),
    Made("old-excel-error.xls", xls((0, 0, "PO ID"), (1, 0, b"\x2a")), "read 2 rows, 1 faults"),
    Made("open.ods", ods(HEADINGS, [10001, "A-1", 5]), "read 2 rows"),
    Made("semicolons.csv", TEXT.replace(b",", b";"), "read 3 rows"),
    Made("tabs.tsv", TEXT.replace(b",", b"\t"), "read 3 rows"),
    Made("bars.psv", TEXT.replace(b",", b"|"), "read 3 rows"),
    Made("unicode-text.txt", TEXT.decode().replace(",", "\t").encode("utf-16"), "read 3 rows"),
    Made("code-page.csv", TEXT.replace(b"A-1", b"Caf\xe9"), "read 3 rows, 1 notes"),
    Made("told-delimiter.csv", b"sep=;\n" + TEXT.replace(b",", b";"), "read 3 rows"),
    Made("gzipped.xlsx.gz", gzip.compress(_book([10001, "A-1", 5])), "read 2 rows"),
    Made("zipped.zip", zipped({"dock.csv": TEXT}), "read 3 rows"),
    Made("error-cell.xlsx", _book(["#N/A", "A-1", 5]), "read 2 rows, 1 faults"),
    Made("never-calculated.xlsx", _book([10001, "A-1", "=A2*2"]), "read 2 rows, 1 faults"),
    Made("hidden-worksheet.xlsx", _arranged(_hidden_worksheet), "read 3 rows, 1 notes"),
    Made("hidden-row.xlsx", _arranged(_hidden_row), "read 3 rows, 1 hidden"),
    Made("struck-row.xlsx", _arranged(_struck_row), "read 3 rows, 1 struck"),
    Made("merged.xlsx", _arranged(_merged), "read 3 rows, 1 merges"),
    Made("days-from-1904.xlsx", _arranged(_days_from_1904), "read 3 rows"),
    Made("formatted-to-the-end.xlsx", with_rows(f'{ROW}<row r="1048576" s="1"/>'), "read 1 rows"),
    Made("no-addresses.xlsx", with_rows("<row><c><v>1</v></c></row>"), "read 1 rows"),
    Made("empty-workbook.xlsx", workbook(), "read 0 rows"),
    Made("web-page.xls", b"<html><table></table></html>", "refused: is a web page (HTML)"),
    Made(
        "sign-in.xlsx", b'<html><input type="password"></html>', "refused: is a web page that asks"
    ),
    Made("picture.csv", b"\x89PNG\r\n\x1a\n", "refused: is a picture"),
    Made("password.xlsx", compound({"EncryptedPackage": bytes(4096)}), "refused: is protected"),
    Made("cut-off.xlsx", _book([10001, "A-1", 5])[:-99], "refused: is a damaged workbook or zip"),
    Made("cut-off.csv", TEXT[:-4], "refused: , line 3: the last line has 2 of 3 fields"),
    Made("open-quote.csv", TEXT.replace(b"A-1", b'"A-1'), "refused: , line 2: a quote is opened"),
    Made("nothing.csv", TEXT.replace(b"A-1", b"A\0"), "refused: , line 2: contains a NUL byte"),
    Made("japanese.csv", "品番,数量\n".encode("shift_jis"), "refused: is neither UTF-8"),
    Made("two-files.zip", zipped({"a": "1", "b": "2"}), "refused: is a zip of 2 files"),
    Made("twice.xlsx", with_rows(ROW * 2), "refused: has row 1 twice"),
    Made(
        "far-cell.xlsx",
        with_rows(f'{ROW}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "refused: has values from A1 to XFD1048576",
    ),
]

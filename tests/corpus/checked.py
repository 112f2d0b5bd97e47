"""Sheets made here, one for each promise about values and tables, checked as a user checks them.

What each must come to is the status of every row with the beginning or a part of what is said of
it, and what is said of the sheet as a whole.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl.styles import Font

from importer.model.errors import SheetError
from importer.model.options import ReadingOptions, UploadOptions
from importer.runs.check import check_sheet
from importer.settings.settings import Settings
from tests.sheets.made import workbook

TRACKING = ["PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status"]
UPS = "1Z999AA10123456784"
DAY = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Checked:
    """`rows` is row -> "status" or "status: a part of its sentence"; `said` parts of the notes."""

    file: str
    content: bytes
    rows: Mapping[int, str] = field(default_factory=dict)
    said: Sequence[str] = ()
    refused: str = ""  # a part of the sentence, where the whole sheet is
    options: UploadOptions = field(default_factory=UploadOptions)

    @property
    def expect(self) -> str:
        told = ", ".join(f"{row} {what}" for row, what in self.rows.items())
        return f"refused: {self.refused}" if self.refused else told

    def got(self) -> str:
        """Every row's outcome, and the notes, in one line."""
        with tempfile.TemporaryDirectory() as folder:
            sheet = Path(folder) / self.file
            sheet.write_bytes(self.content)
            try:
                summary = check_sheet(sheet, self.options, Settings())
            except SheetError as error:
                return f"refused: {error}"
        rows = [
            f"{number} {outcome.status}{': ' * bool(outcome.sentence)}{outcome.sentence}"
            for number, outcome in summary.outcomes.items()
        ]
        return " | ".join([*rows, *(f"said: {note}" for note in summary.notes)])

    def fits(self, got: str) -> bool:
        if self.refused:
            return got.startswith("refused: ") and self.refused in got
        told = [part for part in got.split(" | ") if not part.startswith("said: ")]
        notes = [part for part in got.split(" | ") if part.startswith("said: ")]
        outcomes = dict(part.split(" ", 1) for part in told)
        return {int(row) for row in outcomes} == set(self.rows) and (
            all(_has(outcomes[str(row)], what) for row, what in self.rows.items())
            and all(any(part in note for note in notes) for part in self.said)
        )


def _has(outcome: str, what: str) -> bool:
    """Whether an outcome has the status, and says what it must; nothing where nothing is asked."""
    status, _, sentence = what.partition(": ")
    found, _, told = outcome.partition(": ")
    return found == status and (sentence in told if sentence else not told)


def _sheet(
    *rows: Sequence[Any],
    headings: Sequence[Any] = TRACKING,
    arrange: Callable[[Any], None] | None = None,
) -> bytes:
    return workbook(headings, *rows, arrange=arrange)


def _number(cell: Any, carrier: str = "UPS") -> list[Any]:
    """A sound row, but for its tracking number."""
    return [10001, cell, carrier, DAY, "Fully Shipped"]


def _date(cell: Any, number: str = UPS) -> list[Any]:
    return [10001, number, "UPS", cell, "Fully Shipped"]


def _csv(*lines: str) -> bytes:
    return "\n".join([",".join(TRACKING), *lines, ""]).encode()


GOOD = _number(UPS)
OTHER = [10002, "1Z999AA10123456793", "UPS", DAY, "Fully Shipped"]
THIRD = [10003, "1Z12345E0205271688", "UPS", DAY, "Fully Shipped"]
LOST = "was stored by Excel as a number and its last digits are lost"


def _value(title: str, cell: Any) -> bytes:
    """A sheet of item values in which one cell is of interest."""
    return workbook(["PO ID", "PO Item ID", title], [10001, 501, cell])


def _in_1904(book: Any) -> None:
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001  (Excel's days have no zone)
    book.active["D2"] = datetime(2026, 11, 20, tzinfo=UTC).date()


def _hidden(book: Any) -> None:
    book.active.row_dimensions[3].hidden = True


def _struck(book: Any) -> None:
    for cell in book.active[3]:
        cell.font = Font(strike=True)


def _merged_order(book: Any) -> None:
    book.active.merge_cells("A2:A3")


def _second_worksheet(book: Any) -> None:
    second = book.create_sheet("Second")
    second.append(TRACKING)
    second.append(GOOD)


def _two_lines() -> bytes:
    above = [None, "Tracking", None, "Shipped", "Shipping"]
    below = ["PO ID", "Number", "Carrier", "On", "Status"]
    return workbook(above, below, GOOD)


CHECKED = [
    # What Excel did
    Checked("digits-lost.xlsx", _sheet(_number(9.40011e21)), {2: f"invalid: {LOST}"}),
    Checked("digits-lost-as-text.xlsx", _sheet(_number("9.4E+21")), {2: f"invalid: {LOST}"}),
    Checked(
        "digits-lost.csv",
        _csv("10001,9.40011E+21,UPS,2026-11-20,Fully Shipped"),
        {2: f"invalid: {LOST}"},
    ),
    Checked("fifteen-digits.xlsx", _sheet(_number(123456789012312, "FedEx")), {2: "planned"}),
    Checked("twelve-digits.xlsx", _sheet(_number(986578788855.0, "FedEx")), {2: "planned"}),
    Checked(
        "leading-zero.xlsx",
        _sheet(_number(39813852983, "FedEx")),
        {2: "planned: 039813852983 would be a FedEx number"},
    ),
    Checked("day-as-number.xlsx", _sheet(_date(46346)), {2: "planned"}),
    Checked("days-of-1904.xlsx", _sheet(GOOD, arrange=_in_1904), {2: "planned"}),
    Checked("named-month.xlsx", _sheet(_date("20-Nov-2026")), {2: "planned"}),
    Checked(
        "order-of-days-told.csv",
        _csv(
            f"10001,{UPS},UPS,3/4/2026,Fully Shipped",
            "10002,1Z999AA10123456793,UPS,25/3/2026,Fully Shipped",
        ),
        {2: "planned", 3: "planned"},
        ["as row 3 alone tells"],
    ),
    Checked(
        "order-of-days-open.csv",
        _csv(f"10001,{UPS},UPS,3/4/2026,Fully Shipped"),
        {2: "invalid: may be day/month or month/day"},
    ),
    Checked("error-cell.xlsx", _sheet(_number("#REF!")), {2: "invalid: #REF! is an Excel error"}),
    Checked("yes-or-no.xlsx", _sheet(_number(True)), {2: "invalid: is a yes or no"}),
    Checked("no-value.xlsx", _sheet(_number("=B9")), {2: "invalid: has no stored value"}),
    Checked("invisible.xlsx", _sheet(_number(f"\u200b{UPS}\u00a0")), {2: "planned"}),
    Checked(
        "full-width.xlsx", _sheet(_number("１Ｚ９９９ＡＡ１０１２３４５６７８４")), {2: "planned"}
    ),
    Checked("text-mark.xlsx", _sheet(_number(f"'{UPS}")), {2: "planned"}),
    Checked(
        "two-numbers.xlsx",
        _sheet(_number(f"{UPS}; 1Z999AA10123456793")),
        {2: "invalid: holds 2 tracking numbers"},
    ),
    Checked(
        "two-numbers-split.xlsx",
        _sheet(_number(f"{UPS}; 1Z999AA10123456793")),
        {2: "planned"},
        ["each taken by itself: row 2"],
        options=UploadOptions(ReadingOptions(split=True)),
    ),
    Checked("thousands.xlsx", _value("Qty Units Ordered", "1,200"), {2: "planned"}),
    Checked("money.xlsx", _value("Unit Price", "$1,234.50"), {2: "planned"}),
    Checked("decimal-comma.xlsx", _value("Unit Price", "1.234,50"), {2: "invalid: decimal point"}),
    Checked("percent.xlsx", _value("Qty Units Ordered", "5%"), {2: "invalid: whole number"}),
    # Where the table is
    Checked(
        "row-7.xlsx",
        workbook(["Acme Ltd"], [None], ["Shipment advice"], [None], [None], [None], TRACKING, GOOD),
        {8: "planned"},
    ),
    Checked("blank-rows.xlsx", _sheet(GOOD, [None], OTHER), {2: "planned", 4: "planned"}),
    Checked(
        "blank-columns.xlsx",
        workbook([None, *TRACKING[:2], None, *TRACKING[2:]], [None, *GOOD[:2], None, *GOOD[2:]]),
        {2: "planned"},
    ),
    Checked("two-line-headings.xlsx", _two_lines(), {3: "planned"}),
    Checked(
        "headings-again.xlsx",
        _sheet(GOOD, TRACKING, OTHER),
        {2: "planned", 3: "unchanged: The headings again", 4: "planned"},
        ["row 3"],
    ),
    Checked(
        "total.xlsx",
        _sheet(GOOD, OTHER, ["Total", 2]),
        {2: "planned", 3: "planned", 4: "unchanged: A total"},
        ["not sent, a total: row 4"],
    ),
    Checked(
        "second-table.xlsx",
        _sheet(GOOD, OTHER, [None], ["Returns", None], ["RMA", "Reason"], [77, "Broken"]),
        {
            2: "planned",
            3: "planned",
            5: "unchanged: Part of another table",
            6: "unchanged: Part of another table",
            7: "invalid: may be part of another table",
        },
        ["not sent, part of another table: rows 5, 6"],
    ),
    Checked(
        "hidden-row.xlsx",
        _sheet(GOOD, OTHER, arrange=_hidden),
        {2: "planned", 3: "planned"},
        ["hidden in the sheet but still imported: row 3"],
    ),
    Checked(
        "visible-only.xlsx",
        _sheet(GOOD, OTHER, arrange=_hidden),
        {2: "planned", 3: "unchanged: Hidden"},
        ["skipped, hidden"],
        options=UploadOptions(ReadingOptions(visible_only=True)),
    ),
    Checked(
        "struck-row.xlsx",
        _sheet(GOOD, OTHER, arrange=_struck),
        {2: "planned", 3: "planned"},
        ["struck through but still imported: row 3"],
    ),
    Checked(
        "merged-order.xlsx",
        _sheet(GOOD, [None, *OTHER[1:]], arrange=_merged_order),
        {2: "planned", 3: "planned"},
        ["one merged cell"],
    ),
    Checked(
        "two-worksheets.xlsx",
        _sheet(GOOD, arrange=_second_worksheet),
        refused="all fit; choose the worksheet",
    ),
    Checked(
        "unknown-columns.xlsx",
        _sheet([*GOOD, "x", "y"], headings=[*TRACKING, "Buyer", "Dock"]),
        {2: "planned"},
        ["not used: Buyer, Dock"],
    ),
    Checked("headings-only.xlsx", _sheet(), refused="no rows below"),
    Checked(
        "heading-twice.xlsx",
        _sheet([*GOOD, UPS], headings=[*TRACKING, "Tracking Number"]),
        refused="the heading of more than one column",
    ),
    Checked(
        "field-too-many.csv",
        _csv(f"10001,{UPS},UPS,2026-11-20,Fully Shipped,more", f"10002,{UPS},UPS,2026-11-20,2"),
        {2: "invalid: the line has 6 fields", 3: "planned"},
    ),
]

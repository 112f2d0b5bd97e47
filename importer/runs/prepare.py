"""Reads, checks and plans a sheet: all that can be known before anything is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.columns import Value
from importer.model.calls import Call
from importer.model.errors import SheetError
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import RowId, sheet_rows
from importer.model.sheet_rows import by_sheet_row, problems_by_sheet_row
from importer.model.spelling import listed
from importer.model.summary import Summary
from importer.operations.operation import Operation
from importer.runs.split_cells import Lines, split_lines, whole_rows
from importer.runs.validate import Validation, validate
from importer.sending.plan import make_call, parts
from importer.settings.settings import Settings
from importer.settings.vendor_profile import VendorProfile
from importer.sheets.fix_marks import Origin
from importer.sheets.fix_marks import origin as origin_of
from importer.sheets.headings import Layout
from importer.sheets.reading.worksheets import read_content
from importer.sheets.results.first_pass import FirstPass, begin_first_pass
from importer.sheets.table import TableRows, rows_of_table
from importer.vendors.recognize import recognize

if TYPE_CHECKING:
    from importer.journal import Earlier  # brings SQLAlchemy, which a check can spare


@dataclass(frozen=True)  # without slots: the calls are made once, when needed
class Prepared:
    """A sheet read, checked and planned; nothing of it has been sent."""

    content: bytes
    layout: Layout
    validation: Validation
    rows: Mapping[RowId, Any]  # those to be sent
    parts: Sequence[Sequence[Any]]  # the rows of one call each
    date_only_at: time
    outcomes: Mapping[RowId, Outcome]  # of every row: planned, or why not
    earlier: "Mapping[RowId, Earlier]"  # of rows that an earlier run has sent, or may have sent
    remarks: Sequence[str] = ()  # what the vendor's profile made of the sheet
    vendor: str | None = None  # whose profile that is
    origin: Origin | None = None  # of a fix file: the rows that its rows fix
    first_pass: FirstPass | None = None  # of the worksheet, for a result that follows at once

    @property
    def operation(self) -> Operation[Any]:
        return self.layout.operation

    @cached_property
    def calls(self) -> list[Call]:
        """Those that carry the rows; what only counts them is spared their bodies."""
        return [make_call(self.operation, part, self.date_only_at) for part in self.parts]

    @property
    def notes(self) -> list[str]:
        """What a person should hear of the sheet as a whole."""
        notes = [*self.layout.worksheet.notes, *self.remarks]
        if self.layout.unknown:
            notes.append(f"not used: {', '.join(self.layout.unknown)}")
        return notes

    def summary(self, sheet: Path, **more: Any) -> Summary:
        return Summary(
            sheet=sheet,
            worksheet=self.layout.worksheet.name,
            operation=self.operation.name,
            problems=[
                *problems_by_sheet_row(self.validation.problems),
                *problems_by_sheet_row(self.validation.warnings),
            ],
            outcomes=by_sheet_row(more.pop("outcomes", self.outcomes)),
            **{"calls": len(self.parts), **more},
        )


SentBefore = Callable[[Operation[Any], Sequence[Any], Origin | None], "Mapping[RowId, Earlier]"]


def prepare(
    sheet: Path,
    options: UploadOptions,
    settings: Settings,
    sent_before: SentBefore | None = None,
    *,
    result_follows: bool = False,
) -> Prepared:
    """Reads, checks and plans; raises SheetError, UsageError, or SettingsError of a profile.

    `sent_before` finds the good rows that an earlier run has sent or may have sent. With
    `result_follows` the first pass of the result begins while the rows are validated.
    """
    content, reading = read_content(sheet), options.reading
    recognized = recognize(sheet, content, reading, settings)
    layout, profile = recognized.layout, recognized.profile
    first_pass = (
        begin_first_pass(content, layout.worksheet, layout.header_row) if result_follows else None
    )
    operation, table = layout.operation, _table(layout, reading)
    origin = origin_of(layout.worksheet, layout.header_row, table.numbers)
    lines = _lines(table, reading, profile)
    validation = _validated(table, lines, reading, profile)
    good = validation.good_rows(operation)
    aside = _withheld(operation, validation, good, options)
    earlier: Mapping[RowId, Earlier] = {}
    if sent_before is not None:
        waiting = [row for row in good if row.id not in aside]
        earlier = sent_before(operation, waiting, origin)
        aside |= {id_: sent.outcome for id_, sent in earlier.items()}
    rows = {row.id: row for row in good if row.id not in aside}
    return Prepared(
        content,
        layout,
        validation,
        rows,
        parts(operation, list(rows.values())),
        settings.date_only_at,
        _outcomes(validation, aside, table),
        earlier,
        [*table.notes, *lines.notes, *validation.notes, *recognized.remarks(table)],
        vendor=recognized.vendor,
        origin=origin,
        first_pass=first_pass,
    )


def _table(layout: Layout, reading: ReadingOptions) -> TableRows:
    name = layout.worksheet.path.name
    table = rows_of_table(layout, visible_only=reading.visible_only)
    if not table.numbers:
        why = f"none to send; {'; '.join(table.notes)}" if table.aside else "no rows below"
        raise SheetError(f"{name} has headings in row {layout.header_row} and {why}")
    return table


def _lines(table: TableRows, reading: ReadingOptions, profile: VendorProfile | None) -> Lines:
    layout, numbers = table.layout, table.numbers
    cells = {name: layout.cells(name, numbers) for name in layout.columns}
    if reading.split or (profile and profile.split):
        return split_lines(layout.operation, numbers, cells)
    return whole_rows(numbers, cells)


def _validated(
    table: TableRows, lines: Lines, reading: ReadingOptions, profile: VendorProfile | None
) -> Validation:
    faults = table.layout.worksheet.row_faults
    return validate(
        table.layout.operation,
        lines.ids,
        lines.cells,
        faults,
        profile,
        strict_tracking=reading.strict_tracking,
        infer_carriers=reading.infer_carrier or bool(profile and profile.infer_carrier),
    )


def _outcomes(
    validation: Validation, aside: Mapping[RowId, Outcome], table: TableRows
) -> dict[RowId, Outcome]:
    """Of every row: planned, or why not."""
    outcomes = dict.fromkeys(validation.ids, Outcome(Status.PLANNED))
    outcomes |= _with_problems(Status.PLANNED, validation.warnings)
    outcomes |= aside
    outcomes |= _with_problems(Status.INVALID, validation.problems)
    if not table.aside:
        return outcomes
    outcomes |= {RowId(row): Outcome(Status.UNCHANGED, why) for row, why in table.aside.items()}
    return dict(sorted(outcomes.items()))


def _withheld(
    operation: Operation[Any], validation: Validation, good: Sequence[Any], options: UploadOptions
) -> dict[RowId, Outcome]:
    """Good rows that wait until others are fixed, as --strict and --whole-po ask."""
    invalid = sorted(validation.invalid)
    if not invalid:
        return {}
    if options.strict:
        wait = _until("--strict holds the whole sheet", invalid)
        return {row.id: wait for row in good}
    return _withheld_orders(operation, validation, good, invalid) if options.whole_po else {}


def _withheld_orders(
    operation: Operation[Any], validation: Validation, good: Sequence[Any], invalid: list[RowId]
) -> dict[RowId, Outcome]:
    orders = dict(zip(validation.ids, validation.values[operation.po], strict=True))
    bad: dict[Value, list[RowId]] = {}
    for row in invalid:
        bad.setdefault(orders[row], []).append(row)
    waits = {po: _until("--whole-po holds the purchase order", rows) for po, rows in bad.items()}
    return {row.id: waits[po] for row in good if (po := getattr(row, operation.po)) in waits}


def _until(held: str, invalid: Sequence[RowId]) -> Outcome:
    rows = sheet_rows(invalid)
    fixed = f"row {rows[0]} is" if len(rows) == 1 else f"rows {listed(rows)} are"
    return Outcome(Status.UNSENT, f"not sent: {held} until {fixed} fixed")


def _with_problems(status: Status, problems: Sequence[Problem]) -> dict[RowId, Outcome]:
    by_row: dict[RowId, list[Problem]] = {}
    for problem in problems:
        by_row.setdefault(problem.id, []).append(problem)
    return {id_: Outcome(status, problems=tuple(several)) for id_, several in by_row.items()}

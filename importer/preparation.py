"""A sheet read, checked and planned: everything that can be known of it before anything is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importer.calls import Call
from importer.errors import SheetError
from importer.kinds import Value
from importer.operation import Operation
from importer.operations import operation as operation_named
from importer.operations import operations
from importer.outcomes import Outcome, Problem, Status
from importer.planning import plan_calls
from importer.settings import Settings
from importer.sheets.headings import Layout, find_layout
from importer.sheets.reading import read_content, read_worksheets
from importer.spelling import listed
from importer.summaries import Summary
from importer.validation import Validation, validate


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for, beside the sheet."""

    operation: str | None = None  # None: as the headings say
    worksheet: str | None = None  # None: the one that fits
    into: Path | None = None  # the folder of the result; None: beside the sheet
    whole_po: bool = False  # a bad row holds back the others of its purchase order
    strict: bool = False  # a bad row holds back the whole sheet
    again: bool = False  # send what an earlier run has sent


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sheet read, checked and planned; nothing of it has been sent."""

    content: bytes
    layout: Layout
    validation: Validation
    rows: Mapping[int, Any]  # row number -> row, of those to be sent
    calls: Sequence[Call]
    outcomes: Mapping[int, Outcome]  # of every row: planned, or why not

    @property
    def operation(self) -> Operation[Any]:
        return self.layout.operation

    @property
    def warnings(self) -> dict[int, str]:
        """What is said beside a row that is sent all the same."""
        return _sentences(self.validation.warnings)

    @property
    def notes(self) -> list[str]:
        """What a person should hear of the sheet as a whole."""
        notes = list(self.layout.worksheet.notes)
        if self.layout.unknown:
            notes.append(f"not used: {', '.join(self.layout.unknown)}")
        return notes

    def summary(self, sheet: Path, **more: Any) -> Summary:
        return Summary(
            sheet=sheet,
            worksheet=self.layout.worksheet.name,
            operation=self.operation.name,
            problems=[*self.validation.problems, *self.validation.warnings],
            **{"outcomes": self.outcomes, "calls": len(self.calls), **more},
        )


Earlier = Callable[[Operation[Any], Sequence[Any]], Mapping[int, Outcome]]


def prepare(
    sheet: Path, wish: Wish, settings: Settings, earlier: Earlier | None = None
) -> Prepared:
    """Reads, checks and plans; raises SheetError or UsageError.

    `earlier` tells which of the good rows need not be sent, and what became of them.
    """
    content = read_content(sheet)
    candidates = [operation_named(wish.operation)] if wish.operation else [*operations().values()]
    layout = find_layout(read_worksheets(sheet, content, wish.worksheet), candidates)
    numbers = layout.rows
    if not numbers:
        raise SheetError(f"{sheet.name} has headings in row {layout.header_row} and no rows below")
    cells = {name: layout.cells(name, numbers) for name in layout.columns}
    validation = validate(layout.operation, numbers, cells, layout.worksheet.row_faults)
    good = validation.good_rows(layout.operation)
    aside = _held_back(layout.operation, validation, good, wish)
    if earlier is not None:
        aside |= earlier(layout.operation, [row for row in good if row.number not in aside])
    rows = {row.number: row for row in good if row.number not in aside}
    calls = plan_calls(layout.operation, list(rows.values()), settings.date_only_at)
    invalid = _sentences(validation.problems)
    warnings = _sentences(validation.warnings)
    outcomes = {
        number: Outcome(Status.INVALID, invalid[number])
        if number in invalid
        else aside.get(number, Outcome(Status.PLANNED, warnings.get(number, "")))
        for number in numbers
    }
    return Prepared(content, layout, validation, rows, calls, outcomes)


def _held_back(
    operation: Operation[Any], validation: Validation, good: Sequence[Any], wish: Wish
) -> dict[int, Outcome]:
    """Good rows that wait for the mending of others, as --strict and --whole-po ask."""
    invalid = sorted(validation.invalid)
    if not invalid:
        return {}
    if wish.strict:
        sentence = f"held back with the whole sheet: mend row {listed(invalid)} first"
        return {row.number: Outcome(Status.UNSENT, sentence) for row in good}
    if not wish.whole_po:
        return {}
    owner = operation.group_by[0]
    owners = dict(zip(validation.numbers, validation.values[owner], strict=True))
    bad: dict[Value, list[int]] = {}
    for number in invalid:
        bad.setdefault(owners[number], []).append(number)
    return {
        row.number: Outcome(
            Status.UNSENT, f"held back: mend row {listed(bad[getattr(row, owner)])} first"
        )
        for row in good
        if getattr(row, owner) in bad
    }


def _sentences(problems: Sequence[Problem]) -> dict[int, str]:
    """Row -> all that is to be said of it, each with its column's title."""
    found: dict[int, list[str]] = {}
    for problem in problems:
        said = f"{problem.column}: {problem.message}" if problem.column else problem.message
        found.setdefault(problem.row, []).append(said)
    return {number: "; ".join(sentences) for number, sentences in found.items()}

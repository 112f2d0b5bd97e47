"""Reads each cell to a value, then checks the values, and reports every problem.

Two steps, because pandera alone goes blind in a column once one of its cells cannot be coerced.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd
import pandera.backends.pandas.builtin_checks  # noqa: F401  (else loaded once the sheet is read)
import pandera.pandas as pa

from importer.columns import Value, read_column
from importer.columns.tracking_numbers import infer_carrier, odd_ones
from importer.model.cells import Cell, shown
from importer.model.outcomes import Problem, ProblemKind
from importer.model.row_ids import RowId
from importer.model.spelling import listed
from importer.operations.operation import Field, Operation
from importer.settings.vendor_profile import VendorProfile


@dataclass(frozen=True, slots=True)
class Validation:
    """The rows of a sheet as read: good ones as rows of their operation, and all problems."""

    ids: Sequence[RowId]
    values: Mapping[str, Sequence[Value]]  # field name -> a value for each of `ids`
    problems: Sequence[Problem]  # in sheet order
    warnings: Sequence[Problem]  # of rows that are sent all the same
    notes: Sequence[str] = ()  # of columns as a whole

    @property
    def invalid(self) -> set[RowId]:
        return {problem.id for problem in self.problems}

    def good_rows(self, operation: Operation[Any]) -> list[Any]:
        """The rows without a problem, in sheet order."""
        rows = operation.make_rows(self.ids, self.values)
        invalid = self.invalid
        return [row for row in rows if row.id not in invalid] if invalid else rows


def validate(
    operation: Operation[Any],
    ids: Sequence[RowId],
    cells: Mapping[str, Sequence[Cell]],
    row_faults: Mapping[int, str] | None = None,
    profile: VendorProfile | None = None,
    *,
    strict_tracking: bool = False,
    infer_carriers: bool = False,
) -> Validation:
    """Read and check the cells of each field; a field without cells is a column that is absent.

    `row_faults` has what is wrong with a row as a whole; `profile` what the vendor's own words
    mean and what fills empty cells. With `strict_tracking` an odd tracking number is a problem,
    not a warning; with `infer_carriers` an unambiguous number fills an empty carrier.
    """
    findings = _Findings(ids, cells, profile)
    faults = row_faults or {}
    findings.problems += [
        Problem(row, "", "", faults[row.row], ProblemKind.ROW) for row in ids if row.row in faults
    ]
    values = {field.name: findings.read(field) for field in operation.fields}
    if infer_carriers:
        findings.fill_carriers(operation, values)
    frame = _frame(operation, values)
    for field in operation.fields:
        findings.need(field, frame[field.name])
    findings.compare_tracking(
        operation, values, findings.problems if strict_tracking else findings.warnings
    )
    findings.check(operation, values, frame)
    return Validation(ids, values, *findings.in_sheet_order(operation), findings.notes)


class _Findings:
    """The problems and warnings of a sheet, over its cells."""

    def __init__(
        self,
        ids: Sequence[RowId],
        cells: Mapping[str, Sequence[Cell]],
        profile: VendorProfile | None,
    ) -> None:
        self.ids = ids
        self.cells = cells  # as the sheet has them, to be quoted
        self.profile = profile
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.notes: list[str] = []
        self.unreadable: dict[str, set[int]] = defaultdict(set)

    def read(self, field: Field) -> list[Value]:
        if field.name not in self.cells and self.profile is None:
            return [None] * len(self.ids)
        cells, about = self.cells.get(field.name, [None] * len(self.ids)), field.about
        if self.profile is not None:
            cells, about = self.profile.cells(field.title, cells), self.profile.column(about)
        values, faults = read_column(field.kind, cells, about)
        for i, message in faults.items():
            self.unreadable[field.name].add(i)
            self._add(self.problems, i, field, message)
        if remark := field.kind.remark(cells, about):
            row, message = self.ids[remark[0]].row, remark[1]
            self.notes.append(f"{field.title}: {message}, as row {row} alone tells; {_ONE_DAY}")
        return values

    def need(self, field: Field, values: pd.Series) -> None:
        """A value that is needed and empty is a problem, unless its cell has one already."""
        if not field.needed:
            return
        empty = field.about.if_empty or "is empty, and needed"
        for i in values.isna().to_numpy().nonzero()[0].tolist():
            if i not in self.unreadable[field.name]:
                self._add(self.problems, i, field, empty, ProblemKind.EMPTY)

    def fill_carriers(self, operation: Operation[Any], values: Mapping[str, list[Value]]) -> None:
        """Fills empty carriers from unambiguous tracking numbers, with a warning each."""
        for number, carrier in _tracked(operation):
            choices = carrier.about.choices
            for i, named in enumerate(values[carrier.name]):
                if named is not None or i in self.unreadable[carrier.name]:
                    continue
                inferred = infer_carrier(str(values[number.name][i] or ""))
                value = choices.get(inferred) if inferred and choices else inferred
                if value is not None:
                    values[carrier.name][i] = value
                    self._add(self.warnings, i, carrier, _FILLED.format(value))

    def compare_tracking(
        self, operation: Operation[Any], values: Mapping[str, Sequence[Value]], into: list[Problem]
    ) -> None:
        """Reports tracking numbers that do not fit their carriers."""
        for number, carrier in _tracked(operation):
            blind = self.unreadable[carrier.name]
            numbers = cast("Sequence[str | None]", values[number.name])
            carriers = cast("Sequence[str | None]", values[carrier.name])
            for i, odd in odd_ones(numbers, carriers).items():
                if i not in blind:
                    self._add(into, i, number, odd)

    def check(
        self, operation: Operation[Any], values: Mapping[str, Sequence[Value]], frame: pd.DataFrame
    ) -> None:
        """Every check of the model; those on good rows only come last, over the rows still good."""
        every, among_good = _schemas(operation)
        self._note(operation, values, frame, every)
        if invalid := {problem.id for problem in self.problems}:
            frame = frame.loc[[row not in invalid for row in self.ids]]
        self._note(operation, values, frame, among_good)

    def _note(
        self,
        operation: Operation[Any],
        values: Mapping[str, Sequence[Value]],
        frame: pd.DataFrame,
        schema: pa.DataFrameSchema,
    ) -> None:
        fields = {field.name: field for field in operation.fields}
        for failure in _failures(schema, frame):
            blind = set().union(*(self.unreadable[name] for name in failure.looks_at))
            rows = [i for i in failure.rows if i not in blind]
            others = failure.rows_alike(values, self.ids)
            into = self.warnings if failure.warning else self.problems
            for i in rows:
                facts = {name: _quoted(column[i]) for name, column in values.items()}
                message = failure.message.format(**facts, rows=others(i))
                self._add(into, i, fields[failure.field], message)

    def _add(
        self,
        into: list[Problem],
        i: int,
        field: Field,
        message: str,
        kind: ProblemKind = ProblemKind.CELL,
    ) -> None:
        cells = self.cells.get(field.name)
        value = "" if cells is None else shown(cells[i])
        if into is self.warnings:
            kind = ProblemKind.WARNING
        into.append(Problem(self.ids[i], field.title, value, message, kind))

    def in_sheet_order(self, operation: Operation[Any]) -> tuple[list[Problem], list[Problem]]:
        place = {field.title: i for i, field in enumerate(operation.fields)}
        invalid = {problem.id for problem in self.problems}

        def order(problem: Problem) -> tuple[RowId, int]:
            return problem.id, place.get(problem.column, -1)

        whole = {problem.id for problem in self.problems if not problem.column}
        problems = [p for p in self.problems if p.id not in whole or not p.column]
        kept = [warning for warning in self.warnings if warning.id not in invalid]
        return sorted(problems, key=order), sorted(kept, key=order)


_ONE_DAY = "dates like 2026-11-20 leave no doubt"
_FILLED = "was empty; {} was filled in, as the tracking number tells"


def _tracked(operation: Operation[Any]) -> list[tuple[Field, Field]]:
    """The columns of the tracking number and of its carrier, where the operation has them."""
    fields = {field.name: field for field in operation.fields}
    pairs = [operation.tracking] if operation.tracking else []
    return [(fields[number], fields[carrier]) for number, carrier in pairs]


def _frame(operation: Operation[Any], values: Mapping[str, Sequence[Value]]) -> pd.DataFrame:
    columns = {field.name: field.kind.series(values[field.name]) for field in operation.fields}
    return pd.DataFrame(columns, copy=False)


@dataclass(frozen=True, slots=True)
class _Failure:
    """One check that some rows did not pass."""

    field: str
    rows: Sequence[int]  # positions
    message: str  # with the row's fields in braces
    looks_at: Sequence[str]  # fields without which it cannot be judged
    within: Sequence[str] = ()
    good_rows_only: bool = False
    warning: bool = False

    def rows_alike(
        self, values: Mapping[str, Sequence[Value]], ids: Sequence[RowId]
    ) -> Callable[[int], str]:
        """For each position the failing rows that share its values of `within`: "4, 7 and 9"."""
        alike: dict[tuple[Value, ...], list[int]] = defaultdict(list)

        def shared(i: int) -> tuple[Value, ...]:
            return tuple(values[name][i] for name in self.within)

        if self.within:
            for i in self.rows:
                alike[shared(i)].append(ids[i].row)
        return lambda i: listed(alike[shared(i)])


def _schemas(operation: Operation[Any]) -> tuple[pa.DataFrameSchema, pa.DataFrameSchema]:
    """The model's checks in two steps: those of each row, and those among good rows only."""
    last = [c for c in operation.schema.checks if (c.statistics or {})["good_rows_only"]]
    first = [c for c in operation.schema.checks if c not in last]
    return (
        pa.DataFrameSchema(operation.schema.columns, checks=first),
        pa.DataFrameSchema(checks=last),
    )


def _failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> Iterator[_Failure]:
    """The checks that failed, read from their masks, so that many failures cost no more."""
    try:
        schema.validate(frame, lazy=True, inplace=True)  # else it is copied; nothing is coerced
    except pa.errors.SchemaErrors as errors:
        for error in errors.schema_errors:
            passed = error.check_output
            if passed is None:  # not a failure of values: the schema and the frame do not fit
                raise
            rows = [int(i) for i in passed.index[~passed.astype(bool)]]
            yield _failure(error, rows)


_LONGEST_QUOTE = 200  # characters
_SENTENCES = {
    "greater_than_or_equal_to": '"{{{field}}}" is too small; write {min_value} or more',
    "less_than_or_equal_to": '"{{{field}}}" is too large; write {max_value} or less',
    "str_length": '"{{{field}}}" is longer than {max_value} characters; shorten it',
}


def _failure(error: Any, rows: Sequence[int]) -> _Failure:
    check = error.check
    facts = check.statistics or {}
    if "looks_at" in facts:
        return _Failure(rows=rows, message=check.error, **facts)
    field = str(error.schema.name)
    if check.name == "str_matches":
        other = error.schema.metadata["column"].if_other.replace("{", "{{").replace("}", "}}")
        return _Failure(field, rows, f'"{{{field}}}" {other}', [field])
    return _Failure(field, rows, _SENTENCES[check.name].format(field=field, **facts), [field])


def _quoted(value: Value) -> str:
    """
    >>> _quoted(10001), len(_quoted("W" * 4000))
    ('10001', 200)
    """
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"

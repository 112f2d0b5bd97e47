"""What sheets and runs say against what the platform has: each purchase order is read once."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from importer.columns import Value
from importer.journal import Journal, RowRecord, RunRecord
from importer.model.calls import Call
from importer.model.cells import shown
from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.operations import operation_named
from importer.operations.operation import Operation
from importer.reconcile.compare import Agreement, Compared, compare, po_of, values_of
from importer.runs.journal_rows import rows_of_journal
from importer.runs.prepare import prepare
from importer.sending.read_back import Access, Reader, ask_each_once, by_path
from importer.sending.verdicts import JudgedReply, Verdict
from importer.settings.settings import Settings
from importer.sheets.headings import Layout

SourcedRow = tuple[str, Any]  # the sheet or run, and its row
RowOf = tuple[str, RowId]  # the sheet or run, and its id


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows to be reconciled; `aside` are those that cannot be, with why."""

    operation: Operation[Any]
    rows: Sequence[SourcedRow]
    aside: Sequence[Compared] = ()
    sources: Sequence[str] = ()  # in the order of the report
    since: Mapping[RowOf, Mapping[str, str]] = field(default_factory=dict)
    # ^ fields that a later run has set to something else, and the row that did


@dataclass(frozen=True, slots=True)
class Extra:
    """What the platform has and no row says, in the platform's words."""

    po: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One GET: what was asked, and what came."""

    path: str
    asked_at: datetime
    seconds: float
    answer: str
    rows: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    operation: Operation[Any]
    account: str
    sources: Sequence[str]
    begun_at: datetime
    ended_at: datetime
    rows: Sequence[Compared]
    extras: Sequence[Extra] = ()
    questions: Sequence[Question] = ()
    notes: Sequence[str] = field(default_factory=list)

    @property
    def attention(self) -> int:
        """How many rows need attention."""
        return sum(row.needs_attention for row in self.rows)


def reconcile(
    subject: Subject, access: Access, *, on_read: Callable[[int], object] = lambda _: None
) -> Reconciliation:
    """Asks the platform for each purchase order once, within the account's limit; sends nothing.

    `on_read` gets the number of rows that each answer shows. Raises SignInRefused, and the errors
    of `Connection`'s own making. What cannot be asked is `not checked`, with the reason.
    """
    begun_at = datetime.now(UTC)
    operation = subject.operation
    asked, silent = by_path(subject.rows, lambda sourced: operation.question([sourced[1]]))

    def read(reader: Reader, path: str, rows: list[SourcedRow]) -> _Answered:
        answered = _ask(reader, subject, path, rows)
        on_read(len(rows))
        return answered

    answers = ask_each_once(access, asked, read)
    return Reconciliation(
        operation=operation,
        account=access.account.name,
        sources=subject.sources,
        begun_at=begun_at,
        ended_at=datetime.now(UTC),
        rows=_in_order(subject, [_unreadable(operation, *sourced) for sourced in silent], answers),
        extras=[extra for answer in answers for extra in answer.extras],
        questions=[answer.question for answer in answers],
    )


@dataclass(frozen=True, slots=True)
class _Answered:
    """What one GET tells: its rows, and what else the platform has there."""

    rows: Sequence[Compared]
    extras: Sequence[Extra]
    question: Question


def _in_order(
    subject: Subject, unreadable: Sequence[Compared], answers: Sequence[_Answered]
) -> list[Compared]:
    """All rows in the order of their sources, and of their sheets."""
    order = {source: at for at, source in enumerate(subject.sources)}
    rows = [*subject.aside, *unreadable, *(row for answer in answers for row in answer.rows)]
    return sorted(rows, key=lambda row: (order[row.source], row.id))


def _ask(reader: Reader, subject: Subject, path: str, rows: Sequence[SourcedRow]) -> _Answered:
    """One purchase order: its rows, and what else is there."""
    asked_at, begun = datetime.now(UTC), time.monotonic()
    answer = reader.ask(Call("GET", path))
    seconds = round(time.monotonic() - begun, 3)
    question = Question(path, asked_at, seconds, _answer_words(answer), len(rows))
    compared = [_compared(subject, source, row, answer) for source, row in rows]
    return _Answered(compared, _extras(subject.operation, rows, answer), question)


def _extras(
    operation: Operation[Any], rows: Sequence[SourcedRow], answer: JudgedReply | None
) -> list[Extra]:
    if answer is None or answer.verdict is not Verdict.ACCEPTED or answer.reply is None:
        return []
    every = [row for _, row in rows]
    po = po_of(operation, every[0])
    return [Extra(po, values) for values in operation.extras(every, answer.reply.json)]


def _compared(subject: Subject, source: str, row: Any, answer: JudgedReply | None) -> Compared:
    operation = subject.operation
    if answer is not None and answer.verdict is Verdict.ACCEPTED and answer.reply is not None:
        since = subject.since.get((source, row.id), {})
        return replace(compare(operation, row, answer.reply.json, since), source=source)
    agreement, why = Agreement.NOT_CHECKED, "not asked: it was stopped before"
    if answer is not None:
        agreement = Agreement.NOT_FOUND if answer.not_found else Agreement.NOT_CHECKED
        why = answer.sentence
    po, ours = po_of(operation, row), values_of(operation, row)
    return Compared(row.id, agreement, po, why, ours, source=source)


def _unreadable(operation: Operation[Any], source: str, row: Any) -> Compared:
    return Compared(
        row.id,
        Agreement.UNREADABLE,
        po_of(operation, row),
        "the platform shows nothing that identifies this row",
        values_of(operation, row),
        source=source,
    )


def _answer_words(answer: JudgedReply | None) -> str:
    if answer is None:
        return "not asked"
    if answer.reply is None:
        return answer.sentence
    return str(answer.reply.status)


def with_later_runs(subject: Subject) -> Subject:
    """Where several runs set the same field, only the last can be what the platform has."""
    latest: dict[tuple[Value, ...], dict[str, tuple[Value, RowOf]]] = {}
    since: dict[RowOf, dict[str, str]] = {}
    for source, row in reversed(subject.rows):
        known = latest.setdefault(subject.operation.subject(row), {})
        for name, value in values_of(subject.operation, row).items():
            last, (later, number) = known.setdefault(name, (value, (source, row.id)))
            if last != value and later != source:
                since.setdefault((source, row.id), {})[name] = f"row {number.row} of {later}"
    return replace(subject, since=since)


def subject_of_sheet(sheet: Path, options: UploadOptions, settings: Settings) -> Subject:
    """The good rows of any sheet, sent by us or not; the others have their problems."""
    prepared = prepare(sheet, options, settings)
    aside = [
        replace(
            _set_aside(number, outcome, outcome.sentence, sheet.name),
            **_as_written(prepared.layout, number),
        )
        for number, outcome in prepared.outcomes.items()
        if number not in prepared.rows
    ]
    rows = [(sheet.name, row) for row in prepared.rows.values()]
    return Subject(prepared.operation, rows, aside, [sheet.name])


def subjects_of_runs(journal: Journal, runs: Sequence[RunRecord]) -> dict[str, list[Subject]]:
    """Account -> what its runs have sent, one subject for each operation; runs oldest first."""
    by_operation: dict[tuple[str, str], Subject] = {}
    for run in sorted(runs, key=lambda run: run.id):
        operation = operation_named(run.operation)
        before = by_operation.get((run.account, run.operation), Subject(operation, []))
        by_operation[run.account, run.operation] = _with_run(before, run, journal)
    subjects: dict[str, list[Subject]] = {}
    for (account, _), subject in by_operation.items():
        subjects.setdefault(account, []).append(with_later_runs(subject))
    return subjects


def _with_run(subject: Subject, run: RunRecord, journal: Journal) -> Subject:
    source = f"run {run.id}"
    records = {record.id: record for record in journal.rows(run.id)}
    rows = rows_of_journal(subject.operation, records)
    aside = [
        replace(
            _set_aside(number, record.outcome, _why_not(record), source),
            **_sheet_side(subject.operation, rows.get(number)),
        )
        for number, record in records.items()
        if number not in rows or _never_there(record)
    ]
    sent = [(source, row) for n, row in rows.items() if not _never_there(records[n])]
    return Subject(
        subject.operation,
        [*subject.rows, *sent],
        [*subject.aside, *aside],
        [*subject.sources, source],
    )


def _set_aside(number: RowId, outcome: Outcome, sentence: str, source: str) -> Compared:
    """A row that is not asked for: it has a problem, or is a total, or was taken back."""
    explained = outcome.status is Status.UNCHANGED or outcome.undone_by is not None
    return Compared(
        number, Agreement.NOT_CHECKED, sentence=sentence, source=source, explained=explained
    )


def _never_there(record: RowRecord) -> bool:
    never = {Status.INVALID, Status.UNSENT, Status.REJECTED}
    return record.outcome.status in never or record.outcome.undone_by is not None


def _as_written(layout: Layout, number: RowId) -> dict[str, Any]:
    """The cells of a row that is none, as Excel shows them."""
    cells = {name: shown(layout.cells(name, [number.row])[0]) for name in layout.columns}
    ours = {name: text for name, text in cells.items() if text}
    return {"po": ours.get(layout.operation.po, ""), "ours": ours}


def _sheet_side(operation: Operation[Any], row: Any | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"po": po_of(operation, row), "ours": values_of(operation, row)}


def _why_not(record: RowRecord) -> str:
    if record.outcome.undone_by is not None:
        return record.outcome.sentence
    why = f": {record.outcome.sentence}" if record.outcome.sentence else ""
    return f"{record.outcome.status}{why}"

"""What sheets and runs say against what the platform has: each purchase order is read once."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
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
from importer.reconcile.compare import Agreement, Compared, compare, of_row, po_of, values_of
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

    unreadable = [
        of_row(operation, row, source)(
            Agreement.UNREADABLE, sentence="the platform shows nothing that identifies this row"
        )
        for source, row in silent
    ]

    def read(reader: Reader, path: str, rows: list[SourcedRow]) -> _Answered:
        answered = _ask(reader, subject, path, rows)
        on_read(len(rows))
        return answered

    answers = ask_each_once(access, asked, read)
    rows = [*subject.aside, *unreadable, *(row for answer in answers for row in answer.rows)]
    order = {source: at for at, source in enumerate(subject.sources)}
    return Reconciliation(
        operation=operation,
        account=access.account.name,
        sources=subject.sources,
        begun_at=begun_at,
        ended_at=datetime.now(UTC),
        rows=sorted(rows, key=lambda row: (order[row.source], row.id)),
        extras=[extra for answer in answers for extra in answer.extras],
        questions=[answer.question for answer in answers],
    )


@dataclass(frozen=True, slots=True)
class _Answered:
    """What one GET tells: its rows, and what else the platform has there."""

    question: Question
    rows: Sequence[Compared]
    extras: Sequence[Extra] = ()


def _ask(reader: Reader, subject: Subject, path: str, rows: Sequence[SourcedRow]) -> _Answered:
    """One purchase order: its rows, and what else is there."""
    asked_at, begun = datetime.now(UTC), time.monotonic()
    answer = reader.ask(Call("GET", path))
    seconds = round(time.monotonic() - begun, 3)
    question = Question(path, asked_at, seconds, _answer_words(answer), len(rows))
    operation = subject.operation
    if answer is None or answer.verdict is not Verdict.ACCEPTED or answer.reply is None:
        return _Answered(question, [_not_compared(operation, *each, answer) for each in rows])
    content = answer.reply.json
    compared = [
        compare(operation, row, source, content, subject.since.get((source, row.id), {}))
        for source, row in rows
    ]
    every = [row for _, row in rows]
    extras = [Extra(po_of(operation, every[0]), v) for v in operation.extras(every, content)]
    return _Answered(question, compared, extras)


def _not_compared(
    operation: Operation[Any], source: str, row: Any, answer: JudgedReply | None
) -> Compared:
    row_is = of_row(operation, row, source)
    if answer is None:
        return row_is(Agreement.NOT_CHECKED, sentence="not asked: it was stopped before")
    agreement = Agreement.NOT_FOUND if answer.not_found else Agreement.NOT_CHECKED
    return row_is(agreement, sentence=answer.sentence)


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
        _set_aside(_as_written(prepared.layout, id_, sheet.name), outcome, outcome.sentence)
        for id_, outcome in prepared.outcomes.items()
        if id_ not in prepared.rows
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
    source, operation = f"run {run.id}", subject.operation
    records = {record.id: record for record in journal.rows(run.id)}
    rows = rows_of_journal(operation, records)
    sent, aside = [*subject.rows], [*subject.aside]
    for id_, record in records.items():
        row = rows.get(id_)
        if row is not None and not _never_there(record):
            sent.append((source, row))
            continue
        unread = partial(Compared, id_, source=source)
        row_is = unread if row is None else of_row(operation, row, source)
        aside.append(_set_aside(row_is, record.outcome, _why_not(record)))
    return Subject(operation, sent, aside, [*subject.sources, source])


def _set_aside(row_is: "partial[Compared]", outcome: Outcome, sentence: str) -> Compared:
    """A row that is not asked for: it has a problem, or is a total, or was undone."""
    explained = outcome.status is Status.UNCHANGED or outcome.undone_by is not None
    return row_is(Agreement.NOT_CHECKED, sentence=sentence, explained=explained)


def _never_there(record: RowRecord) -> bool:
    never = {Status.INVALID, Status.UNSENT, Status.REJECTED}
    return record.outcome.status in never or record.outcome.undone_by is not None


def _as_written(layout: Layout, id_: RowId, source: str) -> "partial[Compared]":
    """The cells of a row that is none, as Excel shows them."""
    cells = {name: shown(layout.cells(name, [id_.row])[0]) for name in layout.columns}
    ours = {name: text for name, text in cells.items() if text}
    return partial(Compared, id_, po=ours.get(layout.operation.po, ""), ours=ours, source=source)


def _why_not(record: RowRecord) -> str:
    outcome = record.outcome
    if outcome.undone_by is not None or not outcome.sentence:
        return outcome.sentence or str(outcome.status)
    return f"{outcome.status}: {outcome.sentence}"

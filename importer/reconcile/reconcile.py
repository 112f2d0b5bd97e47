"""What sheets and runs say against what the platform holds: each purchase order is read once."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from importer.model.stop import Stop
from importer.operations import operation_named
from importer.operations.operation import Operation
from importer.platforms import PLATFORMS
from importer.reconcile.compare import Agreement, Compared, compare, po_of, values_of
from importer.runs.journal_rows import rows_of_journal
from importer.runs.prepare import prepare
from importer.sending.connection import Connection
from importer.sending.reader import Reader
from importer.sending.verdicts import JudgedReply, Verdict
from importer.settings.settings import Account, Credentials, Settings
from importer.sheets.headings import Layout

RowOf = tuple[str, RowId]  # the sheet or run, and its row


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows to be reconciled; `aside` are those that cannot be, with why."""

    operation: Operation[Any]
    rows: Sequence[tuple[str, Any]]  # the sheet or run, and its row
    aside: Sequence[Compared] = ()
    sources: Sequence[str] = ()  # in the order they are told
    since: Mapping[RowOf, Mapping[str, str]] = field(default_factory=dict)
    # ^ fields that a later run has set to something else, and the row that did


@dataclass(frozen=True, slots=True)
class Extra:
    """What the platform holds and no row says, in the platform's words."""

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
        """How many rows need a person."""
        return sum(row.needs_a_person for row in self.rows)


def reconcile(
    subject: Subject,
    account: Account,
    credentials: Credentials,
    journal: Journal,
    *,
    stop: Stop | None = None,
    on_read: Callable[[int], object] = lambda _: None,
) -> Reconciliation:
    """Asks the platform for each purchase order once, within the account's limit; sends nothing.

    Raises SignInRefused, and the errors of `Connection`'s own making. What cannot be asked is
    `not checked`, with the reason.
    """
    begun_at = datetime.now(UTC)
    asked: dict[str, list[tuple[str, Any]]] = {}
    silent: list[Compared] = []
    operation = subject.operation
    for source, row in subject.rows:
        question = operation.question([row])
        if question is None:
            silent.append(_unreadable(operation, source, row))
        else:
            asked.setdefault(question.path, []).append((source, row))
    platform = PLATFORMS[account.platform]
    with Connection(account, platform, credentials) as connection:
        reader = Reader(connection, account, journal, stop or Stop())

        def look(part: tuple[str, list[tuple[str, Any]]]) -> _Found:
            found = _look(reader, subject, *part)
            on_read(len(part[1]))
            return found

        with ThreadPoolExecutor(account.workers, thread_name_prefix="reader") as pool:
            parts = list(pool.map(look, asked.items()))
    order = {source: at for at, source in enumerate(subject.sources)}
    rows = [*subject.aside, *silent, *(row for part in parts for row in part.rows)]
    return Reconciliation(
        operation=operation,
        account=account.name,
        sources=subject.sources,
        begun_at=begun_at,
        ended_at=datetime.now(UTC),
        rows=sorted(rows, key=lambda row: (order[row.source], row.id)),
        extras=[extra for part in parts for extra in part.extras],
        questions=[part.question for part in parts],
    )


@dataclass(frozen=True, slots=True)
class _Found:
    rows: list[Compared]
    extras: list[Extra]
    question: Question


def _look(
    reader: "Reader", subject: Subject, path: str, parts: Sequence[tuple[str, Any]]
) -> _Found:
    """One purchase order: its rows, and what is there beside them."""
    operation = subject.operation
    asked_at, begun = datetime.now(UTC), time.monotonic()
    answer = reader.ask(Call("GET", path))
    question = Question(
        path, asked_at, round(time.monotonic() - begun, 3), _answered(answer), len(parts)
    )
    rows = [
        replace(
            _compared(operation, row, answer, subject.since.get((source, row.number), {})),
            source=source,
        )
        for source, row in parts
    ]
    if answer is None or answer.verdict is not Verdict.ACCEPTED or answer.reply is None:
        return _Found(rows, [], question)
    every = [row for _, row in parts]
    beside = operation.extras(every, answer.reply.json)
    extras = [Extra(po_of(operation, every[0]), values) for values in beside]
    return _Found(rows, extras, question)


def _compared(
    operation: Operation[Any], row: Any, answer: JudgedReply | None, since: Mapping[str, str]
) -> Compared:
    po, ours = po_of(operation, row), values_of(operation, row)
    if answer is None:
        said = "not asked: it was stopped before"
        return Compared(row.number, Agreement.NOT_CHECKED, po, said, ours)
    if answer.verdict is Verdict.ACCEPTED and answer.reply is not None:
        return compare(operation, row, answer.reply.json, since)
    verdict = Agreement.NOT_FOUND if answer.not_found else Agreement.NOT_CHECKED
    return Compared(row.number, verdict, po, answer.sentence, ours)


def _unreadable(operation: Operation[Any], source: str, row: Any) -> Compared:
    return Compared(
        row.number,
        Agreement.UNREADABLE,
        po_of(operation, row),
        "the platform shows nothing by which this row could be told",
        values_of(operation, row),
        source=source,
    )


def _answered(answer: JudgedReply | None) -> str:
    if answer is None:
        return "not asked"
    if answer.reply is None:
        return answer.sentence
    return str(answer.reply.status)


def with_later_runs(subject: Subject) -> Subject:
    """Where several runs set the same field, only the last can be what the platform holds."""
    latest: dict[tuple[Value, ...], dict[str, tuple[Value, RowOf]]] = {}
    since: dict[RowOf, dict[str, str]] = {}
    for source, row in reversed(subject.rows):
        known = latest.setdefault(subject.operation.subject(row), {})
        for name, value in values_of(subject.operation, row).items():
            last, (later, number) = known.setdefault(name, (value, (source, row.number)))
            if last != value and later != source:
                since.setdefault((source, row.number), {})[name] = f"row {number.row} of {later}"
    return replace(subject, since=since)


def subject_of_sheet(sheet: Path, options: UploadOptions, settings: Settings) -> Subject:
    """The good rows of any sheet, sent by us or not; the others are told with their problems."""
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
    found: dict[tuple[str, str], Subject] = {}
    for run in sorted(runs, key=lambda run: run.id):
        operation = operation_named(run.operation)
        before = found.get((run.account, run.operation), Subject(operation, []))
        found[run.account, run.operation] = _with_run(before, run, journal)
    subjects: dict[str, list[Subject]] = {}
    for (account, _), subject in found.items():
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
    explained = outcome.status is Status.UNCHANGED or outcome.taken_back
    return Compared(
        number, Agreement.NOT_CHECKED, sentence=sentence, source=source, explained=explained
    )


def _never_there(record: RowRecord) -> bool:
    never = {Status.INVALID, Status.UNSENT, Status.REJECTED}
    return record.outcome.status in never or record.outcome.taken_back


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
    if record.outcome.taken_back:
        return record.outcome.sentence
    said = f": {record.outcome.sentence}" if record.outcome.sentence else ""
    return f"{record.outcome.status}{said}"

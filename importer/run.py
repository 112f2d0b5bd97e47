"""A sheet's way through the stages, in order: check, plan, upload, resume. Read this page first."""

import getpass
import hashlib
import json
import os
import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importer import __version__
from importer.calls import Call
from importer.connection import Connection
from importer.delivery import Patience, Task, outcome_of
from importer.errors import SheetError, UsageError
from importer.journal import (
    CallRecord,
    CallState,
    Journal,
    NewRow,
    NewRun,
    RowRecord,
    RunRecord,
    RunState,
)
from importer.kinds import Value
from importer.operation import Operation
from importer.operations import operation as operation_named
from importer.operations import operations
from importer.outcomes import Outcome, Problem, Status
from importer.planning import minutes, plan_calls
from importer.platforms import PLATFORMS
from importer.sending import send
from importer.settings import Account, Settings
from importer.sheets.headings import Layout, find_layout
from importer.sheets.reading import read_content, read_worksheets
from importer.sheets.results import WrittenResult, write_results
from importer.spelling import listed
from importer.summaries import Summary
from importer.validation import Validation, validate

ATTENTION = frozenset(status.value for status in Status if not status.settled)


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
        return _sentences(self.validation.warnings)

    def summary(self, sheet: Path, **more: Any) -> Summary:
        return Summary(
            sheet=sheet,
            worksheet=self.layout.worksheet.name,
            operation=self.operation.name,
            problems=[*self.validation.problems, *self.validation.warnings],
            **{"outcomes": self.outcomes, "calls": len(self.calls), **more},
        )


Progress = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]
Earlier = Callable[[Operation[Any], Sequence[Any]], Mapping[int, Outcome]]


@contextmanager
def silent(title: str, rows: int) -> Iterator[Callable[[int], object]]:  # noqa: ARG001  (a Progress)
    """No progress shown."""
    yield lambda _: None


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


def check_sheet(sheet: Path, wish: Wish, settings: Settings) -> Summary:
    """Says what is wrong with a sheet and writes its result; sends nothing, needs no account."""
    prepared = prepare(sheet, wish, settings)
    given_back = _give_back(sheet, prepared.content, prepared.layout, wish, prepared.outcomes)
    notes = [*_notes(prepared.layout), *given_back.notes]
    return prepared.summary(sheet, result=given_back.path, notes=notes)


def plan_sheet(sheet: Path, wish: Wish, settings: Settings, account: Account) -> Summary:
    """The calls that `upload_sheet` would send to an account without earlier runs."""
    prepared = prepare(sheet, wish, settings)
    _fits(prepared.operation, account)
    return prepared.summary(
        sheet,
        account=account.name,
        notes=_notes(prepared.layout),
        plan=prepared.calls,
        minutes=round(minutes(len(prepared.calls), account.limit.pace_s), 2),
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What uploading needs beside the sheet: the journal, the settings, how to wait and stop."""

    settings: Settings
    journal: Journal
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stop: threading.Event = field(default_factory=threading.Event)
    patience: Patience = Patience()
    progress: Progress = silent


def upload_sheet(sheet: Path, wish: Wish, desk: Desk, account: Account) -> Summary:
    """Sends what is good of a sheet and gives it back with an outcome for each row.

    A sheet whose run was interrupted goes on where it was.
    """
    account.credentials(desk.environ)  # a missing secret is said before anything is begun
    prepared = prepare(sheet, wish, desk.settings, _earlier(desk.journal, account, wish))
    _fits(prepared.operation, account)
    interrupted = _interrupted(desk.journal, prepared, account)
    if interrupted is not None:
        return resume_run(interrupted.id, desk)
    run = desk.journal.begin(
        _new_run(sheet, wish, prepared, account), _new_rows(prepared), prepared.calls
    )
    stopped_by = _send(desk, run, run.epoch, prepared.operation, prepared.rows, prepared.warnings)
    given_back = _give_back(
        sheet, prepared.content, prepared.layout, wish, desk.journal.outcomes(run.id)
    )
    _end(desk, run.id, run.epoch, given_back.path)
    return prepared.summary(
        sheet,
        account=account.name,
        run=run.id,
        outcomes=desk.journal.outcomes(run.id),
        calls=len(desk.journal.calls(run.id)),
        result=given_back.path,
        notes=[*_notes(prepared.layout), *given_back.notes],
        stopped_by=stopped_by,
    )


def resume_run(run_id: int, desk: Desk) -> Summary:
    """Sends what a run left unsent, looks again at what it left unknown, gives the sheet back.

    The rows come from the journal, so the sheet may have changed or be gone; then there is no
    result file, and the summary says so. Raises RunBusy while another process works on the run.
    """
    run = desk.journal.run(run_id)
    operation = operation_named(run.operation)
    desk.settings.account(run.account).credentials(desk.environ)
    records = {record.row: record for record in desk.journal.rows(run_id)}
    rows = _rows_of_journal(operation, records)
    warnings = {number: record.warning for number, record in records.items()}
    epoch = desk.journal.take(run_id)
    stopped_by = _send(desk, run, epoch, operation, rows, warnings)
    outcomes = desk.journal.outcomes(run_id)
    wish = Wish(run.operation, run.worksheet, _folder(run))
    result, notes = _give_back_again(run, wish, outcomes)
    _end(desk, run_id, epoch, result)
    return Summary(
        sheet=Path(run.file_path),
        worksheet=run.worksheet,
        operation=run.operation,
        account=run.account,
        run=run_id,
        outcomes=outcomes,
        calls=len(desk.journal.calls(run_id)),
        result=result,
        problems=_problems_of_journal(outcomes),
        notes=notes,
        stopped_by=stopped_by,
    )


# Sending ----------------------------------------------------------------------------------------


def _send(
    desk: Desk,
    run: RunRecord,
    epoch: int,
    operation: Operation[Any],
    rows: Mapping[int, Any],
    warnings: Mapping[int, str],
) -> str | None:
    """Sends the open calls of a run; why it ended early, where it did."""
    account = desk.settings.account(run.account)
    platform = PLATFORMS[account.platform]
    calls = [c for c in desk.journal.calls(run.id) if _is_open(c, operation, rows)]
    title = f"{run.file_name} to {account.name}"
    with (
        Connection(account, platform, account.credentials(desk.environ)) as connection,
        desk.progress(title, sum(len(c.call.rows) for c in calls)) as advance,
    ):
        task = Task(
            desk.journal,
            run.id,
            epoch,
            operation,
            platform,
            account,
            connection,
            rows,
            warnings,
            desk.settings.date_only_at,
            once=not (operation.repeatable or run.settings.get("again")),
        )
        stopped_by = send(
            task,
            calls,
            patience=desk.patience,
            stop=desk.stop,
            on_settled=lambda outcomes: advance(len(outcomes)),
        )
    if stopped_by is None and desk.stop.is_set():
        return "It was stopped by hand."
    return stopped_by


def _is_open(record: CallRecord, operation: Operation[Any], rows: Mapping[int, Any]) -> bool:
    """Planned, or in doubt where a look may help."""
    if record.state is CallState.UNKNOWN:
        return operation.read_back([rows[number] for number in record.call.rows]) is not None
    return record.state in {CallState.PLANNED, CallState.SENDING}


def _end(desk: Desk, run_id: int, epoch: int, result: Path | None) -> None:
    """A run with calls left to send or to look at stays open, free for the next process."""
    left = {CallState.PLANNED, CallState.SENDING}
    if any(record.state in left for record in desk.journal.calls(run_id)):
        desk.journal.let_go(run_id, epoch)
    else:
        desk.journal.finish(run_id, epoch, None if result is None else str(result))


def _fits(operation: Operation[Any], account: Account) -> None:
    if operation.platform.name != account.platform:
        raise UsageError(
            f"{operation.name} goes to {operation.platform.title}, and the account {account.name} "
            f"is on {account.platform}; choose another --account"
        )


# What the journal keeps and knows ---------------------------------------------------------------


def _new_run(sheet: Path, wish: Wish, prepared: Prepared, account: Account) -> NewRun:
    return NewRun(
        operation=prepared.operation.name,
        account=account.name,
        file_path=str(sheet.resolve()),
        file_name=sheet.name,
        file_size=len(prepared.content),
        file_sha256=_sha256(prepared.content),
        worksheet=prepared.layout.worksheet.name,
        version=__version__,
        user=_user(),
        host=socket.gethostname(),
        settings={
            "into": None if wish.into is None else str(wish.into.resolve()),
            "again": wish.again,
            "whole_po": wish.whole_po,
            "strict": wish.strict,
        },
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no name in this environment
        return "unknown"


def _new_rows(prepared: Prepared) -> list[NewRow]:
    operation, warnings = prepared.operation, prepared.warnings
    new_rows = []
    for number, outcome in prepared.outcomes.items():
        row = prepared.rows.get(number)
        if row is None:
            new_rows.append(NewRow(number, outcome.status, outcome.sentence))
        else:
            values = {field.name: _as_json(getattr(row, field.name)) for field in operation.fields}
            identity = _identity(operation, row)
            warning = warnings.get(number, "")
            new_rows.append(NewRow(number, Status.UNSENT, "", values, identity, warning))
    return new_rows


def _identity(operation: Operation[Any], row: Any) -> str:
    """Two rows with the same one would do the same thing twice."""
    wish = json.dumps([_as_json(value) for value in operation.identity(row)])
    return hashlib.sha256(wish.encode()).hexdigest()


def _as_json(value: Value) -> str | int | None:
    return value if value is None or isinstance(value, int | str) else _text_of(value)


def _text_of(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _rows_of_journal(operation: Operation[Any], records: Mapping[int, RowRecord]) -> dict[int, Any]:
    kept = {number: record.values for number, record in records.items() if record.values}
    values = {
        field.name: [field.kind.from_journal(v.get(field.name)) for v in kept.values()]
        for field in operation.fields
    }
    return dict(zip(kept, operation.make_rows(list(kept), values), strict=True))


def _problems_of_journal(outcomes: Mapping[int, Outcome]) -> list[Problem]:
    return [
        Problem(number, "", "", outcome.sentence)
        for number, outcome in outcomes.items()
        if outcome.status is Status.INVALID
    ]


def _earlier(journal: Journal, account: Account, wish: Wish) -> Earlier:
    """Rows that an earlier run has sent; none for what may be repeated, or is sent --again."""

    def sent_before(operation: Operation[Any], rows: Sequence[Any]) -> dict[int, Outcome]:
        if operation.repeatable or wish.again:
            return {}
        identities = {row.number: _identity(operation, row) for row in rows}
        found = journal.earlier(account.name, operation.name, identities.values())
        return {n: outcome_of(found[i]) for n, i in identities.items() if i in found}

    return sent_before


def _interrupted(journal: Journal, prepared: Prepared, account: Account) -> RunRecord | None:
    """The newest run of these very bytes, where it is not finished."""
    runs = journal.runs_of_file(
        _sha256(prepared.content),
        prepared.layout.worksheet.name,
        prepared.operation.name,
        account.name,
    )
    return next((run for run in runs[:1] if run.state is RunState.OPEN), None)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# Rows that are not sent, and what is said of them -------------------------------------------------


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


def _notes(layout: Layout) -> list[str]:
    notes = list(layout.worksheet.notes)
    if layout.unknown:
        notes.append(f"not used: {', '.join(layout.unknown)}")
    return notes


# Giving the sheet back --------------------------------------------------------------------------


def _give_back(
    sheet: Path, content: bytes, layout: Layout, wish: Wish, outcomes: Mapping[int, Outcome]
) -> WrittenResult:
    """Writes the result from the bytes that were read, whatever the file has become since."""
    target = _result_target(sheet, wish.into)
    target.parent.mkdir(parents=True, exist_ok=True)
    cells = {number: (o.status.value, o.sentence) for number, o in outcomes.items()}
    with tempfile.TemporaryDirectory(prefix="importer-") as folder:
        snapshot = Path(folder) / sheet.name
        snapshot.write_bytes(content)
        return write_results(
            snapshot,
            target,
            layout.worksheet.name,
            layout.header_row,
            cells,
            attention=ATTENTION,
            text_format=layout.worksheet.text_format,
        )


def _give_back_again(
    run: RunRecord, wish: Wish, outcomes: Mapping[int, Outcome]
) -> tuple[Path | None, list[str]]:
    sheet = Path(run.file_path)
    try:
        content = read_content(sheet)
        if _sha256(content) != run.file_sha256:
            raise SheetError(f"{sheet.name} has changed since run {run.id} read it")
        operation = operation_named(run.operation)
        layout = find_layout(read_worksheets(sheet, content, run.worksheet), [operation])
        given_back = _give_back(sheet, content, layout, wish, outcomes)
    except SheetError as error:
        return None, [f"no result was written: {error}; importer show {run.id} lists its rows"]
    return given_back.path, [*_notes(layout), *given_back.notes]


def _folder(run: RunRecord) -> Path | None:
    into = run.settings.get("into")
    return None if into is None else Path(into)


def _result_target(sheet: Path, into: Path | None) -> Path:
    """<stem>.result.xlsx beside the sheet or in a folder; never the sheet itself."""
    folder = into or sheet.parent
    stem = re.sub(r"\.result(-\d+)?$", "", sheet.stem)
    target = folder / f"{stem}.result{sheet.suffix}"
    number = 2
    while target.resolve() == sheet.resolve():
        target = folder / f"{stem}.result-{number}{sheet.suffix}"
        number += 1
    return target

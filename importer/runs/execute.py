"""Executes a run: sends it, writes its result, and ends it or leaves it free to be resumed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from importer.journal import CallRecord, CallState, Journal, RunRecord
from importer.model.errors import (
    AnswerLost,
    ImporterError,
    RunTaken,
    SettingsError,
    SheetError,
    SignInRefused,
)
from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome
from importer.model.row_ids import RowId, sheet_rows
from importer.model.sheet_rows import by_sheet_row, problems_of
from importer.model.stop import INTERRUPTED, Stop
from importer.model.summary import Summary
from importer.operations import operation_named
from importer.operations.operation import Operation
from importer.platforms import PLATFORMS
from importer.runs.fix import STILL_OPEN, settled_by, write_fix_file
from importer.runs.journal_rows import rows_of_journal
from importer.runs.result import SourceSheet, reload_sheet, write_result
from importer.sending.connection import Connection
from importer.sending.read_back import Access
from importer.sending.sender import send
from importer.sending.snapshot import keep_snapshot
from importer.sending.task import Patience, Task
from importer.settings.accounts import Account
from importer.settings.settings import Settings

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]


@contextmanager
def silent(title: str, rows: int) -> Iterator[Callable[[int], object]]:  # noqa: ARG001  (a Progress)
    """No progress shown."""
    yield lambda _: None


@dataclass(frozen=True, slots=True)
class Context:
    """What an upload needs besides the sheet."""

    settings: Settings
    journal: Journal
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stop: Stop = field(default_factory=Stop)
    patience: Patience = Patience()
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class RunRows:
    """The rows to be sent."""

    operation: Operation[Any]
    rows: Mapping[RowId, Any]


@dataclass(frozen=True, slots=True)
class RunResult:
    outcomes: Mapping[RowId, Outcome]
    result: Path | None
    fix: Path | None
    notes: Sequence[str]
    stopped_by: str | None


Sheet = Callable[[], SourceSheet]  # raises SheetError where it is gone or has changed


def summary_of(
    run: RunRecord, result: RunResult, journal: Journal, *, in_part: bool = False
) -> Summary:
    """The summary of a run as the journal has it."""
    return Summary(
        sheet=Path(run.file_path),
        worksheet=run.worksheet,
        operation=run.operation,
        account=run.account,
        run=run.id,
        outcomes=by_sheet_row(result.outcomes),
        calls=len(journal.calls(run.id)),
        result=result.result,
        fix=result.fix,
        problems=problems_of(result.outcomes.values()),
        notes=result.notes,
        stopped_by=result.stopped_by,
        in_part=in_part,
    )


def continue_run(
    run: RunRecord,
    context: Context,
    options: UploadOptions,
    sheet: Sheet,
    *,
    take_over: bool = False,
) -> RunResult:
    account = context.settings.account(run.account)
    address = run.settings.address or account.base_url
    if address != account.base_url:
        raise SettingsError(
            f"run {run.id} was sent to {address}, but account {account.name} is now at "
            f"{account.base_url}; point it back to resume this run"
        )
    account.credentials(context.environ)
    run_rows = run_rows_of(run, context.journal)
    epoch = context.journal.take(run.id, take_over=take_over)
    return execute(context, run, epoch, run_rows, options, sheet)


def execute(
    context: Context,
    run: RunRecord,
    epoch: int,
    run_rows: RunRows,
    options: UploadOptions,
    sheet: Sheet,
) -> RunResult:
    """Sends, writes the result, and ends the run or leaves it free to be resumed."""
    try:
        stopped_by = _take_snapshot(context, run, epoch, run_rows)
        if stopped_by is None:
            stopped_by = send_run(context, run, epoch, run_rows, options)
        outcomes = context.journal.outcomes(run.id)
        completed = complete_parent_run(context, run, outcomes)
        result, fix, notes = _write_results(run, context.journal, sheet, outcomes)
        end_run(context, run.id, epoch, result)
    except RunTaken as error:  # the new owner ends it and writes its result
        return RunResult(context.journal.outcomes(run.id), None, None, (), str(error))
    except BaseException:  # Ctrl-C too: a resume need not wait until the run is stale
        with suppress(ImporterError):
            context.journal.let_go(run.id, epoch)
        raise
    return RunResult(outcomes, result, fix, [*completed, *notes], stopped_by)


def _write_results(
    run: RunRecord,
    journal: Journal,
    sheet: Sheet,
    outcomes: Mapping[RowId, Outcome],
    *,
    fix_file: bool = True,
) -> tuple[Path | None, Path | None, list[str]]:
    """The result, the fix file and notes. The calls were made, so what cannot be written is
    a note and stops nothing."""
    result = fix = None
    notes: list[str] = []
    try:
        source = sheet()
        written = write_result(source, outcomes)
        result, notes = written.path, [*written.notes]
        if fix_file and (written_fix := write_fix_file(source, run, journal, outcomes)):
            fix, notes = written_fix.path, [*notes, *written_fix.notes]
    except (SheetError, OSError) as error:
        what = "result" if result is None else "fix file"
        notes.append(
            f"no {what} was written: {_reason(error)}; importer show {run.id} lists the rows, "
            f"importer resume {run.id} writes it once that is fixed"
        )
    return result, fix, notes


def _reason(error: SheetError | OSError) -> str:
    if isinstance(error, SheetError):
        return str(error)
    name = f"{Path(error.filename).name}: " if isinstance(error.filename, str) else ""
    return f"{name}{error.strerror or error}"


def complete_parent_run(
    context: Context, run: RunRecord, outcomes: Mapping[RowId, Outcome]
) -> list[str]:
    """Updates the run that this one's fix file came from, and its result; returns notes."""
    fixes = run.settings.fixes
    if fixes is None:
        return []
    try:
        parent = context.journal.run(fixes.run)
        epoch = context.journal.take(parent.id)
        result: str | Path | None = parent.result_path
        try:
            settled = settled_by(run, outcomes, context.journal.outcomes(parent.id))
            context.journal.set_outcomes(parent.id, epoch, settled)
            after = context.journal.outcomes(parent.id)
            source = partial(reload_sheet, parent)
            written, _, notes = _write_results(
                parent, context.journal, source, after, fix_file=False
            )
            result = written or result
        finally:
            end_run(context, parent.id, epoch, result)
    except ImporterError as error:  # this run has its own outcomes all the same
        return [f"run {fixes.run} was not updated: {error} importer resume {run.id} updates it"]
    left = sum(not outcome.status.settled for outcome in by_sheet_row(after).values())
    but = f" except for {left:,} row{'' if left == 1 else 's'}" if left else ""
    note = f"run {parent.id} is now complete{but}"
    return [note, *complete_parent_run(context, parent, after), *notes]


def run_rows_of(run: RunRecord, journal: Journal) -> RunRows:
    operation = operation_named(run.operation)
    records = {record.id: record for record in journal.rows(run.id)}
    return RunRows(operation, rows_of_journal(operation, records))


def _take_snapshot(context: Context, run: RunRecord, epoch: int, run_rows: RunRows) -> str | None:
    """Keeps the values before an undoable run; returns why the run must not go on, if so."""
    if not run.settings.options.undoable or run_rows.operation.undoing() is None:
        return None
    account = context.settings.account(run.account)
    credentials = account.credentials(context.environ)
    access = Access(account, credentials, context.journal, context.stop, context.patience)
    return keep_snapshot(access, run.id, epoch, run_rows.operation, run_rows.rows)


def send_run(
    context: Context,
    run: RunRecord,
    epoch: int,
    run_rows: RunRows,
    options: UploadOptions,
    *,
    doubts_only: bool = False,
) -> str | None:
    """Sends the open calls of a run; returns why it ended early, if it did."""
    operation, account = run_rows.operation, context.settings.account(run.account)
    platform = PLATFORMS[account.platform]
    calls = [
        record
        for record in context.journal.calls(run.id)
        if _is_open(record, operation, run_rows.rows)
        and not (doubts_only and record.state is CallState.PLANNED)
    ]
    title = f"{run.file_name} to {account.name}"
    with (
        Connection(account, platform, account.credentials(context.environ)) as connection,
        context.progress(title, sum(len(c.call.rows) for c in calls)) as advance,
    ):
        task = Task(
            journal=context.journal,
            run_id=run.id,
            epoch=epoch,
            operation=operation,
            platform=platform,
            account=account,
            connection=connection,
            rows=run_rows.rows,
            date_only_at=context.settings.date_only_at,
            once=not (operation.repeatable or options.again),
            patience=_patience(context.patience, options, len(sheet_rows(run_rows.rows))),
            stop=Stop(context.stop),
            on_settled=advance,
        )
        verify = operation.verified if options.verify is None else options.verify
        stopped_by = send(task, calls, verify=verify)
    context.journal.beat(run.id, epoch)  # raises RunTaken: the new owner writes the result
    if stopped_by is None and context.stop.is_set():
        return INTERRUPTED
    return stopped_by


def _patience(patience: Patience, options: UploadOptions, rows: int) -> Patience:
    limit = options.stop_after.of(rows) if options.stop_after else None
    return replace(patience, bounds=replace(patience.bounds, rejected_rows=limit))


def _is_open(record: CallRecord, operation: Operation[Any], rows: Mapping[RowId, Any]) -> bool:
    """Planned, or in doubt where a read back may help."""
    if record.state is CallState.UNKNOWN:
        its_rows = [rows[id_] for id_ in record.call.rows if id_ in rows]
        whole = len(its_rows) == len(record.call.rows)  # a pruned run lacks some
        return whole and operation.read_back(its_rows) is not None
    return record.state in {CallState.PLANNED, CallState.SENDING}


def end_run(context: Context, run_id: int, epoch: int, result: str | Path | None) -> None:
    """A run with calls left to send or read back stays open, free for the next process."""
    if any(record.state in STILL_OPEN for record in context.journal.calls(run_id)):
        context.journal.let_go(run_id, epoch)
    else:
        context.journal.finish(
            run_id, epoch, None if result is None else str(Path(result).resolve())
        )


def try_account(account: Account, environ: Mapping[str, str]) -> str:
    """A sentence that the account can sign in; changes nothing on the platform.

    Raises SignInRefused, NotSent, or another ImporterError where it cannot.
    """
    platform = PLATFORMS[account.platform]
    with Connection(account, platform, account.credentials(environ)) as connection:
        reply = connection.send(platform.probe)
    if reply.status in {401, 403}:
        raise SignInRefused(f"{account.name}: {platform.explain(reply).sentence}")
    if not reply.ok:
        raise AnswerLost(f"{account.name}: {platform.explain(reply).sentence}")
    return f"{account.name} can sign in to {platform.title} at {account.base_url}"

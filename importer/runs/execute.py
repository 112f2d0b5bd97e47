"""A run executed: sent, its result written, ended, or left free for whoever resumes it."""

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
from importer.model.row_ids import RowId
from importer.model.sheet_rows import by_sheet_row
from importer.model.stop import INTERRUPTED, Stop
from importer.operations import operation_named
from importer.operations.operation import Operation
from importer.platforms import PLATFORMS
from importer.runs.fix import settled_by, write_fix_file
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
    """What uploading needs beside the sheet: the journal, the settings, how to wait and stop."""

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
            f"run {run.id} was sent to {address}, and the account {account.name} is now at "
            f"{account.base_url}; what one has, the other may lack"
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
    """Sends, gives the sheet back, and ends the run, or leaves it free for whoever resumes it."""
    try:
        stopped_by = _keep_before(context, run, epoch, run_rows)
        if stopped_by is None:
            stopped_by = send_run(context, run, epoch, run_rows, options)
        outcomes = context.journal.outcomes(run.id)
        completed = complete_parent_run(context, run, outcomes)
        result, fix, notes = _write_results(run, context.journal, sheet, outcomes)
        end_run(context, run.id, epoch, result)
    except RunTaken as error:  # the new owner ends it, and gives the sheet back
        return RunResult(context.journal.outcomes(run.id), None, None, (), str(error))
    except BaseException:  # Ctrl-C too: whoever resumes it need not wait until it is stale
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
    mend: bool = True,
) -> tuple[Path | None, Path | None, list[str]]:
    """The result and the fix file. The calls were made, so what cannot be written is said and
    stops nothing."""
    result = fix = None
    notes: list[str] = []
    try:
        source = sheet()
        written = write_result(source, outcomes)
        result, notes = written.path, [*written.notes]
        mended = write_fix_file(source, run, journal, outcomes) if mend else None
        if mended is not None:
            fix, notes = mended.path, [*notes, *mended.notes]
    except (SheetError, OSError) as error:
        what = "result" if result is None else "file to mend"
        notes.append(
            f"no {what} was written: {_reason(error)}; importer show {run.id} lists the rows, "
            f"importer resume {run.id} writes it once that is mended"
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
    """Brings the run that this one mends up to date, with its result; what is said of it."""
    fixes = run.settings.fixes
    if fixes is None:
        return []
    try:
        parent = context.journal.run(fixes.run)
        epoch, result = context.journal.take(parent.id), path_of(parent.result_path)
        try:
            settled = settled_by(run, outcomes, context.journal.outcomes(parent.id))
            context.journal.set_outcomes(parent.id, epoch, settled)
            after = context.journal.outcomes(parent.id)
            source = partial(reload_sheet, parent)
            written, _, notes = _write_results(parent, context.journal, source, after, mend=False)
            result = written or result
        finally:
            end_run(context, parent.id, epoch, result)
    except ImporterError as error:  # this run has its own outcomes all the same
        return [f"the run it mends is as it was: {error} importer resume {run.id} completes it"]
    left = sum(not outcome.status.settled for outcome in by_sheet_row(after).values())
    but = f" but for {left:,} of its rows" if left else ""
    return [f"completes run {parent.id}{but}", *complete_parent_run(context, parent, after), *notes]


def path_of(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def run_rows_of(run: RunRecord, journal: Journal) -> RunRows:
    operation = operation_named(run.operation)
    records = {record.id: record for record in journal.rows(run.id)}
    return RunRows(operation, rows_of_journal(operation, records))


def _keep_before(context: Context, run: RunRecord, epoch: int, run_rows: RunRows) -> str | None:
    """For a run that is to be undoable; why it cannot be, where it cannot."""
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
    """Sends the open calls of a run; why it ended early, where it did."""
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
            patience=_patience(context.patience, options, len(run_rows.rows)),
            stop=Stop(context.stop),
            on_settled=advance,
        )
        verify = operation.verified if options.verify is None else options.verify
        stopped_by = send(task, calls, verify=verify)
    context.journal.beat(
        run.id, epoch
    )  # raises RunTaken: then the result is the new owner's to write
    if stopped_by is None and context.stop.is_set():
        return INTERRUPTED
    return stopped_by


def _patience(patience: Patience, options: UploadOptions, rows: int) -> Patience:
    if options.stop_after is None:
        return patience
    bounds = replace(patience.bounds, rejected_rows=options.stop_after.of(rows))
    return replace(patience, bounds=bounds)


def _is_open(record: CallRecord, operation: Operation[Any], rows: Mapping[RowId, Any]) -> bool:
    """Planned, or in doubt where a look may help."""
    if record.state is CallState.UNKNOWN:
        run_result = [rows[number] for number in record.call.rows if number in rows]
        whole = len(run_result) == len(record.call.rows)  # a pruned run has not all of them
        return whole and operation.read_back(run_result) is not None
    return record.state in {CallState.PLANNED, CallState.SENDING}


def end_run(context: Context, run_id: int, epoch: int, result: Path | None) -> None:
    """A run with calls left to send or to look at stays open, free for the next process."""
    left = {CallState.PLANNED, CallState.SENDING}
    if any(record.state in left for record in context.journal.calls(run_id)):
        context.journal.let_go(run_id, epoch)
    else:
        context.journal.finish(run_id, epoch, None if result is None else str(result.resolve()))


def try_account(account: Account, environ: Mapping[str, str]) -> str:
    """Asks for nothing that changes anything; a sentence on whether the account can sign in.

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

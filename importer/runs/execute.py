"""A run carried out: sent, given back, ended, or left free for whoever resumes it."""

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
from importer.model.options import Share, Wish
from importer.model.outcomes import Outcome
from importer.model.row_numbers import by_sheet_row
from importer.model.stop import Stop
from importer.operations import operation_named
from importer.operations.operation import Operation
from importer.platforms import PLATFORMS
from importer.runs.fix import give_fix, settled_by
from importer.runs.journal_rows import rows_of_journal
from importer.runs.result import Given, give_back, given_again
from importer.sending.connection import Connection
from importer.sending.sender import send
from importer.sending.snapshot import keep_before
from importer.sending.task import Patience, Task
from importer.settings.settings import Account, Settings

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]


@contextmanager
def silent(title: str, rows: int) -> Iterator[Callable[[int], object]]:  # noqa: ARG001  (a Progress)
    """No progress shown."""
    yield lambda _: None


@dataclass(frozen=True, slots=True)
class Desk:
    """What uploading needs beside the sheet: the journal, the settings, how to wait and stop."""

    settings: Settings
    journal: Journal
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stop: Stop = field(default_factory=Stop)
    patience: Patience = Patience()
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class Cargo:
    """The rows to be sent, and what is said beside those that were."""

    operation: Operation[Any]
    rows: Mapping[int, Any]  # row number -> row
    warnings: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Carried:
    outcomes: Mapping[int, Outcome]
    result: Path | None
    fix: Path | None
    notes: Sequence[str]
    stopped_by: str | None


Sheet = Callable[[], Given]  # raises SheetError where it is gone or has changed


def go_on(
    run: RunRecord, desk: Desk, wish: Wish, sheet: Sheet, *, take_over: bool = False
) -> Carried:
    account = desk.settings.account(run.account)
    address = run.settings.get("address", account.base_url)
    if address != account.base_url:
        raise SettingsError(
            f"run {run.id} was sent to {address}, and the account {account.name} is now at "
            f"{account.base_url}; what one has, the other may lack"
        )
    account.credentials(desk.environ)
    cargo = cargo_of(run, desk.journal)
    epoch = desk.journal.take(run.id, take_over=take_over)
    return carry_out(desk, run, epoch, cargo, wish, sheet)


def carry_out(
    desk: Desk, run: RunRecord, epoch: int, cargo: Cargo, wish: Wish, sheet: Sheet
) -> Carried:
    """Sends, gives the sheet back, and ends the run, or leaves it free for whoever resumes it."""
    try:
        stopped_by = _keep_before(desk, run, epoch, cargo)
        if stopped_by is None:
            stopped_by = send_run(desk, run, epoch, cargo, wish)
        outcomes = desk.journal.outcomes(run.id)
        completed = _complete(desk, run, outcomes)
        result, fix, notes = _given_back(run, desk.journal, sheet, outcomes)
        end_run(desk, run.id, epoch, result)
    except RunTaken as error:  # the new owner ends it, and gives the sheet back
        return Carried(desk.journal.outcomes(run.id), None, None, (), str(error))
    except BaseException:  # Ctrl-C too: whoever resumes it need not wait until it is stale
        with suppress(ImporterError):
            desk.journal.let_go(run.id, epoch)
        raise
    return Carried(outcomes, result, fix, [*completed, *notes], stopped_by)


def _given_back(
    run: RunRecord,
    journal: Journal,
    sheet: Sheet,
    outcomes: Mapping[int, Outcome],
    *,
    mend: bool = True,
) -> tuple[Path | None, Path | None, list[str]]:
    """The result and the fix file. The calls were made, so what cannot be written is said and
    stops nothing."""
    result = fix = None
    notes: list[str] = []
    try:
        given = sheet()
        written = give_back(given, outcomes)
        result, notes = written.path, [*written.notes]
        mended = give_fix(given, run, journal, outcomes) if mend else None
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


def _complete(desk: Desk, run: RunRecord, outcomes: Mapping[int, Outcome]) -> list[str]:
    """Brings the run that this one mends up to date, with its result; what is said of it."""
    mended = run.settings.get("mends")
    if mended is None:
        return []
    try:
        parent = desk.journal.run(mended["run"])
        epoch, result = desk.journal.take(parent.id), path_of(parent.result_path)
        try:
            settled = settled_by(run, outcomes, desk.journal.outcomes(parent.id))
            desk.journal.set_outcomes(parent.id, epoch, settled)
            after = desk.journal.outcomes(parent.id)
            given = partial(given_again, parent)
            written, _, notes = _given_back(parent, desk.journal, given, after, mend=False)
            result = written or result
        finally:
            end_run(desk, parent.id, epoch, result)
    except ImporterError as error:  # this run has its own outcomes all the same
        return [f"the run it mends is as it was: {error} importer resume {run.id} completes it"]
    left = sum(not outcome.status.settled for outcome in by_sheet_row(after).values())
    but = f" but for {left:,} of its rows" if left else ""
    return [f"completes run {parent.id}{but}", *_complete(desk, parent, after), *notes]


def path_of(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def cargo_of(run: RunRecord, journal: Journal) -> Cargo:
    operation = operation_named(run.operation)
    records = {record.row: record for record in journal.rows(run.id)}
    warnings = {number: record.warning for number, record in records.items()}
    return Cargo(operation, rows_of_journal(operation, records), warnings)


def _keep_before(desk: Desk, run: RunRecord, epoch: int, cargo: Cargo) -> str | None:
    """For a run that is to be undoable; why it cannot be, where it cannot."""
    if not run.settings.get("undoable") or cargo.operation.undoing() is None:
        return None
    account = desk.settings.account(run.account)
    return keep_before(
        desk.journal,
        run.id,
        epoch,
        cargo.operation,
        cargo.rows,
        account,
        account.credentials(desk.environ),
        desk.stop,
    )


def send_run(
    desk: Desk, run: RunRecord, epoch: int, cargo: Cargo, wish: Wish, *, doubts_only: bool = False
) -> str | None:
    """Sends the open calls of a run; why it ended early, where it did."""
    operation, account = cargo.operation, desk.settings.account(run.account)
    platform = PLATFORMS[account.platform]
    calls = [
        record
        for record in desk.journal.calls(run.id)
        if _is_open(record, operation, cargo.rows)
        and not (doubts_only and record.state is CallState.PLANNED)
    ]
    title = f"{run.file_name} to {account.name}"
    with (
        Connection(account, platform, account.credentials(desk.environ)) as connection,
        desk.progress(title, sum(len(c.call.rows) for c in calls)) as advance,
    ):
        task = Task(
            journal=desk.journal,
            run_id=run.id,
            epoch=epoch,
            operation=operation,
            platform=platform,
            account=account,
            connection=connection,
            rows=cargo.rows,
            warnings=cargo.warnings,
            date_only_at=desk.settings.date_only_at,
            once=not (operation.repeatable or wish.again),
        )
        stopped_by = send(
            task,
            calls,
            patience=_patience(desk.patience, wish, len(cargo.rows)),
            stop=Stop(desk.stop),
            on_settled=advance,
            verify=operation.verified if wish.verify is None else wish.verify,
        )
    desk.journal.beat(run.id, epoch)  # raises RunTaken: then the result is the new owner's to write
    if stopped_by is None and desk.stop.is_set():
        return "It was stopped by hand."
    return stopped_by


def _patience(patience: Patience, wish: Wish, rows: int) -> Patience:
    if wish.stop_after is None:
        return patience
    bounds = replace(patience.bounds, rejected_rows=wish.stop_after.of(rows))
    return replace(patience, bounds=bounds)


def wish_of(run: RunRecord) -> Wish:
    """What was asked for when the run began, as far as it matters to go on."""
    kept = run.settings
    stop_after = kept.get("stop_after")
    return Wish(
        again=bool(kept.get("again")),
        verify=kept.get("verify"),
        stop_after=None if stop_after is None else Share.parse(stop_after),
    )


def _is_open(record: CallRecord, operation: Operation[Any], rows: Mapping[int, Any]) -> bool:
    """Planned, or in doubt where a look may help."""
    if record.state is CallState.UNKNOWN:
        carried = [rows[number] for number in record.call.rows if number in rows]
        whole = len(carried) == len(record.call.rows)  # a pruned run has not all of them
        return whole and operation.read_back(carried) is not None
    return record.state in {CallState.PLANNED, CallState.SENDING}


def end_run(desk: Desk, run_id: int, epoch: int, result: Path | None) -> None:
    """A run with calls left to send or to look at stays open, free for the next process."""
    left = {CallState.PLANNED, CallState.SENDING}
    if any(record.state in left for record in desk.journal.calls(run_id)):
        desk.journal.let_go(run_id, epoch)
    else:
        desk.journal.finish(run_id, epoch, None if result is None else str(result.resolve()))


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

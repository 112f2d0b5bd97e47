"""A sheet's way through the stages, in order: plan, upload, resume. Read this page first.

The check, which sends nothing and loads nothing that sends, has a page of its own: checking.py.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from importer.connection import Connection
from importer.delivery import Patience, Task
from importer.earlier_runs import earlier_runs, interrupted, to_look_at
from importer.entries import new_rows, new_run, rows_of_journal
from importer.errors import (
    AnswerLost,
    ImporterError,
    RunTaken,
    SettingsError,
    SheetError,
    SignInRefused,
)
from importer.giving_again import given_again
from importer.giving_back import Given, give_back
from importer.journal import CallRecord, CallState, Journal, RunRecord
from importer.mending import give_fix, settled_by
from importer.operation import Operation
from importer.operations import operation as operation_named
from importer.outcomes import Outcome, Problem, Status
from importer.planning import minutes
from importer.platforms import PLATFORMS
from importer.preparation import Prepared, Share, Wish, prepare
from importer.sending import send
from importer.settings import Account, Settings
from importer.stopping import Stop
from importer.summaries import Summary

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]


@contextmanager
def silent(title: str, rows: int) -> Iterator[Callable[[int], object]]:  # noqa: ARG001  (a Progress)
    """No progress shown."""
    yield lambda _: None


def plan_sheet(sheet: Path, wish: Wish, settings: Settings, account: Account) -> Summary:
    """The calls that `upload_sheet` would send to an account without earlier runs."""
    prepared = prepare(sheet, replace(wish, platform=account.platform), settings)
    return prepared.summary(
        sheet,
        account=account.name,
        notes=prepared.notes,
        plan=prepared.calls,
        minutes=round(minutes(_requests(prepared), account.limit.pace_s), 2),
    )


def _requests(prepared: Prepared) -> int:
    """How many requests the calls cost, with the looks before and the read backs after them."""
    operation = prepared.operation
    questions = [
        question
        for call in prepared.calls
        if (question := operation.read_back([prepared.rows[number] for number in call.rows]))
    ]
    before = len(questions) if operation.look_first else 0
    after = len({question.path for question in questions}) if operation.verified else 0
    return len(prepared.calls) + before + after


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


def upload_sheet(sheet: Path, wish: Wish, desk: Desk, account: Account) -> Summary:
    """Sends what is good of a sheet and gives it back with an outcome for each row.

    A sheet whose run was interrupted goes on where it was.
    """
    account.credentials(desk.environ)  # a missing secret is said before anything is begun
    wish = replace(wish, platform=account.platform)
    sent_before = earlier_runs(sheet, desk.journal, account, wish)
    prepared = prepare(sheet, wish, desk.settings, sent_before)
    looked_at = _look_again(prepared, desk)
    if looked_at:
        prepared = prepare(sheet, wish, desk.settings, sent_before)

    given = Given(sheet, prepared.content, prepared.layout, wish.into, prepared.validation.problems)
    run = interrupted(desk.journal, prepared, account)
    if run is not None:
        carried = _go_on(run, desk, wish, lambda: given, take_over=wish.take_over)
    else:
        run = desk.journal.begin(
            new_run(sheet, wish, prepared, account), new_rows(prepared, account), prepared.calls
        )
        cargo = Cargo(prepared.operation, prepared.rows, prepared.warnings)
        carried = _carry_out(desk, run, run.epoch, cargo, wish, lambda: given)
    return prepared.summary(
        sheet,
        account=account.name,
        run=run.id,
        outcomes=carried.outcomes,
        calls=len(desk.journal.calls(run.id)),
        result=carried.result,
        fix=carried.fix,
        notes=[*prepared.notes, *looked_at, *carried.notes],
        stopped_by=carried.stopped_by,
    )


def resume_run(run_id: int, desk: Desk, *, take_over: bool = False) -> Summary:
    """Sends what a run left unsent, looks again at what it left unknown, gives the sheet back.

    The rows come from the journal, so the sheet may have changed or be gone; then there is no
    result file, and the summary says so. Raises RunBusy while another process works on the
    run, unless `take_over`: then that process sends nothing more.
    """
    run = desk.journal.run(run_id)
    carried = _go_on(run, desk, _wish_of(run), partial(given_again, run), take_over=take_over)
    return Summary(
        sheet=Path(run.file_path),
        worksheet=run.worksheet,
        operation=run.operation,
        account=run.account,
        run=run_id,
        outcomes=carried.outcomes,
        calls=len(desk.journal.calls(run_id)),
        result=carried.result,
        fix=carried.fix,
        problems=[
            Problem(number, "", "", outcome.sentence)
            for number, outcome in carried.outcomes.items()
            if outcome.status is Status.INVALID
        ],
        notes=carried.notes,
        stopped_by=carried.stopped_by,
    )


def abandon_run(run_id: int, journal: Journal) -> str:
    """Gives a run up: what it left unsent is never sent, what was in flight stays unknown."""
    journal.abandon(run_id, journal.take(run_id))
    return f"run {run_id} is given up; importer show {run_id} lists its rows"


def interrupted_runs(journal: Journal) -> list[tuple[RunRecord, RunRecord | None]]:
    """Open runs, oldest first, each with the newest run of the same sheet that came after it."""
    found = []
    for run in journal.unfinished():
        later = [
            other
            for other in journal.runs(_MOST_RUNS, run.account)
            if (other.file_path, other.worksheet, other.operation)
            == (run.file_path, run.worksheet, run.operation)
            and other.id > run.id
        ]
        found.append((run, later[0] if later else None))
    return found


# Carrying a run out ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Carried:
    outcomes: Mapping[int, Outcome]
    result: Path | None
    fix: Path | None
    notes: Sequence[str]
    stopped_by: str | None


_MOST_RUNS = 1_000  # that are looked through for a newer one of the same sheet
Sheet = Callable[[], Given]  # raises SheetError where it is gone or has changed


def _go_on(
    run: RunRecord, desk: Desk, wish: Wish, sheet: Sheet, *, take_over: bool = False
) -> _Carried:
    account = desk.settings.account(run.account)
    address = run.settings.get("address", account.base_url)
    if address != account.base_url:
        raise SettingsError(
            f"run {run.id} was sent to {address}, and the account {account.name} is now at "
            f"{account.base_url}; what one has, the other may lack"
        )
    account.credentials(desk.environ)
    cargo = _cargo_of(run, desk.journal)
    epoch = desk.journal.take(run.id, take_over=take_over)
    return _carry_out(desk, run, epoch, cargo, wish, sheet)


def _carry_out(
    desk: Desk, run: RunRecord, epoch: int, cargo: Cargo, wish: Wish, sheet: Sheet
) -> _Carried:
    """Sends, gives the sheet back, and ends the run, or leaves it free for whoever resumes it."""
    try:
        stopped_by = _send(desk, run, epoch, cargo, wish)
        outcomes = desk.journal.outcomes(run.id)
        completed = _complete(desk, run, outcomes)
        result, fix, notes = _given_back(run, desk.journal, sheet, outcomes)
        _end(desk, run.id, epoch, result)
    except RunTaken as error:  # the new owner ends it, and gives the sheet back
        return _Carried(desk.journal.outcomes(run.id), None, None, (), str(error))
    except BaseException:
        with suppress(ImporterError):
            desk.journal.let_go(run.id, epoch)
        raise
    return _Carried(outcomes, result, fix, [*completed, *notes], stopped_by)


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
        epoch, result = desk.journal.take(parent.id), _path(parent.result_path)
        try:
            settled = settled_by(run, outcomes, desk.journal.outcomes(parent.id))
            desk.journal.set_outcomes(parent.id, epoch, settled)
            after = desk.journal.outcomes(parent.id)
            given = partial(given_again, parent)
            written, _, notes = _given_back(parent, desk.journal, given, after, mend=False)
            result = written or result
        finally:
            _end(desk, parent.id, epoch, result)
    except ImporterError as error:  # this run has its own outcomes all the same
        return [f"the run it mends is as it was: {error} importer resume {run.id} completes it"]
    left = sum(not outcome.status.settled for outcome in after.values())
    but = f" but for {left:,} of its rows" if left else ""
    return [f"completes run {parent.id}{but}", *_complete(desk, parent, after), *notes]


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _cargo_of(run: RunRecord, journal: Journal) -> Cargo:
    operation = operation_named(run.operation)
    records = {record.row: record for record in journal.rows(run.id)}
    warnings = {number: record.warning for number, record in records.items()}
    return Cargo(operation, rows_of_journal(operation, records), warnings)


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


# Sending ----------------------------------------------------------------------------------------


def _send(
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


def _wish_of(run: RunRecord) -> Wish:
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


def _end(desk: Desk, run_id: int, epoch: int, result: Path | None) -> None:
    """A run with calls left to send or to look at stays open, free for the next process."""
    left = {CallState.PLANNED, CallState.SENDING}
    if any(record.state in left for record in desk.journal.calls(run_id)):
        desk.journal.let_go(run_id, epoch)
    else:
        desk.journal.finish(run_id, epoch, None if result is None else str(result.resolve()))


def _look_again(prepared: Prepared, desk: Desk) -> list[str]:
    """Looks at what earlier runs may have sent of this sheet, and at nothing else of them.

    Returns what is said of it. What cannot be looked at, as another process is at it, stays
    unknown here.
    """
    doubtful = to_look_at(prepared)
    for run_id in doubtful:
        with suppress(ImporterError):
            run = desk.journal.run(run_id)
            cargo, epoch = _cargo_of(run, desk.journal), desk.journal.take(run_id)
            try:
                _send(desk, run, epoch, cargo, _wish_of(run), doubts_only=True)
            finally:
                _end(desk, run_id, epoch, _path(run.result_path))
    return [f"looked again at run {run_id}, which may have sent rows of it" for run_id in doubtful]

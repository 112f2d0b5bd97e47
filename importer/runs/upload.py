"""A sheet's way through the stages, in order: plan, upload, resume. Read this page first.

The check, which sends nothing and loads nothing that sends, has a page of its own: checking.py.
"""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from importer.journal import Journal, RunRecord
from importer.model.errors import ImporterError
from importer.model.options import Wish
from importer.model.outcomes import Problem, Status
from importer.model.row_numbers import by_sheet_row
from importer.model.summary import Summary
from importer.runs.execute import (
    Cargo,
    Desk,
    cargo_of,
    carry_out,
    end_run,
    go_on,
    path_of,
    send_run,
    wish_of,
)
from importer.runs.journal_rows import new_rows, new_run
from importer.runs.prepare import Prepared, prepare
from importer.runs.result import Given, given_again
from importer.runs.sent_before import earlier_runs, interrupted, to_look_at
from importer.sending.plan import minutes
from importer.settings.settings import Account, Settings

_MOST_RUNS = 1_000  # that are looked through for a newer one of the same sheet


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
        carried = go_on(run, desk, wish, lambda: given, take_over=wish.take_over)
    else:
        run = desk.journal.begin(
            new_run(sheet, wish, prepared, account), new_rows(prepared, account), prepared.calls
        )
        cargo = Cargo(prepared.operation, prepared.rows, prepared.warnings)
        carried = carry_out(desk, run, run.epoch, cargo, wish, lambda: given)
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
    carried = go_on(run, desk, wish_of(run), partial(given_again, run), take_over=take_over)
    return Summary(
        sheet=Path(run.file_path),
        worksheet=run.worksheet,
        operation=run.operation,
        account=run.account,
        run=run_id,
        outcomes=by_sheet_row(carried.outcomes),
        calls=len(desk.journal.calls(run_id)),
        result=carried.result,
        fix=carried.fix,
        problems=[
            Problem(number, "", "", outcome.sentence)
            for number, outcome in by_sheet_row(carried.outcomes).items()
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


def _look_again(prepared: Prepared, desk: Desk) -> list[str]:
    """Looks at what earlier runs may have sent of this sheet, and at nothing else of them.

    Returns what is said of it. What cannot be looked at, as another process is at it, stays
    unknown here.
    """
    doubtful = to_look_at(prepared)
    for run_id in doubtful:
        with suppress(ImporterError):
            run = desk.journal.run(run_id)
            cargo, epoch = cargo_of(run, desk.journal), desk.journal.take(run_id)
            try:
                send_run(desk, run, epoch, cargo, wish_of(run), doubts_only=True)
            finally:
                end_run(desk, run_id, epoch, path_of(run.result_path))
    return [f"looked again at run {run_id}, which may have sent rows of it" for run_id in doubtful]

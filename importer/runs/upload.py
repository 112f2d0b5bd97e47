"""A sheet's way through the stages, in order: plan, upload, resume. Read this page first.

The check, which sends nothing and loads nothing that sends, has a page of its own: check.py.
"""

from contextlib import suppress
from functools import partial
from pathlib import Path

from importer.journal import Journal, RunRecord
from importer.model.errors import ImporterError
from importer.model.options import UploadOptions
from importer.model.sheet_rows import by_sheet_row, problems_of
from importer.model.summary import Summary
from importer.runs.execute import (
    Context,
    RunRows,
    continue_run,
    end_run,
    execute,
    path_of,
    run_rows_of,
    send_run,
)
from importer.runs.journal_rows import new_rows, new_run
from importer.runs.prepare import Prepared, prepare
from importer.runs.result import SourceSheet, reload_sheet
from importer.runs.sent_before import earlier_runs, interrupted, to_look_at
from importer.sending.plan import minutes
from importer.settings.accounts import Account
from importer.settings.settings import Settings

_MOST_RUNS = 1_000  # that are looked through for a newer one of the same sheet


def plan_sheet(
    sheet: Path, options: UploadOptions, settings: Settings, account: Account
) -> Summary:
    """The calls that `upload_sheet` would send to an account without earlier runs."""
    prepared = prepare(sheet, options.for_platform(account.platform), settings)
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
    before = len(questions) if operation.reads_first else 0
    after = len({question.path for question in questions}) if operation.verified else 0
    return len(prepared.calls) + before + after


def upload_sheet(
    sheet: Path, options: UploadOptions, context: Context, account: Account
) -> Summary:
    """Sends what is good of a sheet and gives it back with an outcome for each row.

    A sheet whose run was interrupted goes on where it was.
    """
    account.credentials(context.environ)  # a missing secret is said before anything is begun
    options = options.for_platform(account.platform)
    sent_before = earlier_runs(sheet, context.journal, account, options)
    prepared = prepare(sheet, options, context.settings, sent_before)
    looked_at = _look_again(prepared, context)
    if looked_at:
        prepared = prepare(sheet, options, context.settings, sent_before)

    source = SourceSheet(
        sheet, prepared.content, prepared.layout, options.into, prepared.validation.problems
    )
    run = interrupted(context.journal, prepared, account)
    if run is not None:
        run_result = continue_run(
            run, context, options, lambda: source, take_over=options.take_over
        )
    else:
        run = context.journal.begin(
            new_run(sheet, options, prepared, account), new_rows(prepared, account), prepared.calls
        )
        run_rows = RunRows(prepared.operation, prepared.rows)
        run_result = execute(context, run, run.epoch, run_rows, options, lambda: source)
    return prepared.summary(
        sheet,
        account=account.name,
        run=run.id,
        outcomes=run_result.outcomes,
        calls=len(context.journal.calls(run.id)),
        result=run_result.result,
        fix=run_result.fix,
        notes=[*prepared.notes, *looked_at, *run_result.notes],
        stopped_by=run_result.stopped_by,
    )


def resume_run(run_id: int, context: Context, *, take_over: bool = False) -> Summary:
    """Sends what a run left unsent, looks again at what it left unknown, gives the sheet back.

    The rows come from the journal, so the sheet may have changed or be gone; then there is no
    result file, and the summary says so. Raises RunBusy while another process works on the
    run, unless `take_over`: then that process sends nothing more.
    """
    run = context.journal.run(run_id)
    run_result = continue_run(
        run, context, run.settings.options, partial(reload_sheet, run), take_over=take_over
    )
    return Summary(
        sheet=Path(run.file_path),
        worksheet=run.worksheet,
        operation=run.operation,
        account=run.account,
        run=run_id,
        outcomes=by_sheet_row(run_result.outcomes),
        calls=len(context.journal.calls(run_id)),
        result=run_result.result,
        fix=run_result.fix,
        problems=problems_of(run_result.outcomes.values()),
        notes=run_result.notes,
        stopped_by=run_result.stopped_by,
    )


def abandon_run(run_id: int, journal: Journal) -> str:
    """Gives a run up: what it left unsent is never sent, what was in flight stays unknown."""
    journal.abandon(run_id, journal.take(run_id))
    return f"run {run_id} is abandoned; importer show {run_id} lists its rows"


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


def _look_again(prepared: Prepared, context: Context) -> list[str]:
    """Looks at what earlier runs may have sent of this sheet, and at nothing else of them.

    Returns what is said of it. What cannot be looked at, as another process is at it, stays
    unknown here.
    """
    doubtful = to_look_at(prepared)
    for run_id in doubtful:
        with suppress(ImporterError):
            run = context.journal.run(run_id)
            run_rows, epoch = run_rows_of(run, context.journal), context.journal.take(run_id)
            try:
                send_run(context, run, epoch, run_rows, run.settings.options, doubts_only=True)
            finally:
                end_run(context, run_id, epoch, path_of(run.result_path))
    return [f"looked again at run {run_id}, which may have sent rows of it" for run_id in doubtful]

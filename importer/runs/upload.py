"""One sheet through the stages. Read this page first.

- `upload_sheet`: prepare (read, check, plan), begin the run, execute it, sum up.
- `resume_run`: continue a run that was interrupted, from the journal.
- `plan_sheet`: prepare only.

check.py does the same without sending, and loads nothing that sends.
"""

from contextlib import suppress
from functools import partial
from pathlib import Path

from importer.journal import Journal, RunRecord
from importer.model.errors import ImporterError
from importer.model.options import UploadOptions
from importer.model.summary import Summary
from importer.runs.execute import (
    Context,
    RunRows,
    continue_run,
    end_run,
    execute,
    run_rows_of,
    send_run,
    summary_of,
)
from importer.runs.journal_rows import new_rows, new_run
from importer.runs.prepare import Prepared, prepare
from importer.runs.result import SourceSheet, reload_sheet
from importer.runs.sent_before import earlier_runs, interrupted, runs_to_check
from importer.sending.plan import minutes
from importer.settings.accounts import Account
from importer.settings.settings import Settings

_MOST_RUNS = 1_000  # that are searched for a newer one of the same sheet


def upload_sheet(
    sheet: Path, options: UploadOptions, context: Context, account: Account
) -> Summary:
    """Sends the good rows of a sheet and writes its result, with an outcome for each row.

    If a run of this sheet was interrupted, it is continued.
    """
    account.credentials(context.environ)  # a missing secret is reported before anything begins
    options = options.for_platform(account.platform)
    sent_before = earlier_runs(sheet, context.journal, account, options)
    prepared = prepare(sheet, options, context.settings, sent_before)
    checked = _check_earlier_runs(prepared, context)
    if checked:
        prepared = prepare(sheet, options, context.settings, sent_before)

    source = SourceSheet(
        sheet, prepared.content, prepared.layout, options.into, prepared.validation.problems
    )
    run = interrupted(context.journal, prepared, account)
    if run is not None:
        result = continue_run(run, context, options, lambda: source, take_over=options.take_over)
    else:
        run = context.journal.begin(
            new_run(sheet, options, prepared, account), new_rows(prepared, account), prepared.calls
        )
        run_rows = RunRows(prepared.operation, prepared.rows)
        result = execute(context, run, run.epoch, run_rows, options, lambda: source)
    return prepared.summary(
        sheet,
        account=account.name,
        run=run.id,
        outcomes=result.outcomes,
        calls=len(context.journal.calls(run.id)),
        result=result.result,
        fix=result.fix,
        notes=[*prepared.notes, *checked, *result.notes],
        stopped_by=result.stopped_by,
    )


def _check_earlier_runs(prepared: Prepared, context: Context) -> list[str]:
    """Reads back what earlier runs may have sent of this sheet; sends nothing else of theirs.

    Returns notes. Rows of a run that another process works on stay unknown.
    """
    doubtful = runs_to_check(prepared)
    for run_id in doubtful:
        with suppress(ImporterError):
            run = context.journal.run(run_id)
            run_rows, epoch = run_rows_of(run, context.journal), context.journal.take(run_id)
            try:
                send_run(context, run, epoch, run_rows, run.settings.options, doubts_only=True)
            finally:
                end_run(context, run_id, epoch, run.result_path)
    return [f"checked run {run_id}, which may have sent rows of this sheet" for run_id in doubtful]


def resume_run(run_id: int, context: Context, *, take_over: bool = False) -> Summary:
    """Sends what a run left unsent, reads back what it left unknown, and writes its result.

    The rows come from the journal, so the sheet may have changed or be gone: then there is no
    result file, and the summary says so. Raises RunBusy while another process works on the
    run, unless `take_over`: then that process sends nothing more.
    """
    run = context.journal.run(run_id)
    source = partial(reload_sheet, run)
    result = continue_run(run, context, run.settings.options, source, take_over=take_over)
    return summary_of(run, result, context.journal)


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
    """How many requests the calls cost, with the GETs before and after them."""
    operation = prepared.operation
    questions = [
        question
        for call in prepared.calls
        if (question := operation.read_back([prepared.rows[id_] for id_ in call.rows]))
    ]
    before = len(questions) if operation.reads_first else 0
    after = len({question.path for question in questions}) if operation.verified else 0
    return len(prepared.calls) + before + after


def abandon_run(run_id: int, journal: Journal) -> str:
    """Ends a run for good: unsent rows are never sent, calls in flight stay unknown."""
    journal.abandon(run_id, journal.take(run_id))
    return f"run {run_id} is abandoned; importer show {run_id} lists its rows"


def interrupted_runs(journal: Journal) -> list[tuple[RunRecord, RunRecord | None]]:
    """Open runs, oldest first, each with the newest later run of the same sheet."""

    def later(run: RunRecord) -> RunRecord | None:
        same = (
            other
            for other in journal.runs(_MOST_RUNS, run.account)
            if (other.file_path, other.worksheet, other.operation)
            == (run.file_path, run.worksheet, run.operation)
        )
        newest = next(same, run)
        return newest if newest.id > run.id else None

    return [(run, later(run)) for run in journal.unfinished()]

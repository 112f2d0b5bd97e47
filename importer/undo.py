"""Undoes a run by a run of its own, and only what nobody has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importer.journal import NewRow, NewRun, RowRecord, RunRecord, RunState
from importer.model.errors import UsageError
from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome, Problem, ProblemKind, Status
from importer.model.row_ids import RowId
from importer.model.run_settings import RunSettings
from importer.model.sheet_rows import by_sheet_row, problems_of
from importer.model.stop import Stop
from importer.model.summary import Summary
from importer.operations import operation_named
from importer.operations.operation import UNDO, AlreadyUndone, CannotUndo, Operation, TakenBack
from importer.reports.machine import write_csv
from importer.reports.model import ReportColumn, ReportLine, ReportTable
from importer.runs.execute import Context, RunResult, end_run, run_rows_of, send_run, summary_of
from importer.runs.journal_rows import values_of
from importer.runs.upload import resume_run
from importer.sending.plan import minutes, plan_calls
from importer.sending.read_back import Access
from importer.sending.snapshot import read_now
from importer.settings.accounts import Account

_EVERY_RUN = 100_000
_BY_US = frozenset({Status.SENT, Status.VERIFIED})


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rows of the undoing operation, and the outcomes of those that are not undone."""

    operation: Operation[Any]
    rows: Mapping[RowId, Any]
    aside: Mapping[RowId, Outcome]
    kept: Mapping[RowId, tuple[Problem, ...]]  # why some value of a row stays as it is


def undo_run(
    run_id: int, context: Context, *, dry_run: bool = False, into: Path | None = None
) -> Summary:
    """Undoes a run by a run of its own and returns that run's summary.

    An interrupted undo is continued. With `dry_run` only GETs are sent. Raises UsageError for a
    run that cannot be undone.
    """
    run = context.journal.run(run_id)
    before = _undo_of(run, context)
    if before is not None and before.state is RunState.OPEN:
        return resume_undo(before, context)
    _must_be_undoable(run, before)
    account = context.settings.account(run.account)
    if (run.settings.address or account.base_url) != account.base_url:
        raise UsageError(
            f"run {run.id} was sent to {run.settings.address}, but account {account.name} is now "
            f"at {account.base_url}"
        )
    plan = _plan(run, account, context)
    calls = plan_calls(plan.operation, list(plan.rows.values()), context.settings.date_only_at)
    if dry_run:
        planned = {
            row: Outcome(Status.PLANNED, "Would be undone.", plan.kept[row]) for row in plan.rows
        }
        outcomes = by_sheet_row(dict(sorted({**plan.aside, **planned}.items())))
        return Summary(
            Path(run.file_path),
            operation=plan.operation.name,
            account=account.name,
            outcomes=outcomes,
            calls=len(calls),
            plan=calls,
            minutes=round(minutes(len(calls), account.limit.pace_s), 2),
            problems=problems_of(plan.aside.values()),
            notes=[f"would undo run {run.id}"],
        )
    rows = [NewRow(id_, outcome) for id_, outcome in plan.aside.items()]
    for id_, row in plan.rows.items():
        outcome = Outcome(Status.UNSENT, problems=plan.kept[id_])
        rows.append(NewRow(id_, outcome, values_of(plan.operation, row)))
    undo = context.journal.begin(_new_run(run, plan, account, into), rows, calls)
    return _execute(undo, undo.epoch, context)


def resume_undo(undo: RunRecord, context: Context, *, take_over: bool = False) -> Summary:
    """Continues an undo that was interrupted."""
    return _execute(undo, context.journal.take(undo.id, take_over=take_over), context)


def resume_any(run_id: int, context: Context, *, take_over: bool = False) -> Summary:
    """Continues a run: an upload or an undo."""
    run = context.journal.run(run_id)
    if run.operation.startswith(UNDO):
        return resume_undo(run, context, take_over=take_over)
    return resume_run(run_id, context, take_over=take_over)


def _undo_of(run: RunRecord, context: Context) -> RunRecord | None:
    """The newest run that undoes this one."""
    runs = context.journal.runs(_EVERY_RUN, run.account)
    return next((other for other in runs if other.settings.undoes == run.id), None)


def _must_be_undoable(run: RunRecord, before: RunRecord | None) -> None:
    if run.operation.startswith(UNDO):
        raise UsageError(
            f"run {run.id} is an undo itself, of run {run.settings.undoes}; to send its sheet "
            "again, upload it"
        )
    if before is not None and before.state is RunState.FINISHED:
        raise UsageError(f"run {run.id} was undone by run {before.id}; importer show {before.id}")
    if run.state is RunState.OPEN:
        raise UsageError(f"run {run.id} is not finished; run importer resume {run.id} first")
    if run.pruned_at is not None:
        raise UsageError(f"run {run.id} cannot be undone: --prune has deleted what it sent")


def _plan(run: RunRecord, account: Account, context: Context) -> _Plan:
    operation = operation_named(run.operation)
    records = {record.id: record for record in context.journal.rows(run.id)}
    rows = run_rows_of(run, context.journal).rows
    ours = {n: rows[n] for n, r in records.items() if r.outcome.status in _BY_US and n in rows}
    aside = {n: _not_ours(run, record) for n, record in records.items() if n not in ours}
    current = _current(operation, list(ours.values()), account, context)
    back: dict[RowId, TakenBack] = {}
    for id_, row in ours.items():
        undone = _taken_back(operation, row, records[id_], current)
        if isinstance(undone, Outcome):
            aside[id_] = undone
        else:
            back[id_] = undone
    by = operation.undoing() or operation
    values = {f.name: [each.values.get(f.name) for each in back.values()] for f in by.fields}
    kept = {
        id_: (Problem(id_, "", "", each.but, ProblemKind.WARNING),) * bool(each.but)
        for id_, each in back.items()
    }
    return _Plan(by, {row.id: row for row in by.make_rows(list(back), values)}, aside, kept)


def _current(
    operation: Operation[Any], rows: list[Any], account: Account, context: Context
) -> Mapping[RowId, Any]:
    """What the platform has now of each row, where it could be read."""
    if operation.undoing() is None:
        return {}
    credentials, stop = account.credentials(context.environ), Stop(context.stop)
    access = Access(account, credentials, context.journal, stop, context.patience)
    return read_now(access, operation, rows)


def _taken_back(
    operation: Operation[Any], row: Any, record: RowRecord, current: Mapping[RowId, Any]
) -> TakenBack | Outcome:
    """The values that undo a row, or the outcome of a row that cannot be undone."""
    if operation.undoing() is not None and row.id not in current:
        return _invalid(row.id, "what the platform has now could not be read; try again.")
    try:
        return operation.taken_back(row, record.before, current.get(row.id))
    except AlreadyUndone as error:
        return Outcome(Status.UNCHANGED, f"{error}.")
    except CannotUndo as error:
        return _invalid(row.id, f"{error}.")


def _not_ours(run: RunRecord, record: RowRecord) -> Outcome:
    if record.outcome.status is Status.UNKNOWN:
        return _invalid(
            record.id, f"Run {run.id} may have sent it; importer resume {run.id} checks that first."
        )
    return Outcome(Status.UNCHANGED, f"Run {run.id} did not send it.")


def _invalid(row: RowId, why: str) -> Outcome:
    return Outcome(Status.INVALID, problems=(Problem(row, "", "", why, ProblemKind.ROW),))


def _new_run(run: RunRecord, plan: _Plan, account: Account, into: Path | None) -> NewRun:
    return NewRun(
        operation=plan.operation.name,
        account=account.name,
        file_path=run.file_path,
        file_name=run.file_name,
        file_size=run.file_size,
        file_sha256=run.file_sha256,
        worksheet=run.worksheet,
        version=run.version,
        user=run.user,
        host=run.host,
        settings=RunSettings(
            address=account.base_url,
            options=UploadOptions(into=None if into is None else into.resolve()),
            undoes=run.id,
        ),
    )


def _execute(undo: RunRecord, epoch: int, context: Context) -> Summary:
    operation = operation_named(undo.operation)
    options = UploadOptions(again=True, verify=operation.verified)
    run_rows = run_rows_of(undo, context.journal)
    stopped_by = send_run(context, undo, epoch, run_rows, options)
    outcomes = context.journal.outcomes(undo.id)
    _note_undone(undo, outcomes, context)
    path = _write(undo, by_sheet_row(outcomes))
    end_run(context, undo.id, epoch, path)
    problems = (problem for outcome in outcomes.values() for problem in outcome.problems)
    in_part = any(problem.kind is ProblemKind.WARNING for problem in problems)
    notes = [f"undoes run {undo.settings.undoes}"]
    result = RunResult(outcomes, path, None, notes, stopped_by)
    return summary_of(undo, result, context.journal, in_part=in_part)


def _note_undone(undo: RunRecord, outcomes: Mapping[RowId, Outcome], context: Context) -> None:
    """Undone rows no longer count as sent: the same sheet sends them again."""
    run_id = undo.settings.undoes
    if run_id is None:
        return
    sent = {r.id for r in context.journal.rows(run_id) if r.outcome.status in _BY_US}
    back = {*_BY_US, Status.UNCHANGED}
    rows = [n for n, outcome in outcomes.items() if outcome.status in back and n in sent]
    context.journal.set_undone(run_id, rows, undo.id)


def _write(undo: RunRecord, outcomes: Mapping[int, Outcome]) -> Path | None:
    """The outcome of each row, as a csv next to the sheet."""
    sheet = Path(undo.file_path)
    folder = undo.settings.options.into or (sheet.parent if sheet.parent.is_dir() else Path())
    lines = [ReportLine([n, o.status.value, o.sentence]) for n, o in outcomes.items()]
    titles = [
        ReportColumn("Row", "number"),
        ReportColumn("Import Status"),
        ReportColumn("Import Error"),
    ]
    target = folder / f"{sheet.stem}.undo-{undo.id}.csv"
    try:
        return write_csv(ReportTable("Rows", titles, lines), target)
    except OSError:
        return None

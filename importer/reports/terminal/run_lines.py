"""Runs and their calls, from the journal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from importer.journal import AttemptRecord, CallRecord, Journal, RunRecord, RunState
from importer.model.row_counts import RowCounts
from importer.model.row_ids import sheet_rows
from importer.model.sheet_rows import by_sheet_row
from importer.reports.terminal.words import columns_text, rows_words

_ALIVE_FOR = timedelta(seconds=30)


def runs_table(runs: Sequence[tuple[RunRecord, RowCounts]], now: datetime) -> str:
    """`now` is the journal's time: a run with a recent heartbeat was not interrupted."""
    if not runs:
        return "The journal has no runs yet."
    rows = [("run", "started (UTC)", "sheet", "operation", "account", "state", "rows")]
    for run, counts in runs:
        state = run.state.value
        if run.state is RunState.OPEN:
            state = "running" if now - run.heartbeat_at < _ALIVE_FOR else "interrupted"
        started = f"{run.created_at:%Y-%m-%d %H:%M}"
        rows.append(
            (str(run.id), started, run.file_name, run.operation, run.account, state, str(counts))
        )
    return columns_text(rows)


def run_as_json(run: RunRecord, counts: RowCounts) -> dict[str, Any]:
    return {
        "run": run.id,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "state": run.state.value,
        "operation": run.operation,
        "account": run.account,
        "sheet": run.file_path,
        "sha256": run.file_sha256,
        "worksheet": run.worksheet,
        "version": run.version,
        "user": run.user,
        "host": run.host,
        "result": run.result_path,
        "mends": run.settings.fixes and run.settings.fixes.run,
        "statuses": {status.value: count for status, count in counts.statuses.items()},
        "undone": counts.undone,
    }


def run_story(journal: Journal, run_id: int) -> str:
    """Who sent which file where, every call with its answer, and every row with a message."""
    run = journal.run(run_id)
    facts = {
        "sheet": run.file_path + (f', worksheet "{run.worksheet}"' if run.worksheet else ""),
        "bytes": f"{run.file_size}, SHA-256 {run.file_sha256}",
        "started": f"{run.created_at:%Y-%m-%d %H:%M:%S} UTC by {run.user} on {run.host}",
        "version": f"importer {run.version}",
        "fixes": run.settings.fixes and f"run {run.settings.fixes.run}",
        "undoes": run.settings.undoes and f"run {run.settings.undoes}",
        "rows": str(journal.counts(run_id)),
        "result": run.result_path or "not written",
    }
    lines = [f"run {run.id}: {run.operation} to {run.account}, {run.state.value}"]
    lines += [f"  {name:<7}  {fact}" for name, fact in facts.items() if fact is not None]
    lines += ["", _calls_table(journal, run_id) or "nothing was sent"]
    outcomes = by_sheet_row(journal.outcomes(run_id))
    messages = [(str(n), o.status.value, o.sentence) for n, o in outcomes.items() if o.sentence]
    if messages:
        lines += ["", columns_text([("row", "status", "message"), *messages])]
    return "\n".join(lines)


def _calls_table(journal: Journal, run_id: int) -> str | None:
    attempts = journal.attempts(run_id)
    rows = [
        (str(c.number), c.state.value, f"{c.call.method} {c.call.path}", _answers(c, attempts),
         ", ".join(map(str, sheet_rows(c.call.rows))))
        for c in journal.calls(run_id)
    ]  # fmt: skip
    return columns_text([("call", "state", "request", "answers", "rows"), *rows]) if rows else None


def _answers(record: CallRecord, attempts: Sequence[AttemptRecord]) -> str:
    own = [a for a in attempts if a.call_number == record.number]
    return ", ".join(f"{a.purpose.value} {_answer(a)}" for a in own)


def _answer(attempt: AttemptRecord) -> int | str:
    return attempt.status_code or attempt.failure or "no answer"


def call_story(journal: Journal, run_id: int, number: int) -> str:
    """One call with its body, and the answer to each attempt."""
    record = journal.call(run_id, number)
    content = record.call.content
    lines = [
        f"run {run_id}, call {number}: {record.state.value}",
        f"  {record.call.method} {record.call.path}",
        f"  {rows_words(record.call)}",
        f"  body {content.decode() if content else 'none kept'}",
    ]
    for each in journal.attempts(run_id, number):
        when = f"{each.started_at:%Y-%m-%d %H:%M:%S} UTC"
        request = f"{each.method} {each.path}"
        lines.append(f"  {when}  {each.purpose.value}  {request}  {_answer(each)}")
        if each.reply:
            lines.append(f"    {' '.join(each.reply.split())}")
    return "\n".join(lines)


def story_as_json(journal: Journal, run_id: int, number: int | None) -> dict[str, Any]:
    calls = [journal.call(run_id, number)] if number else journal.calls(run_id)
    attempts = journal.attempts(run_id, number)
    return {
        **run_as_json(journal.run(run_id), journal.counts(run_id)),
        "rows": [
            {"row": number, "status": outcome.status.value, "sentence": outcome.sentence}
            for number, outcome in by_sheet_row(journal.outcomes(run_id)).items()
        ],
        "calls": [
            {
                "number": c.number,
                "state": c.state.value,
                "method": c.call.method,
                "path": c.call.path,
                "body": c.call.body,
                "rows": sheet_rows(c.call.rows),
                "attempts": [_attempt_as_json(a) for a in attempts if a.call_number == c.number],
            }
            for c in calls
        ],
    }


def _attempt_as_json(attempt: AttemptRecord) -> dict[str, Any]:
    return {
        "purpose": attempt.purpose.value,
        "started_at": attempt.started_at.isoformat(),
        "ended_at": attempt.ended_at.isoformat() if attempt.ended_at else None,
        "status": attempt.status_code,
        "failure": attempt.failure,
        "reply": attempt.reply,
    }

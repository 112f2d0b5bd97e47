"""What commands print: tables and stories for people, objects for machines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from importer.journal import AttemptRecord, CallRecord, Journal, RunRecord, RunState
from importer.operation import Operation
from importer.operations import operations
from importer.outcomes import Status
from importer.platforms import PLATFORMS
from importer.settings import Settings
from importer.summaries import Summary

_MOST_PROBLEMS = 20  # the rest stands in the result file


def summary_lines(summary: Summary) -> str:
    """One sheet as a person reads it: what it is, what became of its rows, where the result is."""
    if summary.error is not None:
        return f"{summary.sheet}: not taken up, nothing was sent"
    place = f' ("{summary.worksheet}")' if summary.worksheet else ""
    target = f" to {summary.account}" if summary.account else ""
    run = f", run {summary.run}" if summary.run else ""
    lines = [f"{summary.sheet}{place}: {summary.operation}{target}{run}"]
    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    calls = f"{summary.calls} call{'' if summary.calls == 1 else 's'}"
    lines.append(f"  {len(summary.outcomes)} rows: {counts or 'none'}; {calls}")
    lines += [f"  {note}" for note in summary.notes]
    lines += _plan_lines(summary)
    lines += _problem_lines(summary)
    if summary.stopped_by:
        lines.append(f"  stopped: {summary.stopped_by}")
    if Status.UNSENT in {o.status for o in summary.outcomes.values()} and summary.stopped_by:
        lines.append(f"  to go on: importer resume {summary.run}")
    if summary.result is not None:
        lines.append(f"  result: {summary.result}")
    return "\n".join(lines)


def _plan_lines(summary: Summary) -> list[str]:
    if summary.plan is None:
        return []
    lines = [
        f"  {call.method} {call.path}  rows {', '.join(map(str, call.rows))}"
        for call in summary.plan
    ]
    return [*lines, f"  {summary.minutes:.1f} minutes at the account's limit"]


def _problem_lines(summary: Summary) -> list[str]:
    """Problems found before sending, and what the platform said of rows it did not take."""
    said = [
        f"  row {p.row}: {p.column}{': ' if p.column else ''}{p.message}" for p in summary.problems
    ]
    said += [
        f"  row {number}: {outcome.status}: {outcome.sentence}"
        for number, outcome in summary.outcomes.items()
        if outcome.status in {Status.REJECTED, Status.UNKNOWN} and outcome.sentence
    ]
    more = len(said) - _MOST_PROBLEMS
    return said[:_MOST_PROBLEMS] + ([f"  and {more} more"] if more > 0 else [])


def columns_text(cells: Iterable[Sequence[str]]) -> str:
    """Rows of cells as aligned text; the first row is the heading."""
    rows = [list(row) for row in cells]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    aligned = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(aligned)


def operations_table() -> str:
    parts = []
    for operation in operations().values():
        once = "may be repeated" if operation.repeatable else "is never sent twice"
        heading = f"{operation.name}  ({operation.platform.title}; {once})\n{operation.summary}"
        parts.append(f"{heading}\n\n{_indented(_columns_table(operation))}")
    return "\n\n".join(parts)


def _columns_table(operation: Operation[Any]) -> str:
    rows = [("column", "needed", "holds", "also called")]
    for field in operation.fields:
        holds = field.kind.words
        if field.about.choices and holds == "one of":
            holds = ", ".join(field.about.labels)
        aliases = ", ".join(field.about.aliases)
        rows.append((field.title, "yes" if field.needed else "", holds, aliases))
    return columns_text(rows)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def operations_as_json() -> list[dict[str, Any]]:
    return [
        {
            "name": operation.name,
            "title": operation.title,
            "summary": operation.summary,
            "platform": operation.platform.name,
            "repeatable": operation.repeatable,
            "columns": [
                {
                    "name": field.name,
                    "title": field.title,
                    "needed": field.needed,
                    "kind": field.kind.words,
                    "choices": field.about.labels,
                    "aliases": list(field.about.aliases),
                    "description": field.about.description,
                }
                for field in operation.fields
            ],
        }
        for operation in operations().values()
    ]


def accounts_table(settings: Settings) -> str:
    if not settings.accounts:
        return "No account is set up; write one into importer.toml."
    rows = [("account", "platform", "address", "limit", "secrets from")]
    for account in settings.accounts.values():
        limit = f"{account.limit.calls} in {account.limit.seconds} s"
        sources = ", ".join(source.place for source in account.sources.values())
        title = PLATFORMS[account.platform].title
        rows.append((account.name, title, account.base_url, limit, sources))
    return columns_text(rows)


def accounts_as_json(settings: Settings) -> list[dict[str, Any]]:
    return [
        {"name": a.name, "platform": a.platform, "base_url": a.base_url, "workers": a.workers}
        for a in settings.accounts.values()
    ]


# Runs -------------------------------------------------------------------------------------------


def runs_table(runs: Sequence[tuple[RunRecord, Mapping[Status, int]]]) -> str:
    if not runs:
        return "The journal holds no run yet."
    rows = [("run", "begun (UTC)", "sheet", "operation", "account", "state", "rows")]
    for run, counts in runs:
        state = "interrupted" if run.state is RunState.OPEN else run.state.value
        said = ", ".join(f"{count} {status}" for status, count in counts.items())
        begun = f"{run.created_at:%Y-%m-%d %H:%M}"
        rows.append((str(run.id), begun, run.file_name, run.operation, run.account, state, said))
    return columns_text(rows)


def run_as_json(run: RunRecord, counts: Mapping[Status, int]) -> dict[str, Any]:
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
        "statuses": {status.value: count for status, count in counts.items()},
    }


def run_story(journal: Journal, run_id: int) -> str:
    """Who sent which file where, every call with its answer, and every row that needs a look."""
    run = journal.run(run_id)
    counts = journal.counts(run_id)
    lines = [
        f"run {run.id}: {run.operation} to {run.account}, {run.state.value}",
        f"  sheet    {run.file_path}" + (f', worksheet "{run.worksheet}"' if run.worksheet else ""),
        f"  bytes    {run.file_size}, SHA-256 {run.file_sha256}",
        f"  begun    {run.created_at:%Y-%m-%d %H:%M:%S} UTC by {run.user} on {run.host}",
        f"  version  importer {run.version}",
        f"  rows     {', '.join(f'{count} {status}' for status, count in counts.items())}",
        f"  result   {run.result_path or 'not written'}",
        "",
    ]
    attempts = journal.attempts(run_id)
    rows = [("call", "state", "request", "answers", "rows")]
    rows += [
        (str(c.number), c.state.value, f"{c.call.method} {c.call.path}", _answers(c, attempts),
         ", ".join(map(str, c.call.rows)))
        for c in journal.calls(run_id)
    ]  # fmt: skip
    lines.append(columns_text(rows) if len(rows) > 1 else "nothing was sent")
    attention = [r for r in journal.rows(run_id) if r.outcome.sentence]
    if attention:
        said = ((str(r.row), r.outcome.status.value, r.outcome.sentence) for r in attention)
        lines += ["", columns_text([("row", "status", "sentence"), *said])]
    return "\n".join(lines)


def _answers(record: CallRecord, attempts: Sequence[AttemptRecord]) -> str:
    own = [a for a in attempts if a.call_number == record.number]
    return ", ".join(f"{a.purpose.value} {a.status_code or a.failure or 'no answer'}" for a in own)


def call_story(journal: Journal, run_id: int, number: int) -> str:
    """One call with its body, and what came back of each attempt."""
    record = journal.call(run_id, number)
    content = record.call.content
    lines = [
        f"run {run_id}, call {number}: {record.state.value}",
        f"  {record.call.method} {record.call.path}",
        f"  rows {', '.join(map(str, record.call.rows))}",
        f"  body {content.decode() if content else 'none kept'}",
    ]
    for attempt in journal.attempts(run_id, number):
        came = attempt.status_code or attempt.failure or "no answer"
        lines.append(
            f"  {attempt.started_at:%Y-%m-%d %H:%M:%S} UTC  {attempt.purpose.value}  "
            f"{attempt.method} {attempt.path}  {came}"
        )
        if attempt.reply:
            lines.append(f"    {' '.join(attempt.reply.split())}")
    return "\n".join(lines)


def story_as_json(journal: Journal, run_id: int, number: int | None) -> dict[str, Any]:
    calls = [journal.call(run_id, number)] if number else journal.calls(run_id)
    attempts = journal.attempts(run_id, number)
    return {
        **run_as_json(journal.run(run_id), journal.counts(run_id)),
        "rows": [
            {"row": r.row, "status": r.outcome.status.value, "sentence": r.outcome.sentence}
            for r in journal.rows(run_id)
        ],
        "calls": [
            {
                "number": c.number,
                "state": c.state.value,
                "method": c.call.method,
                "path": c.call.path,
                "body": c.call.body,
                "rows": list(c.call.rows),
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

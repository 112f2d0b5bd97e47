"""What commands print: tables and stories for people, objects for machines."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from operator import itemgetter
from typing import Any

from importer.calls import Call
from importer.journal import AttemptRecord, CallRecord, CallState, Journal, RunRecord, RunState
from importer.operation import Field, Operation
from importer.operations import operations
from importer.outcomes import Status
from importer.platforms import PLATFORMS
from importer.settings import Limit, Settings
from importer.summaries import Summary

_HEARD_OF = timedelta(seconds=30)
_MOST_PROBLEMS = 20  # the rest stands in the result file
# Told one by one in the result file alone: there may be one of these in every row.
_COUNTED_ONLY = {Status.INVALID, Status.UNSENT, Status.UNCHANGED}
_CELL_WIDTH = 22  # of a table of columns, so that it fits a terminal of 80 characters
_UNITS = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day"}


def refused_line(summary: Summary, *, sends: bool) -> str:
    """Why a sheet or run was not taken up, in one line for stderr."""
    error = summary.error or ""
    subject = f"run {summary.run}" if summary.run else str(summary.sheet)
    named = error if summary.sheet.name in error else f"{subject}: {error}"
    if not sends or summary.run:
        return f"importer: {named}"
    return f"importer: {named.removesuffix('.')}; nothing was sent"


def left(journal: Journal, summary: Summary) -> int:
    """How many calls of the sheet's run were never begun."""
    calls = journal.calls(summary.run) if summary.run else []
    return sum(record.state is CallState.PLANNED for record in calls)


def summary_lines(summary: Summary, calls_left: int = 0) -> str:
    """One sheet as a person reads it: what it is, what became of its rows, where the result is."""
    place = f' ("{summary.worksheet}")' if summary.worksheet else ""
    target = f" to {summary.account}" if summary.account else ""
    run = f", run {summary.run}" if summary.run else ""
    lines = [f"{summary.sheet}{place}: {summary.operation}{target}{run}"]
    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    rows, calls = _counted(len(summary.outcomes), "row"), _counted(summary.calls, "call")
    if calls_left:
        calls = f"{summary.calls - calls_left:,} of {calls}"
    lines.append(f"  {rows}: {counts or 'none'}; {calls}")
    lines += [f"  {note}" for note in summary.notes]
    lines += _plan_lines(summary)
    lines += _problem_lines(summary)
    if summary.stopped_by:
        lines.append(f"  {_stopped(summary.stopped_by)}")
    if Status.UNSENT in {o.status for o in summary.outcomes.values()} and summary.stopped_by:
        lines.append(f"  to go on: importer resume {summary.run}")
    if summary.result is not None:
        lines.append(f"  result: {summary.result}")
    return "\n".join(lines)


def _stopped(reason: str) -> str:
    """
    >>> _stopped("It was stopped by hand."), _stopped("3 answers in a row were lost.")
    ('stopped by hand', 'stopped: 3 answers in a row were lost.')
    """
    itself = reason.removeprefix("It was ")
    return f"stopped: {reason}" if itself == reason else itself.removesuffix(".")


def _plan_lines(summary: Summary) -> list[str]:
    if summary.plan is None:
        return []
    lines = [line for call in summary.plan for line in _call_lines(call)]
    minutes = summary.minutes or 0
    takes = "under a minute" if minutes < 1 else f"about {_counted(math.ceil(minutes), 'minute')}"
    limit = " at the account's limit" if minutes else ""
    return [*lines, f"  {takes}{limit}, as if nothing had been sent before"]


def _call_lines(call: Call) -> list[str]:
    lines = [f"  {call.method} {call.path}  {_rows_words(call)}"]
    if call.content is not None:
        lines.append(f"    {call.content.decode()}")
    return lines


def _rows_words(call: Call) -> str:
    return f"row{'' if len(call.rows) == 1 else 's'} {', '.join(map(str, call.rows))}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _problem_lines(summary: Summary) -> list[str]:
    """In sheet order: each problem of an invalid row, and what is to be said of the others."""
    invalid = {n for n, o in summary.outcomes.items() if o.status is Status.INVALID}
    said = [
        (p.row, f"{p.column}{': ' if p.column else ''}{p.message}")
        for p in summary.problems
        if p.row in invalid
    ]
    said += [
        (number, f"{outcome.status}: {outcome.sentence}")
        for number, outcome in summary.outcomes.items()
        if outcome.sentence and outcome.status not in _COUNTED_ONLY
    ]
    lines = [f"  row {number}: {sentence}" for number, sentence in sorted(said, key=itemgetter(0))]
    more = len(lines) - _MOST_PROBLEMS
    return lines[:_MOST_PROBLEMS] + ([f"  and {more} more"] if more > 0 else [])


def columns_text(cells: Iterable[Sequence[str]]) -> str:
    """Rows of cells as aligned text; the first row is the heading."""
    rows = [list(row) for row in cells]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    aligned = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(aligned)


def operations_table(found: Iterable[Operation[Any]]) -> str:
    parts = []
    for operation in found:
        once = "may be repeated" if operation.repeatable else "is never sent twice"
        heading = f"{operation.name}  ({operation.platform.title}; {once})\n{operation.summary}"
        parts.append(f"{heading}\n\n{_indented(_columns_table(operation))}")
    return "\n\n".join(parts)


def _columns_table(operation: Operation[Any]) -> str:
    rows: list[Sequence[str]] = [("column", "needed", "holds", "also called")]
    for field in operation.fields:
        needed = ["yes"] if field.needed else []
        cells = ([field.title], needed, _holds(field), field.about.aliases)
        rows += zip_longest(*map(_wrapped, cells), fillvalue="")
    return columns_text(rows)


def _holds(field: Field) -> Sequence[str]:
    """What a cell of the column may hold: the choices, or the words for its kind."""
    by_name = field.about.choices and field.kind.words == "one of"
    return field.about.labels if by_name else [field.kind.words]


def _wrapped(words: Sequence[str]) -> list[str]:
    """The words as lines of a narrow cell, none of them broken."""
    text = ", ".join(word.replace(" ", "\N{NO-BREAK SPACE}") for word in words)
    lines = textwrap.wrap(text, _CELL_WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def operations_as_json(found: Iterable[Operation[Any]]) -> list[dict[str, Any]]:
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
        for operation in found
    ]


def readme_tables() -> str:
    """The README's tables of operations and of each operation's columns, as Markdown."""
    parts = [_markdown(["operation", "platform", "one call carries", "may be repeated"], [
        [f"`{o.name}`", o.platform.title, f"the rows of one {_group(o)}",
         "yes" if o.repeatable else "no"]
        for o in operations().values()
    ])]  # fmt: skip
    for operation in operations().values():
        rows = [
            [f.title, "yes" if f.needed else "", ", ".join(_holds(f)), ", ".join(f.about.aliases),
             f.about.description]
            for f in operation.fields
        ]  # fmt: skip
        titles = ["column", "needed", "holds", "also called", "note"]
        parts += [f"**`{operation.name}`** {operation.summary}", _markdown(titles, rows)]
    return "\n\n".join(parts)


def _group(operation: Operation[Any]) -> str:
    titles = {field.name: field.title for field in operation.fields}
    return ", ".join(titles[name] for name in operation.group_by)


def _markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)


def accounts_table(settings: Settings) -> str:
    if not settings.accounts:
        return "No account is set up; write one into importer.toml."
    rows = [("account", "platform", "address", "limit", "secrets from")]
    for account in settings.accounts.values():
        sources = ", ".join(source.place for source in account.sources.values())
        title = PLATFORMS[account.platform].title
        rows.append((account.name, title, account.base_url, _limit_words(account.limit), sources))
    return columns_text(rows)


def _limit_words(limit: Limit) -> str:
    return f"{limit.calls:,} {_UNITS[limit.seconds]}" if limit.calls else "unlimited"


def accounts_as_json(settings: Settings) -> list[dict[str, Any]]:
    return [
        {"name": a.name, "platform": a.platform, "base_url": a.base_url, "workers": a.workers}
        for a in settings.accounts.values()
    ]


# Runs -------------------------------------------------------------------------------------------


def runs_table(runs: Sequence[tuple[RunRecord, Mapping[Status, int]]], now: datetime) -> str:
    """`now` is by the journal's clock: a run heard of just before is not an interrupted one."""
    if not runs:
        return "The journal holds no run yet."
    rows = [("run", "begun (UTC)", "sheet", "operation", "account", "state", "rows")]
    for run, counts in runs:
        state = run.state.value
        if run.state is RunState.OPEN:
            state = "running" if now - run.heartbeat_at < _HEARD_OF else "interrupted"
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
        f"  {_rows_words(record.call)}",
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

"""The lines printed for one sheet or run."""

import math
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from importer.model.calls import Call
from importer.model.outcomes import Status
from importer.model.summary import Summary
from importer.operations.operation import UNDO
from importer.reports.terminal.words import counted, rows_words

if TYPE_CHECKING:
    from importer.journal import Journal  # brings SQLAlchemy, which a check can spare

_MOST_PROBLEMS = 20  # the result file has the rest
# Listed one by one only in the result file: every row may have one.
_COUNTED_ONLY = {Status.INVALID, Status.UNSENT, Status.UNCHANGED}


def left(journal: "Journal", summary: Summary) -> int:
    """How many calls of the sheet's run were never started."""
    from importer.journal import CallState  # noqa: PLC0415  (as above)

    calls = journal.calls(summary.run) if summary.run else []
    return sum(record.state is CallState.PLANNED for record in calls)


def summary_lines(summary: Summary, calls_left: int = 0) -> str:
    """One sheet: what it is, what became of its rows, where the result is."""
    lines = [_heading(summary)]
    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    rows, calls = counted(len(summary.outcomes), "row"), counted(summary.calls, "call")
    if calls_left:
        calls = f"{summary.calls - calls_left:,} of {calls}"
    lines.append(f"  {rows}: {counts or 'none'}; {calls}")
    lines += [f"  {note}" for note in summary.notes]
    lines += _plan_lines(summary)
    lines += _problem_lines(summary)
    goes_on = summary.stopped_by and Status.UNSENT.value in summary.statuses
    last = {
        "stopped": summary.stopped_by,
        "to continue": f"importer resume {summary.run}" if goes_on else None,
        "result": summary.result,
        "fix and re-upload": summary.fix,
    }
    return "\n".join([*lines, *(f"  {name}: {value}" for name, value in last.items() if value)])


def _heading(summary: Summary) -> str:
    place = f' ("{summary.worksheet}")' if summary.worksheet else ""
    target = f" to {summary.account}" if summary.account else ""
    run = f", run {summary.run}" if summary.run else ""
    return f"{summary.sheet}{place}: {summary.operation}{target}{run}"


def _plan_lines(summary: Summary) -> list[str]:
    if not summary.plan:
        return []
    lines = chain.from_iterable(map(_call_lines, summary.plan))
    minutes = summary.minutes or 0
    takes = "under a minute" if minutes < 1 else f"about {counted(math.ceil(minutes), 'minute')}"
    limit = " at the account's limit" if minutes else ""
    undoes = (summary.operation or "").startswith(UNDO)
    return [*lines, f"  {takes}{limit}{'' if undoes else ', as if nothing had been sent before'}"]


def _call_lines(call: Call) -> list[str]:
    body = [] if call.content is None else [f"    {call.content.decode()}"]
    return [f"  {call.method} {call.path}  {rows_words(call)}", *body]


def _problem_lines(summary: Summary) -> list[str]:
    """In sheet order: each problem of an invalid row, and the messages of the others."""
    invalid = {row for row, each in summary.outcomes.items() if each.status is Status.INVALID}
    messages = [(p.row, p.sentence) for p in summary.problems if p.row in invalid]
    messages += [
        (number, f"{outcome.status}: {outcome.sentence}")
        for number, outcome in summary.outcomes.items()
        if outcome.sentence and outcome.status not in _COUNTED_ONLY
    ]
    messages.sort(key=itemgetter(0))
    more = len(messages) - _MOST_PROBLEMS
    lines = [f"  row {number}: {message}" for number, message in messages[:_MOST_PROBLEMS]]
    return lines + [f"  and {more} more"] * (more > 0)

"""What is said of one sheet when it is done, to a person and to a machine."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from importer.model.calls import Call
from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import sheet_rows

EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN = 0, 1, 2, 3


@dataclass(frozen=True)  # without slots: the rows are counted once
class Summary:
    """One sheet through one operation. `error` is the sentence where the sheet was not taken up."""

    sheet: Path
    worksheet: str | None = None
    operation: str | None = None
    account: str | None = None
    run: int | None = None
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    calls: int = 0
    result: Path | None = None
    fix: Path | None = None  # only the rows that need attention, to be fixed and uploaded
    problems: Sequence[Problem] = ()
    notes: Sequence[str] = ()  # for a person, in addition to the outcomes
    plan: Sequence[Call] | None = None
    minutes: float | None = None
    stopped_by: str | None = None  # why the run ended before its end
    error: str | None = None
    in_part: bool = False  # an undo left some values as they are

    @property
    def statuses(self) -> dict[str, int]:
        """How many rows have which status, in the order of the statuses."""
        counts: Counter[Status] = Counter()
        for outcome, rows in self._shared:
            counts[outcome.status] += rows
        return {status.value: counts[status] for status in Status if counts[status]}

    @cached_property
    def _shared(self) -> list[tuple[Outcome, int]]:
        """Each outcome once, with the number of its rows: most rows share theirs."""
        every = self.outcomes.values()
        outcomes, counts = dict(zip(map(id, every), every, strict=True)), Counter(map(id, every))
        return [(outcome, counts[key]) for key, outcome in outcomes.items()]

    @property
    def exit_status(self) -> int:
        statuses = {outcome.status for outcome, _ in self._shared}
        if Status.UNKNOWN in statuses:
            return SOME_UNKNOWN
        if self.error is not None:
            return NOTHING_SENT
        no_result = self.run is not None and self.result is None
        if no_result or self.in_part or not all(status.settled for status in statuses):
            return NEEDS_ATTENTION
        return EVERYTHING_SETTLED

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "sheet": str(self.sheet),
            "worksheet": self.worksheet,
            "operation": self.operation,
            "account": self.account,
            "run": self.run,
            "rows": len(self.outcomes),
            "statuses": self.statuses,
            "calls": self.calls,
            "result": None if self.result is None else str(self.result),
            "problems": [
                {"row": p.row, "column": p.column, "value": p.value, "message": p.message}
                for p in self.problems
            ]
            + [
                {"row": row, "column": "", "value": "", "message": outcome.sentence}
                for row, outcome in self.outcomes.items()
                if outcome.status in {Status.REJECTED, Status.UNKNOWN}
            ],
        }
        if self.fix is not None:
            found["fix"] = str(self.fix)
        if self.plan is not None:
            found["plan"] = [
                {"method": c.method, "path": c.path, "body": c.body, "rows": sheet_rows(c.rows)}
                for c in self.plan
            ]
            found["minutes"] = self.minutes
        if self.notes:
            found["notes"] = list(self.notes)
        if self.stopped_by or self.error:
            found["error"] = self.error or self.stopped_by
        return found


def exit_status(summaries: Iterable[Summary]) -> int:
    """The gravest of all: a row that may have been sent twice comes before a sheet unread."""
    gravity = [EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN]
    return max((s.exit_status for s in summaries), key=gravity.index, default=EVERYTHING_SETTLED)

"""Statistics over runs: the numbers behind a run report. All of them count rows of sheets."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from importer.journal import Journal, RunRecord
from importer.model.outcomes import Outcome, ProblemKind, Status
from importer.model.row_counts import RowCounts
from importer.model.row_ids import RowId
from importer.model.sheet_rows import by_sheet_row
from importer.settings.settings import Settings

_EVERY_RUN = 100_000
_QUOTED = re.compile(r'"([^"]*)"')
_HINT = re.compile(r" Did you mean .*?\?")
_NUMBERS = re.compile(r"\b(?:[A-Z]{0,3}-?)?\d[\w.-]*(?:, \d+)*(?: and \d+)?")
_NO_REASON = "no reason given"


@dataclass(frozen=True)  # without slots: the rows are put together once
class RunStory:
    """One run with its rows and what it cost; `requests` are all attempts, read backs included."""

    run: RunRecord
    lines: dict[RowId, Outcome]
    requests: int
    pace_s: float  # seconds per request at the account's limit; 0 if there is none

    @cached_property
    def rows(self) -> dict[int, Outcome]:
        return by_sheet_row(self.lines)

    @cached_property
    def counts(self) -> RowCounts:
        return RowCounts.of(self.rows.values())

    @property
    def vendor(self) -> str:
        return self.run.settings.vendor or "no profile"

    @property
    def seconds(self) -> float:
        ended = self.run.finished_at or self.run.heartbeat_at
        return max(0.0, (ended - self.run.created_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows with the same problem; `run`, `row` and `sentence` are of the first of them."""

    words: str
    rows: int
    runs: int
    status: Status
    run: RunRecord
    row: int
    sentence: str


def stories(journal: Journal, runs: Iterable[RunRecord], settings: Settings) -> list[RunStory]:
    pace_s = {account.name: account.limit.pace_s for account in settings.accounts.values()}
    return [
        RunStory(run, journal.outcomes(run.id), len(journal.attempts(run.id)),
                 pace_s.get(run.account, 0.0))
        for run in sorted(runs, key=lambda run: run.id)
    ]  # fmt: skip


def days(journal: Journal, until: datetime) -> dict[str, RowCounts]:
    """What all runs of each day (UTC) came to: the last 30 days, those without a run too."""
    counts: dict[str, list[RowCounts]] = {
        f"{until - timedelta(days=back):%Y-%m-%d}": [] for back in reversed(range(30))
    }
    for run in journal.runs(_EVERY_RUN):
        day = f"{run.created_at:%Y-%m-%d}"
        if day in counts:
            counts[day].append(journal.counts(run.id))
    return {day: RowCounts.total(several) for day, several in counts.items()}


def total(several: Iterable[RunStory]) -> RowCounts:
    return RowCounts.total(story.counts for story in several)


def causes(several: Iterable[RunStory], statuses: Sequence[Status]) -> list[Cause]:
    """The rows of these statuses grouped by what is wrong with them, the most frequent first."""
    groups: dict[tuple[Status, str], dict[tuple[int, int], RunStory]] = {}
    for story in several:
        wrong = {row: each for row, each in story.lines.items() if each.status in statuses}
        for row, outcome in wrong.items():
            for words in _causes_of(outcome):
                rows = groups.setdefault((outcome.status, words), {})
                rows.setdefault((story.run.id, row.row), story)
    every = [_cause(status, words, rows) for (status, words), rows in groups.items()]
    return sorted(every, key=lambda cause: -cause.rows)


def _cause(status: Status, words: str, rows: dict[tuple[int, int], RunStory]) -> Cause:
    (_, row), story = next(iter(rows.items()))
    runs = len({run for run, _ in rows})
    return Cause(words, len(rows), runs, status, story.run, row, story.rows[row].sentence)


def _causes_of(outcome: Outcome) -> Iterator[str]:
    """Each problem of an invalid row by itself; what a platform says, whole."""
    if outcome.status is not Status.INVALID:
        yield in_general(outcome.message) or _NO_REASON
        return
    for problem in outcome.problems:
        if problem.kind is not ProblemKind.WARNING:
            words = in_general(problem.message, problem.value)
            yield f"{problem.column}: {words}" if problem.column else words


def in_general(message: str, value: str = "") -> str:
    """A message without what belongs to its row alone; `value` is the cell it is about.

    >>> in_general('"Fedx" is not one of UPS, FedEx. Did you mean FedEx?')
    '… is not one of UPS, FedEx.'
    >>> in_general('"Pigeon" is new; write Other here and Pigeon in Other Carrier', "Pigeon")
    '… is new; write Other here and … in Other Carrier'
    >>> in_general("Purchase order 10018 is Completed and cannot be changed.")
    'Purchase order … is Completed and cannot be changed.'
    """
    words = _without(value, _HINT.sub("", message))
    for quoted in _QUOTED.findall(words):  # it may be named once more, unquoted
        words = _without(quoted, words)
    return _NUMBERS.sub("…", words.replace('"…"', "…").replace('""', "…")).strip()


def _without(value: str, text: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text) if value else text


def vendors(several: Iterable[RunStory]) -> dict[str, list[RunStory]]:
    return dict(sorted(grouped(several, lambda story: story.vendor).items()))


def grouped(
    several: Iterable[RunStory], name: Callable[[RunStory], str]
) -> dict[str, list[RunStory]]:
    groups: dict[str, list[RunStory]] = {}
    for story in several:
        groups.setdefault(name(story), []).append(story)
    return groups

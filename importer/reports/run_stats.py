"""What the journal tells of runs, counted: the numbers behind a run report."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from importer.journal import Journal, RowRecord, RunRecord
from importer.model.outcomes import Status
from importer.model.sheet_rows import by_sheet_row
from importer.settings.settings import Settings

_EVERY_RUN = 100_000
IN = (Status.SENT, Status.VERIFIED, Status.UNCHANGED)
_EACH = re.compile(r"; (?=[A-Z][\w ]{1,40}: )")  # a problem of another column begins
_QUOTED = re.compile(r'"([^"]*)"')
_HINT = re.compile(r" Did you mean .*?\?")
_NUMBERS = re.compile(r"\b(?:[A-Z]{0,3}-?)?\d[\w.-]*(?:, \d+)*(?: and \d+)?")


@dataclass(frozen=True, slots=True)
class RunStory:
    """One run with its rows and what it cost; `requests` are all attempts, read backs included."""

    run: RunRecord
    rows: Sequence[RowRecord]
    requests: int
    pace_s: float  # seconds a request at the account's limit; 0 where there is none

    @property
    def counts(self) -> Counter[Status]:
        """Of the sheet's rows; one that was split into lines counts once."""
        outcomes = by_sheet_row({row.id: row.outcome for row in self.rows})
        return Counter(outcome.status for outcome in outcomes.values())

    @property
    def vendor(self) -> str:
        return str(self.run.settings.get("vendor") or "no profile")

    @property
    def seconds(self) -> float:
        ended = self.run.finished_at or self.run.heartbeat_at
        return max(0.0, (ended - self.run.created_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Day:
    """What all runs of one day (UTC) have come to, whatever the report is about."""

    day: str
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows with the same trouble; `example` is the first of them."""

    words: str
    rows: int
    runs: int
    status: Status
    example: tuple[RunRecord, RowRecord]


def stories(journal: Journal, runs: Iterable[RunRecord], settings: Settings) -> list[RunStory]:
    return [
        RunStory(
            run,
            journal.rows(run.id),
            len(journal.attempts(run.id)),
            _pace(run.account, settings),
        )
        for run in sorted(runs, key=lambda run: run.id)
    ]


def _pace(account: str, settings: Settings) -> float:
    found = settings.accounts.get(account)
    return found.limit.pace_s if found else 0.0


def days(journal: Journal, until: datetime, number: int = 30) -> list[Day]:
    """The last `number` days up to an instant, those without a run too."""
    counts: dict[str, Counter[Status]] = {
        f"{until - timedelta(days=back):%Y-%m-%d}": Counter() for back in range(number - 1, -1, -1)
    }
    for run in journal.runs(_EVERY_RUN):
        day = f"{run.created_at:%Y-%m-%d}"
        if day in counts:
            counts[day].update(journal.counts(run.id))
    return [Day(day, found) for day, found in counts.items()]


def causes(found: Iterable[RunStory], statuses: Iterable[Status]) -> list[Cause]:
    """The rows of these statuses grouped by what is wrong with them, the most frequent first."""
    wanted = set(statuses)
    groups: dict[tuple[Status, str], list[tuple[RunRecord, RowRecord]]] = {}
    for story in found:
        for row in story.rows:
            if row.outcome.status in wanted:
                for words in _causes_of(row):
                    groups.setdefault((row.outcome.status, words), []).append((story.run, row))
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [
        Cause(words, len(rows), len({run.id for run, _ in rows}), status, rows[0])
        for (status, words), rows in ordered
    ]


def _causes_of(row: RowRecord) -> list[str]:
    """Each problem of an invalid row by itself; what a platform says, whole."""
    said = row.outcome.sentence
    parts = (
        re.split(r"; (?=[A-Z][\w ]{1,40}: )", said)
        if row.outcome.status is Status.INVALID
        else [said]
    )
    return list(dict.fromkeys(cause(part) for part in parts)) or ["nothing is said"]


def cause(sentence: str) -> str:
    """A sentence without what is its row's own.

    >>> cause('Carrier: "Fedx" is not one of UPS, FedEx. Did you mean FedEx?')
    'Carrier: … is not one of UPS, FedEx.'
    >>> cause('Carrier: "Pigeon" is new; write Other here and Pigeon in Other Carrier')
    'Carrier: … is new; write Other here and … in Other Carrier'
    >>> cause("Purchase order 10018 is Completed and cannot be changed.")
    'Purchase order … is Completed and cannot be changed.'
    """
    said = _HINT.sub("", sentence)
    for value in filter(None, _QUOTED.findall(said)):  # it may be named once more, unquoted
        said = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", said)
    general = _NUMBERS.sub("…", said.replace('"…"', "…").replace('""', "…"))
    return general.strip() or "nothing is said"


def vendors(found: Iterable[RunStory]) -> dict[str, list[RunStory]]:
    groups: dict[str, list[RunStory]] = {}
    for story in found:
        groups.setdefault(story.vendor, []).append(story)
    return dict(sorted(groups.items()))


def share_wrong(found: Sequence[RunStory]) -> float | None:
    """The share of rows that a person has to look at; None without rows."""
    counts = sum((story.counts for story in found), Counter[Status]())
    total = counts.total()
    wrong = sum(counts[status] for status in Status if not status.settled)
    return wrong / total if total else None

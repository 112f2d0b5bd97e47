"""What became of each effect, by the sandbox's own state and log, beside what the importer says."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from itertools import pairwise

from importer.model.outcomes import Outcome, Status
from importer.sandbox import LogEntry, Sandbox
from tests.torture.sheets import Effect, Sheet, Trade

ACCEPTED = {Status.SENT, Status.VERIFIED, Status.UNCHANGED}
REFUSED = {Status.INVALID, Status.REJECTED}
CLOCK_STEP = timedelta(milliseconds=2)


@dataclass(slots=True)
class Tally:
    """Numbers for the table; `doubled`, `lost` and `wrong` hold a sentence each."""

    kills: int = 0
    freezes: int = 0
    races: int = 0
    faults: int = 0
    wished: int = 0  # effects of all rows of all sheets
    sent: int = 0  # effects that the sandbox holds
    refused: int = 0  # effects of rows that are invalid, or that the platform refused
    unknown: int = 0  # rows
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # neither, and not allowed

    @property
    def violations(self) -> list[str]:
        return [*self.doubled, *self.lost, *self.wrong]

    def add(self, other: "Tally") -> None:
        for name in (each.name for each in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def count(tally: Tally, sandbox: Sandbox, sheet: Sheet, outcomes: Mapping[int, Outcome]) -> None:
    """Every row against what the sandbox holds; `outcomes` as the journal has them in the end."""
    held = sheet.trade.count(sandbox.state)
    for number, line in sheet.lines.items():
        tally.wished += len(line.effects)
        tally.sent += sum(min(held[effect], 1) for effect in line.effects)
        outcome = outcomes.get(number)
        said = f"{sheet.trade.operation} row {number} ({outcome})"
        tally.doubled += [
            f"{said}: {e} is held {held[e]} times" for e in line.effects if held[e] > 1
        ]
        _account_for(tally, said, outcome, [held[effect] > 0 for effect in line.effects])
        status = None if outcome is None else outcome.status
        tally.refused += len(line.effects) if status in REFUSED else 0
        tally.unknown += status is Status.UNKNOWN
        if status is Status.UNKNOWN and line.readable:
            tally.wrong.append(f"{said}: a read back could have told")


def _account_for(tally: Tally, said: str, outcome: Outcome | None, applied: Sequence[bool]) -> None:
    if outcome is None or outcome.status in {Status.PLANNED, Status.UNSENT}:
        tally.lost.append(f"{said}: has no outcome")
    elif outcome.status in ACCEPTED and not all(applied):
        tally.lost.append(f"{said}: the platform does not hold it")
    elif outcome.status in REFUSED and any(applied):
        tally.wrong.append(f"{said}: the platform holds it")


def count_resent(tally: Tally, trade: Trade, writes: Sequence[LogEntry]) -> None:
    """Writes of what an earlier write had already brought about, had the platform taken it or not.

    Where the sandbox refuses the second, another platform would not.
    """
    done: dict[Effect, int] = {}
    for entry in writes:
        again = [effect for effect in trade.carried(entry) if effect in done]
        tally.doubled += [
            f"{trade.operation}: {e} of request {done[e]} was sent again by {entry.number}"
            for e in again
        ]
        if entry.applied:
            done.update(dict.fromkeys(trade.carried(entry), entry.number))


def count_overlaps(tally: Tally, trade: Trade, writes: Iterable[LogEntry]) -> None:
    """Writes that touch the same thing follow each other."""
    of_thing: dict[Hashable, list[LogEntry]] = defaultdict(list)
    for entry in writes:
        for touched in trade.touched(entry):
            of_thing[touched].append(entry)
    for touched, entries in of_thing.items():
        for before, after in pairwise(entries):
            if before.at + timedelta(seconds=before.duration_s) > after.at + CLOCK_STEP:
                tally.wrong.append(
                    f"{trade.operation}: requests {before.number} and {after.number} overlap on "
                    f"{touched}"
                )


def compare_result(tally: Tally, sheet: Sheet, runs: Sequence[Mapping[int, Outcome]]) -> None:
    """The sheet given back says what the journal says; of several runs, what one of them says."""
    if not sheet.result.is_file():
        tally.lost.append(f"{sheet.trade.operation}: no {sheet.result.name} was written")
        return
    said = {number: status for number, status in sheet.statuses().items() if number in sheet.lines}
    known = [{number: outcome.status.value for number, outcome in run.items()} for run in runs]
    if said not in known:
        tally.wrong.append(f"{sheet.trade.operation}: its result says {said}, the journal {known}")

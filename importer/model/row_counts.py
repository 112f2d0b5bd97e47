"""How many rows of sheets have come to what."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from importer.model.outcomes import Outcome, Status

ACCEPTED = (Status.SENT, Status.VERIFIED, Status.UNCHANGED)


@dataclass(frozen=True, slots=True)
class RowCounts:
    """`statuses` are those that occur, in their order; `undone` rows keep their status there."""

    statuses: Mapping[Status, int] = field(default_factory=dict)
    undone: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        every = [*outcomes]
        counts = Counter(outcome.status for outcome in every)
        return cls.counted(counts, sum(outcome.undone_by is not None for outcome in every))

    @classmethod
    def counted(cls, counts: Mapping[Status, int], undone: int = 0) -> Self:
        return cls({s: counts[s] for s in Status if counts.get(s)}, undone)

    @classmethod
    def total(cls, several: Iterable["RowCounts"]) -> Self:
        counts, undone = Counter[Status](), 0
        for each in several:
            counts.update(each.statuses)
            undone += each.undone
        return cls.counted(counts, undone)

    @property
    def rows(self) -> int:
        return sum(self.statuses.values())

    @property
    def accepted(self) -> int:
        """Rows that the platform has, but for those that were undone."""
        return self.number(*ACCEPTED) - self.undone

    @property
    def attention(self) -> int:
        """Rows that need attention."""
        return self.number(*(status for status in Status if not status.settled))

    @property
    def share_wrong(self) -> float | None:
        """Of all rows, those that need attention; None without rows."""
        return self.attention / self.rows if self.rows else None

    def number(self, *statuses: Status) -> int:
        return sum(self.statuses.get(status, 0) for status in statuses)

    def __str__(self) -> str:
        """
        >>> str(RowCounts({Status.SENT: 2, Status.REJECTED: 1}, undone=1))
        '2 sent, 1 rejected (1 undone)'
        """
        words = ", ".join(f"{count} {status}" for status, count in self.statuses.items())
        return f"{words} ({self.undone} undone)" if self.undone else words

"""What is found wrong with a row, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from importer.model.row_ids import RowId


class Status(StrEnum):
    """The word in a row's Import Status cell."""

    INVALID = "invalid"  # has a problem; it was never sent
    PLANNED = "planned"  # would be sent (check and plan only)
    UNSENT = "unsent"  # is good, but its run stopped before its turn
    SENT = "sent"  # was accepted by the platform
    VERIFIED = "verified"  # was accepted, and a read back shows it
    UNCHANGED = "unchanged"  # was already so, or already sent by an earlier run
    REJECTED = "rejected"  # was refused by the platform
    UNKNOWN = "unknown"  # was sent, the answer was lost, and no read back can tell

    @property
    def settled(self) -> bool:
        """Such a row needs no more attention."""
        return self in {Status.PLANNED, Status.SENT, Status.VERIFIED, Status.UNCHANGED}


class ProblemKind(StrEnum):
    """What a problem is about."""

    EMPTY = "empty"  # a cell that is needed
    CELL = "cell"  # what is in a cell
    ROW = "row"  # the row as a whole
    WARNING = "warning"  # what to know about a row that is sent anyway


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be sent; as a warning, what a person should know of a row that is sent."""

    id: RowId
    column: str  # the heading as operations and templates spell it; "" for the row as a whole
    value: str  # the cell as a person sees it; "" for an empty one
    message: str  # one sentence: the value quoted, and what to do
    kind: ProblemKind = ProblemKind.CELL

    @property
    def row(self) -> int:
        """The number Excel shows."""
        return self.id.row

    @property
    def sentence(self) -> str:
        return f"{self.column}: {self.message}" if self.column else self.message


def sentence_of(problems: Iterable[Problem]) -> str:
    return "; ".join(problem.sentence for problem in problems)


_SHOWS_WARNINGS = frozenset({Status.PLANNED, Status.SENT, Status.VERIFIED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: facts. `sentence` puts them in words."""

    status: Status
    message: str = ""  # what the platform or an earlier run says
    problems: tuple[Problem, ...] = ()  # found in its cells, warnings too
    undone_by: int | None = None  # the run that undid it

    @property
    def sentence(self) -> str:
        if self.undone_by is not None:
            return f"Undone by run {self.undone_by}."
        if not self.problems:  # as nearly every row
            return self.message
        return " ".join(filter(None, [sentence_of(self._shown), self.message]))

    @property
    def _shown(self) -> list[Problem]:
        """A row that was fixed, or has been sent before, has its problems behind it."""
        if self.status is Status.INVALID:
            return [p for p in self.problems if p.kind is not ProblemKind.WARNING]
        if self.status in _SHOWS_WARNINGS:
            return [p for p in self.problems if p.kind is ProblemKind.WARNING]
        return []

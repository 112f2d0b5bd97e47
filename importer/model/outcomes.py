"""What is found wrong with a row, and what became of it."""

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
        """Nobody needs to look at such a row again."""
        return self in {Status.PLANNED, Status.SENT, Status.VERIFIED, Status.UNCHANGED}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be sent; as a warning, what a person should know of a row that is sent."""

    id: RowId
    column: str  # the heading as operations and templates spell it; "" for the row as a whole
    value: str  # the cell as a person sees it; "" for an empty one
    message: str  # one sentence: the value quoted, and what to do

    @property
    def row(self) -> int:
        """The number Excel shows."""
        return self.id.row


TAKEN_BACK = "Taken back by run"  # begins the sentence of a row that an undo took back


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    status: Status
    sentence: str = ""

    @property
    def taken_back(self) -> bool:
        """Whether a later run has undone it."""
        return self.sentence.startswith(TAKEN_BACK)

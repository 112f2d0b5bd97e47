"""What an answer to a write means: the one place that decides, and does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from importer.model.calls import Reply
from importer.model.errors import AnswerLost, NotSent
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId, sheet_rows
from importer.model.spelling import listed
from importer.operations.operation import Operation
from importer.platforms.platform import Platform, Refusal

_ABOUT_ROWS = frozenset({400, 404, 409, 413, 422, 500})  # refusals that one bad row may cause


class Verdict(Enum):
    ACCEPTED = auto()
    REFUSED = auto()  # the platform says no
    FAILED = auto()  # the platform's own failure, over and done: a read back tells what it left
    LOST = auto()  # no telling, and the platform may still be at work
    NOT_SENT = auto()  # nothing left this machine
    TOO_OFTEN = auto()  # not applied; the whole account waits
    NOT_SIGNED_IN = auto()  # not applied; the token is no longer good


@dataclass(frozen=True, slots=True)
class JudgedReply:
    """A verdict with what it was made from. `reply` is None where none came."""

    verdict: Verdict
    refusal: Refusal
    reply: Reply | None = None
    pause_until: datetime | None = None

    @property
    def sentence(self) -> str:
        return self.refusal.sentence

    @property
    def not_found(self) -> bool:
        return self.reply is not None and self.reply.status == 404

    @property
    def may_spare_a_part(self) -> bool:
        """Whether a part of the refused call might fare better: a redirect or a 403 is about all
        of it."""
        return self.reply is not None and (self.reply.ok or self.reply.status in _ABOUT_ROWS)


def judge(platform: Platform, came: Reply | NotSent | AnswerLost) -> JudgedReply:
    """What came back of a write, a reply or an exception of the connection."""
    if isinstance(came, NotSent):
        return JudgedReply(Verdict.NOT_SENT, Refusal(str(came)))
    if isinstance(came, AnswerLost):
        return JudgedReply(Verdict.LOST, Refusal(str(came)))
    pause_until = platform.pause_until(came, came.received_at)
    verdict = Verdict.TOO_OFTEN if pause_until else _verdict(platform, came)
    refusal = _doubt(platform, came) if verdict is Verdict.LOST else platform.explain(came)
    return JudgedReply(verdict, refusal, came, pause_until)


def _verdict(platform: Platform, reply: Reply) -> Verdict:
    """
    A gateway may answer 502, 503 or 504 while the server behind it still works on the call; a
    500 comes from the server itself, and Sellercloud's may be a plain refusal.
    """
    if reply.status == 401:
        return Verdict.NOT_SIGNED_IN
    if reply.ok:
        accepted = platform.accepted(reply)
        if accepted is None:
            return Verdict.LOST
        return Verdict.ACCEPTED if accepted else Verdict.FAILED
    if reply.status == 500:
        return Verdict.FAILED
    if reply.status > 500 or reply.status in {100, 101, 102, 103, 408}:
        return Verdict.LOST
    return Verdict.REFUSED


def _doubt(platform: Platform, reply: Reply) -> Refusal:
    """A reply that leaves it open whether the call was applied, as a sentence."""
    answered = f"{platform.title} answered {reply.status}"
    if reply.ok:
        return Refusal(f"{answered}, but what came with it cannot be understood")
    words = platform.explain(reply).sentence
    return Refusal(words if words.startswith(answered) else f"{answered}: {words}")


def all_of(rows: Sequence[Any], status: Status, sentence: str = "") -> dict[RowId, Outcome]:
    return {row.id: Outcome(status, sentence) for row in rows}


def refused_rows(
    operation: Operation[Any], rows: Sequence[Any], refusal: Refusal, note: str = ""
) -> dict[RowId, Outcome]:
    """The platform's sentence for each row; where it names a field, that row is blamed."""
    sentence = f"{whole(refusal.sentence)} {note}".rstrip()
    field = operation.blames.get(refusal.field or "")
    blamed = [row for row in rows if field and _names(refusal, getattr(row, field))]
    if not blamed:
        return all_of(rows, Status.REJECTED, sentence)
    title = next(f.title for f in operation.fields if f.name == field)
    others = f"Refused together with row {listed(sheet_rows(row.id for row in blamed))}: "
    outcomes = all_of(rows, Status.REJECTED, others + sentence)
    return outcomes | all_of(blamed, Status.REJECTED, f"{title}: {sentence}")


def _names(refusal: Refusal, value: Any) -> bool:
    """Whether the refusal speaks of this value: the one it quotes, else any that is there."""
    return value is not None and refusal.value in {None, str(value)}


def whole(sentence: str) -> str:
    """
    >>> whole("PO 5 is cancelled"), whole("No rights.")
    ('PO 5 is cancelled.', 'No rights.')
    """
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."

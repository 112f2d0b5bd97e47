"""What an answer to a write means: the one place that decides, and does nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from importer.calls import Reply
from importer.errors import AnswerLost, NotSent
from importer.platforms.platform import Platform, Refusal


class Verdict(Enum):
    ACCEPTED = auto()
    REFUSED = auto()  # the platform says no
    FAILED = auto()  # the platform's own failure, over and done: a read back tells what it left
    LOST = auto()  # no telling, and the platform may still be at work
    NOT_SENT = auto()  # nothing left this machine
    TOO_OFTEN = auto()  # not applied; the whole account waits
    NOT_SIGNED_IN = auto()  # not applied; the token is no longer good


@dataclass(frozen=True, slots=True)
class Answer:
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


def judge(platform: Platform, came: Reply | NotSent | AnswerLost) -> Answer:
    """What came back of a write, a reply or an exception of the connection."""
    if isinstance(came, NotSent):
        return Answer(Verdict.NOT_SENT, Refusal(str(came)))
    if isinstance(came, AnswerLost):
        return Answer(Verdict.LOST, Refusal(str(came)))
    pause_until = platform.pause_until(came, came.received_at)
    verdict = Verdict.TOO_OFTEN if pause_until else _verdict(platform, came)
    return Answer(verdict, platform.explain(came), came, pause_until)


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

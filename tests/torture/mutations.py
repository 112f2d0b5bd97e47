"""Faults built into the sender on purpose: the torture must notice each of them."""

import threading
from datetime import UTC, datetime
from typing import Any

from importer.journal import CallRecord, CallState, Claim, Journal
from importer.sending import connection
from importer.sending.claims import Slot
from importer.sending.delivery import Delivery
from importer.sending.doubts import Doubts
from importer.sending.task import Doubt
from importer.sending.verdicts import JudgedReply, Verdict, judge


def retry_any_error() -> None:
    """A write is sent again whenever its answer was no yes."""
    careful = Delivery._goes_again

    def goes_again(self: Delivery, record: CallRecord, answer: JudgedReply, *rest: Any) -> bool:
        if answer.verdict in {Verdict.FAILED, Verdict.LOST} and rest[-1].failures < 4:
            return True
        return careful(self, record, answer, *rest)

    Delivery._goes_again = goes_again


def no_intent() -> None:
    """The claim is written down only after the call was sent."""
    claim, attempt = Journal.claim, Delivery._attempt
    put_off = threading.local()

    def claim_later(_journal: Journal, *wanted: Any, once: bool = False) -> Claim:
        put_off.wanted = wanted, once
        return Claim(-1, 0.0, datetime.now(UTC))

    def attempt_first(self: Delivery, record: CallRecord, slot: Slot) -> JudgedReply:
        answer = attempt(self, record, slot)
        wanted, once = put_off.wanted
        claim(self._task.journal, *wanted, once=once)
        return answer

    Journal.claim = claim_later
    Delivery._attempt = attempt_first


def failed_is_not_applied() -> None:
    """A 5xx is taken for proof that nothing was done."""

    def trusting(platform: Any, came: Any) -> JudgedReply:
        answer = judge(platform, came)
        if answer.reply is not None and answer.reply.status >= 500:
            return JudgedReply(Verdict.NOT_SENT, answer.refusal, answer.reply)
        return answer

    connection.judge = trusting


def resend_after_crash() -> None:
    """What was in flight when the process died is sent again, without a read back."""
    careful = Delivery.begin

    def begin(self: Delivery, record: CallRecord) -> list[Doubt]:
        if record.state is CallState.PLANNED:
            return careful(self, record)
        self._ledger.release(record)
        return self.deliver(record)

    Delivery.begin = begin


def no_settling() -> None:
    """ "Not there" is believed at once."""
    Doubts._has_settled = lambda _self, _doubt: True


MUTATIONS = {
    each.__name__: each
    for each in (retry_any_error, no_intent, failed_is_not_applied, resend_after_crash, no_settling)
}

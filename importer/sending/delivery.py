"""One call at a time: claimed, attempted, and brought to an outcome for each of its rows.

Each request is committed as `sending` before a byte leaves, and its outcome after. What an answer
means is decided in verdicts.py; here it is done.
"""

import math
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from importer.journal import AlreadySent, CallRecord, CallState, Ending, Purpose
from importer.model.calls import Reply
from importer.model.errors import ImporterError, SignInRefused
from importer.model.outcomes import Outcome, Status
from importer.sending.breaker import Stopped
from importer.sending.claims import Claims, Slot
from importer.sending.doubts import Doubts
from importer.sending.halving import Halving
from importer.sending.ledger import Ledger
from importer.sending.plan import atoms
from importer.sending.read_back import ReadBacks, ending_of, parted
from importer.sending.task import Applied, Doubt, Task
from importer.sending.verdicts import JudgedReply, Verdict, all_of, judge, refused_rows, whole

NOT_TAKEN_APART = "What the call changed cannot be read back, so its rows were not sent one by one."


@dataclass(slots=True)
class _Tries:
    """What one call has cost so far."""

    begun: float  # by the monotonic clock
    failures: int = 0
    pauses: int = 0
    sign_ins: int = 0
    doubts: int = 0

    def doubting(self, answer: JudgedReply) -> JudgedReply:
        """A refusal of this try says nothing of an earlier one that may have been applied."""
        refused = answer.verdict is Verdict.REFUSED
        return replace(answer, verdict=Verdict.LOST) if refused and self.doubts else answer

    def count(self, verdict: Verdict) -> None:
        self.doubts += verdict in {Verdict.FAILED, Verdict.LOST}
        self.pauses += verdict is Verdict.TOO_OFTEN
        self.sign_ins += verdict is Verdict.NOT_SIGNED_IN
        self.failures += verdict in {Verdict.NOT_SENT, Verdict.FAILED, Verdict.LOST}


class Delivery:
    """Brings calls of one run to their outcomes, from many threads at once.

    `begin` and `deliver` return the doubts that they leave; `doubts` settles those later. They
    raise Stopped, or another ImporterError, where the run must not go on.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._ledger = Ledger(task)
        self._claims = Claims(task)
        self._read_backs = ReadBacks(task, self._claims)
        self._halving = Halving(task, self._ledger, self.deliver)
        self.doubts = Doubts(
            task, self._ledger, self._claims, self._read_backs, self._halving, self.deliver
        )
        self.flush = self._ledger.flush

    def begin(self, record: CallRecord) -> list[Doubt]:
        """A planned call is sent; one that an interrupted run may have sent is never guessed at."""
        if record.state is CallState.PLANNED:
            return self.deliver(record)
        if record.state is CallState.SENDING and self._was_accepted(record):
            sent = all_of(self._task.rows_of(record.call), Status.SENT)
            self._ledger.settle(record, CallState.ACCEPTED, sent)
            return []
        if self._task.operation.repeatable:
            self._ledger.release(record)
            return self.deliver(record)
        return self.doubts.settle(self.doubts.of_interrupted(record))

    def deliver(self, record: CallRecord) -> list[Doubt]:
        """Sends a planned call, as often as is without harm, until it has an outcome or a doubt."""
        slot = self._claims.claim(record)
        self._flush_before(record, slot)
        if slot is None:
            return []
        if isinstance(slot, AlreadySent):
            return self._deliver_rest(record, slot)
        if self._task.operation.reads_first:
            slot = self._read_first(record, slot)
        return self._send(record, slot)

    def _flush_before(self, record: CallRecord, slot: Slot | AlreadySent | None) -> None:
        """Nothing is sent while what came before it may not have been written down."""
        try:
            self._ledger.flush()
        except ImporterError as error:
            if isinstance(slot, Slot):
                with suppress(ImporterError):
                    self._ledger.release(record, _unsent(slot, str(error)))
            raise

    def _deliver_rest(self, record: CallRecord, sent: AlreadySent) -> list[Doubt]:
        """Another run has sent some of the rows meanwhile."""
        rest = [row for row in self._task.rows_of(record.call) if row.id not in sent.rows]
        # A doubt of another run stays that run's own: this one has sent nothing.
        outcomes = {
            number: Outcome(Status.UNSENT, earlier.outcome.sentence)
            if earlier.status is Status.UNKNOWN
            else earlier.outcome
            for number, earlier in sent.rows.items()
        }
        return self._halving.deliver_parts(record, [rest] if rest else [], outcomes)

    def _read_first(self, record: CallRecord, slot: Slot) -> Slot:
        """Only now that the call holds what it touches can nobody else change what is shown."""
        ending = _unsent(slot, "not sent yet: read back first")
        try:
            self._read_backs.before(record)
        except ImporterError:
            self._ledger.release(record, ending)
            raise
        self._task.journal.end_attempt(ending)
        return self._claims.claim_again(record)

    def _send(self, record: CallRecord, slot: Slot) -> list[Doubt]:
        tries = _Tries(self._task.clock())
        while True:
            if slot.claim.wait_s > self._task.patience.longest_pause_s:
                ending = _unsent(slot, "not sent: the account is paused")
                self._stop_for(slot.claim.wait_s, record, ending, "The account is paused")
            if not self._claims.reach(slot):
                self._ledger.release(record, _unsent(slot, "not sent: its time had passed"))
                return [] if self._task.stop.is_set() else self.deliver(record)
            answer = self._attempt(record, slot)
            ending = ending_of(slot.claim, answer)
            tries.count(answer.verdict)
            if not self._goes_again(record, answer, ending, tries):
                return self._conclude(record, tries.doubting(answer), ending)
            self._back_off(ending, tries)
            slot = self._claims.claim_again(record)

    def _attempt(self, record: CallRecord, slot: Slot) -> JudgedReply:
        try:
            return self._task.connection.attempt(record.call, lambda: self._claims.is_in_time(slot))
        except SignInRefused as error:
            self._ledger.release(record, _unsent(slot, str(error)))
            raise

    def _back_off(self, ending: Ending, tries: _Tries) -> None:
        self._task.journal.end_attempt(ending)
        if tries.failures:
            jitter = 1 + random.random() / 2  # noqa: S311  (spreads retries, hides nothing)
            self._claims.pause(self._task.patience.back_off_s * 2 ** (tries.failures - 1) * jitter)

    def _goes_again(
        self, record: CallRecord, answer: JudgedReply, ending: Ending, tries: _Tries
    ) -> bool:
        """Whether the same call may be sent once more; raises Stopped where that is hopeless."""
        title, words = self._task.platform.title, whole(answer.sentence)
        match answer.verdict:
            case Verdict.FAILED | Verdict.LOST:
                return self._task.operation.repeatable and not self._is_enough(tries)
            case Verdict.NOT_SENT if self._is_enough(tries):
                self._give_up(record, ending, words)
            case Verdict.NOT_SIGNED_IN if tries.sign_ins > 1:
                self._give_up(record, ending, f"{title} refuses its own sign-in: {words}")
            case Verdict.NOT_SIGNED_IN:
                self._task.connection.renew()
            case Verdict.TOO_OFTEN:
                self._pause_account(record, answer, ending, tries)
            case Verdict.ACCEPTED | Verdict.REFUSED:
                return False
        return True

    def _is_enough(self, tries: _Tries) -> bool:
        spent = self._task.clock() - tries.begun > self._task.patience.total_s and tries.pauses == 0
        return tries.failures >= self._task.patience.attempts or spent or self._task.stop.is_set()

    def _pause_account(
        self, record: CallRecord, answer: JudgedReply, ending: Ending, tries: _Tries
    ) -> None:
        wait_s, patience = self._claims.pause_account(answer), self._task.patience
        if wait_s > patience.longest_pause_s or tries.pauses > patience.pauses:
            words = f"{self._task.platform.title} was called too often and asks to wait"
            self._stop_for(wait_s, record, ending, words)

    def _stop_for(self, wait_s: float, record: CallRecord, ending: Ending, why: str) -> NoReturn:
        count = max(1, math.ceil(wait_s / 60))
        minutes = f"{count} minute{'s' * (count > 1)}"
        then = f"{self._task.resume_words} continues after that."
        self._give_up(record, ending, f"{why} for {minutes}; {then}")

    def _give_up(self, record: CallRecord, ending: Ending, sentence: str) -> NoReturn:
        self._ledger.release(record, ending)
        raise Stopped(sentence)

    def _conclude(self, record: CallRecord, answer: JudgedReply, ending: Ending) -> list[Doubt]:
        if answer.verdict is Verdict.ACCEPTED:
            self._accept(record, answer, ending)
            return []
        self._task.journal.end_attempt(ending)
        if answer.verdict is Verdict.REFUSED:
            return self.doubts.count(self._refuse(record, answer))
        if answer.verdict is Verdict.FAILED:
            return self.doubts.count(self._fail(record, answer))
        return self.doubts.count(self.doubts.settle(self.doubts.of_answer(record, answer)))

    def _accept(self, record: CallRecord, answer: JudgedReply, ending: Ending) -> None:
        rows = self._task.rows_of(record.call)
        shown = answer.reply if self._task.operation.in_reply else None
        sure, rest = parted(rows, self._read_backs.shown_in(shown, rows))
        outcomes = {**all_of(rest, Status.SENT), **all_of(sure, Status.VERIFIED)}
        self._ledger.accept_soon(record, outcomes, ending)

    def _refuse(self, record: CallRecord, answer: JudgedReply) -> list[Doubt]:
        """A refusal is believed once a read back shows that nothing was applied."""
        operation, rows = self._task.operation, self._task.rows_of(record.call)
        call, note = operation.read_back(rows), ""
        if call is None or (operation.repeatable and not answer.not_found):
            return self._halving.isolate(record, rows, {}, answer)
        reply = self._read_backs.read(record, call)
        # Where what the path names is not there, no part of the call would fare better.
        if reply is None or reply.status != 404 or not answer.not_found:
            applied = self._read_backs.applied(record, reply, rows)
            if None not in applied.values():
                return self._isolate_missing(record, applied, answer)
            # What it changed cannot be read: to send its rows again would be a guess.
            note = NOT_TAKEN_APART if len(atoms(operation, rows)) > 1 else ""
        refused = refused_rows(operation, rows, answer.refusal, note)
        self._ledger.settle(record, CallState.REJECTED, refused)
        return []

    def _fail(self, record: CallRecord, answer: JudgedReply) -> list[Doubt]:
        """The platform's own failure is over and done: a read back tells what it left."""
        rows = self._task.rows_of(record.call)
        call = self._task.operation.read_back(rows)
        if call is None:
            return self.doubts.settle(self.doubts.of_answer(record, answer))
        applied = self._read_backs.applied(record, self._read_backs.read(record, call), rows)
        if None not in applied.values():
            return self._isolate_missing(record, applied, answer)
        return self.doubts.keep_or_leave(self.doubts.of_answer(record, answer), applied)

    def _isolate_missing(
        self, record: CallRecord, applied: Applied, answer: JudgedReply
    ) -> list[Doubt]:
        shown, missing = parted(self._task.rows_of(record.call), applied)
        note = f"A read back shows it, though: {whole(answer.sentence)}"
        outcomes = all_of(shown, Status.VERIFIED, note)
        if missing:
            return self._halving.isolate(record, missing, outcomes, answer)
        self._ledger.settle(record, CallState.ACCEPTED, outcomes)
        return []

    def _was_accepted(self, record: CallRecord) -> bool:
        """Whether an answer came that its owner, superseded meanwhile, could not settle."""
        attempts = self._task.journal.attempts(self._task.run_id, record.number)
        writes = [attempt for attempt in attempts if attempt.purpose is Purpose.WRITE]
        if not writes or writes[-1].status_code is None:
            return False
        reply = Reply(writes[-1].status_code, writes[-1].reply or "")
        return judge(self._task.platform, reply).verdict is Verdict.ACCEPTED


def _unsent(slot: Slot, why: str) -> Ending:
    return Ending(slot.claim.attempt_id, failure=why)

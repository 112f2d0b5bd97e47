"""Calls that may or may not have been applied, until a read back or time settles them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from importer.journal import CallRecord, CallState
from importer.model.outcomes import Status
from importer.sending.breaker import Stopped
from importer.sending.claims import Claims
from importer.sending.halving import Halving
from importer.sending.ledger import Ledger
from importer.sending.read_back import ReadBacks, parted
from importer.sending.task import Applied, Doubt, Task
from importer.sending.verdicts import JudgedReply, all_of, whole


@dataclass(frozen=True, slots=True)
class Doubts:
    """Settles doubts of one run; each method that tries returns the doubts that it leaves."""

    task: Task
    ledger: Ledger
    claims: Claims
    read_backs: ReadBacks
    halving: Halving
    deliver: Callable[[CallRecord], list[Doubt]]

    def of_answer(self, record: CallRecord, answer: JudgedReply) -> Doubt:
        return Doubt(record, whole(answer.sentence), self.task.clock(), fresh=True)

    def of_interrupted(self, record: CallRecord) -> Doubt:
        """Lost at its turn to be sent; later than now where that is still to come, which a
        process that was only frozen would keep."""
        age_s = 0.0
        if record.claimed_at is not None:
            age_s = (self.task.journal.now() - record.claimed_at).total_seconds()
        age_s = max(-self.task.patience.longest_pause_s, age_s)  # less: a clock was set back
        interrupted = "The run was interrupted while the call was being sent."
        return Doubt(record, interrupted, self.task.clock() - age_s)

    def settle(self, doubt: Doubt) -> list[Doubt]:
        """Reads back a call whose answer was lost, and sends again what is surely missing."""
        record = doubt.record
        rows = self.task.rows_of(record.call)
        call = self.task.operation.read_back(rows)
        if call is None:
            return self._leave(doubt, {}, "Nothing can be read back: look it up by hand.")
        applied = self.read_backs.applied(record, self.read_backs.read(record, call), rows)
        if all(applied.values()):
            self.ledger.settle(record, CallState.ACCEPTED, all_of(rows, Status.VERIFIED))
            return []
        if None not in applied.values() and self._has_settled(doubt):
            return self._send_missing(doubt, applied)
        return self.keep_or_leave(doubt, applied)

    def settle_later(self, doubt: Doubt) -> list[Doubt]:
        """The same, once its next read back is due."""
        self.claims.pause(self.due_at(doubt) - self.task.clock())
        return self.settle(replace(doubt, read_backs=doubt.read_backs + 1, fresh=False))

    def due_at(self, doubt: Doubt) -> float:
        """When to read back again, by the monotonic clock."""
        after_s: float = self.task.patience.read_back_after_s * 2**doubt.read_backs
        return doubt.lost_at + min(after_s, self.task.account.settle_s)

    def keep_or_leave(self, doubt: Doubt, applied: Applied) -> list[Doubt]:
        """A doubt stays while time may resolve it; then its rows are `unknown`.

        One read back that failed resolves nothing, however late it came: it is made again.
        """
        may_resolve = not self._has_settled(doubt) or doubt.read_backs == 0
        if self.task.patience.wait_to_settle and may_resolve and not self.task.stop.is_set():
            return [doubt]
        again = f"{self.task.resume_words} reads it back again."
        return self._leave(doubt, applied, f"A read back could not tell yet; {again}")

    def count(self, doubts: Sequence[Doubt]) -> list[Doubt]:
        """The doubts, once the breaker has counted those that are fresh."""
        counted = [replace(doubt, fresh=False) for doubt in doubts]
        try:
            for doubt in doubts:
                if doubt.fresh:
                    self.ledger.breaker.note_doubt(doubt.sentence)
        except Stopped:
            self.task.stop.set()  # what time cannot settle any more is read back once, and left
            for doubt in counted:
                self.settle(doubt)
            raise
        return counted

    def verify(self, record: CallRecord, rows: Sequence[Any]) -> None:
        """Reads back rows of accepted calls, all shown by one GET: `verified`, or `unknown` where
        the platform does not show what it has accepted."""
        task = self.task
        call = task.operation.read_back(rows)
        if call is None or task.stop.is_set():
            return
        applied = self.read_backs.shown_in(self.read_backs.read(record, call), rows)
        if False in applied.values():  # perhaps not yet
            self.claims.pause(task.patience.read_back_after_s)
            applied = self.read_backs.shown_in(self.read_backs.read(record, call), rows)
        shown = [row for row in rows if applied[row.id]]
        missing = [row for row in rows if applied[row.id] is False]
        words = "It was accepted, but a read back does not show it; look it up by hand."
        outcomes = all_of(shown, Status.VERIFIED) | all_of(missing, Status.UNKNOWN, words)
        task.journal.set_outcomes(task.run_id, task.epoch, outcomes)

    def _has_settled(self, doubt: Doubt) -> bool:
        """Whether "not there" is proof by now: the platform may apply a call after its gateway
        has timed out."""
        return self.task.clock() - doubt.lost_at >= self.task.account.settle_s

    def _send_missing(self, doubt: Doubt, applied: Applied) -> list[Doubt]:
        record = doubt.record
        shown, missing = parted(self.task.rows_of(record.call), applied)
        enough = self.ledger.lineage.resend(record.number) > self.task.patience.resends
        if enough or self.task.stop.is_set():
            words = "A read back does not show it; read it back again before a resend."
            return self._leave(doubt, applied, words)
        if not shown:
            self.ledger.release(record)
            return self.deliver(record)
        return self.halving.deliver_parts(record, [missing], all_of(shown, Status.VERIFIED))

    def _leave(self, doubt: Doubt, applied: Applied, words: str) -> list[Doubt]:
        shown, rest = parted(self.task.rows_of(doubt.record.call), applied)
        outcomes = all_of(shown, Status.VERIFIED)
        outcomes |= all_of(rest, Status.UNKNOWN, f"{doubt.sentence} {words}")
        self.ledger.settle(doubt.record, CallState.UNKNOWN, outcomes)
        if doubt.fresh:
            self.ledger.breaker.note_doubt(doubt.sentence)
        return []

"""Calls that may or may not have been applied, until a read back or time settles them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from importer.journal import CallRecord, CallState
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.sending.breaker import Stopped
from importer.sending.claims import Claims
from importer.sending.halving import Halving
from importer.sending.ledger import Ledger
from importer.sending.read_back import ReadBacks
from importer.sending.sentences import all_of, whole
from importer.sending.task import Clock, Doubt, Patience, Task
from importer.sending.verdicts import JudgedReply

NOT_SHOWN = "It was accepted, but a read back does not show it; look it up by hand."
INTERRUPTED = "The run was interrupted while the call was being sent."


class Doubts:
    """Settles doubts of one run; each method that tries returns the doubts that it leaves."""

    def __init__(
        self,
        task: Task,
        patience: Patience,
        stop: threading.Event,
        clock: Clock,
        *,
        ledger: Ledger,
        claims: Claims,
        read_backs: ReadBacks,
        halving: Halving,
        deliver: Callable[[CallRecord], list[Doubt]],
    ) -> None:
        self._task = task
        self._patience = patience
        self._stop = stop
        self._clock = clock
        self._ledger = ledger
        self._claims = claims
        self._read_backs = read_backs
        self._halving = halving
        self._deliver = deliver

    def of_answer(self, record: CallRecord, answer: JudgedReply) -> Doubt:
        return Doubt(record, whole(answer.sentence), self._clock(), fresh=True)

    def of_interrupted(self, record: CallRecord) -> Doubt:
        return Doubt(record, INTERRUPTED, self._clock() - self._age_s(record))

    def settle(self, doubt: Doubt) -> list[Doubt]:
        """Reads back a call whose answer was lost, and sends again what is surely missing."""
        record = doubt.record
        rows = self._task.rows_of(record.call)
        call = self._task.operation.read_back(rows)
        if call is None:
            sentence = f"{doubt.sentence} Nothing can be read back: look it up by hand."
            self._leave(doubt, all_of(rows, Status.UNKNOWN, sentence))
            return []
        reply = self._read_backs.read(record, call)
        shown = self._read_backs.shown_in(reply, rows)
        applied = self._read_backs.without_shown_before(record, shown)
        if all(applied.values()):
            self._ledger.settle(record, CallState.ACCEPTED, all_of(rows, Status.VERIFIED))
            return []
        if None not in applied.values() and self._has_settled(doubt):
            return self._send_missing(doubt, rows, applied)
        return self.keep_or_leave(doubt, rows, applied)

    def settle_later(self, doubt: Doubt) -> list[Doubt]:
        """The same, once its next read back is due."""
        self._claims.pause(self.due_at(doubt) - self._clock())
        return self.settle(replace(doubt, read_backs=doubt.read_backs + 1, fresh=False))

    def due_at(self, doubt: Doubt) -> float:
        """When to read back again, by the monotonic clock."""
        after_s: float = self._patience.read_back_after_s * 2**doubt.read_backs
        return doubt.lost_at + min(after_s, self._task.account.settle_s)

    def keep_or_leave(
        self, doubt: Doubt, rows: Sequence[Any], applied: Mapping[RowId, bool | None]
    ) -> list[Doubt]:
        """A doubt stays while time may resolve it; then its rows are `unknown`.

        One read back that failed resolves nothing, however late it came: it is made again.
        """
        may_resolve = not self._has_settled(doubt) or doubt.read_backs == 0
        if self._patience.wait_to_settle and may_resolve and not self._stop.is_set():
            return [doubt]
        shown = [row for row in rows if applied[row.id]]
        rest = [row for row in rows if not applied[row.id]]
        sentence = (
            f"{doubt.sentence} A read back could not tell yet; "
            f"{self._task.resume_words} looks again."
        )
        unknown = all_of(rest, Status.UNKNOWN, sentence)
        self._leave(doubt, {**all_of(shown, Status.VERIFIED), **unknown})
        return []

    def count(self, doubts: Sequence[Doubt]) -> list[Doubt]:
        """The doubts, once the breaker has counted those that are fresh."""
        counted = [replace(doubt, fresh=False) for doubt in doubts]
        try:
            for doubt in doubts:
                if doubt.fresh:
                    self._ledger.note_doubt(doubt.sentence)
        except Stopped:
            self._stop.set()  # what time cannot settle any more is read back once, and left
            for doubt in counted:
                self.settle(doubt)
            raise
        return counted

    def verify(self, record: CallRecord, rows: Sequence[Any]) -> None:
        """Reads back rows of accepted calls, all shown by one GET: `verified`, or `unknown` where
        the platform does not show what it has accepted."""
        call = self._task.operation.read_back(rows)
        if call is None or self._stop.is_set():
            return
        applied = self._read_backs.shown_in(self._read_backs.read(record, call), rows)
        if False in applied.values():  # perhaps not yet
            self._claims.pause(self._patience.read_back_after_s)
            applied = self._read_backs.shown_in(self._read_backs.read(record, call), rows)
        shown = [row for row in rows if applied[row.id]]
        missing = [row for row in rows if applied[row.id] is False]
        unknown = all_of(missing, Status.UNKNOWN, NOT_SHOWN)
        outcomes = {**all_of(shown, Status.VERIFIED), **unknown}
        self._task.journal.set_outcomes(self._task.run_id, self._task.epoch, outcomes)

    def _age_s(self, record: CallRecord) -> float:
        """Seconds since its turn to be sent; less than 0 where that is still to come, which a
        process that was only frozen would keep."""
        if record.claimed_at is None:
            return 0.0
        age = (self._task.journal.now() - record.claimed_at).total_seconds()
        return max(-self._patience.longest_pause_s, age)  # less is a clock that was set back

    def _has_settled(self, doubt: Doubt) -> bool:
        """Whether "not there" is proof by now: the platform may apply a call after its gateway
        has timed out."""
        return self._clock() - doubt.lost_at >= self._task.account.settle_s

    def _send_missing(
        self, doubt: Doubt, rows: Sequence[Any], applied: Mapping[RowId, bool | None]
    ) -> list[Doubt]:
        record = doubt.record
        shown = [row for row in rows if applied[row.id]]
        missing = [row for row in rows if not applied[row.id]]
        enough = self._ledger.lineage.resend(record.number) > self._patience.resends
        if enough or self._stop.is_set():
            sentence = f"{doubt.sentence} A read back does not show it; look again before a resend."
            unknown = all_of(missing, Status.UNKNOWN, sentence)
            self._leave(doubt, {**all_of(shown, Status.VERIFIED), **unknown})
            return []
        if not shown:
            self._ledger.release(record)
            return self._deliver(record)
        return self._halving.deliver_parts(record, [missing], all_of(shown, Status.VERIFIED))

    def _leave(self, doubt: Doubt, outcomes: Mapping[RowId, Outcome]) -> None:
        self._ledger.settle(doubt.record, CallState.UNKNOWN, outcomes)
        if doubt.fresh:
            self._ledger.note_doubt(doubt.sentence)

"""One journalled call: claimed, attempted, and brought to an outcome for each of its rows.

Each request is committed as `sending` before a byte leaves, and its outcome after. What an answer
means is decided in verdicts.py; here it is done.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from importer.journal import (
    AlreadySent,
    CallRecord,
    CallState,
    Claim,
    Ending,
    Purpose,
    Settled,
)
from importer.model.calls import Call, Reply
from importer.model.errors import ImporterError, RunTaken, SignInRefused
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.sending.breaker import Breaker, Stopped
from importer.sending.claims import Claims, Slot
from importer.sending.halving import Lineage, halves
from importer.sending.plan import atoms, make_call
from importer.sending.read_back import ReadBacks, ending_of
from importer.sending.sentences import adding, all_of, minutes, refused_rows, whole
from importer.sending.task import Clock, Doubt, Patience, Task
from importer.sending.verdicts import JudgedReply, Verdict, judge

NOT_TAKEN_APART = "What the call changed cannot be read back, so its rows were not sent one by one."
NOT_SHOWN = "It was accepted, but a read back does not show it; look it up by hand."
_READ = frozenset({Verdict.ACCEPTED, Verdict.REFUSED})  # a GET that tells something
INTERRUPTED = "The run was interrupted while the call was being sent."


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


@dataclass(frozen=True, slots=True)
class _Late:
    """An accepted call whose outcome is on its way into the journal."""

    settled: Future[None]
    record: CallRecord
    outcomes: Mapping[RowId, Outcome]
    ending: Ending


class Delivery:
    """Brings calls of one run to their outcomes, from many threads at once.

    Every method returns the doubts that it leaves. It raises Stopped, or another ImporterError,
    where the run must not go on.
    """

    def __init__(
        self,
        task: Task,
        patience: Patience,
        *,
        stop: threading.Event,
        clock: Clock = time.monotonic,
        on_settled: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._task = task
        self._patience = patience
        self._stop = stop
        self._clock = clock
        self._on_settled = on_settled
        self._breaker = Breaker(patience.bounds)
        self._claims = Claims(task, patience, stop, clock)
        self._looks = ReadBacks(task, patience, self._claims, stop)
        self._late = threading.local()  # what this thread has settled and not waited for
        self._lineage = Lineage(task.journal.parents(task.run_id))

    def begin(self, record: CallRecord) -> list[Doubt]:
        """A planned call is sent; one that an interrupted run may have sent is never guessed at."""
        if record.state is CallState.PLANNED:
            return self.deliver(record)
        if record.state is CallState.SENDING and self._was_accepted(record):
            rows = self._task.rows_of(record.call)
            self._settle(record, CallState.ACCEPTED, self._said(rows, Status.SENT))
            return []
        if self._task.operation.repeatable:
            self._release(record)
            return self.deliver(record)
        return self.look(Doubt(record, INTERRUPTED, self._clock() - self._age_s(record)))

    def deliver(self, record: CallRecord) -> list[Doubt]:
        """Sends a planned call, as often as is without harm, until it has an outcome or a doubt."""
        slot = self._claims.claim(record)
        self._flush_before(record, slot)
        if slot is not None and isinstance(slot.claim, AlreadySent):
            return self._deliver_rest(record, slot.claim)
        if slot is not None and isinstance(slot.claim, Claim) and self._task.operation.look_first:
            # Only now that the call holds what it touches can nobody else change what it sees.
            looked = Ending(slot.claim.attempt_id, failure="not sent yet: looked first")
            try:
                self._looks.before(record)
            except ImporterError:
                self._release(record, looked)
                raise
            self._looks.end(looked)
            slot = self._claims.claim_again(record)
        tries = _Tries(self._clock())
        while slot is not None and isinstance(slot.claim, Claim):
            if slot.claim.wait_s > self._patience.longest_pause_s:
                ending = Ending(slot.claim.attempt_id, failure="not sent: the account is paused")
                paused = f"The account is paused for {minutes(slot.claim.wait_s)}"
                self._give_up(record, ending, f"{paused}; {self._resume} goes on then.")
            if not self._claims.reach(slot, slot.claim):
                ending = Ending(slot.claim.attempt_id, failure="not sent: its time had passed")
                self._release(record, ending)
                return [] if self._stop.is_set() else self.deliver(record)
            answer = self._attempt(record, slot, slot.claim)
            ending = ending_of(slot.claim, answer)
            tries.count(answer.verdict)
            if not self._goes_again(record, answer, ending, tries):
                return self._conclude(record, tries.doubting(answer), ending)
            self._back_off(ending, tries)
            slot = self._claims.claim_again(record)
        return []

    def look(self, doubt: Doubt) -> list[Doubt]:
        """Reads back a call whose answer was lost, and sends again what is surely missing."""
        record, operation = doubt.record, self._task.operation
        rows = self._task.rows_of(record.call)
        read_back = operation.read_back(rows)
        if read_back is None:
            sentence = f"{doubt.sentence} Nothing can be read back: look it up by hand."
            self._leave(doubt, all_of(rows, Status.UNKNOWN, sentence))
            return []
        reply = self._looks.read(record, read_back, Purpose.READ_BACK)
        applied = self._looks.without_what_was_there(record, self._looks.applied(rows, reply))
        if all(applied.values()):
            self._settle(record, CallState.ACCEPTED, self._verified(rows))
            return []
        missing = [row for row in rows if applied[row.number] is False]
        found = [row for row in rows if applied[row.number]]
        if len(missing) + len(found) == len(rows) and self._has_settled(doubt):
            return self._send_missing(record, missing, found, doubt)
        return self._keep_or_leave(doubt, rows, applied)

    def verify(self, records: Sequence[CallRecord], rows: Sequence[Any]) -> None:
        """Reads back rows of accepted calls, all shown by one GET: `verified`, or `unknown` where
        the platform does not show what it has accepted."""
        read_back = self._task.operation.read_back(rows)
        if read_back is None or self._stop.is_set():
            return
        applied = self._seen(records[0], rows, read_back)
        if False in applied.values():  # perhaps not yet
            self._claims.pause(self._patience.look_after_s)
            applied = self._seen(records[0], rows, read_back)
        shown = [row for row in rows if applied[row.number]]
        missing = [row for row in rows if applied[row.number] is False]
        found = {**self._verified(shown), **all_of(missing, Status.UNKNOWN, NOT_SHOWN)}
        self._task.journal.set_outcomes(self._task.run_id, self._task.epoch, found)

    def _seen(
        self, record: CallRecord, rows: Sequence[Any], read_back: Call
    ) -> dict[RowId, bool | None]:
        return self._looks.applied(rows, self._looks.read(record, read_back, Purpose.READ_BACK))

    def next_look(self, doubt: Doubt) -> float:
        """When to look again, by the monotonic clock."""
        after: float = self._patience.look_after_s * 2**doubt.looks
        return doubt.lost_at + min(after, self._task.account.settle_s)

    def look_again(self, doubt: Doubt) -> list[Doubt]:
        self._claims.pause(self.next_look(doubt) - self._clock())
        return self.look(Doubt(doubt.record, doubt.sentence, doubt.lost_at, doubt.looks + 1))

    def _deliver_rest(self, record: CallRecord, sent: AlreadySent) -> list[Doubt]:
        """Another run has sent some of the rows meanwhile."""
        rest = [row for row in self._task.rows_of(record.call) if row.number not in sent.rows]
        # A doubt of another run stays that run's own: this one has sent nothing.
        outcomes = {
            number: Outcome(Status.UNSENT, earlier.outcome.sentence)
            if earlier.status is Status.UNKNOWN
            else earlier.outcome
            for number, earlier in sent.rows.items()
        }
        return self._deliver_parts(record, [rest] if rest else [], outcomes)

    def _was_accepted(self, record: CallRecord) -> bool:
        """Whether an answer came that its owner, superseded meanwhile, could not settle."""
        attempts = self._task.journal.attempts(self._task.run_id, record.number)
        writes = [attempt for attempt in attempts if attempt.purpose is Purpose.WRITE]
        if not writes or writes[-1].status_code is None:
            return False
        reply = Reply(writes[-1].status_code, writes[-1].reply or "")
        return judge(self._task.platform, reply).verdict is Verdict.ACCEPTED

    def _age_s(self, record: CallRecord) -> float:
        """Seconds since its turn to be sent; less than 0 where that is still to come, which a
        process that was only frozen would keep."""
        if record.claimed_at is None:
            return 0.0
        age = (self._task.journal.now() - record.claimed_at).total_seconds()
        return max(-self._patience.longest_pause_s, age)  # less is a clock that was set back

    def _back_off(self, ending: Ending, tries: _Tries) -> None:
        self._looks.end(ending)
        if tries.failures:
            jitter = 1 + random.random() / 2  # noqa: S311  (spreads retries, hides nothing)
            self._claims.pause(self._patience.back_off_s * 2 ** (tries.failures - 1) * jitter)

    def _attempt(self, record: CallRecord, slot: Slot, claim: Claim) -> JudgedReply:
        try:
            return self._looks.ask(record.call, lambda: self._claims.is_in_time(slot, claim))
        except SignInRefused as error:
            self._release(record, Ending(claim.attempt_id, failure=str(error)))
            raise

    def _goes_again(
        self, record: CallRecord, answer: JudgedReply, ending: Ending, tries: _Tries
    ) -> bool:
        """Whether the same call may be sent once more; raises Stopped where that is hopeless."""
        spent = self._clock() - tries.begun > self._patience.total_s and tries.pauses == 0
        enough = tries.failures >= self._patience.attempts or spent or self._stop.is_set()
        title, words = self._task.platform.title, whole(answer.sentence)
        match answer.verdict:
            case Verdict.FAILED | Verdict.LOST:
                return self._task.operation.repeatable and not enough
            case Verdict.NOT_SENT if enough:
                self._give_up(record, ending, words)
            case Verdict.NOT_SIGNED_IN if tries.sign_ins > 1:
                self._give_up(record, ending, f"{title} refuses its own sign-in: {words}")
            case Verdict.NOT_SIGNED_IN:
                self._task.connection.renew()
            case Verdict.TOO_OFTEN:
                wait_s = self._claims.pause_account(answer)
                if wait_s > self._patience.longest_pause_s or tries.pauses > self._patience.pauses:
                    asked = f"{title} was called too often and asks to wait for {minutes(wait_s)}"
                    self._give_up(record, ending, f"{asked}; {self._resume} goes on then.")
            case Verdict.ACCEPTED | Verdict.REFUSED:
                return False
        return True

    def _give_up(self, record: CallRecord, ending: Ending, sentence: str) -> NoReturn:
        self._release(record, ending)
        raise Stopped(sentence)

    def _conclude(self, record: CallRecord, answer: JudgedReply, ending: Ending) -> list[Doubt]:
        if answer.verdict is Verdict.ACCEPTED:
            self._accept(record, answer, ending)
            return []
        if answer.verdict in {Verdict.REFUSED, Verdict.FAILED}:
            return self._noted(self._refuse(record, answer, ending))
        self._looks.end(ending)
        return self._noted(self.look(self._doubt(record, answer)))

    def _noted(self, doubts: Sequence[Doubt]) -> list[Doubt]:
        """The doubts, once the breaker has heard of each."""
        known = [replace(doubt, fresh=False) for doubt in doubts]
        try:
            for doubt in doubts:
                if doubt.fresh:
                    self._breaker.note_doubt(doubt.sentence)
        except Stopped:
            self._stop.set()  # what time cannot settle any more is looked at once, and left
            for doubt in known:
                self.look(doubt)
            raise
        return known

    def _accept(self, record: CallRecord, answer: JudgedReply, ending: Ending) -> None:
        operation, rows = self._task.operation, self._task.rows_of(record.call)
        shown = answer.reply if operation.in_reply else None
        applied = self._looks.applied(rows, shown)
        outcomes = {
            number: Outcome(Status.VERIFIED if sure else Status.SENT, self._warning(number))
            for number, sure in applied.items()
        }
        settled = self._task.journal.settle_soon(
            self._task.run_id,
            record.number,
            self._task.epoch,
            CallState.ACCEPTED,
            outcomes,
            ending=ending,
        )
        self._late.settled = _Late(settled, record, outcomes, ending)

    def flush(self) -> None:
        """Waits for what this thread has settled: most often it shares a commit with a claim."""
        late: _Late | None = getattr(self._late, "settled", None)
        if late is not None:
            self._late.settled = None
            with self._kept(late.ending):
                late.settled.result()
            self._note(late.record, late.outcomes)

    def _flush_before(self, record: CallRecord, slot: Slot | None) -> None:
        """Nothing is sent while what came before it may not have been written down."""
        try:
            self.flush()
        except ImporterError as error:
            if slot is not None and isinstance(slot.claim, Claim):
                with suppress(ImporterError):
                    self._release(record, Ending(slot.claim.attempt_id, failure=str(error)))
            raise

    def _refuse(self, record: CallRecord, answer: JudgedReply, ending: Ending) -> list[Doubt]:
        """A refusal is believed once a read back shows that nothing was applied."""
        operation, rows = self._task.operation, self._task.rows_of(record.call)
        failed = answer.verdict is Verdict.FAILED
        read_back = operation.read_back(rows)
        self._looks.end(ending)
        if failed and read_back is None:  # nothing can tell what it left
            return self.look(self._doubt(record, answer))
        if read_back is None or (operation.repeatable and not failed and not answer.not_found):
            return self._isolate(record, rows, {}, answer)
        reply = self._looks.read(record, read_back, Purpose.READ_BACK)
        if reply is not None and reply.status == 404 and answer.not_found:
            # What the path names is not there: no part of the call would fare better.
            self._settle(record, CallState.REJECTED, refused_rows(rows, answer.refusal, operation))
            return []
        applied = self._looks.without_what_was_there(record, self._looks.applied(rows, reply))
        if None not in applied.values():
            found = [row for row in rows if applied[row.number]]
            missing = [row for row in rows if not applied[row.number]]
            there = self._verified(found, f"A read back shows it, though: {whole(answer.sentence)}")
            if not missing:
                self._settle(record, CallState.ACCEPTED, there)
                return []
            return self._isolate(record, missing, there, answer)
        if failed:
            doubt = self._doubt(record, answer)
            return self._keep_or_leave(doubt, rows, applied)
        # Refused, and what it changed cannot be read: to send its rows again would be a guess.
        refused = refused_rows(rows, answer.refusal, operation)
        if len(atoms(operation, rows)) > 1:
            refused = adding(refused, NOT_TAKEN_APART)
        self._settle(record, CallState.REJECTED, refused)
        return []

    def _isolate(
        self,
        record: CallRecord,
        rows: Sequence[Any],
        outcomes: Mapping[RowId, Outcome],
        answer: JudgedReply,
    ) -> list[Doubt]:
        """Halves what was refused until the bad rows stand alone; `outcomes` are of other rows."""
        operation = self._task.operation
        parcels = atoms(operation, rows)
        refused = refused_rows(rows, answer.refusal, operation)
        spent = self._lineage.spent(record.number)
        if len(parcels) == 1 or not answer.may_spare_a_part:
            self._settle(record, CallState.REJECTED, {**outcomes, **refused})
            return []
        if spent + 2 > self._patience.isolate_limit:
            words = f"{spent} further calls did not find the bad rows; this one was not retried."
            self._settle(record, CallState.REJECTED, {**outcomes, **adding(refused, words)})
            return []
        return self._deliver_parts(record, halves(parcels), outcomes)

    def _deliver_parts(
        self,
        record: CallRecord,
        parts: Sequence[Sequence[Any]],
        outcomes: Mapping[RowId, Outcome],
    ) -> list[Doubt]:
        task = self._task
        calls = [make_call(task.operation, part, task.date_only_at) for part in parts]
        records = task.journal.split(
            task.run_id, record.number, task.epoch, calls, outcomes=outcomes
        )
        self._on_settled(len(outcomes))
        self._lineage.add(record.number, [part.number for part in records])
        return [doubt for part in records for doubt in self.deliver(part)]

    def _has_settled(self, doubt: Doubt) -> bool:
        """Whether "not there" is proof by now: the platform may apply a call after its gateway
        has given up on it."""
        return self._clock() - doubt.lost_at >= self._task.account.settle_s

    def _send_missing(
        self, record: CallRecord, missing: Sequence[Any], found: Sequence[Any], doubt: Doubt
    ) -> list[Doubt]:
        enough = self._lineage.resend(record.number) > self._patience.resends
        if enough or self._stop.is_set():
            sentence = f"{doubt.sentence} A read back does not show it; look again before a resend."
            outcomes = {**self._verified(found), **all_of(missing, Status.UNKNOWN, sentence)}
            self._leave(doubt, outcomes)
            return []
        if not found:
            self._release(record)
            return self.deliver(record)
        return self._deliver_parts(record, [missing], self._verified(found))

    def _doubt(self, record: CallRecord, answer: JudgedReply) -> Doubt:
        return Doubt(record, whole(answer.sentence), self._clock(), fresh=True)

    def _leave(self, doubt: Doubt, outcomes: Mapping[RowId, Outcome]) -> None:
        self._settle(doubt.record, CallState.UNKNOWN, outcomes)
        if doubt.fresh:
            self._breaker.note_doubt(doubt.sentence)

    def _keep_or_leave(
        self, doubt: Doubt, rows: Sequence[Any], applied: Mapping[RowId, bool | None]
    ) -> list[Doubt]:
        """A doubt stays while time may resolve it; then its rows are `unknown`."""
        if (
            self._patience.wait_to_settle
            and not self._has_settled(doubt)
            and not self._stop.is_set()
        ):
            return [doubt]
        found = [row for row in rows if applied[row.number]]
        rest = [row for row in rows if not applied[row.number]]
        sentence = f"{doubt.sentence} A read back could not tell yet; {self._resume} looks again."
        outcomes = {**self._verified(found), **all_of(rest, Status.UNKNOWN, sentence)}
        self._leave(doubt, outcomes)
        return []

    def _settle(
        self,
        record: CallRecord,
        state: Settled,
        outcomes: Mapping[RowId, Outcome],
        ending: Ending | None = None,
    ) -> None:
        task = self._task
        with self._kept(ending):
            task.journal.settle(
                task.run_id, record.number, task.epoch, state, outcomes, ending=ending
            )
        self._note(record, outcomes)

    @contextmanager
    def _kept(self, ending: Ending | None) -> Iterator[None]:
        """What came back is worth knowing to whoever has taken the run over."""
        try:
            yield
        except RunTaken:
            if ending is not None:
                self._looks.end(ending)
            raise

    def _note(self, record: CallRecord, outcomes: Mapping[RowId, Outcome]) -> None:
        self._on_settled(len(outcomes))
        self._breaker.note(outcomes, whole_call=not self._lineage.is_part(record.number))

    def _release(self, record: CallRecord, ending: Ending | None = None) -> None:
        self._task.journal.release(
            self._task.run_id, record.number, self._task.epoch, ending=ending
        )

    @property
    def _resume(self) -> str:
        return f"importer resume {self._task.run_id}"

    def _verified(self, rows: Sequence[Any], note: str = "") -> dict[RowId, Outcome]:
        return self._said(rows, Status.VERIFIED, note)

    def _said(self, rows: Sequence[Any], status: Status, note: str = "") -> dict[RowId, Outcome]:
        """The rows' outcomes, with what is to be said beside each row that was sent."""
        return {
            row.number: Outcome(status, " ".join(filter(None, [self._warning(row.number), note])))
            for row in rows
        }

    def _warning(self, number: RowId) -> str:
        return self._task.warnings.get(number, "")

"""One journalled call: claimed, attempted, and brought to an outcome for each of its rows.

Each request is committed as `sending` before a byte leaves, and its outcome after. What an answer
means is decided in verdicts.py; here it is done.
"""

import json
import math
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time as time_of_day
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Any, NoReturn

from importer.breaker import Bounds, Breaker, Stopped
from importer.calls import NOON_UTC, Call, Reply
from importer.connection import Connection
from importer.errors import AnswerLost, ImporterError, NotSent, RunTaken, SignInRefused
from importer.journal import (
    AlreadySent,
    CallRecord,
    CallState,
    Claim,
    Ending,
    Held,
    Journal,
    Purpose,
    Settled,
)
from importer.operation import Operation
from importer.outcomes import Outcome, Status
from importer.planning import atoms, make_call
from importer.platforms.platform import Platform, Refusal
from importer.settings import Account
from importer.spelling import listed
from importer.verdicts import Answer, Verdict, judge

NOT_TAKEN_APART = "What the call changed cannot be read back, so its rows were not sent one by one."
NOT_SHOWN = "It was accepted, but a read back does not show it; look it up by hand."
_READ = frozenset({Verdict.ACCEPTED, Verdict.REFUSED})  # a GET that tells something
INTERRUPTED = "The run was interrupted while the call was being sent."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often the sender tries; times in seconds."""

    attempts: int = 4  # of a call that was not sent, or that may be repeated
    back_off_s: float = 1.0  # before the second attempt; doubled each time, with jitter
    pauses: int = 5  # that the platform may ask for, for one call
    longest_pause_s: float = 900.0  # asked for more, the run stops
    held_s: float = 60.0  # for a purchase order that another run is at work on
    send_within_s: float = 10.0  # after a claim's slot: a process frozen for longer must not send
    look_after_s: float = 2.0  # at a call whose answer was lost; doubled each time
    resends: int = 2  # of a call that a read back shows was not applied
    isolate_limit: int = 40  # further writes to find the bad rows of one refused call
    total_s: float = 300.0  # for all attempts at one call, pauses that were asked for not counted
    wait_to_settle: bool = True  # else a lost answer that no read back resolves stays unknown
    beat_every_s: float = 5.0
    bounds: Bounds = Bounds()  # noqa: RUF009  (frozen)


@dataclass(frozen=True, slots=True)
class Task:
    """What one run sends, and with what."""

    journal: Journal
    run_id: int
    epoch: int
    operation: Operation[Any]
    platform: Platform
    account: Account
    connection: Connection
    rows: Mapping[int, Any]  # row number -> row
    warnings: Mapping[int, str] = field(default_factory=dict)  # said beside a row that was sent
    date_only_at: time_of_day = NOON_UTC
    once: bool = True  # not what an earlier run has sent

    def rows_of(self, call: Call) -> list[Any]:
        return [self.rows[number] for number in call.rows]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A call that may or may not have been applied, and waits to be looked at again."""

    record: CallRecord
    sentence: str
    lost_at: float  # by the monotonic clock
    looks: int = 0
    fresh: bool = False  # the breaker has not heard of it


Clock = Callable[[], float]


class _Slot:
    """A claim, and when it was asked for by two clocks: one stands still while the machine
    sleeps, the other may be set."""

    def __init__(self, ask: Callable[[], Claim | AlreadySent | Held], clock: Clock) -> None:
        self._clock, self._begun, self._wall = clock, clock(), time.time()
        self.claim = ask()

    def late_s(self, claim: Claim) -> float:
        """Seconds since the claim's turn to send."""
        passed = max(self._clock() - self._begun, time.time() - self._wall)
        return passed - claim.wait_s


@dataclass(slots=True)
class _Tries:
    """What one call has cost so far."""

    begun: float  # by the monotonic clock
    failures: int = 0
    pauses: int = 0
    sign_ins: int = 0
    doubts: int = 0

    def doubting(self, answer: Answer) -> Answer:
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
        self._free_at = clock()  # when the account may call again, for claims already made
        self._first: dict[int, int] = {}  # a part's number -> the call it was once a part of
        self._isolating: dict[int, int] = {}  # that call's number -> further writes since
        self._resent: dict[int, int] = {}

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
        slot = self._claim(record)
        if slot is not None and isinstance(slot.claim, AlreadySent):
            return self._deliver_rest(record, slot.claim)
        if slot is not None and isinstance(slot.claim, Claim) and self._task.operation.look_first:
            # Only now that the call holds what it touches can nobody else change what it sees.
            looked = Ending(slot.claim.attempt_id, failure="not sent yet: looked first")
            try:
                self._look_first(record)
            except ImporterError:
                self._release(record, looked)
                raise
            self._end(looked)
            slot = self._claim_again(record)
        tries = _Tries(self._clock())
        while slot is not None and isinstance(slot.claim, Claim):
            if slot.claim.wait_s > self._patience.longest_pause_s:
                ending = Ending(slot.claim.attempt_id, failure="not sent: the account is paused")
                paused = f"The account is paused for {minutes(slot.claim.wait_s)}"
                self._give_up(record, ending, f"{paused}; {self._resume} goes on then.")
            if not self._reach(slot, slot.claim):
                ending = Ending(slot.claim.attempt_id, failure="not sent: its time had passed")
                self._release(record, ending)
                return [] if self._stop.is_set() else self.deliver(record)
            answer = self._attempt(record, slot, slot.claim)
            ending = _ending(slot.claim, answer)
            tries.count(answer.verdict)
            if not self._goes_again(record, answer, ending, tries):
                return self._conclude(record, tries.doubting(answer), ending)
            self._back_off(ending, tries)
            slot = self._claim_again(record)
        return []

    def look(self, doubt: Doubt) -> list[Doubt]:
        """Reads back a call whose answer was lost, and sends again what is surely missing."""
        record, operation = doubt.record, self._task.operation
        rows = self._task.rows_of(record.call)
        read_back = operation.read_back(rows)
        if read_back is None:
            sentence = f"{doubt.sentence} Nothing can be read back: look it up by hand."
            self._leave(doubt, _all(rows, Status.UNKNOWN, sentence))
            return []
        reply = self._read(record, read_back, Purpose.READ_BACK)
        applied = self._without_what_was_there(record, self._applied(rows, reply))
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
        applied = self._applied(rows, self._read(records[0], read_back, Purpose.READ_BACK))
        if False in applied.values():  # perhaps not yet
            self._pause(self._patience.look_after_s)
            applied = self._applied(rows, self._read(records[0], read_back, Purpose.READ_BACK))
        shown = [row for row in rows if applied[row.number]]
        missing = [row for row in rows if applied[row.number] is False]
        found = {**self._verified(shown), **_all(missing, Status.UNKNOWN, NOT_SHOWN)}
        self._task.journal.set_outcomes(self._task.run_id, self._task.epoch, found)

    def next_look(self, doubt: Doubt) -> float:
        """When to look again, by the monotonic clock."""
        after: float = self._patience.look_after_s * 2**doubt.looks
        return doubt.lost_at + min(after, self._task.account.settle_s)

    def look_again(self, doubt: Doubt) -> list[Doubt]:
        self._pause(self.next_look(doubt) - self._clock())
        return self.look(Doubt(doubt.record, doubt.sentence, doubt.lost_at, doubt.looks + 1))

    # Claims and attempts

    def _claim(self, record: CallRecord) -> _Slot | None:
        """The right to send; None where the run stops, or something else holds the call up."""
        task, given_up = self._task, self._clock() + self._patience.held_s
        ask = partial(
            task.journal.claim,
            task.run_id,
            record.number,
            task.epoch,
            task.account.limit.pace_s,
            once=task.once,
        )
        while not self._stop.is_set():
            slot = _Slot(ask, self._clock)
            if not isinstance(slot.claim, Held):
                return slot
            if slot.claim.holds[0].stale or self._clock() > given_up:
                rows = task.rows_of(record.call)
                outcomes = _all(rows, Status.UNSENT, _held_sentence(slot.claim))
                task.journal.set_outcomes(task.run_id, task.epoch, outcomes)
                return None
            self._pause(0.5)
        return None

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

    def _claim_again(self, record: CallRecord) -> _Slot:
        task = self._task
        pace_s = task.account.limit.pace_s
        ask = partial(task.journal.claim_again, task.run_id, record.number, task.epoch, pace_s)
        return _Slot(ask, self._clock)

    def _back_off(self, ending: Ending, tries: _Tries) -> None:
        self._end(ending)
        if tries.failures:
            jitter = 1 + random.random() / 2  # noqa: S311  (spreads retries, hides nothing)
            self._pause(self._patience.back_off_s * 2 ** (tries.failures - 1) * jitter)

    def _reach(self, slot: _Slot, claim: Claim) -> bool:
        """Waits for the slot; False where the run stops, or this process slept past it.

        Another process may have taken the run over while this one was frozen.
        """
        self._pause(claim.wait_s)
        self._pause(self._free_at - self._clock())  # a pause asked for since the claim
        if claim.wait_s > 0:  # raises RunTaken where that has happened
            self._task.journal.beat(self._task.run_id, self._task.epoch)
        return not self._stop.is_set() and self._is_in_time(slot, claim)

    def _attempt(self, record: CallRecord, slot: _Slot, claim: Claim) -> Answer:
        try:
            return self._ask(record.call, lambda: self._is_in_time(slot, claim))
        except SignInRefused as error:
            self._release(record, Ending(claim.attempt_id, failure=str(error)))
            raise

    def _is_in_time(self, slot: _Slot, claim: Claim) -> bool:
        return slot.late_s(claim) < self._patience.send_within_s

    def _goes_again(
        self, record: CallRecord, answer: Answer, ending: Ending, tries: _Tries
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
                wait_s = self._pause_account(answer)
                if wait_s > self._patience.longest_pause_s or tries.pauses > self._patience.pauses:
                    asked = f"{title} was called too often and asks to wait for {minutes(wait_s)}"
                    self._give_up(record, ending, f"{asked}; {self._resume} goes on then.")
            case Verdict.ACCEPTED | Verdict.REFUSED:
                return False
        return True

    def _give_up(self, record: CallRecord, ending: Ending, sentence: str) -> NoReturn:
        self._release(record, ending)
        raise Stopped(sentence)

    def _pause_account(self, answer: Answer) -> float:
        """Carries the platform's pause to every process; its length in seconds."""
        if answer.pause_until is None or answer.reply is None:
            return 0.0
        jitter = timedelta(seconds=random.random())  # noqa: S311  (spreads the first calls after)
        self._task.journal.pause(self._task.account.name, answer.pause_until + jitter)
        wait_s = (answer.pause_until - answer.reply.received_at).total_seconds()
        self._free_at = max(self._free_at, self._clock() + wait_s)
        return wait_s

    # Outcomes

    def _conclude(self, record: CallRecord, answer: Answer, ending: Ending) -> list[Doubt]:
        if answer.verdict is Verdict.ACCEPTED:
            self._accept(record, answer, ending)
            return []
        if answer.verdict in {Verdict.REFUSED, Verdict.FAILED}:
            return self._noted(self._refuse(record, answer, ending))
        self._end(ending)
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

    def _accept(self, record: CallRecord, answer: Answer, ending: Ending) -> None:
        operation, rows = self._task.operation, self._task.rows_of(record.call)
        shown = answer.reply if operation.in_reply else None
        applied = self._applied(rows, shown)
        outcomes = {
            number: Outcome(Status.VERIFIED if sure else Status.SENT, self._warning(number))
            for number, sure in applied.items()
        }
        self._settle(record, CallState.ACCEPTED, outcomes, ending)

    def _refuse(self, record: CallRecord, answer: Answer, ending: Ending) -> list[Doubt]:
        """A refusal is believed once a read back shows that nothing was applied."""
        operation, rows = self._task.operation, self._task.rows_of(record.call)
        failed = answer.verdict is Verdict.FAILED
        read_back = operation.read_back(rows)
        self._end(ending)
        if failed and read_back is None:  # nothing can tell what it left
            return self.look(self._doubt(record, answer))
        if read_back is None or (operation.repeatable and not failed and not answer.not_found):
            return self._isolate(record, rows, {}, answer)
        reply = self._read(record, read_back, Purpose.READ_BACK)
        if reply is not None and reply.status == 404 and answer.not_found:
            # What the path names is not there: no part of the call would fare better.
            self._settle(record, CallState.REJECTED, _refused(rows, answer.refusal, operation))
            return []
        applied = self._without_what_was_there(record, self._applied(rows, reply))
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
        refused = _refused(rows, answer.refusal, operation)
        if len(atoms(operation, rows)) > 1:
            refused = _adding(refused, NOT_TAKEN_APART)
        self._settle(record, CallState.REJECTED, refused)
        return []

    def _isolate(
        self,
        record: CallRecord,
        rows: Sequence[Any],
        outcomes: Mapping[int, Outcome],
        answer: Answer,
    ) -> list[Doubt]:
        """Halves what was refused until the bad rows stand alone; `outcomes` are of other rows."""
        operation = self._task.operation
        parcels = atoms(operation, rows)
        refused = _refused(rows, answer.refusal, operation)
        first = self._first.get(record.number, record.number)
        spent = self._isolating.get(first, 0)
        if len(parcels) == 1 or not answer.may_spare_a_part:
            self._settle(record, CallState.REJECTED, {**outcomes, **refused})
            return []
        if spent + 2 > self._patience.isolate_limit:
            words = f"{spent} further calls did not find the bad rows; this one was not retried."
            self._settle(record, CallState.REJECTED, {**outcomes, **_adding(refused, words)})
            return []
        self._isolating[first] = spent + 2
        middle = len(parcels) // 2
        halves = [[*chain(*parcels[:middle])], [*chain(*parcels[middle:])]]
        return self._deliver_parts(record, halves, outcomes)

    def _deliver_parts(
        self,
        record: CallRecord,
        parts: Sequence[Sequence[Any]],
        outcomes: Mapping[int, Outcome],
    ) -> list[Doubt]:
        task = self._task
        calls = [make_call(task.operation, part, task.date_only_at) for part in parts]
        records = task.journal.split(
            task.run_id, record.number, task.epoch, calls, outcomes=outcomes
        )
        self._on_settled(len(outcomes))
        for part in records:
            self._first[part.number] = self._first.get(record.number, record.number)
        return [doubt for part in records for doubt in self.deliver(part)]

    # Reading back

    def _look_first(self, record: CallRecord) -> None:
        """Writes down which rows the platform already shows before anything is sent."""
        rows = self._task.rows_of(record.call)
        read_back = self._task.operation.read_back(rows)
        if read_back is not None:
            self._read(record, read_back, Purpose.BEFORE_LOOK)

    def _without_what_was_there(
        self, record: CallRecord, applied: Mapping[int, bool | None]
    ) -> dict[int, bool | None]:
        """What a look before the call already showed is no proof that the call was applied."""
        if not self._task.operation.look_first:
            return dict(applied)
        looks = [
            attempt.reply
            for attempt in self._task.journal.attempts(self._task.run_id, record.number)
            if attempt.purpose is Purpose.BEFORE_LOOK and attempt.reply
        ]
        there = _numbers(looks[-1]) if looks else None
        if there is None:
            there = set(applied)
        return {n: None if seen and n in there else seen for n, seen in applied.items()}

    def _read(self, record: CallRecord, call: Call, purpose: Purpose) -> Reply | None:
        """The answer to a GET of the run; None where there is none worth reading."""
        for attempt in range(1, self._patience.attempts + 1):
            claim = self._task.journal.note_attempt(
                self._task.run_id,
                record.number,
                self._task.epoch,
                purpose,
                method=call.method,
                path=call.path,
                pace_s=self._task.account.limit.pace_s,
            )
            if self._stop.is_set() and claim.wait_s > self._patience.send_within_s:
                self._end(Ending(claim.attempt_id, failure="not asked: the run stopped"))
                return None
            self._pause(claim.wait_s)
            answer = self._ask(call)
            ending = _ending(claim, answer)
            if purpose is Purpose.BEFORE_LOOK:  # kept as what it showed, which may be nothing
                shown = self._shown(record, answer.reply) if answer.verdict in _READ else None
                ending = replace(ending, reply=None if shown is None else json.dumps(shown))
            self._end(ending)
            if answer.verdict in _READ or self._stop.is_set():
                return answer.reply
            if answer.verdict is Verdict.NOT_SIGNED_IN:
                self._task.connection.renew()
            self._pause_account(answer)
            self._pause(self._patience.back_off_s * attempt)
        return None

    def _ask(self, call: Call, in_time: Callable[[], bool] = lambda: True) -> Answer:
        came: Reply | NotSent | AnswerLost
        try:
            came = self._task.connection.send(call, in_time)
        except (NotSent, AnswerLost) as error:
            came = error
        return judge(self._task.platform, came)

    def _shown(self, record: CallRecord, reply: Reply | None) -> list[int]:
        applied = self._applied(self._task.rows_of(record.call), reply)
        return [number for number, seen in applied.items() if seen is not False]

    def _applied(self, rows: Sequence[Any], reply: Reply | None) -> dict[int, bool | None]:
        """Row number -> whether the reply shows it applied; None where that cannot be told."""
        if reply is not None and reply.status == 404:
            return dict.fromkeys((row.number for row in rows), False)  # not there at all
        found = reply.json if reply is not None and reply.ok else None
        if found is None:
            return dict.fromkeys(row.number for row in rows)
        return {row.number: self._task.operation.is_applied(row, found) for row in rows}

    def _has_settled(self, doubt: Doubt) -> bool:
        """Whether "not there" is proof by now: the platform may apply a call after its gateway
        has given up on it."""
        return self._clock() - doubt.lost_at >= self._task.account.settle_s

    def _send_missing(
        self, record: CallRecord, missing: Sequence[Any], found: Sequence[Any], doubt: Doubt
    ) -> list[Doubt]:
        first = self._first.get(record.number, record.number)
        self._resent[first] = self._resent.get(first, 0) + 1
        if self._resent[first] > self._patience.resends or self._stop.is_set():
            sentence = f"{doubt.sentence} A read back does not show it; look again before a resend."
            outcomes = {**self._verified(found), **_all(missing, Status.UNKNOWN, sentence)}
            self._leave(doubt, outcomes)
            return []
        if not found:
            self._release(record)
            return self.deliver(record)
        return self._deliver_parts(record, [missing], self._verified(found))

    def _doubt(self, record: CallRecord, answer: Answer) -> Doubt:
        return Doubt(record, whole(answer.sentence), self._clock(), fresh=True)

    def _leave(self, doubt: Doubt, outcomes: Mapping[int, Outcome]) -> None:
        self._settle(doubt.record, CallState.UNKNOWN, outcomes)
        if doubt.fresh:
            self._breaker.note_doubt(doubt.sentence)

    def _keep_or_leave(
        self, doubt: Doubt, rows: Sequence[Any], applied: Mapping[int, bool | None]
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
        outcomes = {**self._verified(found), **_all(rest, Status.UNKNOWN, sentence)}
        self._leave(doubt, outcomes)
        return []

    # The journal

    def _settle(
        self,
        record: CallRecord,
        state: Settled,
        outcomes: Mapping[int, Outcome],
        ending: Ending | None = None,
    ) -> None:
        task = self._task
        try:
            task.journal.settle(
                task.run_id, record.number, task.epoch, state, outcomes, ending=ending
            )
        except RunTaken:
            if ending is not None:
                self._end(ending)  # what came back is worth knowing to the new owner
            raise
        self._on_settled(len(outcomes))
        self._breaker.note(outcomes, whole_call=record.number not in self._first)

    def _release(self, record: CallRecord, ending: Ending | None = None) -> None:
        self._task.journal.release(
            self._task.run_id, record.number, self._task.epoch, ending=ending
        )

    def _end(self, ending: Ending) -> None:
        self._task.journal.end_attempt(
            ending.attempt_id, ending.status_code, ending.failure, ending.reply
        )

    @property
    def _resume(self) -> str:
        return f"importer resume {self._task.run_id}"

    def _verified(self, rows: Sequence[Any], note: str = "") -> dict[int, Outcome]:
        return self._said(rows, Status.VERIFIED, note)

    def _said(self, rows: Sequence[Any], status: Status, note: str = "") -> dict[int, Outcome]:
        """The rows' outcomes, with what is to be said beside each row that was sent."""
        return {
            row.number: Outcome(status, " ".join(filter(None, [self._warning(row.number), note])))
            for row in rows
        }

    def _warning(self, number: int) -> str:
        return self._task.warnings.get(number, "")

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._stop.wait(seconds)


def _numbers(text: str) -> set[int] | None:
    """Row numbers kept as JSON; None where the journal had to cut the text."""
    try:
        return set(json.loads(text))
    except ValueError:
        return None


def _ending(claim: Claim, answer: Answer) -> Ending:
    if answer.reply is None:
        return Ending(claim.attempt_id, failure=answer.sentence)
    return Ending(claim.attempt_id, answer.reply.status, None, answer.reply.text)


def _all(rows: Sequence[Any], status: Status, sentence: str) -> dict[int, Outcome]:
    return {row.number: Outcome(status, sentence) for row in rows}


def _refused(
    rows: Sequence[Any], refusal: Refusal, operation: Operation[Any]
) -> dict[int, Outcome]:
    """The platform's sentence for each row; where it names a field, that row is blamed."""
    field, sentence = operation.blames.get(refusal.field or ""), whole(refusal.sentence)
    blamed = [row for row in rows if field and _names(refusal, getattr(row, field))]
    if not blamed:
        return _all(rows, Status.REJECTED, sentence)
    title = next(f.title for f in operation.fields if f.name == field)
    others = f"Refused together with row {listed([row.number for row in blamed])}: "
    outcomes = _all(rows, Status.REJECTED, others + sentence)
    return outcomes | _all(blamed, Status.REJECTED, f"{title}: {sentence}")


def _adding(outcomes: Mapping[int, Outcome], words: str) -> dict[int, Outcome]:
    return {n: Outcome(o.status, f"{o.sentence} {words}") for n, o in outcomes.items()}


def _names(refusal: Refusal, value: Any) -> bool:
    """Whether the refusal speaks of this value: the one it quotes, else any that is there."""
    return value is not None and refusal.value in {None, str(value)}


def whole(sentence: str) -> str:
    """
    >>> whole("PO 5 is cancelled"), whole("No rights.")
    ('PO 5 is cancelled.', 'No rights.')
    """
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def minutes(seconds: float) -> str:
    """
    >>> minutes(7), minutes(61), minutes(3600)
    ('1 minute', '2 minutes', '60 minutes')
    """
    count = max(1, math.ceil(seconds / 60))
    return f"{count} minute{'s' * (count > 1)}"


def _held_sentence(held: Held) -> str:
    hold = held.holds[0]
    advice = f"importer resume {hold.run_id} first" if hold.stale else "try again when it is done"
    return f"{hold.touched} is being changed by run {hold.run_id} of {hold.owner}; {advice}."

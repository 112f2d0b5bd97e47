"""The right to send one call: its turn, its pace, and the moment after which it must not leave."""

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from importer.journal import AlreadySent, CallRecord, Claim, Held
from importer.model.outcomes import Status
from importer.sending.sentences import all_of, held_sentence
from importer.sending.task import Clock, Patience, Task
from importer.sending.verdicts import JudgedReply


class Slot:
    """A claim, and when it was asked for by two clocks: one stands still while the machine
    sleeps, the other may be set."""

    def __init__(self, ask: Callable[[], Claim | AlreadySent | Held], clock: Clock) -> None:
        self._clock, self._begun, self._wall = clock, clock(), time.time()
        self.claim = ask()

    def late_s(self, claim: Claim) -> float:
        """Seconds since the claim's turn to send."""
        passed = max(self._clock() - self._begun, time.time() - self._wall)
        return passed - claim.wait_s


class Claims:
    """Claims calls of one run in the journal, from many threads at once."""

    def __init__(self, task: Task, patience: Patience, stop: threading.Event, clock: Clock) -> None:
        self._task = task
        self._patience = patience
        self._stop = stop
        self._clock = clock
        self._free_at = clock()  # when the account may call again, for claims already made

    def claim(self, record: CallRecord) -> Slot | None:
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
            slot = Slot(ask, self._clock)
            if not isinstance(slot.claim, Held):
                return slot
            if slot.claim.holds[0].stale or self._clock() > given_up:
                rows = task.rows_of(record.call)
                outcomes = all_of(rows, Status.UNSENT, held_sentence(slot.claim))
                task.journal.set_outcomes(task.run_id, task.epoch, outcomes)
                return None
            self.pause(0.5)
        return None

    def claim_again(self, record: CallRecord) -> Slot:
        task = self._task
        pace_s = task.account.limit.pace_s
        ask = partial(task.journal.claim_again, task.run_id, record.number, task.epoch, pace_s)
        return Slot(ask, self._clock)

    def reach(self, slot: Slot, claim: Claim) -> bool:
        """Waits for the slot; False where the run stops, or this process slept past it.

        Another process may have taken the run over while this one was frozen.
        """
        self.pause(claim.wait_s)
        self.pause(self._free_at - self._clock())  # a pause asked for since the claim
        if claim.wait_s > 0:  # raises RunTaken where that has happened
            self._task.journal.beat(self._task.run_id, self._task.epoch)
        return not self._stop.is_set() and self.is_in_time(slot, claim)

    def is_in_time(self, slot: Slot, claim: Claim) -> bool:
        return slot.late_s(claim) < self._patience.send_within_s

    def pause_account(self, answer: JudgedReply) -> float:
        """Carries the platform's pause to every process; its length in seconds."""
        if answer.pause_until is None or answer.reply is None:
            return 0.0
        jitter = timedelta(seconds=random.random())  # noqa: S311  (spreads the first calls after)
        self._task.journal.pause(self._task.account.name, answer.pause_until + jitter)
        wait_s = (answer.pause_until - answer.reply.received_at).total_seconds()
        self._free_at = max(self._free_at, self._clock() + wait_s)
        return wait_s

    def pause(self, seconds: float) -> None:
        if seconds > 0:
            self._stop.wait(seconds)

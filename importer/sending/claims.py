"""The right to send one call: its turn, its pace, and the moment after which it must not leave."""

import random
from dataclasses import dataclass
from datetime import timedelta

from importer.journal import AlreadySent, CallRecord, Claim, Held
from importer.model.outcomes import Status
from importer.sending.task import Task
from importer.sending.verdicts import JudgedReply, all_of

_NEXT_TRY_S = 0.5  # for a purchase order that another run is working on


@dataclass(frozen=True, slots=True)
class Slot:
    """A claim, and when it was asked for by two clocks: one does not run while the machine
    sleeps, the other may be set."""

    claim: Claim
    asked_at: float
    asked_wall: float


class Claims:
    """Claims calls of one run in the journal, from many threads at once."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._free_at = task.clock()  # when the account may call again, for claims already made

    def claim(self, record: CallRecord) -> Slot | AlreadySent | None:
        """The right to send; None where the run stops, or another run holds the call up."""
        task, pace_s = self._task, self._task.account.limit.pace_s
        last_try_at = task.clock() + task.patience.held_s
        while not task.stop.is_set():
            asked_at, asked_wall = task.clock(), task.wall()
            claim = task.journal.claim(*task.key(record), pace_s, once=task.once)
            if isinstance(claim, Claim):
                return Slot(claim, asked_at, asked_wall)
            if isinstance(claim, AlreadySent):
                return claim
            if claim.holds[0].stale or task.clock() > last_try_at:
                self._leave_unsent(record, claim)
                return None
            self.pause(_NEXT_TRY_S)
        return None

    def claim_again(self, record: CallRecord) -> Slot:
        task, asked_at, asked_wall = self._task, self._task.clock(), self._task.wall()
        claim = task.journal.claim_again(*task.key(record), task.account.limit.pace_s)
        return Slot(claim, asked_at, asked_wall)

    def _leave_unsent(self, record: CallRecord, held: Held) -> None:
        task, hold = self._task, held.holds[0]
        advice = (
            f"importer resume {hold.run_id} first" if hold.stale else "try again when it is done"
        )
        words = f"{hold.touched} is being changed by run {hold.run_id} of {hold.owner}; {advice}."
        outcomes = all_of(task.rows_of(record.call), Status.UNSENT, words)
        task.journal.set_outcomes(task.run_id, task.epoch, outcomes)

    def reach(self, slot: Slot) -> bool:
        """Waits for the slot; False where the run stops, or this process slept past it.

        Another process may have taken the run over while this one was frozen.
        """
        task = self._task
        self.pause(slot.claim.wait_s)
        self.pause(self._free_at - task.clock())  # a pause asked for since the claim
        if slot.claim.wait_s > 0:  # raises RunTaken where that has happened
            task.journal.beat(task.run_id, task.epoch)
        return not task.stop.is_set() and self.is_in_time(slot)

    def is_in_time(self, slot: Slot) -> bool:
        passed_s = max(self._task.clock() - slot.asked_at, self._task.wall() - slot.asked_wall)
        return passed_s - slot.claim.wait_s < self._task.patience.send_within_s

    def pause_account(self, answer: JudgedReply) -> float:
        """Carries the platform's pause to every process; its length in seconds."""
        if answer.pause_until is None or answer.reply is None:
            return 0.0
        jitter = timedelta(seconds=random.random())  # noqa: S311  (spreads the first calls after)
        self._task.journal.pause(self._task.account.name, answer.pause_until + jitter)
        wait_s = (answer.pause_until - answer.reply.received_at).total_seconds()
        self._free_at = max(self._free_at, self._task.clock() + wait_s)
        return wait_s

    def pause(self, seconds: float) -> None:
        if seconds > 0:
            self._task.stop.wait(seconds)

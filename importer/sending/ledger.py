"""What became of the calls of one run: written into the journal, counted by the breaker."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from importer.journal import CallRecord, CallState, Ending, Settled
from importer.model.errors import RunTaken
from importer.sending.breaker import Breaker
from importer.sending.plan import make_call
from importer.sending.task import Outcomes, Task


class Lineage:
    """Which call each part was once a part of, and how many parts that has cost so far.

    Parts are read from the journal, so that a run that is resumed goes on counting where it was;
    what was sent again is counted by each process anew.
    """

    def __init__(self, parents: Mapping[int, int]) -> None:
        self._first: dict[int, int] = {}  # a part's number -> the call it was once a part of
        self._parts: dict[int, int] = {}  # that call's number -> its parts
        self._resent: dict[int, int] = {}  # that call's number -> how often it was sent again
        for part, parent in parents.items():
            self.add(parent, [part])

    def first(self, number: int) -> int:
        return self._first.get(number, number)

    def add(self, number: int, parts: Sequence[int]) -> None:
        """A call was replaced by parts, which are numbered after it."""
        first = self.first(number)
        self._first |= dict.fromkeys(parts, first)
        self._parts[first] = self._parts.get(first, 0) + len(parts)

    def spent(self, number: int) -> int:
        """Further writes to find the bad rows of the call that this one was once a part of."""
        return self._parts.get(self.first(number), 0)

    def resend(self, number: int) -> int:
        """Counts a further sending of what a read back did not show; how many there were."""
        first = self.first(number)
        self._resent[first] = self._resent.get(first, 0) + 1
        return self._resent[first]


class Ledger:
    """Settles calls of one run, from many threads at once; raises Stopped at a bound."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._late = threading.local()  # what this thread has settled and not waited for
        self.breaker = Breaker(task.patience.bounds)
        self.lineage = Lineage(task.journal.parents(task.run_id))

    def settle(self, record: CallRecord, state: Settled, outcomes: Outcomes) -> None:
        self._task.journal.settle(*self._task.key(record), state, outcomes)
        self._note(record, outcomes)

    def accept_soon(self, record: CallRecord, outcomes: Outcomes, ending: Ending) -> None:
        """Settles an accepted call without waiting for the commit; `flush` waits."""
        settled = self._task.journal.settle_soon(
            *self._task.key(record), CallState.ACCEPTED, outcomes, ending=ending
        )
        self._late.wait = partial(self._wait_for, settled, record, outcomes, ending)

    def flush(self) -> None:
        """Waits for what this thread has settled: most often it shares a commit with a claim."""
        self._late.__dict__.pop("wait", lambda: None)()

    def _wait_for(
        self, settled: Future[None], record: CallRecord, outcomes: Outcomes, ending: Ending
    ) -> None:
        try:
            settled.result()
        except RunTaken:  # what came back is worth knowing to whoever has taken the run over
            self._task.journal.end_attempt(ending)
            raise
        self._note(record, outcomes)

    def split(
        self, record: CallRecord, parts: Sequence[Sequence[Any]], outcomes: Outcomes
    ) -> list[CallRecord]:
        """Replaces a call by one for each part; `outcomes` are of its other rows."""
        task = self._task
        calls = [make_call(task.operation, part, task.date_only_at) for part in parts]
        records = task.journal.split(*task.key(record), calls, outcomes=outcomes)
        task.on_settled(len(outcomes))
        self.lineage.add(record.number, [part.number for part in records])
        return records

    def release(self, record: CallRecord, ending: Ending | None = None) -> None:
        """The call is planned again: it was not applied."""
        self._task.journal.release(*self._task.key(record), ending=ending)

    def _note(self, record: CallRecord, outcomes: Outcomes) -> None:
        self._task.on_settled(len(outcomes))
        whole_call = self.lineage.first(record.number) == record.number
        self.breaker.note(outcomes, whole_call=whole_call)

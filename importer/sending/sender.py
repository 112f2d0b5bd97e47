"""The calls of a run, sent side by side and in turn, until nothing is left to do."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar

from importer.journal import CallRecord, CallState
from importer.model.errors import ImporterError
from importer.model.outcomes import Status
from importer.sending.delivery import Delivery
from importer.sending.read_back import by_path
from importer.sending.task import Doubt, Task
from importer.sending.turn_queue import TurnQueue

log = logging.getLogger(__name__)

T = TypeVar("T")
_UNSURE = frozenset({Status.SENT, Status.UNKNOWN})  # of rows of an accepted call


def send(task: Task, records: Sequence[CallRecord], *, verify: bool = False) -> str | None:
    """Sends what is planned and settles what is in doubt; why it ended early, where it did.

    The task's `stop` ends it cleanly: calls in flight finish, no more begin. Calls for different
    things go side by side, `workers` of the account at once; calls that touch the same thing in
    turn. With `verify` what was accepted is read back at the end.
    """
    sender = _Sender(task)
    heart = threading.Thread(target=sender.beat, daemon=True)
    heart.start()
    try:
        sender.send(records)
        if verify:
            sender.verify()
    finally:
        sender.ended.set()
        heart.join()
    return sender.stopped_by


class _Sender:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._delivery = Delivery(task)
        self._stop = task.stop
        self._changed = threading.Condition()  # guards what follows
        self._records: Mapping[int, CallRecord] = {}
        self._turns: TurnQueue[int] = TurnQueue([])
        self._flying = 0
        self._doubts: dict[int, list[Doubt]] = {}  # by the call whose turn they keep
        self.ended = threading.Event()
        self.stopped_by: str | None = None

    def send(self, records: Sequence[CallRecord]) -> None:
        self._records = {record.number: record for record in records}
        # What was interrupted holds what it touches: nothing else gets its turn before.
        first = sorted(records, key=lambda record: record.state is not CallState.SENDING)
        self._turns = TurnQueue((record.number, record.call.touches) for record in first)
        workers = self._task.account.workers
        with ThreadPoolExecutor(workers, thread_name_prefix="sender") as pool:
            running = [pool.submit(self._work) for _ in range(min(workers, len(records)))]
            while wait(running, timeout=1).not_done:  # so that Ctrl-C is heard on Windows too
                pass

    def _work(self) -> None:
        """One worker: a call after the other, as long as there is one whose turn has come."""
        while (turn := self._next_turn()) is not None:
            number, work = turn
            left = self._guarded(work)
            with self._changed:
                self._flying -= 1
                doubts = [*self._doubts.pop(number, []), *(left or [])]
                if doubts:
                    self._doubts[number] = doubts
                else:
                    self._turns.done(number)
                self._changed.notify_all()
        self._guarded(self._delivery.flush)

    def _next_turn(self) -> tuple[int, Callable[[], list[Doubt]]] | None:
        """The next call, and what is to be done with it; None where nothing is left to do."""
        with self._changed:
            while True:
                number = None if self._stop.is_set() else self._turns.next()
                if number is not None:
                    self._flying += 1
                    return number, partial(self._delivery.begin, self._records[number])
                if not self._flying and self._doubts:  # now what only time can settle
                    number, doubt = self._soonest()
                    self._doubts[number].remove(doubt)
                    self._flying += 1
                    return number, partial(self._delivery.doubts.settle_later, doubt)
                if not self._flying:
                    return None
                self._changed.wait()

    def verify(self) -> None:
        """Reads back what was accepted and is not yet sure: one GET for all that it shows."""
        task = self._task
        outcomes = task.journal.outcomes(task.run_id)
        unsure = {n for n in outcomes.keys() & task.rows.keys() if outcomes[n].status in _UNSURE}
        accepted = [
            (record, [task.rows[n] for n in record.call.rows if n in unsure])
            for record in task.journal.calls(task.run_id)
            if record.state is CallState.ACCEPTED
        ]
        unsure_calls = filter(itemgetter(1), accepted)
        asked, _ = by_path(unsure_calls, lambda part: task.operation.read_back(part[1]))
        with ThreadPoolExecutor(task.account.workers, thread_name_prefix="verifier") as pool:
            for parts in asked.values():
                pool.submit(self._guarded, partial(self._verify_parts, parts))

    def _verify_parts(self, parts: Sequence[tuple[CallRecord, list[Any]]]) -> None:
        record, _ = parts[0]  # a GET is kept with one call
        self._delivery.doubts.verify(record, [row for _, rows in parts for row in rows])

    def beat(self) -> None:
        while not self.ended.wait(self._task.patience.beat_every_s):
            try:
                self._task.journal.beat(self._task.run_id, self._task.epoch)
            except ImporterError as error:
                self._halt(str(error))
                return

    def _soonest(self) -> tuple[int, Doubt]:
        waiting = ((number, doubt) for number, left in self._doubts.items() for doubt in left)
        return min(waiting, key=lambda each: self._delivery.doubts.due_at(each[1]))

    def _guarded(self, work: Callable[[], T]) -> T | None:
        """Work whose failure stops the run, and not just its thread."""
        try:
            return work()
        except ImporterError as error:
            self._halt(str(error))
        except Exception:  # a fault of our own; the journal knows what was sent
            log.exception("run %s is stopped by a fault of the importer itself", self._task.run_id)
            self._halt("The importer itself failed; nothing more was sent. Its log says why.")
        return None

    def _halt(self, sentence: str) -> None:
        self.stopped_by = self.stopped_by or sentence
        self._stop.set()

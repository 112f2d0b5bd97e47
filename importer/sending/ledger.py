"""What became of the calls of one run: written into the journal, counted by the breaker."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from importer.journal import CallRecord, CallState, Ending, Settled
from importer.model.errors import RunTaken
from importer.model.outcomes import Outcome
from importer.model.row_ids import RowId
from importer.sending.breaker import Bounds, Breaker
from importer.sending.lineage import Lineage
from importer.sending.plan import make_call
from importer.sending.task import Task


@dataclass(frozen=True, slots=True)
class _Late:
    """An accepted call whose outcome is on its way into the journal."""

    settled: Future[None]
    record: CallRecord
    outcomes: Mapping[RowId, Outcome]
    ending: Ending


class Ledger:
    """Settles calls of one run, from many threads at once; raises Stopped at a bound."""

    def __init__(self, task: Task, bounds: Bounds, on_settled: Callable[[int], object]) -> None:
        self._task = task
        self._on_settled = on_settled
        self._breaker = Breaker(bounds)
        self._late = threading.local()  # what this thread has settled and not waited for
        self.lineage = Lineage(task.journal.parents(task.run_id))

    def settle(self, record: CallRecord, state: Settled, outcomes: Mapping[RowId, Outcome]) -> None:
        task = self._task
        task.journal.settle(task.run_id, record.number, task.epoch, state, outcomes)
        self._note(record, outcomes)

    def accept_soon(
        self, record: CallRecord, outcomes: Mapping[RowId, Outcome], ending: Ending
    ) -> None:
        """Settles an accepted call without waiting for the commit; `flush` waits."""
        task = self._task
        settled = task.journal.settle_soon(
            task.run_id,
            record.number,
            task.epoch,
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

    def split(
        self,
        record: CallRecord,
        parts: Sequence[Sequence[Any]],
        outcomes: Mapping[RowId, Outcome],
    ) -> list[CallRecord]:
        """Replaces a call by one for each part; `outcomes` are of its other rows."""
        task = self._task
        calls = [make_call(task.operation, part, task.date_only_at) for part in parts]
        records = task.journal.split(
            task.run_id, record.number, task.epoch, calls, outcomes=outcomes
        )
        self._on_settled(len(outcomes))
        self.lineage.add(record.number, [part.number for part in records])
        return records

    def release(self, record: CallRecord, ending: Ending | None = None) -> None:
        """The call is planned again: it was not applied."""
        task = self._task
        task.journal.release(task.run_id, record.number, task.epoch, ending=ending)

    def end(self, ending: Ending) -> None:
        self._task.journal.end_attempt(ending)

    def note_doubt(self, sentence: str) -> None:
        self._breaker.note_doubt(sentence)

    @contextmanager
    def _kept(self, ending: Ending) -> Iterator[None]:
        """What came back is worth knowing to whoever has taken the run over."""
        try:
            yield
        except RunTaken:
            self.end(ending)
            raise

    def _note(self, record: CallRecord, outcomes: Mapping[RowId, Outcome]) -> None:
        self._on_settled(len(outcomes))
        self._breaker.note(outcomes, whole_call=not self.lineage.is_part(record.number))

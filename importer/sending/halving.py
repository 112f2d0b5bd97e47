"""Finding the bad rows of a refused call: it is halved until they stand alone."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from importer.journal import CallRecord, CallState
from importer.model.outcomes import Outcome
from importer.model.row_ids import RowId
from importer.sending.ledger import Ledger
from importer.sending.plan import atoms
from importer.sending.sentences import adding, refused_rows
from importer.sending.task import Doubt, Patience, Task
from importer.sending.verdicts import JudgedReply


class Halving:
    """Splits calls of one run; `deliver` sends each part and returns the doubts that it leaves."""

    def __init__(
        self,
        task: Task,
        patience: Patience,
        ledger: Ledger,
        deliver: Callable[[CallRecord], list[Doubt]],
    ) -> None:
        self._task = task
        self._patience = patience
        self._ledger = ledger
        self._deliver = deliver

    def isolate(
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
        spent = self._ledger.lineage.spent(record.number)
        if len(parcels) == 1 or not answer.may_spare_a_part:
            self._ledger.settle(record, CallState.REJECTED, {**outcomes, **refused})
            return []
        if spent + 2 > self._patience.isolate_limit:
            words = f"{spent} further calls did not find the bad rows; this one was not retried."
            refused = adding(refused, words)
            self._ledger.settle(record, CallState.REJECTED, {**outcomes, **refused})
            return []
        return self.deliver_parts(record, halves(parcels), outcomes)

    def deliver_parts(
        self,
        record: CallRecord,
        parts: Sequence[Sequence[Any]],
        outcomes: Mapping[RowId, Outcome],
    ) -> list[Doubt]:
        """Sends a call in parts; `outcomes` are of its other rows."""
        records = self._ledger.split(record, parts, outcomes)
        return [doubt for part in records for doubt in self._deliver(part)]


def halves(parcels: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The rows of two or more parcels in two parts; no parcel is taken apart.

    >>> halves([["a", "b"], ["c"], ["d"]])
    [['a', 'b'], ['c', 'd']]
    """
    middle = len(parcels) // 2
    return [[*chain(*parcels[:middle])], [*chain(*parcels[middle:])]]

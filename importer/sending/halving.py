"""Finding the bad rows of a refused call: it is halved until they are alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from importer.journal import CallRecord, CallState
from importer.sending.ledger import Ledger
from importer.sending.plan import atoms
from importer.sending.task import Doubt, Outcomes, Task
from importer.sending.verdicts import JudgedReply, refused_rows


@dataclass(frozen=True, slots=True)
class Halving:
    """Splits calls of one run; `deliver` sends each part and returns the doubts that it leaves."""

    task: Task
    ledger: Ledger
    deliver: Callable[[CallRecord], list[Doubt]]

    def isolate(
        self, record: CallRecord, rows: Sequence[Any], outcomes: Outcomes, answer: JudgedReply
    ) -> list[Doubt]:
        """Halves what was refused until the bad rows are alone; `outcomes` are of other rows."""
        operation, note = self.task.operation, ""
        parcels = atoms(operation, rows)
        if len(parcels) > 1 and answer.may_spare_a_part:
            spent = self.ledger.lineage.spent(record.number)
            if spent + 2 <= self.task.patience.isolate_limit:
                return self.deliver_parts(record, halves(parcels), outcomes)
            note = f"{spent} further calls did not find the bad rows; this one was not retried."
        refused = refused_rows(operation, rows, answer.refusal, note)
        self.ledger.settle(record, CallState.REJECTED, {**outcomes, **refused})
        return []

    def deliver_parts(
        self, record: CallRecord, parts: Sequence[Sequence[Any]], outcomes: Outcomes
    ) -> list[Doubt]:
        """Sends a call in parts; `outcomes` are of its other rows."""
        records = self.ledger.split(record, parts, outcomes)
        return [doubt for part in records for doubt in self.deliver(part)]


def halves(parcels: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The rows of two or more parcels in two parts; no parcel is taken apart.

    >>> halves([["a", "b"], ["c"], ["d"]])
    [['a', 'b'], ['c', 'd']]
    """
    middle = len(parcels) // 2
    return [[*chain(*parcels[:middle])], [*chain(*parcels[middle:])]]

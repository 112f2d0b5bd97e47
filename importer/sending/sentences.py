"""Sentences about rows that were sent, refused or kept waiting; no decisions."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from importer.journal import Held
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId, sheet_rows
from importer.model.spelling import listed
from importer.operations.operation import Operation
from importer.platforms.platform import Refusal


def all_of(rows: Sequence[Any], status: Status, sentence: str = "") -> dict[RowId, Outcome]:
    return {row.id: Outcome(status, sentence) for row in rows}


def refused_rows(
    rows: Sequence[Any], refusal: Refusal, operation: Operation[Any]
) -> dict[RowId, Outcome]:
    """The platform's sentence for each row; where it names a field, that row is blamed."""
    field, sentence = operation.blames.get(refusal.field or ""), whole(refusal.sentence)
    blamed = [row for row in rows if field and _names(refusal, getattr(row, field))]
    if not blamed:
        return all_of(rows, Status.REJECTED, sentence)
    title = next(f.title for f in operation.fields if f.name == field)
    others = f"Refused together with row {listed(sheet_rows(row.id for row in blamed))}: "
    outcomes = all_of(rows, Status.REJECTED, others + sentence)
    return outcomes | all_of(blamed, Status.REJECTED, f"{title}: {sentence}")


def adding(outcomes: Mapping[RowId, Outcome], words: str) -> dict[RowId, Outcome]:
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


def held_sentence(held: Held) -> str:
    hold = held.holds[0]
    advice = f"importer resume {hold.run_id} first" if hold.stale else "try again when it is done"
    return f"{hold.touched} is being changed by run {hold.run_id} of {hold.owner}; {advice}."

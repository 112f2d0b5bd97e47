"""What a row says against what its platform holds: the verdicts, and the one place that decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from importer.columns import Value
from importer.model.row_ids import RowId
from importer.operations.operation import Operation, Unclear


class Agreement(StrEnum):
    MATCHES = "matches"
    DIFFERS = "differs"  # the platform holds the row, with other values
    MISSING = "missing"  # the platform holds the purchase order, without the row
    NOT_FOUND = "not found"  # the platform has no such purchase order
    UNREADABLE = "cannot be read back"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Compared:
    """One row with both sides by our names of the fields; `differing` are those that differ."""

    id: RowId
    verdict: Agreement
    po: str = ""
    sentence: str = ""
    ours: Mapping[str, Value] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)
    differing: tuple[str, ...] = ()
    source: str = ""  # the sheet or run it is from
    explained: bool = False  # not checked for a reason that asks nobody to do anything

    @property
    def needs_a_person(self) -> bool:
        calm = {Agreement.MATCHES, Agreement.UNREADABLE}
        return self.verdict not in calm and not self.explained


def compare(
    operation: Operation[Any], row: Any, found: Any, since: Mapping[str, str] | None = None
) -> Compared:
    """A row against the JSON that answers its question.

    `since`: a field that a later row has set to something else -> which row that was.
    """
    ours = values_of(operation, row)
    po = po_of(operation, row)
    try:
        held = operation.held(row, found)
    except Unclear as error:
        return Compared(row.number, Agreement.UNREADABLE, po, str(error), ours)
    if held is None:
        return Compared(row.number, Agreement.MISSING, po, "the platform does not hold it", ours)
    kinds = {f.name: f.kind for f in operation.fields}
    titles = {f.name: f.title for f in operation.fields}
    theirs = {name: kinds[name].of_platform(held[name]) for name in ours if name in held}
    changed = [name for name in theirs if not kinds[name].same(ours[name], held[name])]
    differing = tuple(name for name in changed if name not in (since or {}))
    if since and changed and not differing:
        later = f"{since[changed[0]]} came after it"
        return Compared(row.number, Agreement.NOT_CHECKED, po, later, ours, theirs, explained=True)
    said = "; ".join(
        f"{titles[name]}: {words(ours[name])} here, {words(theirs[name])} there"
        for name in differing
    )
    verdict = Agreement.DIFFERS if differing else Agreement.MATCHES
    return Compared(row.number, verdict, po, said, ours, theirs, differing)


def values_of(operation: Operation[Any], row: Any) -> dict[str, Value]:
    """A row's values by our names of the fields, without those that are empty."""
    return {f.name: v for f in operation.fields if (v := getattr(row, f.name)) is not None}


def po_of(operation: Operation[Any], row: Any) -> str:
    """What a person looks the row up by: its purchase order, or what stands for it."""
    return str(getattr(row, operation.po) or row[1])


def words(value: Any) -> str:
    return "nothing" if value is None or value == "" else str(value)

"""What a row says against what its platform has: the agreements, and the one place that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from importer.columns import Value
from importer.model.row_ids import RowId
from importer.operations.operation import Operation, Unclear


class Agreement(StrEnum):
    MATCHES = "matches"
    DIFFERS = "differs"  # the platform has the row, with other values
    MISSING = "missing"  # the platform has the purchase order, without the row
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
    explained: bool = False  # not checked for a reason that needs no action

    @property
    def needs_attention(self) -> bool:
        calm = {Agreement.MATCHES, Agreement.UNREADABLE}
        return self.verdict not in calm and not self.explained


def of_row(operation: Operation[Any], row: Any, source: str) -> "partial[Compared]":
    """What is known of a row before it is compared; a call adds what came of it."""
    po, ours = po_of(operation, row), values_of(operation, row)
    return partial(Compared, row.id, po=po, ours=ours, source=source)


def compare(
    operation: Operation[Any], row: Any, source: str, content: Any, since: Mapping[str, str]
) -> Compared:
    """A row against the JSON that answers its question.

    `since`: a field that a later row has set to something else -> which row that was.
    """
    row_is = of_row(operation, row, source)
    try:
        current = operation.current(row, content)
    except Unclear as error:
        return row_is(Agreement.UNREADABLE, sentence=str(error))
    if current is None:
        return row_is(Agreement.MISSING, sentence="the platform does not have it")
    theirs, changed = _theirs(operation, row, current)
    differing = tuple(name for name in changed if name not in since)
    if changed and not differing:
        later = f"{since[changed[0]]} came after it"
        return row_is(Agreement.NOT_CHECKED, sentence=later, theirs=theirs, explained=True)
    return row_is(
        Agreement.DIFFERS if differing else Agreement.MATCHES,
        sentence=_differences(operation, row, theirs, differing),
        theirs=theirs,
        differing=differing,
    )


def _theirs(
    operation: Operation[Any], row: Any, current: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """What the platform has of the fields that the row fills, and which of them differ."""
    theirs: dict[str, Any] = {}
    changed: list[str] = []
    for column in operation.fields:
        name, value = column.name, getattr(row, column.name)
        if value is not None and name in current:
            theirs[name] = column.kind.of_platform(current[name])
            if not column.kind.same(value, current[name]):
                changed.append(name)
    return theirs, changed


def _differences(
    operation: Operation[Any], row: Any, theirs: Mapping[str, Any], names: Sequence[str]
) -> str:
    titles = {field.name: field.title for field in operation.fields}
    return "; ".join(
        f"{titles[name]}: {words(getattr(row, name))} here, {words(theirs[name])} there"
        for name in names
    )


def values_of(operation: Operation[Any], row: Any) -> dict[str, Value]:
    """A row's values by our names of the fields, without those that are empty."""
    return {f.name: v for f in operation.fields if (v := getattr(row, f.name)) is not None}


def po_of(operation: Operation[Any], row: Any) -> str:
    """What a person looks the row up by: its purchase order, or what is used instead."""
    return str(getattr(row, operation.po) or row[1])


def words(value: Any) -> str:
    return "nothing" if value is None or value == "" else str(value)

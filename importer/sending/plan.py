"""Rows become calls: grouped by their operation's key, in sheet order, cut to size."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import time
from operator import attrgetter
from typing import Any

from importer.model.calls import NOON_UTC, Call, json_value
from importer.operations.operation import Operation


def plan_calls(
    operation: Operation[Any], rows: Sequence[Any], date_only_at: time = NOON_UTC
) -> list[Call]:
    """The fewest calls that carry each row once, groups in the order of their first row."""
    return [make_call(operation, part, date_only_at) for part in parts(operation, rows)]


def parts(operation: Operation[Any], rows: Sequence[Any]) -> list[Sequence[Any]]:
    """The rows that make one call each, in the order of the calls."""
    groups: dict[Hashable, list[Any]] = defaultdict(list)
    for group, row in zip(map(attrgetter(*operation.group_by), rows), rows, strict=True):
        groups[group].append(row)
    return [part for each in groups.values() for part in cut(operation, each, operation.most_rows)]


def make_call(operation: Operation[Any], rows: Sequence[Any], date_only_at: time) -> Call:
    """The call that carries these rows of one group, its body as JSON holds it."""
    call = operation.call(rows)
    return replace(
        call,
        body=json_value(call.body, date_only_at),
        rows=tuple(row.id for row in rows),
        touches=operation.touches(rows[0]),
    )


def atoms(operation: Operation[Any], rows: Sequence[Any]) -> list[list[Any]]:
    """The rows of one group in parcels that a call may not part, such as the products of a kit."""
    parcels: dict[Hashable, list[Any]] = defaultdict(list)
    for atom, row in zip(map(operation.atom, rows), rows, strict=True):
        parcels[atom].append(row)
    return list(parcels.values())


def cut(operation: Operation[Any], group: Sequence[Any], most: int) -> Iterator[Sequence[Any]]:
    """The group in parts of at most `most` rows, except where one atom alone is larger."""
    if type(operation).atom is Operation.atom:  # each row is one by itself
        yield from (group[i : i + most] for i in range(0, len(group), most))
        return
    part: list[Any] = []
    for atom in atoms(operation, group):
        if part and len(part) + len(atom) > most:
            yield part
            part = []
        part.extend(atom)
    if part:
        yield part


def minutes(calls: int, pace_s: float) -> float:
    """How long so many calls take at one every `pace_s` seconds."""
    return calls * pace_s / 60

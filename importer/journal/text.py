"""Text and instants as both databases can store them."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from importer.model.cleaning import storable
from importer.model.outcomes import Problem, ProblemKind
from importer.model.row_ids import RowId

REPLY_LIMIT = 4_000  # characters
NO_PROBLEMS = "[]"


def cut(text: str | None) -> str | None:
    """A reply or a failure, cleaned and at most `REPLY_LIMIT` characters long."""
    return None if text is None else storable(text[:REPLY_LIMIT])[:REPLY_LIMIT]


def to_json(value: Any) -> str:
    """JSON text; decimals, dates and instants become text, so that nothing of them is lost.

    >>> from decimal import Decimal
    >>> to_json({"Unit Price": Decimal("12.50"), "Qty": 3})
    '{"Unit Price":"12.50","Qty":3}'
    """
    # An escaped lone surrogate is JSON's own spelling of it, so cleaning loses nothing here.
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def mapping_of(text: str | None) -> Mapping[str, Any]:
    mapping: Mapping[str, Any] = json.loads(text) if text else {}
    return mapping


def problems_text(problems: Iterable[Problem]) -> str:
    """JSON; the row is known by the row's own columns."""
    return to_json([
        {"column": p.column, "kind": p.kind.value, "value": p.value, "message": p.message}
        for p in problems
    ])  # fmt: skip


def problems_of(row: RowId, text: str) -> tuple[Problem, ...]:
    if text == NO_PROBLEMS:
        return ()
    return tuple(
        Problem(row, p["column"], p["value"], p["message"], ProblemKind(p["kind"]))
        for p in json.loads(text)
    )


def instant(seconds: float) -> datetime:
    """An aware UTC instant from seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def instant_or_none(seconds: float | None) -> datetime | None:
    return None if seconds is None else instant(seconds)

"""One HTTP request as planned, and what came back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from importer.model.row_ids import RowId, sheet_rows

NOON_UTC = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One request and the rows it carries.

    `path` is relative to the platform's base address. `body` holds what JSON can hold. `touches`
    names what the call changes ("PO 10001"): calls that touch the same thing never overlap.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    rows: tuple[RowId, ...] = ()
    touches: tuple[str, ...] = ()

    @property
    def sheet_rows(self) -> list[int]:
        """The numbers of its rows, each once."""
        return sheet_rows(self.rows)

    @property
    def content(self) -> bytes | None:
        """The body's bytes as they travel and as the journal keeps them."""
        if self.body is None:
            return None
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a platform answered. `headers` have lower-case names; `text` is cut at a sane length."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The body as JSON; None where it is empty or something else."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


def json_value(value: Any, date_only_at: time = NOON_UTC) -> Any:
    """A body as JSON holds it: no field that is None, decimals as numbers, dates in ISO 8601, UTC.

    A date without a time becomes `date_only_at` of that day, noon by default, so that no time
    zone moves the day.

    >>> json_value({"UnitPrice": Decimal("12.50"), "CasePrice": None, "ETA": date(2026, 3, 1)})
    {'UnitPrice': 12.5, 'ETA': '2026-03-01T12:00:00.000Z'}
    """
    match value:
        case Mapping():
            return {k: json_value(v, date_only_at) for k, v in value.items() if v is not None}
        case list() | tuple():
            return [json_value(v, date_only_at) for v in value]
        case Decimal():
            # Money has at most 15 significant digits (columns.Money), which a float keeps exactly.
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            instant = value.astimezone(UTC).replace(tzinfo=None)
            return instant.isoformat(timespec="milliseconds") + "Z"
        case date():
            return json_value(datetime.combine(value, date_only_at), date_only_at)
        case _:
            return value


def same_value(wanted: Any, current: Any) -> bool:
    """Whether a platform has the wanted value: 5 is 5.00, a date matches any time of that day.

    A day is compared as a day, since no vendor says in which zone it keeps its dates.

    >>> same_value(Decimal("5"), 5.00), same_value(date(2026, 3, 1), "2026-03-01T00:00:00")
    (True, True)
    """
    if current is None or isinstance(current, bool):
        return False
    text = str(current).strip()
    try:
        match wanted:
            case datetime():
                return _instant(text) == wanted
            case date():
                return _instant(text).date() == wanted
            case Decimal() | int():
                return Decimal(text) == wanted
            case _:
                return text.casefold() == str(wanted).strip().casefold()
    except (ValueError, ArithmeticError):  # a date of the year 1 overflows in another zone
        return False


def absent(found: Mapping[str, Any], entries: Sequence[Any]) -> bool | None:
    """False for an entry that a complete list lacks; None where the list is only one page.

    >>> absent({"TotalResults": 12}, ["a"] * 10), absent({}, ["a"])
    (None, False)
    """
    total = found.get("TotalResults")
    return None if isinstance(total, int) and total > len(entries) else False


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

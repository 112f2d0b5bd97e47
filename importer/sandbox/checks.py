"""What the fields of a JSON body may contain, and which fields of an object are wrong."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class BodyField:
    name: str
    fits: Callable[[Any], bool]
    wanted: str  # ends the sentence "X must be ..."
    required: bool = False
    nullable: bool = True  # null means the same as leaving it out


@dataclass(frozen=True, slots=True)
class Unfit:
    """A field with a wrong value."""

    name: str
    value: Any
    sentence: str
    missing: bool = False


def unfit_fields(entry: Mapping[str, Any], fields: Sequence[BodyField]) -> list[Unfit]:
    """Everything that is wrong with one object; other fields than `fields` are ignored."""
    unfits = [_unfit(field, entry) for field in fields]
    return [unfit for unfit in unfits if unfit is not None]


def _unfit(field: BodyField, entry: Mapping[str, Any]) -> Unfit | None:
    value = entry.get(field.name)
    absent = field.name not in entry or (value is None and field.nullable)
    if absent and field.required:
        return Unfit(field.name, value, f"The {field.name} field is required.", missing=True)
    if absent or (value is not None and field.fits(value)):
        return None
    return Unfit(field.name, value, f"{field.name} must be {field.wanted}.")


def is_int(value: Any) -> bool:
    """
    >>> is_int(3), is_int(True), is_int(3.0), is_int("3")
    (True, False, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool)


def is_quantity(value: Any) -> bool:
    return is_int(value) and value >= 1


def is_price(value: Any) -> bool:
    return (is_int(value) or isinstance(value, float)) and math.isfinite(value) and value >= 0


def is_string(value: Any) -> bool:
    return isinstance(value, str)


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_instant(value: Any) -> bool:
    """
    >>> is_instant("2024-11-22T16:10:40.088Z"), is_instant("2024-13-01T00:00:00Z")
    (True, False)
    >>> is_instant("11/22/2024"), is_instant("2024-11-22")
    (False, False)
    """
    if not (isinstance(value, str) and _INSTANT.fullmatch(value)):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def one_of(choices: Sequence[Any]) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, bool) and value in choices

"""One cell as its file has it, and as a person sees it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from importer.model.cleaning import from_cell


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell without a value: an Excel error like #N/A, or a formula never calculated."""

    text: str  # as a person sees it: "#N/A", "=B2*2"


Cell: TypeAlias = str | int | float | bool | datetime | date | time | timedelta | Fault | None

LAST_EXACT = 10**15  # Excel keeps 15 digits of a number and puts zeros for the rest


def is_empty(cell: Cell) -> bool:
    return cell is None or (
        isinstance(cell, str) and not cell[:1].isalnum() and not from_cell(cell)
    )


def shown(cell: Cell) -> str:
    """The cell as Excel would show it, for a sentence.

    >>> shown(10001.0), shown(9.40011120620640e21), shown(None)
    ('10001', '9.40011E+21', '')
    """
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer() and abs(cell) < LAST_EXACT:
            return str(int(cell))
        case int() | float() if abs(cell) >= LAST_EXACT:
            return f"{Decimal(cell):.5E}"  # a float cannot hold every int
        case float():
            return f"{cell:.15g}"
        case datetime():
            midnight = cell.time() == time()
            return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
        case Fault():
            return cell.text
        case _:
            return from_cell(str(cell))[:200]

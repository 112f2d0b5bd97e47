"""One cell as its file holds it, and how a person sees it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell without a value: an Excel error such as #N/A, or a formula never calculated."""

    text: str  # as a person sees it: "#N/A", "=B2*2"


Cell: TypeAlias = str | int | float | bool | datetime | date | time | timedelta | Fault | None

LAST_EXACT = 10**15  # Excel keeps 15 digits of a number and puts zeros for the rest

# Seen in vendors' exports and never meant: zero-width marks, soft hyphens, byte-order marks, and
# what turns text round from right to left.
_INVISIBLE = dict.fromkeys(
    [
        *map(ord, "\u00ad\u061c\u2060\ufeff"),
        *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    ]
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")  # what parts two numbers must not vanish
# Control characters, and halves of surrogate pairs, which no encoding can write.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what nobody can see; no-break spaces become spaces.

    >>> clean("\\u00a0 1Z999\\u200b ")
    '1Z999'
    >>> clean("1Z999\\r1Z888")
    '1Z999\\n1Z888'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _BREAKS.sub("\n", text.translate(_INVISIBLE))
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    return _CONTROL.sub("", text).strip()


def is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell[:1].isalnum() and not clean(cell))


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
            return clean(str(cell))[:200]


LONGEST_CELL = 32_767  # UTF-16 units: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def storable(text: str) -> str:
    r"""What a cell may hold of a text.

    >>> storable("a\x00b\r\nc\ud800")
    'ab\nc\\ud800'
    """
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_CELL:
        return text  # as nearly every cell
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = CONTROL.sub("", text).encode(errors="backslashreplace").decode()
    if len(text) * 2 <= LONGEST_CELL:
        return text
    return text.encode("utf-16-le")[: LONGEST_CELL * 2].decode("utf-16-le", "ignore")


def printable(text: str) -> str:
    """Text without what could turn or hide its neighbours: controls, and marks of direction.

    >>> printable("1Z\\u202e999")
    '1Z999'
    """
    text = storable(text)
    if text.isprintable():  # as nearly every cell is
        return text
    return "".join(c for c in text if c.isprintable() or c in "\n\t")

"""Texts and codes: tracking numbers, choices, carriers; each as it was written, or refused."""

import re
from collections.abc import Sequence
from typing import Any

from importer.columns.column import Column
from importer.columns.kind import MOST_IN_CODE, NARROW, Kind, Unreadable, Value, registered
from importer.columns.tracking_numbers import carriers_of
from importer.model.cells import LAST_EXACT, Cell, shown
from importer.model.spelling import did_you_mean, key


@registered
class TextKind(Kind):
    wide_is_narrow = False  # a name is kept as it is written

    def read(self, cell: Cell, about: Column) -> Value:  # noqa: ARG002  (the contract)
        return _exact_text(cell)


def _exact_text(cell: Cell) -> str:
    """A cell's text; a number only where Excel kept all its digits."""
    if isinstance(cell, str):
        if _SCIENTIFIC.fullmatch(cell):
            raise Unreadable(_damaged(cell))
        return cell
    if isinstance(cell, bool) or cell is None:
        raise Unreadable(f'"{shown(cell)}" is a yes or no; write it as text')
    if isinstance(cell, int | float):
        if not abs(cell) < LAST_EXACT:  # nor is NaN
            raise Unreadable(_damaged(shown(cell)))
        return shown(cell)
    raise Unreadable(
        f'"{shown(cell)}" is a date to Excel; format the column as Text and write it again'
    )


@registered
class CapitalsKind(TextKind):
    """A short code that is the same in small letters, such as a currency."""

    wide_is_narrow = True

    def read(self, cell: Cell, about: Column) -> Value:  # noqa: ARG002  (the contract)
        return _exact_text(cell).upper()


_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


def _damaged(text: str) -> str:
    return (
        f'"{text}" was stored by Excel as a number and its last digits are lost; '
        "format the column as Text and paste it again"
    )


@registered
class CodeKind(Kind):
    """A platform's text id, safe in a path: letters, digits, hyphen, underscore."""

    words = "id"

    def read(self, cell: Cell, about: Column) -> Value:
        text = _exact_text(cell)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text[:65], re.ASCII):
            example = f", such as {about.example}" if about.example else ""
            raise Unreadable(f'"{text[:80]}" is not an id: letters, digits and hyphens{example}')
        return text


_BETWEEN = re.compile(
    r"[,;/|\n]|\s+(?=1[Zz])|(?<=\w{10})\s+(?=\w{10})|(?<=[0-9]{10})\s*-\s*(?=[0-9]{10})"
)


def tracking_numbers_in(text: str) -> list[str]:
    """
    >>> tracking_numbers_in("1Z999AA10123456784; 986578788855")
    ['1Z999AA10123456784', '986578788855']
    """
    text = text.translate(NARROW)
    return [number for part in _BETWEEN.split(text) if (number := part.strip())]


_WRITTEN_APART = re.compile(r"1Z[0-9A-Z]{16}|[A-Z]{2}[0-9]{9}[A-Z]{2}", re.ASCII)
_FEWEST_DIGITS = 6  # of a number among others; "Box 2" has one


def stranger_among(numbers: Sequence[str]) -> str | None:
    """What may be no number: a word would become part of one, and be sent.

    >>> stranger_among(["1Z999AA10123456784 and", "986578788855"]), stranger_among(["986578788855"])
    ('1Z999AA10123456784 and', None)
    """
    return next((text for text in numbers if not _is_one_number(text)), None)


def _is_one_number(text: str) -> bool:
    if _WRITTEN_APART.fullmatch(re.sub(r"[\s-]", "", text).upper()):
        return True
    digits = sum(map(str.isdecimal, text))
    return digits >= _FEWEST_DIGITS and all(re.search(r"\d", word) for word in text.split())


def _several(numbers: Sequence[str]) -> str:
    if stranger := stranger_among(numbers):
        return (
            f'"{stranger}", which may not be a tracking number; keep only the numbers in the cell, '
            "or give each its own row"
        )
    return f"{len(numbers)} tracking numbers; give each its own row, or use --split"


_LONG_GROUP = re.compile(r"(?<!\w)[0-9]{7,}(?!\w)")  # may be a number by itself


def _may_be_several(text: str, joined: str) -> bool:
    """Whether digits stand in groups so long that each may be a number, and make no known one.

    >>> _may_be_several("7654321 1234567", "76543211234567"), _may_be_several("1Z 999", "1Z999")
    (True, False)
    """
    several = len(_LONG_GROUP.findall(text)) > 1
    return several and not any(match.check for match in carriers_of(joined.upper()))


_TRACKING = re.compile(r"(?=.{4,64}\Z)[A-Za-z0-9]+(-[A-Za-z0-9]+)*", re.ASCII)


@registered
class TrackingNumberKind(Kind):
    words = "tracking number (text)"
    plain = re.compile(  # too short to be damaged by Excel, or a letter among the first
        r"[0-9]{4,17}|1Z[0-9A-Z]{16}|[A-Z][0-9A-Z]{3,63}|(?![0-9]{15}0+\Z)[0-9]{18,64}"
    )

    def read(self, cell: Cell, about: Column) -> Value:  # noqa: ARG002  (the contract)
        """
        >>> TrackingNumberKind().read("1z 999aa1 01 2345 6784", Column("Tracking Number"))
        '1Z999AA10123456784'
        """
        text = _exact_text(cell)
        if len(text) > 2 * MOST_IN_CODE:
            raise Unreadable(f'"{text[:40]}…" is too long for a tracking number')
        numbers = tracking_numbers_in(text)
        if len(numbers) > 1:
            raise Unreadable(f'"{shown(cell)}" holds {_several(numbers)}')
        # A dot stays and is refused: "986578788855.0" is a number with one digit more.
        number = re.sub(r"\s", "", text)
        if re.fullmatch(r"1Z[A-Z0-9-]+|[0-9-]+", number, re.ASCII | re.IGNORECASE):
            number = number.replace("-", "")  # only for readability
        if _may_be_several(text, number):
            raise Unreadable(
                f'"{shown(cell)}" may be one tracking number or several; write one without spaces, '
                "and give several a row each"
            )
        if text.startswith("-") or not _TRACKING.fullmatch(number):
            raise Unreadable(f'"{shown(cell)}" is not a tracking number: letters and digits only')
        if number.isdigit() and len(number) >= 18 and not number[15:].strip("0"):
            raise Unreadable(_damaged(number))  # as a csv file or a paste keeps Excel's damage
        return number.upper()

    def same(self, value: Value, current: Any) -> bool:
        """Without regard to case, spaces and hyphens.

        >>> TrackingNumberKind().same("1Z999AA10123456784", "1z 999 AA1 0123456784")
        True
        """
        return current is not None and key(str(value)) == key(str(current))

    def of_platform(self, current: Any) -> Value:
        return None if current is None else str(current)


@registered
class ChoiceKind(Kind):
    words = "one of"

    def read(self, cell: Cell, about: Column) -> Value:
        value = {key(label): value for label, value in about.choices.items()}.get(key(shown(cell)))
        if value is None:
            raise Unreadable(_not_a_choice(shown(cell), about))
        return value


def _not_a_choice(text: str, about: Column) -> str:
    refused = f'"{text}" is not one of {", ".join(about.labels)}'
    if near := did_you_mean(text, about.choices):
        return f"{refused}.{near}"
    return f"{refused}; {about.if_other.format(cell=text)}" if about.if_other else refused


@registered
class CarrierCodeKind(Kind):
    """A carrier in ShipEngine's spelling, lower snake case; well-known names are translated."""

    words = "carrier code"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> CarrierCodeKind().read("Fed Ex", Column("Carrier Code", choices={"FedEx": "fedex"}))
        'fedex'
        """
        text = _exact_text(cell)
        known = {key(label): value for label, value in about.choices.items()}
        known |= {key(value): value for value in about.choices.values()}
        if key(text) in known:
            return known[key(text)]
        code = re.sub(r"[\s\-]+", "_", text[: MOST_IN_CODE + 1]).lower()
        if len(code) > MOST_IN_CODE or not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code):
            raise Unreadable(f'"{text[:80]}" is not a carrier code, such as ups or stamps_com')
        return code

"""Kinds of column and how a cell of each is read.

A kind is a pandera logical type: a model that annotates a column with it has both the type of the
values and the way to read a cell. To the type checker a kind is the type of the value in a row.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from pandera import dtypes
from pandera.engines import pandas_engine

from importer.calls import same_value
from importer.cells import LAST_EXACT, Cell, Fault, clean, shown
from importer.columns import EXAMPLE_MARK, Column
from importer.spelling import did_you_mean, key

Value = int | Decimal | date | datetime | str | None

_MOST_CHARACTERS = 5_000
_MOST_IN_CODE = 64  # capped before any pattern looks at it


class Unreadable(ValueError):
    """Why a cell cannot be read: one sentence that quotes it and says what to do."""


@dtypes.immutable
class Kind(pandas_engine.DataType):
    """A kind of column. `read_column` may look at the whole column before it reads a cell."""

    type: Any = np.dtype("object")
    words: ClassVar[str] = "text"  # for the tables of columns
    plain: ClassVar[re.Pattern[str] | None] = None  # texts that surely are their own value
    wide_is_narrow: ClassVar[bool] = True  # "１２" is 12, as East Asian keyboards write it

    def read(self, cell: Cell, about: Column) -> Value:
        """The value of a cell that is neither empty nor a Fault; raises Unreadable."""
        raise NotImplementedError

    def reader(self, cells: Sequence[Cell], about: Column) -> Callable[[Cell], Value]:  # noqa: ARG002  (dates look at the cells)
        return lambda cell: self.read(cell, about)

    def remark(self, cells: Sequence[Cell], about: Column) -> tuple[int, str] | None:  # noqa: ARG002  (for dates)
        """The position of a cell that settles how all others are read, and what to say of that."""
        return None

    def from_journal(self, value: Any) -> Value:
        """The value as it was before it was kept as JSON."""
        text: Value = value
        return text

    def same(self, value: Value, found: Any) -> bool:
        """Whether what a platform holds is the value: 5 is 5.00, a day is its day."""
        return same_value(value, found)

    def exact(self, found: Any) -> Value:
        """What a platform holds, to be set again to the same."""
        return self.of_platform(found)

    def same_as_before(self, before: Mapping[str, Any], now: Mapping[str, Any], name: str) -> bool:
        """Whether a field has the value that it had."""
        was, is_now = before.get(name), now.get(name)
        return was == is_now or self.exact(was) == self.exact(is_now)

    def of_platform(self, found: Any) -> Value:
        """What a platform holds, to be shown beside a value; as text where it is no such value."""
        if isinstance(found, int | float) and not isinstance(found, bool):
            exact = Decimal(str(found))
            return int(exact) if exact.is_finite() and exact == exact.to_integral_value() else exact
        return None if found is None else str(found)


def read_column(
    kind: Kind, cells: Sequence[Cell], about: Column
) -> tuple[list[Value], dict[int, str]]:
    """Every cell's value, None where it is empty or unreadable, and what is wrong by position."""
    read = kind.reader(cells, about)
    values: list[Value] = [None] * len(cells)
    faults: dict[int, str] = {}
    known: dict[Any, Value] = {}
    plain = kind.plain.fullmatch if kind.plain else lambda _: None
    for i, cell in enumerate(cells):
        if cell is None:
            continue
        if cell.__class__ is str and plain(cell):
            values[i] = cell
            continue
        key = (cell.__class__, cell)  # True == 1 == 1.0, and each is read in its own way
        if key in known:
            values[i] = known[key]
            continue
        try:
            values[i] = known[key] = _read_cell(cell, read, narrow=kind.wide_is_narrow)
        except Unreadable as unreadable:
            faults[i] = str(unreadable)
    return values, faults


_NARROW = {0x3000: " "} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width
_AS_FORMULA = re.compile(r'="([^"]*)"')  # how csv exports keep Excel from dropping zeros


def _read_cell(cell: Cell, read: Callable[[Cell], Value], *, narrow: bool) -> Value:
    if isinstance(cell, str):
        if narrow and not cell.isascii():
            cell = cell.translate(_NARROW)
        cell = _meant(cell)
        if not cell:
            return None
    if isinstance(cell, Fault):
        if cell.text.startswith("="):
            raise Unreadable(
                f'the formula "{cell.text[:60]}" has no stored value; '
                "open the sheet in Excel and save it"
            )
        raise Unreadable(f"{cell.text} is an Excel error, not a value; mend the formula")
    return read(cell)


def _meant(text: str) -> str | Fault:
    """The text without what Excel and exports put around it; the error that it spells."""
    if text.startswith(EXAMPLE_MARK):
        raise Unreadable("is the template's example row; delete it or write over it")
    text = clean(text)
    if len(text) > 1 and text[0] == "'":
        text = text[1:].lstrip()  # Excel's own mark for "this is text", typed or exported
    if quoted := _AS_FORMULA.fullmatch(text[:_MOST_CHARACTERS]):
        text = quoted[1].strip()
    if len(text) > _MOST_CHARACTERS:
        raise Unreadable(f"the text is longer than {_MOST_CHARACTERS:,} characters; shorten it")
    return Fault(text) if text in _EXCEL_ERRORS else text


_EXCEL_ERRORS = {
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
    *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA"),
}


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _Identifier(Kind):
    """A platform's number for something: ASCII digits, no sign, no separator, never a guess."""

    type = pd.Int64Dtype()
    words = "id (digits)"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> _Identifier().read("10001", Column("PO ID")), _Identifier().read(10001.0, Column(""))
        (10001, 10001)
        """
        if isinstance(cell, str):
            word = {key(w): number for w, number in about.words.items()}.get(key(cell))
            if word is not None:
                return word
            if re.fullmatch(r"[1-9][0-9]{0,9}", cell, re.ASCII):
                return int(cell)
        elif not isinstance(cell, bool) and _is_whole(cell):
            return int(shown(cell))
        raise Unreadable(f'"{shown(cell)}" is not an id: write its digits only, such as 10001')


def _is_whole(cell: Cell) -> bool:
    return isinstance(cell, int | float) and 0 < cell < LAST_EXACT and float(cell).is_integer()


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _WholeNumber(Kind):
    type = pd.Int64Dtype()
    words = "whole number"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> _WholeNumber().read("1,200", Column("Qty")), _WholeNumber().read("12.0", Column("Qty"))
        (1200, 12)
        """
        number = _number(cell, about.decimal)
        if number is None or number != number.to_integral_value() or abs(number) >= LAST_EXACT:
            raise Unreadable(f'"{shown(cell)}" is not a whole number; write it in digits')
        return int(number)


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _Money(Kind):
    words = "money"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> _Money().read("$1,234.50", Column("")), _Money().read(274.65999999999997, Column(""))
        (Decimal('1234.50'), Decimal('274.66'))
        """
        amount = _without_currency(cell) if isinstance(cell, str) else cell
        number = _number(amount, about.decimal)
        if number is None:
            advice = _money_advice(amount, about.decimal)
            raise Unreadable(f'"{shown(cell)}" is not an amount of money; write it {advice}')
        if len(number.as_tuple().digits) > 15 or abs(number) >= LAST_EXACT:
            raise Unreadable(f'"{shown(cell)}" has more than 15 digits; round it')
        return number

    def from_journal(self, value: Any) -> Value:
        return None if value is None else Decimal(value)


def _without_currency(text: str) -> str:
    return text.strip("$€£¥ ").removeprefix("USD").removesuffix("USD").strip()


def _money_advice(amount: Cell, decimal: str | None) -> str:
    """
    >>> _money_advice("1.234,50", None), _money_advice("12,5", "."), _money_advice("4.95", ",")
    ('with a decimal point, like 1234.50', 'with a decimal point, like 12.5', 'like 1234,50')
    """
    if decimal == ",":
        return "like 1234,50"
    number = _number(amount, ",") if isinstance(amount, str) else None
    return "like 1234.50" if number is None else f"with a decimal point, like {number}"


_SIGNS_CHANGED = str.maketrans(",.", ".,")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


def _number(cell: Cell, decimal: str | None) -> Decimal | None:
    """A number that is one for every reader; None for "12,50", which is 12.5 or 1,250.

    Where a vendor's decimal sign is known, a text is read as that vendor writes it.

    >>> _number("1.234,50", ","), _number("12.5", ",")
    (Decimal('1234.50'), None)
    """
    if isinstance(cell, str) and decimal == ",":
        cell = cell.translate(_SIGNS_CHANGED)
    match cell:
        case bool():
            return None
        case int():
            return Decimal(cell)
        case float():
            # Excel itself shows 15 digits: 274.65999999999997 is what it stores for 274.66.
            return Decimal(f"{cell:.15g}") if np.isfinite(cell) else None
        case str() if len(cell) <= _MOST_IN_CODE and _NUMBER.fullmatch(cell):
            return Decimal(cell.replace(",", ""))
        case _:
            return None


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _Text(Kind):
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


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _Capitals(_Text):
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


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _Code(Kind):
    """A platform's text id, safe to stand in a path: letters, digits, hyphen, underscore."""

    words = "id"

    def read(self, cell: Cell, about: Column) -> Value:
        text = _exact_text(cell)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text[:65], re.ASCII):
            example = f", such as {about.example}" if about.example else ""
            raise Unreadable(f'"{text[:80]}" is not an id: letters, digits and hyphens{example}')
        return text


_TRACKING = re.compile(r"(?=.{4,64}\Z)[A-Za-z0-9]+(-[A-Za-z0-9]+)*", re.ASCII)


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _TrackingNumber(Kind):
    words = "tracking number (text)"
    plain = re.compile(  # too short to be damaged by Excel, or a letter among the first
        r"[0-9]{4,17}|1Z[0-9A-Z]{16}|[A-Z][0-9A-Z]{3,63}|(?![0-9]{15}0+\Z)[0-9]{18,64}"
    )

    def read(self, cell: Cell, about: Column) -> Value:  # noqa: ARG002  (the contract)
        """
        >>> _TrackingNumber().read("1z 999aa1 01 2345 6784", Column("Tracking Number"))
        '1Z999AA10123456784'
        """
        text = _exact_text(cell)
        if len(text) > 2 * _MOST_IN_CODE:
            raise Unreadable(f'"{text[:40]}…" is too long for a tracking number')
        parts = [
            part
            for part in re.split(r"[,;/|\n]|\s(?=1Z)|(?<=\w{10})\s(?=\w{10})", text)
            if part.strip()
        ]
        if len(parts) > 1:
            raise Unreadable(
                f'"{shown(cell)}" holds {len(parts)} tracking numbers; give each a row of its own'
            )
        # A dot stays, and is refused: "986578788855.0" is a number with one digit more.
        number = re.sub(r"\s", "", text)
        if re.fullmatch(r"1Z[A-Z0-9-]+|[0-9-]+", number, re.ASCII | re.IGNORECASE):
            number = number.replace("-", "")  # there for the eye only
        if text.startswith("-") or not _TRACKING.fullmatch(number):
            raise Unreadable(f'"{shown(cell)}" is not a tracking number: letters and digits only')
        if number.isdigit() and len(number) >= 18 and not number[15:].strip("0"):
            raise Unreadable(_damaged(number))  # as a csv file or a paste keeps Excel's damage
        return number.upper()

    def same(self, value: Value, found: Any) -> bool:
        """Without regard to case, spaces and hyphens.

        >>> _TrackingNumber().same("1Z999AA10123456784", "1z 999 AA1 0123456784")
        True
        """
        return found is not None and key(str(value)) == key(str(found))

    def of_platform(self, found: Any) -> Value:
        return None if found is None else str(found)


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _Choice(Kind):
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


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _CarrierCode(Kind):
    """A carrier in ShipEngine's spelling, lower snake case; well-known names are translated."""

    words = "carrier code"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> _CarrierCode().read("Fed Ex", Column("Carrier Code", choices={"FedEx": "fedex"}))
        'fedex'
        """
        text = _exact_text(cell)
        known = {key(label): value for label, value in about.choices.items()}
        known |= {key(value): value for value in about.choices.values()}
        if key(text) in known:
            return known[key(text)]
        code = re.sub(r"[\s\-]+", "_", text[: _MOST_IN_CODE + 1]).lower()
        if len(code) > _MOST_IN_CODE or not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code):
            raise Unreadable(f'"{text[:80]}" is not a carrier code, such as ups or stamps_com')
        return code


@pandas_engine.Engine.register_dtype
@dtypes.immutable
class _Instant(Kind):
    """A day, or an instant in UTC where the cell has a time. A time without a zone is UTC."""

    words = "date"

    def reader(self, cells: Sequence[Cell], about: Column) -> Callable[[Cell], Value]:
        order = about.date_order
        if order is not None:
            return lambda cell: _instant(_in_order(cell, order), day_first=order == "dmy")
        first = day_first(cells)
        return lambda cell: _instant(cell, day_first=first)

    def remark(self, cells: Sequence[Cell], about: Column) -> tuple[int, str] | None:
        """Said where a single date tells how others are read: it may be the one that is wrong."""
        telling = _telling(cells) if about.date_order is None else {}
        if len(telling) != 1:
            return None
        (place, first), *_ = telling.items()
        for _, found in _numeric_dates(cells):
            if (
                "." not in found[0]
                and found[1] != found[2]
                and max(int(found[1]), int(found[2])) < 13
            ):
                day = _numeric_date(found, day_first=first)[:10]
                return place, f'"{found[0]}" is read as {day}'
        return None

    def read(self, cell: Cell, about: Column) -> Value:
        return self.reader([cell], about)(cell)

    def from_journal(self, value: Any) -> Value:
        if value is None:
            return None
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)

    def same(self, value: Value, found: Any) -> bool:
        """A day is its day in UTC, and in the zone that the platform names.

        >>> _Instant().same(date(2026, 3, 1), "2026-03-01T23:30:00-05:00")
        True
        """
        day = type(value) is date and str(found).startswith(value.isoformat())
        return day or same_value(value, found)

    def exact(self, found: Any) -> Value:
        try:
            instant = datetime.fromisoformat(str(found).strip())
        except ValueError:
            return None if found is None else str(found)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

    def of_platform(self, found: Any) -> Value:
        """
        >>> _Instant().of_platform("2026-03-01T12:00:00.000Z")
        datetime.date(2026, 3, 1)
        """
        try:
            instant = datetime.fromisoformat(str(found).strip())
        except ValueError:
            return None if found is None else str(found)
        return (instant if instant.tzinfo is None else instant.astimezone(UTC)).date()


_NUMERIC_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T](.*))?", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}([/.\-])\d{1,2}\1\d\d", re.ASCII)
_NAMED_MONTH = (
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%y",
    "%Y/%m/%d",
)
_EXCEL_DAY_ZERO = date(1899, 12, 30)


def day_first(cells: Sequence[Cell]) -> bool | None:
    """Whether 03/04 is 3 April, as far as the column's other dates tell; None where they do not."""
    found = set(_telling(cells).values())
    return found.pop() if len(found) == 1 else None


def _telling(cells: Sequence[Cell]) -> dict[int, bool]:
    """The positions of the dates that can be read one way only, and whether that is day first."""
    return {
        i: int(found[1]) > 12
        for i, found in _numeric_dates(cells)
        if (int(found[1]) > 12) != (int(found[2]) > 12)
    }


def _numeric_dates(cells: Sequence[Cell]) -> Iterator[tuple[int, re.Match[str]]]:
    for i, cell in enumerate(cells):
        if isinstance(cell, str) and (found := _NUMERIC_DATE.fullmatch(clean(cell))):
            yield i, found


def _instant(cell: Cell, *, day_first: bool | None) -> date | datetime:
    """
    >>> _instant("2026-03-01", day_first=None), _instant("3/25/2026", day_first=None)
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 25))
    """
    match cell:
        case datetime():
            found: date | datetime = _day_or_instant(cell)
        case date():
            found = cell
        case int() | float() if not isinstance(cell, bool) and 36526 <= cell < 73051:
            # A serial whose cell is not formatted as a date: 36526 is 2000-01-01.
            found = _EXCEL_DAY_ZERO + timedelta(days=int(cell))
        case str():
            found = _instant_of_text(cell, day_first=day_first)
        case _:
            raise Unreadable(f'"{shown(cell)}" is not a date; write it like 2026-11-20')
    if not 2000 <= found.year <= 2100:
        raise Unreadable(
            f'"{shown(cell)}" is in the year {found.year}; write a date like 2026-11-20'
        )
    return found


def _day_or_instant(instant: datetime) -> date | datetime:
    if instant.tzinfo is None and instant.time().replace(microsecond=0) == datetime.min.time():
        return instant.date()
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _instant_of_text(text: str, *, day_first: bool | None) -> date | datetime:
    numeric = _NUMERIC_DATE.fullmatch(text)
    iso = _numeric_date(numeric, day_first=day_first) if numeric else text
    try:
        return (
            date.fromisoformat(iso)
            if len(iso) <= 10
            else _day_or_instant(datetime.fromisoformat(iso))
        )
    except (ValueError, OverflowError):  # the year 1 overflows in another zone
        pass
    for form in _NAMED_MONTH:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    if _SHORT_YEAR.fullmatch(text):
        raise Unreadable(
            f'"{text}" has a year of two digits; write the year in four digits, like 2026-11-18'
        )
    raise Unreadable(f'"{text[:60]}" is not a date; write it like 2026-11-20')


_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


def _in_order(cell: Cell, order: str) -> Cell:
    """The cell, unless it is a date of digits in another order than the vendor's: Unreadable.

    >>> _in_order("4.12.2026", "mdy")
    '4/12/2026'
    """
    found = _NUMERIC_DATE.fullmatch(cell) if isinstance(cell, str) else None
    if found is None:
        return cell
    month = found[1] if order == "mdy" else found[2]
    if order == "ymd" or int(month) > 12:
        raise Unreadable(
            f'"{found[0]}" is not written {_ORDERS[order]}, as this vendor\'s dates are; '
            "write it like 2026-11-20"
        )
    return "/".join(found.group(1, 2, 3)) + (f" {found[4]}" if found[4] else "")


def _numeric_date(found: re.Match[str], *, day_first: bool | None) -> str:
    first, second, year, rest = int(found[1]), int(found[2]), found[3], found[4]
    if "." in found[0]:  # 4.12.2026 is written where the day comes first, and nowhere else
        day, month = first, second
    elif first > 12 or second > 12 or first == second:
        day, month = (first, second) if first > 12 else (second, first)
    elif day_first is None:
        raise Unreadable(
            f'"{found[0]}" may be day/month or month/day, and no other date of the column tells; '
            "write it like 2026-11-20"
        )
    else:
        day, month = (first, second) if day_first else (second, first)
    return f"{year}-{month:02}-{day:02}" + (f" {rest}" if rest else "")


if TYPE_CHECKING:
    Identifier = int
    WholeNumber = int
    Money = Decimal
    Text = str
    Capitals = str
    Code = str
    TrackingNumber = str
    Choice = str
    CarrierCode = str
    Instant = date | datetime
else:
    Identifier = _Identifier
    WholeNumber = _WholeNumber
    Money = _Money
    Text = _Text
    Capitals = _Capitals
    Code = _Code
    TrackingNumber = _TrackingNumber
    Choice = _Choice
    CarrierCode = _CarrierCode
    Instant = _Instant

"""Dates: their whole column shows the order of day and month."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from importer.columns.column import Column
from importer.columns.kind import Kind, Unreadable, Value, registered
from importer.model.calls import same_value
from importer.model.cells import Cell, shown
from importer.model.cleaning import from_cell


@registered
class InstantKind(Kind):
    """A day, or an instant in UTC where the cell has a time. A time without a zone is UTC."""

    words = "date"

    def reader(self, cells: Sequence[Cell], about: Column) -> Callable[[Cell], Value]:
        order = about.date_order
        if order is not None:
            return lambda cell: _instant(_in_order(cell, order), day_first=order == "dmy")
        first = day_first(cells)
        return lambda cell: _instant(cell, day_first=first)

    def remark(self, cells: Sequence[Cell], about: Column) -> tuple[int, str] | None:
        """A note where a single date decides how others are read: it may be the wrong one."""
        telling = _telling(cells) if about.date_order is None else {}
        if len(telling) != 1:
            return None
        ((alone, first),) = telling.items()
        if cells.count(alone) > 1:
            return None
        for _, match in _numeric_dates(cells):
            either = match[1] != match[2] and max(int(match[1]), int(match[2])) < 13
            if either and "." not in match[0]:
                day = _numeric_date(match, day_first=first)[:10]
                return cells.index(alone), f'"{match[0]}" is read as {day}'
        return None

    def read(self, cell: Cell, about: Column) -> Value:
        return self.reader([cell], about)(cell)

    def from_journal(self, value: Any) -> Value:
        if value is None:
            return None
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)

    def same(self, value: Value, current: Any) -> bool:
        """A day is its day in UTC, and in the zone that the platform names.

        >>> InstantKind().same(date(2026, 3, 1), "2026-03-01T23:30:00-05:00")
        True
        """
        day = type(value) is date and str(current).startswith(value.isoformat())
        return day or same_value(value, current)

    def exact(self, current: Any) -> Value:
        try:
            instant = datetime.fromisoformat(str(current).strip())
        except ValueError:
            return None if current is None else str(current)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

    def of_platform(self, current: Any) -> Value:
        """
        >>> InstantKind().of_platform("2026-03-01T12:00:00.000Z")
        datetime.date(2026, 3, 1)
        """
        exact = self.exact(current)
        return exact.date() if isinstance(exact, datetime) else exact


_NUMERIC_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T](.*))?", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}([/.\-])\d{1,2}\1\d\d", re.ASCII)
_NAMED_MONTH = (
    *("%d-%b-%Y", "%d %b %Y", "%d %B %Y"),
    *("%b %d, %Y", "%B %d, %Y", "%d-%b-%y", "%Y/%m/%d"),
)
_EXCEL_DAY_ZERO = date(1899, 12, 30)


def day_first(cells: Sequence[Cell]) -> bool | None:
    """Whether 03/04 is 3 April, by the column's other dates; None where they do not show it."""
    orders = set(_telling(cells).values())
    return orders.pop() if len(orders) == 1 else None


def _telling(cells: Sequence[Cell]) -> dict[str, bool]:
    """The dates that can be read one way only, each once, and whether that is day first."""
    return {
        text: int(match[1]) > 12
        for text, match in _numeric_dates(cells)
        if (int(match[1]) > 12) != (int(match[2]) > 12)
    }


def _numeric_dates(cells: Sequence[Cell]) -> Iterator[tuple[str, re.Match[str]]]:
    """The distinct texts that are a date of digits, in sheet order."""
    for cell in dict.fromkeys(cells):
        if isinstance(cell, str) and (match := _NUMERIC_DATE.fullmatch(from_cell(cell))):
            yield cell, match


def _instant(cell: Cell, *, day_first: bool | None) -> date | datetime:
    """
    >>> _instant("2026-03-01", day_first=None), _instant("3/25/2026", day_first=None)
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 25))
    """
    match cell:
        case datetime():
            moment: date | datetime = _day_or_instant(cell)
        case date():
            moment = cell
        case int() | float() if not isinstance(cell, bool) and 36526 <= cell < 73051:
            # A serial whose cell is not formatted as a date: 36526 is 2000-01-01.
            moment = _EXCEL_DAY_ZERO + timedelta(days=int(cell))
        case str():
            moment = _instant_of_text(cell, day_first=day_first)
        case _:
            raise Unreadable(f'"{shown(cell)}" is not a date; write it like 2026-11-20')
    if not 2000 <= moment.year <= 2100:
        raise Unreadable(
            f'"{shown(cell)}" is in the year {moment.year}; write a date like 2026-11-20'
        )
    return moment


def _day_or_instant(instant: datetime) -> date | datetime:
    if instant.tzinfo is None and instant.time().replace(microsecond=0) == datetime.min.time():
        return instant.date()
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _instant_of_text(text: str, *, day_first: bool | None) -> date | datetime:
    numeric = _NUMERIC_DATE.fullmatch(text)
    iso = _numeric_date(numeric, day_first=day_first) if numeric else text
    try:
        if len(iso) <= 10:
            return date.fromisoformat(iso)
        return _day_or_instant(datetime.fromisoformat(iso))
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
    match = _NUMERIC_DATE.fullmatch(cell) if isinstance(cell, str) else None
    if match is None:
        return cell
    month = match[1] if order == "mdy" else match[2]
    if order == "ymd" or int(month) > 12:
        raise Unreadable(
            f'"{match[0]}" is not written {_ORDERS[order]}, as this vendor\'s dates are; '
            "write it like 2026-11-20"
        )
    return "/".join(match.group(1, 2, 3)) + (f" {match[4]}" if match[4] else "")


def _numeric_date(match: re.Match[str], *, day_first: bool | None) -> str:
    first, second, year, rest = int(match[1]), int(match[2]), match[3], match[4]
    if "." in match[0]:  # 4.12.2026 is written where the day comes first, and nowhere else
        day, month = first, second
    elif first > 12 or second > 12 or first == second:
        day, month = (first, second) if first > 12 else (second, first)
    elif day_first is None:
        raise Unreadable(
            f'"{match[0]}" may be day/month or month/day, and no other date in the column '
            "shows which; write it like 2026-11-20"
        )
    else:
        day, month = (first, second) if day_first else (second, first)
    return f"{year}-{month:02}-{day:02}" + (f" {rest}" if rest else "")

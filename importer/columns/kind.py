"""What a kind of column is, and how a whole column of cells is read by one.

A kind is a pandera logical type: a model that annotates a column with it has both the type of the
values and the way to read a cell. To the type checker a kind is the type of the value in a row.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import compress, count, filterfalse
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
import pandas as pd
from pandera import dtypes
from pandera.engines import pandas_engine

from importer.columns.column import EXAMPLE_MARK, Column
from importer.model.calls import same_value
from importer.model.cells import Cell, Fault
from importer.model.cleaning import from_cell

Value = int | Decimal | date | datetime | str | None

_MOST_CHARACTERS = 5_000
MOST_IN_CODE = 64  # capped before any pattern reads it


K = TypeVar("K", bound="Kind")


def registered(kind: type[K]) -> type[K]:
    """Makes the kind known to pandera."""
    return cast("type[K]", pandas_engine.Engine.register_dtype(dtypes.immutable(kind)))


class Unreadable(ValueError):
    """Why a cell cannot be read: one sentence that quotes it and says what to do."""


@dtypes.immutable
class Kind(pandas_engine.DataType):
    """A kind of column. `read_column` may use the whole column before it reads a cell."""

    type: Any = np.dtype("object")
    words: ClassVar[str] = "text"  # for the tables of columns
    plain: ClassVar[re.Pattern[str] | None] = None  # texts that surely are their own value
    wide_is_narrow: ClassVar[bool] = True  # "１２" is 12, as East Asian keyboards write it

    def read(self, cell: Cell, about: Column) -> Value:
        """The value of a cell that is neither empty nor a Fault; raises Unreadable."""
        raise NotImplementedError  # pandera makes types of classes, abstract ones too

    def reader(self, cells: Sequence[Cell], about: Column) -> Callable[[Cell], Value]:  # noqa: ARG002  (dates use the cells)
        return partial(self.read, about=about)

    def remark(self, cells: Sequence[Cell], about: Column) -> tuple[int, str] | None:  # noqa: ARG002  (for dates)
        """The position of a cell that decides how all others are read, and a note on that."""
        return None

    def series(self, values: Sequence[Value]) -> "pd.Series[Any]":
        """The values as the column of a frame."""
        objects = np.fromiter(values, dtype=object, count=len(values))
        column: pd.Series[Any] = pd.Series(objects, dtype=self.type)
        return column

    def from_journal(self, value: Any) -> Value:
        """The value as it was before it was kept as JSON."""
        return cast("Value", value)

    def same(self, value: Value, current: Any) -> bool:
        """Whether what a platform holds is the value: 5 is 5.00, a day is its day."""
        return same_value(value, current)

    def exact(self, current: Any) -> Value:
        """What a platform holds, to be set again to the same."""
        return self.of_platform(current)

    def same_as_before(self, before: Mapping[str, Any], now: Mapping[str, Any], name: str) -> bool:
        """Whether a field has the value that it had."""
        was, is_now = before.get(name), now.get(name)
        return was == is_now or self.exact(was) == self.exact(is_now)

    def of_platform(self, current: Any) -> Value:
        """What a platform holds, to be shown beside a value; as text where it is no such value."""
        if isinstance(current, int | float) and not isinstance(current, bool):
            exact = Decimal(str(current))
            return int(exact) if exact.is_finite() and exact == exact.to_integral_value() else exact
        return None if current is None else str(current)


def read_column(
    kind: Kind, cells: Sequence[Cell], about: Column
) -> tuple[list[Value], dict[int, str]]:
    """Every cell's value, None where it is empty or unreadable, and what is wrong by position.

    Each distinct cell is read once; True and 1 are distinct, as each is read in its own way, while
    1 and 1.0 are one number to every kind.
    """
    read = kind.reader(cells, about)
    types = {*map(type, cells)}
    alike = bool not in types or types.isdisjoint({int, float})
    keys: Sequence[Any] = cells if alike else [*zip(map(type, cells), cells, strict=True)]
    values: dict[Any, Value] = {None: None}
    wrong: dict[Any, str] = {}
    for key in _unsure(cells, kind.plain) if alike and kind.plain else {*keys} - {None}:
        try:
            cell = key if alike else key[1]
            values[key] = _read_cell(cell, read, narrow=kind.wide_is_narrow)
        except Unreadable as unreadable:
            values[key], wrong[key] = None, str(unreadable)
    faulty = compress(count(), map(wrong.__contains__, keys)) if wrong else ()
    own = cast("Sequence[Value]", cells)  # of those that need no reading
    return [*map(values.get, keys, own)], {i: wrong[keys[i]] for i in faulty}


def _unsure(cells: Sequence[Cell], plain: re.Pattern[str]) -> set[Any]:
    """The distinct cells that may not be their own value as they stand."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    others = {cell for cell in cells if cell is not None and not isinstance(cell, str)}
    return others.union(filterfalse(plain.fullmatch, texts))


NARROW = {0x3000: " "} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width
_AS_FORMULA = re.compile(r'="([^"]*)"')  # how csv exports keep Excel from dropping zeros


def _read_cell(cell: Cell, read: Callable[[Cell], Value], *, narrow: bool) -> Value:
    if cell is None:
        return None
    if isinstance(cell, str):
        if narrow and not cell.isascii():
            cell = cell.translate(NARROW)
        cell = _meant(cell)
        if not cell:
            return None
    if isinstance(cell, Fault):
        if cell.text.startswith("="):
            raise Unreadable(
                f'the formula "{cell.text[:60]}" has no stored value; '
                "open the sheet in Excel and save it"
            )
        raise Unreadable(f"{cell.text} is an Excel error, not a value; fix the formula")
    return read(cell)


def _meant(text: str) -> str | Fault:
    """The text without what Excel and exports add around it; the error that it spells."""
    if text.startswith(EXAMPLE_MARK):
        raise Unreadable("is the template's example row; delete it or overwrite it")
    text = from_cell(text)
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

"""Ids, whole numbers and money: digits that are the same number for every reader."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
from pandera import dtypes

from importer.columns.column import Column
from importer.columns.kind import MOST_IN_CODE, Kind, Unreadable, Value, registered
from importer.model.cells import LAST_EXACT, Cell, shown
from importer.model.spelling import key


@dtypes.immutable
class _IntegerKind(Kind):
    type = pd.Int64Dtype()

    def series(self, values: Sequence[Value]) -> "pd.Series[Any]":
        # By way of floats, in a quarter of the time: they hold every integer up to LAST_EXACT.
        return pd.Series(np.array(values, dtype=float), dtype=self.type)


@registered
class IdentifierKind(_IntegerKind):
    """A platform's number for something: ASCII digits, no sign, no separator, never a guess."""

    words = "id (digits)"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> IdentifierKind().read("10001", Column("PO ID"))
        10001
        >>> IdentifierKind().read(10001.0, Column(""))
        10001
        """
        if isinstance(cell, str):
            words = {key(w): number for w, number in about.words.items()}
            if words and (word := words.get(key(cell))) is not None:
                return word
            if re.fullmatch(r"[1-9][0-9]{0,9}", cell, re.ASCII):
                return int(cell)
        elif _is_whole(cell) and 0 < cell < LAST_EXACT:
            return int(cell)
        raise Unreadable(f'"{shown(cell)}" is not an id: write its digits only, such as 10001')


def _is_whole(cell: Cell) -> TypeGuard[int | float]:
    return type(cell) is int or (isinstance(cell, float) and cell.is_integer())  # True is none


@registered
class WholeNumberKind(_IntegerKind):
    words = "whole number"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> WholeNumberKind().read("1,200", Column("Qty"))
        1200
        >>> WholeNumberKind().read("12.0", Column("Qty"))
        12
        """
        number = _number(cell, about.decimal)
        if number is None or number != number.to_integral_value() or abs(number) >= LAST_EXACT:
            raise Unreadable(f'"{shown(cell)}" is not a whole number; write it in digits')
        return int(number)


@registered
class MoneyKind(Kind):
    words = "money"

    def read(self, cell: Cell, about: Column) -> Value:
        """
        >>> MoneyKind().read("$1,234.50", Column(""))
        Decimal('1234.50')
        >>> MoneyKind().read(274.65999999999997, Column(""))
        Decimal('274.66')
        """
        amount = cell
        if isinstance(cell, str):
            amount = cell.strip("$€£¥ ").removeprefix("USD").removesuffix("USD").strip()
        number = _number(amount, about.decimal)
        if number is None:
            advice = _money_advice(amount, about.decimal)
            raise Unreadable(f'"{shown(cell)}" is not an amount of money; write it {advice}')
        if len(number.as_tuple().digits) > 15 or abs(number) >= LAST_EXACT:
            raise Unreadable(f'"{shown(cell)}" has more than 15 digits; round it')
        return +number  # -0.0 is 0

    def from_journal(self, value: Any) -> Value:
        return None if value is None else Decimal(value)


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
        case str() if len(cell) <= MOST_IN_CODE and _NUMBER.fullmatch(cell):
            return Decimal(cell.replace(",", ""))
        case _:
            return None

"""Kinds of column, and how a cell of each is read: what the models of operations are written in.

To the type checker a kind is the type of the value in a row.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from importer.columns.dates import InstantKind, day_first
from importer.columns.kind import Kind, Unreadable, Value, read_column
from importer.columns.numbers import IdentifierKind, MoneyKind, WholeNumberKind
from importer.columns.texts import (
    CapitalsKind,
    CarrierCodeKind,
    ChoiceKind,
    CodeKind,
    TextKind,
    TrackingNumberKind,
    stranger_among,
    tracking_numbers_in,
)

__all__ = [
    "Capitals",
    "CarrierCode",
    "Choice",
    "Code",
    "Identifier",
    "Instant",
    "Kind",
    "Money",
    "Text",
    "TrackingNumber",
    "Unreadable",
    "Value",
    "WholeNumber",
    "day_first",
    "read_column",
    "stranger_among",
    "tracking_numbers_in",
]

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
    Identifier = IdentifierKind
    WholeNumber = WholeNumberKind
    Money = MoneyKind
    Text = TextKind
    Capitals = CapitalsKind
    Code = CodeKind
    TrackingNumber = TrackingNumberKind
    Choice = ChoiceKind
    CarrierCode = CarrierCodeKind
    Instant = InstantKind

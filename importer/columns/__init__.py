"""Kinds of column, and how a cell of each is read: what the models of operations are written in.

To the type checker a kind is the type of the value in a row.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from importer.columns.dates import day_first
from importer.columns.kind import Kind, Unreadable, Value, read_column
from importer.columns.texts import stranger_among, tracking_numbers_in

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
    from importer.columns.dates import InstantKind as Instant
    from importer.columns.numbers import IdentifierKind as Identifier
    from importer.columns.numbers import MoneyKind as Money
    from importer.columns.numbers import WholeNumberKind as WholeNumber
    from importer.columns.texts import CapitalsKind as Capitals
    from importer.columns.texts import CarrierCodeKind as CarrierCode
    from importer.columns.texts import ChoiceKind as Choice
    from importer.columns.texts import CodeKind as Code
    from importer.columns.texts import TextKind as Text
    from importer.columns.texts import TrackingNumberKind as TrackingNumber

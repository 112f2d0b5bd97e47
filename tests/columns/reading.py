"""A column of cells read by its kind, for tests."""

import pytest

from importer.columns import (
    Capitals,
    CarrierCode,
    Choice,
    Code,
    Identifier,
    Instant,
    Money,
    Text,
    TrackingNumber,
    WholeNumber,
    read_column,
)
from importer.columns.column import Column

ABOUT = Column(
    "Column",
    choices={"UPS": "UPS", "FedEx": "FedEx", "Net 30": "net_30", "0": "None", "None": "None"},
    words={"ALL": 0},
    example="se-101",
)
KINDS = [
    Identifier,
    WholeNumber,
    Money,
    Capitals,
    Text,
    Code,
    TrackingNumber,
    Choice,
    CarrierCode,
    Instant,
]
UNREADABLE = object()


def read(kind, *cells):
    """The values of a column, UNREADABLE where there is a problem."""
    values, faults = read_column(kind(), cells, ABOUT)
    return [UNREADABLE if i in faults else value for i, value in enumerate(values)]


def sentence(kind, cell):
    return read_column(kind(), [cell], ABOUT)[1].get(0)


def each(*cases):
    """Cases of (cell, value) with ids a person can read."""
    return pytest.mark.parametrize(
        ("cell", "value"), cases, ids=[f"{type(c).__name__} {c!r}" for c, _ in cases]
    )

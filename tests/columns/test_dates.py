"""Dates, over every kind of cell."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)

from datetime import UTC, date, datetime, time, timedelta

import pytest

from importer.columns import Instant
from tests.columns.reading import UNREADABLE, each, read


@each(
    (datetime(2026, 11, 20), date(2026, 11, 20)),
    (datetime(2026, 11, 20, 10, 15), datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    (date(2026, 11, 20), date(2026, 11, 20)),
    (46346, date(2026, 11, 20)),
    (46346.75, date(2026, 11, 20)),
    ("2026-11-20", date(2026, 11, 20)),
    ("2026/11/20", date(2026, 11, 20)),
    ("20261120", date(2026, 11, 20)),
    ("11/20/2026", date(2026, 11, 20)),
    ("20.11.2026", date(2026, 11, 20)),
    ("20-11-2026", date(2026, 11, 20)),
    ("5/5/2026", date(2026, 5, 5)),
    ("20-Nov-2026", date(2026, 11, 20)),
    ("20 Nov 2026", date(2026, 11, 20)),
    ("20 November 2026", date(2026, 11, 20)),
    ("Nov 20, 2026", date(2026, 11, 20)),
    ("November 20, 2026", date(2026, 11, 20)),
    ("20-Nov-26", date(2026, 11, 20)),
    ("'2026-11-20", date(2026, 11, 20)),
    ("2026-11-20 00:00:00", date(2026, 11, 20)),
    ("2026-11-20 10:15", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    ("2026-11-20T10:15:00Z", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    ("2026-11-20T10:15:00+02:00", datetime(2026, 11, 20, 8, 15, tzinfo=UTC)),
    ("11/20/2026 10:15", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    ("3/4/2026", UNREADABLE),
    ("13/13/2026", UNREADABLE),
    ("2/30/2026", UNREADABLE),
    ("2026-02-30", UNREADABLE),
    ("tomorrow", UNREADABLE),
    ("11/20/26", UNREADABLE),
    ("46346", UNREADABLE),
    (20261120, UNREADABLE),
    (0, UNREADABLE),
    (-1.0, UNREADABLE),
    (float("nan"), UNREADABLE),
    (True, UNREADABLE),
    (time(10, 15), UNREADABLE),
    (timedelta(hours=26), UNREADABLE),
    (datetime(1999, 12, 31), UNREADABLE),
    (date(2101, 1, 1), UNREADABLE),
    ("0026-11-20", UNREADABLE),
    ("0001-01-01T00:00:00+14:00", UNREADABLE),
    ("9999-12-31T23:59:59-14:00", UNREADABLE),
)
def test_a_date_is_a_day_or_an_instant_in_utc(cell, value):
    assert read(Instant, cell) == [value]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["3/4/2026", "3/25/2026"], [date(2026, 3, 4), date(2026, 3, 25)]),
        (["3/4/2026", "25/3/2026"], [date(2026, 4, 3), date(2026, 3, 25)]),
        (["25.3.2026", "3.4.2026"], [date(2026, 3, 25), date(2026, 4, 3)]),
        (["3/4/2026", "5/6/2026"], [UNREADABLE, UNREADABLE]),
        (
            ["3/4/2026", "3/25/2026", "25/3/2026"],
            [UNREADABLE, date(2026, 3, 25), date(2026, 3, 25)],
        ),
        (["3/4/2026", datetime(2026, 3, 25)], [UNREADABLE, date(2026, 3, 25)]),
    ],
    ids=["month first", "day first", "with dots", "nothing tells", "both orders", "a typed date"],
)
def test_the_column_settles_the_order_of_day_and_month_or_the_date_is_refused(cells, values):
    assert read(Instant, *cells) == values

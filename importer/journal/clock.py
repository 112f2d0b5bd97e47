"""What time it is, for pacing and heartbeats: one clock for all who share a journal."""

import time
from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection, Double, cast, func, select

Clock: TypeAlias = Callable[[Connection], float]  # seconds since 1970

_SERVER_TIME = select(cast(func.extract("epoch", func.clock_timestamp()), Double))


def own_clock(connection: Connection) -> float:
    """PostgreSQL's clock, since machines that share it may disagree; this machine's for SQLite."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(_SERVER_TIME).scalar_one())
    return time.time()

"""What a process, or the console script's own function, has come to."""

from typing import NamedTuple


class Ended(NamedTuple):
    status: int
    out: str
    err: str

"""Network trouble at random, for the requests of one sheet: nothing here lies about an effect."""

from collections.abc import Mapping
from random import Random
from typing import Any

from importer.sandbox import Sandbox

LATE_S = 0.5  # at most, from a lost answer to its effect; shorter than the settle time

ON_WRITES: tuple[Mapping[str, Any], ...] = (
    {"kind": "drop", "after": False},
    {"kind": "drop", "after": True},
    {"kind": "status", "status": 500, "after": False},
    {"kind": "status", "status": 500, "after": True},
    {"kind": "status", "status": 503, "after": False},
    {"kind": "status", "status": 503, "after": True},
    {"kind": "html", "status": 502, "after": True},
    {"kind": "status", "status": 401, "after": False},
    {"kind": "half", "cut": "head"},
    {"kind": "half", "cut": "body"},
    {"kind": "slow_body", "seconds": 0.002},
    {"kind": "hang_up"},
    {"kind": "delay", "after": False, "seconds": 0.4},
    {"kind": "delay", "after": True, "seconds": 0.4},
    {"kind": "late", "seconds": LATE_S},
    {"kind": "late", "seconds": LATE_S, "status": 504},
    {"kind": "throttle", "after": False, "seconds": 1},
)
ON_READS: tuple[Mapping[str, Any], ...] = (
    {"kind": "drop", "after": False},
    {"kind": "status", "status": 500},
    {"kind": "html", "status": 502},
    {"kind": "half", "cut": "body"},
)


def make_trouble(random: Random, sandbox: Sandbox, number: int) -> None:
    """So many faults, anywhere among the next requests."""
    for _ in range(number):
        if random.random() < 0.8:
            sandbox.fault(**random.choice(ON_WRITES), skip=random.randrange(50))
        else:
            reads = {"method": "GET", "path": "PurchaseOrders"}
            sandbox.fault(**random.choice(ON_READS), **reads, skip=random.randrange(40))

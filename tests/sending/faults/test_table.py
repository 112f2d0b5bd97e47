"""The design's last table, cell by cell: what came back, on each operation, at each point.

A cell of the tables below reads: status of the rows, writes that reached the platform, effects in
what it holds. There are two rows in one call, so 2e says that each is in once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from importer.operations import operations
from tests.sending.faults.bench import HASTY_S, Bench, assert_told_well

REFUSAL = {
    "ErrorMessage": "The request could not be completed.",
    "errors": [{"error_code": "invalid_field_value", "message": "It could not be completed."}],
}
MOMENT = "Sat, 21 Nov 2026 10:00:00 GMT"  # of the Date header too, so that nobody waits
AT_ONCE = {"Retry-After": MOMENT, "Date": MOMENT}
BY_BODY = {"Error": "Too many requests.", "RateLimitResetTime": "2026-11-21T09:59:59.0000000Z"}
EXPIRED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed (_ssl.c:1006)"

FAULTS: dict[str, dict[str, Any]] = {
    "400": {"kind": "status", "status": 400, "reply": REFUSAL},
    "401": {"kind": "status", "status": 401, "reply": REFUSAL},
    "429 in seconds": {"kind": "throttle", "seconds": 0},
    "429 by date": {"kind": "status", "status": 429, "headers": AT_ONCE},
    "429 by body": {"kind": "status", "status": 429, "reply": BY_BODY, "headers": {"Date": MOMENT}},
    "500": {"kind": "status", "status": 500, "reply": REFUSAL},
    "502 as a page": {"kind": "html", "status": 502},
    "503": {"kind": "status", "status": 503},
    "broken JSON": {"kind": "broken_json"},
    "error in a 200": {"kind": "error_body", "reply": REFUSAL},
    "empty 200": {"kind": "empty"},
    "reset": {"kind": "drop"},
    "time-out": {"kind": "delay", "seconds": 60},
    "slow body": {"kind": "slow_body", "seconds": 0.05},
    "redirect": {"kind": "redirect"},
}
# Where no connection is made, nothing reaches the sandbox that could go wrong there.
UNREACHABLE = {"refused": "[Errno 111] Connection refused", "not trusted": EXPIRED}
SLOW = {"time-out", "slow body"}

COLUMNS = ["add_tracking", "update_items", "link_to_po", "update_shipping", "notify_shipped"]
# add_tracking and update_items are read back at the end of a run, and the reply of update_shipping
# shows what it set: so `sent` is `verified` there, and an empty 200 that changed nothing is found
# out. notify_shipped cannot be read back at all.

# It strikes once, and the call was not applied.
BEFORE = """
400             verified 3w 2e  verified 3w 2e  sent 3w 2e      rejected 1w 0e  rejected 1w 0e
401             verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  sent 2w 2e
429 in seconds  verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  sent 2w 2e
429 by date     verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  sent 2w 2e
429 by body     verified 2w 2e  verified 2w 2e  sent 2w 2e      -               -
500             verified 3w 2e  verified 2w 2e  sent 3w 2e      verified 2w 2e  unknown 1w 0e
502 as a page   verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  unknown 1w 0e
503             verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  unknown 1w 0e
broken JSON     verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  unknown 1w 0e
error in a 200  verified 3w 2e  verified 2w 2e  sent 3w 2e      verified 2w 2e  unknown 1w 0e
empty 200       unknown 1w 0e   unknown 1w 0e   sent 1w 0e      sent 1w 0e      sent 1w 0e
refused         verified 1w 2e  verified 1w 2e  sent 1w 2e      verified 1w 2e  sent 1w 2e
not trusted     verified 1w 2e  verified 1w 2e  sent 1w 2e      verified 1w 2e  sent 1w 2e
reset           verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  unknown 1w 0e
time-out        verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  unknown 1w 0e
slow body       verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  unknown 1w 0e
redirect        rejected 1w 0e  rejected 1w 0e  rejected 1w 0e  rejected 1w 0e  rejected 1w 0e
"""
# It strikes once, after the call was applied. A refusal that nothing contradicts is believed.
AFTER = """
400             verified 1w 2e  verified 3w 2e  verified 1w 2e  rejected 1w 2e  rejected 1w 2e
500             verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
502 as a page   verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
503             verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
broken JSON     verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
error in a 200  verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
empty 200       verified 1w 2e  verified 1w 2e  sent 1w 2e      sent 1w 2e      sent 1w 2e
reset           verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
time-out        verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
slow body       verified 1w 2e  verified 2w 2e  verified 1w 2e  verified 2w 2e  unknown 1w 2e
"""
# The first write is lost unapplied (for notify_shipped: came too often); this strikes the second.
# A refusal after a lost answer is no refusal of both: what may be repeated is read back.
RETRY = """
400             verified 4w 2e  verified 3w 2e  sent 4w 2e      verified 3w 2e  rejected 2w 0e
401             verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  sent 3w 2e
429 in seconds  verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  sent 3w 2e
429 by date     verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  sent 3w 2e
429 by body     verified 3w 2e  verified 3w 2e  sent 3w 2e      -               -
500             verified 4w 2e  verified 3w 2e  sent 4w 2e      verified 3w 2e  unknown 2w 0e
502 as a page   verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  unknown 2w 0e
503             verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  unknown 2w 0e
broken JSON     verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  unknown 2w 0e
error in a 200  verified 4w 2e  verified 3w 2e  sent 4w 2e      verified 3w 2e  unknown 2w 0e
empty 200       unknown 2w 0e   unknown 2w 0e   sent 2w 0e      sent 2w 0e      sent 2w 0e
refused         verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  sent 2w 2e
not trusted     verified 2w 2e  verified 2w 2e  sent 2w 2e      verified 2w 2e  sent 2w 2e
reset           verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  unknown 2w 0e
time-out        verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  unknown 2w 0e
slow body       verified 3w 2e  verified 3w 2e  sent 3w 2e      verified 3w 2e  unknown 2w 0e
redirect        rejected 2w 0e  verified 3w 2e  rejected 2w 0e  verified 3w 2e  rejected 2w 0e
"""
# The write is applied and its answer lost (each time, where it may be repeated); this strikes the
# first read back. Whatever it is, the platform is asked again.
READ_BACK = """
400             verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
401             verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
429 in seconds  verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
429 by date     verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
429 by body     verified 1w 2e  verified 4w 2e  verified 1w 2e  -               -
500             verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
502 as a page   verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
503             verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
broken JSON     verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
error in a 200  verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
empty 200       verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
refused         verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
not trusted     verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
reset           verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
time-out        verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
slow body       verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
redirect        verified 1w 2e  verified 4w 2e  verified 1w 2e  verified 4w 2e  -
"""
# It strikes the first sign-in; platforms with a key have none. A sign-in that was refused is not
# tried again, which could lock the account.
SIGN_IN = """
400             unsent 0w 0e    unsent 0w 0e    unsent 0w 0e    -               -
401             unsent 0w 0e    unsent 0w 0e    unsent 0w 0e    -               -
429 in seconds  verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
429 by date     verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
429 by body     verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
500             verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
502 as a page   verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
503             verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
broken JSON     verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
error in a 200  unsent 0w 0e    unsent 0w 0e    unsent 0w 0e    -               -
empty 200       verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
refused         verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
not trusted     verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
reset           verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
time-out        verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
slow body       verified 1w 2e  verified 1w 2e  sent 1w 2e      -               -
redirect        unsent 0w 0e    unsent 0w 0e    unsent 0w 0e    -               -
"""
# It strikes every write, and none is applied. What may be repeated is sent four times, and again
# so often after each read back that shows nothing.
FOR_EVER = """
400             rejected 3w 0e  rejected 3w 0e  rejected 3w 0e  rejected 1w 0e  rejected 1w 0e
401             unsent 2w 0e    unsent 2w 0e    unsent 2w 0e    unsent 2w 0e    unsent 2w 0e
429 in seconds  unsent 6w 0e    unsent 6w 0e    unsent 6w 0e    unsent 6w 0e    unsent 6w 0e
429 by date     unsent 6w 0e    unsent 6w 0e    unsent 6w 0e    unsent 6w 0e    unsent 6w 0e
429 by body     unsent 6w 0e    unsent 6w 0e    unsent 6w 0e    -               -
500             rejected 3w 0e  rejected 12w 0e  rejected 3w 0e  rejected 4w 0e  unknown 1w 0e
502 as a page   unknown 3w 0e   unknown 12w 0e  unknown 3w 0e   unknown 12w 0e  unknown 1w 0e
503             unknown 3w 0e   unknown 12w 0e  unknown 3w 0e   unknown 12w 0e  unknown 1w 0e
broken JSON     unknown 3w 0e   unknown 12w 0e  unknown 3w 0e   unknown 12w 0e  unknown 1w 0e
error in a 200  rejected 3w 0e  rejected 12w 0e  rejected 3w 0e  rejected 4w 0e  unknown 1w 0e
empty 200       unknown 1w 0e   unknown 1w 0e   sent 1w 0e      sent 1w 0e      sent 1w 0e
reset           unknown 3w 0e   unknown 12w 0e  unknown 3w 0e   unknown 12w 0e  unknown 1w 0e
redirect        rejected 1w 0e  rejected 1w 0e  rejected 1w 0e  rejected 1w 0e  rejected 1w 0e
"""

WRITES = r"(TrackingNumber/Multiple|/Items|/LinkToPo|/shipping_details|/notify_shipped)$"
READS = r"(?i)/purchase_?orders/"
METHODS = {name: "PUT" if name == "update_items" else "POST" for name in COLUMNS}
LOST = {"kind": "drop", "after": False}


@dataclass(frozen=True)
class Line:
    """What one fault must come to, for each operation that it can strike."""

    fault: str
    cells: Mapping[str, str]


def lines(table: str) -> list[Any]:
    found = []
    for text in table.strip().splitlines():
        fault, *cells = re.split(r"\s{2,}", text.strip())
        by_operation = zip(COLUMNS, cells, strict=True)
        found.append(Line(fault, {name: cell for name, cell in by_operation if cell != "-"}))
    return found


def each_line_of(table: str) -> Any:
    return pytest.mark.parametrize("line", lines(table), ids=lambda line: line.fault)


def assert_comes_to(bench: Bench, line: Line, strike: Callable[[Bench, str], Bench]) -> None:
    found = {}
    for name in line.cells:
        bench.sandbox.faults.clear()
        operation, before = operations()[name], len(bench.sandbox.writes)
        struck = strike(bench, name)
        summary = struck.upload(operation)
        assert_told_well(struck, summary)
        bench.reach()
        statuses = "+".join(summary.statuses)
        writes = len(bench.sandbox.writes) - before
        found[name] = f"{statuses} {writes}w {bench.effects(operation)}e"

    assert found == line.cells


def strike(bench: Bench, fault: str, **where: Any) -> Bench:
    """Lets a fault strike where it is said; without a word, the next write."""
    if fault in UNREACHABLE:
        place = {"method": where.get("method", ""), "path": where.get("path", WRITES)}
        bench.unreachable(UNREACHABLE[fault], **place, skip=where.get("skip", 0))
        return bench
    bench.sandbox.fault(**{"after": False, **FAULTS[fault], **where})
    return bench.with_account(timeout_s=HASTY_S) if fault in SLOW else bench


@each_line_of(BEFORE)
def test_before_it_is_applied(bench, line):
    assert_comes_to(bench, line, lambda bench, _: strike(bench, line.fault))


@each_line_of(AFTER)
def test_after_it_is_applied(bench, line):
    assert_comes_to(bench, line, lambda bench, _: strike(bench, line.fault, after=True))


@each_line_of(RETRY)
def test_on_the_retry(bench, line):
    def strike_second(bench, name):
        once = {"kind": "throttle", "seconds": 0} if name == "notify_shipped" else LOST
        bench.sandbox.fault(**once)
        return strike(bench, line.fault, skip=1 if line.fault in UNREACHABLE else 0)

    assert_comes_to(bench, line, strike_second)


@each_line_of(READ_BACK)
def test_on_the_read_back(bench, line):
    def strike_read_back(bench, name):
        times = None if operations()[name].repeatable else 1
        bench.sandbox.fault("drop", path=WRITES, method=METHODS[name], after=True, times=times)
        skip = 1 if name == "link_to_po" else 0  # its GET before the call
        return strike(bench, line.fault, method="GET", path=READS, skip=skip)

    assert_comes_to(bench, line, strike_read_back)


@each_line_of(SIGN_IN)
def test_at_the_sign_in(bench, line):
    assert_comes_to(bench, line, lambda bench, _: strike(bench, line.fault, path="/token$"))


@each_line_of(FOR_EVER)
def test_for_ever(bench, line):
    assert_comes_to(bench, line, lambda bench, _: strike(bench, line.fault, times=None))

"""The account's limit and the platform's own: kept without a 429, and a 429 kept by all workers."""

from datetime import timedelta
from itertools import pairwise

from importer.operations import operations
from importer.sandbox import Sandbox
from importer.sandbox.limits import Window
from importer.settings.rate_limit import Limit

SHIPPING = operations()["update_shipping"]


def shipping(count):
    lines = [f"se-{1001 + n},1Z999AA{n:09}" for n in range(count)]
    return ["PO ID,Tracking Number", *lines]


def shorter_window(sandbox: Sandbox, calls: int, seconds: float) -> None:
    """ShipStation's window, made short enough for a test to fill it more than once."""
    sandbox.switch(shipstation_per_minute=calls)
    sandbox._world.windows["shipstation"] = Window(seconds)


def test_the_turns_of_an_account_are_as_far_apart_as_its_limit_says(bench, sandbox):
    summary = bench.with_account(limit=Limit(20, 1), workers=4).upload(SHIPPING, *shipping(30))

    assert summary.statuses == {"verified": 30}
    assert len(sandbox.writes) == 30
    turns = sorted(call.claimed_at for call in bench.context.journal.calls(summary.run))
    gaps = [later - turn for turn, later in pairwise(turns)]
    assert min(gaps) >= timedelta(seconds=1 / 20) - timedelta(milliseconds=1)  # of rounding


def test_a_429_pauses_every_worker_of_the_account(bench, sandbox):
    sandbox.fault("throttle", seconds=1, skip=6)
    sandbox.switch(latency_s=0.02)

    summary = bench.with_account(workers=4).upload(SHIPPING, *shipping(20))

    assert summary.statuses == {"verified": 20}
    assert len(sandbox.writes) == 21
    journal = bench.context.journal
    turns = {call.number: call.claimed_at for call in journal.calls(summary.run)}
    attempts = [each for number in turns for each in journal.attempts(summary.run, number)]
    refused = next(each for each in attempts if each.status_code == 429)
    after = [turns[each.call_number] for each in attempts if each.started_at > refused.ended_at]
    assert min(after) >= refused.started_at + timedelta(seconds=1)


def test_over_the_limit_the_platform_s_429s_lose_nothing(bench, sandbox):
    shorter_window(sandbox, calls=5, seconds=0.5)

    summary = bench.with_account(workers=2).upload(SHIPPING, *shipping(8))

    assert summary.statuses == {"verified": 8}
    assert 429 in {write.status for write in sandbox.writes}
    assert len([write for write in sandbox.writes if write.applied]) == 8


def test_a_429_is_kept_by_the_next_run_too(bench, sandbox):
    sandbox.fault("throttle", seconds=3600)
    first = bench.upload(SHIPPING)

    second = bench.upload(SHIPPING, *shipping(1))

    assert first.stopped_by == (
        "ShipStation was called too often and asks to wait for 60 minutes; "
        "importer resume 1 continues after that."
    )
    assert second.statuses == {"unsent": 1}
    assert second.stopped_by == (
        "The account is paused for 60 minutes; importer resume 2 continues after that."
    )
    assert len(sandbox.writes) == 1

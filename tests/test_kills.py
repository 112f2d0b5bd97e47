"""A short form of `python -m tests.torture`, and what the long form has brought to light.

The importer is killed, frozen and raced against itself; the sandbox counts the effects.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from importer.journal import CallState
from importer.model.options import ReadingOptions, UploadOptions
from importer.runs.upload import resume_run, upload_sheet
from importer.sending.claims import Claims
from tests.torture.__main__ import CAN_FREEZE, freeze_scenes, play_all, torture
from tests.torture.counting import Tally
from tests.torture.databases import sqlite

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"


def line(number):
    return f"10001,{number},UPS,2026-11-19,2"


def upload(path, context):
    options = UploadOptions(ReadingOptions("add_tracking"), verify=False)
    return upload_sheet(path, options, context, context.settings.account("sellercloud"))


def statuses(summary):
    return {row: outcome.status.value for row, outcome in summary.outcomes.items()}


def test_killed_and_raced_each_effect_comes_once_and_every_row_is_accounted_for():
    with sqlite() as new_journal:
        tally = torture(kills=20, freezes=0, seed=1, new_journal=new_journal)

    assert tally.violations == []
    assert (tally.kills, tally.races) == (20, 4)
    assert tally.sent > 1000


@pytest.mark.skipif(not CAN_FREEZE, reason="Windows freezes no process")
def test_a_frozen_process_that_wakes_again_doubles_nothing():
    with sqlite() as new_journal:
        tally = Tally()
        play_all(tally, [*freeze_scenes(4)], "1", new_journal, workers=2)

    assert tally.violations == []
    assert tally.freezes == 4


def test_what_was_interrupted_has_its_turn_before_what_it_holds_up(
    context, sandbox, sheet, monkeypatch
):
    monkeypatch.setattr("importer.operations.add_tracking.AddTracking.most_rows", 1)
    context.stop.set()
    run_id = upload(sheet(HEADINGS, line("A12345"), line("A12346")), context).run
    epoch = context.journal.take(run_id)
    context.journal.claim(run_id, 2, epoch, 0)
    context.stop.clear()

    summary = resume_run(run_id, context)

    assert statuses(summary) == {2: "sent", 3: "sent"}
    assert len(sandbox.writes) == 2


def test_a_process_that_lost_its_run_sends_nothing_more_and_writes_no_result(
    context, sandbox, sheet, monkeypatch
):
    journal, drowsy = (
        context.journal,
        replace(context, patience=replace(context.patience, beat_every_s=60)),
    )
    journal.pause("sellercloud", journal.now() + timedelta(seconds=60))
    path = sheet(HEADINGS, line("A12345"))
    asleep, awake = threading.Event(), threading.Event()

    def sleep(_claims, _seconds):
        asleep.set()
        awake.wait()

    monkeypatch.setattr(Claims, "pause", sleep)

    with ThreadPoolExecutor(1) as pool:
        sleeper = pool.submit(upload, path, drowsy)
        asleep.wait()
        state = journal.call(1, 1).state
        journal.take(1, "another@context", take_over=True)
        awake.set()

    assert state is CallState.SENDING

    assert "was taken over by another@context" in sleeper.result().stopped_by
    assert sandbox.writes == []
    assert not path.with_name("sheet.result.csv").exists()


def test_the_time_to_settle_begins_with_the_slot_and_not_with_the_claim(context, sheet):
    context.stop.set()
    run_id = upload(sheet(HEADINGS, line("A12345")), context).run
    epoch = context.journal.take(run_id)
    until_then = context.journal.now() + timedelta(seconds=60)
    context.journal.pause("sellercloud", until_then)

    claim = context.journal.claim(run_id, 1, epoch, 0)

    claimed_at = context.journal.call(run_id, 1).claimed_at
    assert abs(claimed_at - until_then) < timedelta(seconds=0.001)
    assert claim.wait_s == pytest.approx(60, abs=5)


def test_a_process_frozen_while_it_signs_in_does_not_send_afterwards(context, sandbox, sheet):
    context = replace(context, patience=replace(context.patience, send_within_s=0.1))
    sandbox.fault("delay", method="POST", path="token$", seconds=0.3)

    summary = upload(sheet(HEADINGS, line("A12345")), context)

    first, *_ = context.journal.attempts(summary.run)
    assert first.failure is not None
    assert first.failure.startswith("not sent")

"""What several processes may do to one run."""

import pytest

from importer.journal import CallState, Claim
from importer.model.errors import JournalError, RunBusy, RunTaken
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
SENT = Outcome(Status.SENT)


def test_a_live_run_is_not_taken(scene, journal, clock, begin):
    run = begin()
    clock.advance(12)

    with pytest.raises(RunBusy) as refused:
        scene.open().take(run.id, "2@there")

    assert str(refused.value) == (
        "Run 1 is being worked on by 1@here, last heard of 12 s ago: wait for it, or stop it and "
        "try again."
    )


def test_a_stale_run_is_taken_and_its_old_owner_writes_nothing_more(scene, journal, clock, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)
    clock.advance(30)

    epoch = scene.open().take(run.id, "2@there")

    assert epoch == 2
    for write in (
        lambda: journal.beat(run.id, 1),
        lambda: journal.claim(run.id, 2, 1, 0),
        lambda: journal.claim_again(run.id, 1, 1, 0),
        lambda: journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT}),
        lambda: journal.release(run.id, 1, 1),
        lambda: journal.split(run.id, 1, 1, []),
        lambda: journal.set_outcomes(run.id, 1, {ROW_2: SENT}),
        lambda: journal.finish(run.id, 1),
        lambda: journal.abandon(run.id, 1),
    ):
        with pytest.raises(RunTaken, match="Run 1 was taken over by 2@there"):
            write()
    assert journal.call(run.id, 1).state == CallState.SENDING


def test_a_heartbeat_keeps_a_run(scene, journal, clock, begin):
    run = begin()
    clock.advance(29)
    journal.beat(run.id, 1)
    clock.advance(29)

    assert (journal.now() - journal.run(run.id).heartbeat_at).total_seconds() == 29
    with pytest.raises(RunBusy):
        scene.open().take(run.id, "2@there")


def test_a_live_run_is_taken_when_told_to(scene, begin):
    run = begin()

    assert scene.open().take(run.id, "2@there", take_over=True) == 2


def test_its_own_owner_may_take_a_run_again(journal, begin):
    run = begin()

    assert journal.take(run.id, "1@here") == 2


def test_a_run_of_a_clock_set_far_back_is_stale(scene, clock, begin):
    run = begin()
    clock.advance(-3_600)

    assert scene.open().take(run.id, "2@there") == 2


def test_taking_a_finished_run_opens_it_again(scene, journal, begin):
    run = begin()
    journal.finish(run.id, 1)
    with pytest.raises(JournalError, match="Run 1 is finished: resume it"):
        journal.claim(run.id, 1, 1, 0)

    epoch = scene.open().take(run.id, "2@there")

    assert [open_run.id for open_run in journal.unfinished()] == [run.id]
    assert isinstance(journal.claim(run.id, 1, epoch, 0), Claim)


def test_a_run_that_is_let_go_may_be_taken_at_once(scene, journal, begin):
    run = begin()

    journal.let_go(run.id, 1)

    assert scene.open().take(run.id, "2@there") == 2

"""The right to send a call: once, and never while another call touches the same thing."""

from datetime import UTC, datetime

import pytest

from importer.journal import AttemptRecord, CallState, Claim, Ending, Held, Hold, Purpose
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
NOW = datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)
UNKNOWN = Outcome(Status.UNKNOWN, "The answer was lost.")


def test_a_claim_is_written_before_it_is_given(journal, begin):
    run = begin()

    claim = journal.claim(run.id, 1, 1, 0.5)

    assert claim == Claim(attempt_id=1, wait_s=0.0, claimed_at=NOW)
    assert journal.call(run.id, 1).state == CallState.SENDING
    assert journal.attempts(run.id) == [
        AttemptRecord(
            id=1,
            run_id=run.id,
            call_number=1,
            purpose=Purpose.WRITE,
            epoch=1,
            started_at=NOW,
            ended_at=None,
            method="POST",
            path="PurchaseOrders/1/X",
            status_code=None,
            failure=None,
            reply=None,
        )
    ]


def test_a_call_is_claimed_once(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    with pytest.raises(JournalError, match='is "sending", not "planned"'):
        journal.claim(run.id, 1, 1, 0)


def test_another_attempt_needs_a_call_that_is_sending(journal, begin):
    run = begin()
    with pytest.raises(JournalError, match='is "planned", not "sending"'):
        journal.claim_again(run.id, 1, 1, 0)
    journal.claim(run.id, 1, 1, 0)

    again = journal.claim_again(run.id, 1, 1, 0)

    assert again.attempt_id == 2
    assert journal.call(run.id, 1).attempts == 2


def test_sign_ins_and_read_backs_are_attempts_too(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 1.0)

    sign_in = journal.note_attempt(
        run.id, None, 1, Purpose.SIGN_IN, method="POST", path="token", pace_s=1.0
    )
    look = journal.note_attempt(
        run.id, 1, 1, Purpose.READ_BACK, method="GET", path="PO/1", pace_s=1.0
    )
    journal.end_attempt(Ending(look.attempt_id, 200, None, "[]"))

    assert (sign_in.wait_s, look.wait_s) == (1.0, 2.0)
    assert [it.purpose for it in journal.attempts(run.id)] == ["write", "sign in", "read back"]
    assert [it.purpose for it in journal.attempts(run.id, 1)] == ["write", "read back"]


def test_calls_on_one_thing_never_overlap(scene, journal, begin):
    first, second = begin(), begin(owner="2@there")
    journal.claim(first.id, 1, 1, 0)

    held = scene.open().claim(second.id, 1, 1, 0)

    assert held == Held((Hold("PO 1", first.id, 1, "1@here", stale=False),))
    assert journal.call(second.id, 1).state == CallState.PLANNED
    assert [it.run_id for it in journal.attempts(second.id)] == []


def test_a_held_call_takes_no_slot(journal, begin):
    first, second = begin(), begin()
    journal.claim(first.id, 1, 1, 10.0)
    journal.claim(second.id, 1, 1, 10.0)

    assert journal.claim(second.id, 2, 1, 10.0).wait_s == 10.0


def test_calls_on_other_things_or_other_accounts_overlap(journal, begin):
    first, second, other = begin(), begin(), begin(account="other")
    journal.claim(first.id, 1, 1, 0)

    assert isinstance(journal.claim(second.id, 2, 1, 0), Claim)
    assert isinstance(journal.claim(other.id, 1, 1, 0), Claim)


def test_a_stale_hold_stays_until_its_run_is_resumed(journal, clock, begin):
    first, second = begin(), begin(owner="2@there")
    journal.claim(first.id, 1, 1, 0)
    clock.advance(31)

    held = journal.claim(second.id, 1, 1, 0)
    epoch = journal.take(first.id, "2@there")
    journal.settle(first.id, 1, epoch, CallState.UNKNOWN, {ROW_2: UNKNOWN, ROW_3: UNKNOWN})

    assert held == Held((Hold("PO 1", first.id, 1, "1@here", stale=True),))
    assert isinstance(journal.claim(second.id, 1, 1, 0), Claim)

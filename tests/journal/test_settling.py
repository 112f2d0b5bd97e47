"""What became of a call is written with its rows and its attempt."""

import pytest

from importer.journal import CallState, Claim, Ending
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
SENT = Outcome(Status.SENT)
UNSENT = Outcome(Status.UNSENT)
UNKNOWN = Outcome(Status.UNKNOWN, "The answer was lost.")


def test_settling_writes_call_rows_and_attempt(journal, clock, begin):
    run = begin()
    claim = journal.claim(run.id, 1, 1, 0.5)
    clock.advance(2)
    outcomes = {ROW_2: SENT, ROW_3: Outcome(Status.REJECTED, "No such item.")}

    journal.settle(
        run.id, 1, 1, CallState.ACCEPTED, outcomes, ending=Ending(claim.attempt_id, 200, None, "ok")
    )

    settled = journal.call(run.id, 1)
    assert (settled.state, settled.attempts) == (CallState.ACCEPTED, 1)
    assert (settled.settled_at - settled.claimed_at).total_seconds() == 2
    assert journal.outcomes(run.id) == outcomes | {ROW_4: UNSENT, ROW_5: UNSENT}
    assert journal.counts(run.id).statuses == {Status.UNSENT: 2, Status.SENT: 1, Status.REJECTED: 1}
    [attempt] = journal.attempts(run.id, 1)
    assert (attempt.ended_at, attempt.status_code, attempt.reply) == (settled.settled_at, 200, "ok")


def test_what_is_settled_cannot_be_settled_again(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)
    journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: SENT})

    with pytest.raises(JournalError, match="it is not sending or unknown"):
        journal.settle(run.id, 1, 1, CallState.REJECTED, {ROW_2: UNSENT})

    assert journal.outcomes(run.id)[ROW_2] == SENT


def test_a_planned_call_cannot_be_settled(journal, begin):
    run = begin()

    with pytest.raises(JournalError, match="it is not sending or unknown"):
        journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: SENT})


def test_an_outcome_of_a_row_that_is_not_there_undoes_the_whole_entry(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    with pytest.raises(JournalError, match="has not all of the rows"):
        journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, RowId(99): SENT})

    assert journal.call(run.id, 1).state == CallState.SENDING
    assert journal.outcomes(run.id)[ROW_2].status == Status.UNKNOWN


def test_what_was_not_sent_is_planned_again(journal, begin):
    run = begin()
    claim = journal.claim(run.id, 1, 1, 0)

    journal.release(run.id, 1, 1, ending=Ending(claim.attempt_id, failure="no connection"))

    assert journal.call(run.id, 1).state == CallState.PLANNED
    assert isinstance(journal.claim(run.id, 1, 1, 0), Claim)
    assert journal.call(run.id, 1).attempts == 2


def test_an_unknown_call_can_be_settled_or_sent_again_later(journal, begin):
    run = begin()
    for number, rows in ((1, (ROW_2, ROW_3)), (2, (ROW_4,))):
        journal.claim(run.id, number, 1, 0)
        journal.settle(run.id, number, 1, CallState.UNKNOWN, dict.fromkeys(rows, UNKNOWN))

    journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: SENT})
    journal.release(run.id, 2, 1)

    assert journal.outcomes(run.id) == {ROW_2: SENT, ROW_3: SENT, ROW_4: UNSENT, ROW_5: UNSENT}
    assert journal.call(run.id, 2).settled_at is None


@pytest.mark.parametrize("state", [CallState.ACCEPTED, CallState.REJECTED, CallState.UNKNOWN])
def test_settling_ends_the_hold(journal, begin, state):
    first, second = begin(), begin()
    journal.claim(first.id, 1, 1, 0)

    journal.settle(first.id, 1, 1, state, {})

    assert isinstance(journal.claim(second.id, 1, 1, 0), Claim)

"""What follows on each answer: sent again, waited for, read back, or stopped."""

import pytest

from importer.journal import CallState
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from tests.sending.state_model.world import FINE, Answer, Came, When

ROW = RowId(2)


def status(model):
    return model.journal.outcomes(1)[ROW].status


def writes(model):
    attempts = model.journal.attempts(1, 1)
    return [attempt.status_code for attempt in attempts if attempt.purpose == "write"]


def test_an_accepted_call_is_sent_once_and_its_row_says_so(model):
    model.a_run_begins("add_tracking", [0])

    model.a_call_is_sent_or_read_back(0, [FINE])

    assert (status(model), writes(model)) == (Status.SENT, [200])
    assert model.journal.call(1, 1).state is CallState.ACCEPTED


@pytest.mark.parametrize("when", [When.NEVER, When.NOW])
def test_a_lost_answer_is_sent_again_where_the_operation_may_repeat_it(model, when):
    model.a_run_begins("update_items", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.LOST, when), FINE])

    assert (status(model), writes(model)) == (Status.SENT, [None, 200])


def test_a_lost_answer_is_read_back_where_a_second_call_would_double_it(model):
    model.a_run_begins("add_tracking", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.LOST, When.NOW)])

    assert (status(model), writes(model)) == (Status.VERIFIED, [None])


def test_a_call_that_came_too_often_is_sent_again_after_the_pause(model):
    model.world.pause_s = 300.0
    model.a_run_begins("add_tracking", [0])
    begun = model.world.clock()

    model.a_call_is_sent_or_read_back(0, [Answer(Came.TOO_OFTEN, When.NEVER), FINE])

    assert (status(model), writes(model)) == (Status.SENT, [429, 200])
    assert model.world.clock() - begun >= 300


def test_a_pause_that_is_too_long_stops_the_run_and_leaves_the_call_planned(model):
    model.world.pause_s = 3600.0
    model.a_run_begins("add_tracking", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.TOO_OFTEN, When.NEVER)])

    assert model.processes == {}
    assert (status(model), writes(model)) == (Status.UNSENT, [429])
    assert model.journal.call(1, 1).state is CallState.PLANNED
    model.time_passes(3600)


def test_a_refused_sign_in_stops_the_run_and_leaves_the_call_planned(model):
    model.a_run_begins("add_tracking", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.SIGN_IN_REFUSED, When.NEVER)])

    assert model.processes == {}
    assert status(model) is Status.UNSENT
    assert model.journal.call(1, 1).state is CallState.PLANNED


def test_a_refusal_is_not_believed_where_a_read_back_shows_the_row(model):
    model.a_run_begins("add_tracking", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.FAILED, When.NOW)])

    outcome = model.journal.outcomes(1)[ROW]
    assert outcome.status is Status.VERIFIED
    assert outcome.sentence.startswith("A read back shows it, though: ")

"""A refused call is halved until its bad rows are alone."""

from importer.journal import CallState
from importer.model.outcomes import Status
from tests.sending.state_model.world import FINE, Answer, Came, When

REFUSED = Answer(Came.REFUSED, When.NEVER)
READ = FINE  # a read back, which shows what is there


def statuses(model):
    return [outcome.status for outcome in model.journal.outcomes(1).values()]


def states(model):
    return [call.state for call in model.journal.calls(1)]


def test_the_halves_of_a_refused_call_are_sent_once_a_read_back_shows_none_of_it(model):
    model.a_run_begins("add_tracking", [0, 1])

    model.a_call_is_sent_or_read_back(0, [REFUSED, READ, FINE, FINE])

    assert statuses(model) == [Status.SENT, Status.SENT]
    assert states(model) == [CallState.SPLIT, CallState.ACCEPTED, CallState.ACCEPTED]


def test_a_bad_row_is_rejected_alone(model):
    model.a_run_begins("add_tracking", [0, 1])

    model.a_call_is_sent_or_read_back(0, [REFUSED, READ, REFUSED, READ, FINE])

    assert statuses(model) == [Status.REJECTED, Status.SENT]
    assert states(model) == [CallState.SPLIT, CallState.REJECTED, CallState.ACCEPTED]


def test_rows_that_a_read_back_shows_are_not_sent_again(model):
    model.a_run_begins("add_tracking", [0, 1])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.FAILED, When.HALF), READ, REFUSED])

    assert statuses(model) == [Status.VERIFIED, Status.REJECTED]


def test_nothing_is_halved_where_it_cannot_be_read_what_the_call_left(model):
    model.a_run_begins("add_tracking", [0, 1])
    unreadable = [Answer(Came.GATEWAY, When.NEVER)] * 4

    model.a_call_is_sent_or_read_back(0, [REFUSED, *unreadable])

    assert statuses(model) == [Status.REJECTED, Status.REJECTED]
    sentences = {outcome.sentence for outcome in model.journal.outcomes(1).values()}
    assert all("so its rows were not sent one by one" in sentence for sentence in sentences)

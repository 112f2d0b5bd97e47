"""A lost answer is settled by what a read back shows, and by time; never by a guess."""

from importer.journal import CallState
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from tests.sending.state_model.machine import SETTLE_S
from tests.sending.state_model.world import Answer, Came, When

ROW = RowId(2)
REFUSED = Answer(Came.REFUSED, When.NEVER)


def outcome(model):
    return model.journal.outcomes(1)[ROW]


def effects(model):
    return sum(model.world.applied.values())


def test_what_is_applied_late_is_waited_for_and_not_sent_again(model):
    model.world.late_s = SETTLE_S - 10
    model.a_run_begins("add_tracking", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.LOST, When.LATE)])
    model._run_to_the_end(1)

    assert (outcome(model).status, effects(model)) == (Status.VERIFIED, 1)


def test_what_is_not_there_once_the_platform_has_settled_is_sent_again(model):
    model.a_run_begins("add_tracking", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.LOST, When.NEVER)])
    waiting = model.journal.call(1, 1).state
    model._run_to_the_end(1)

    assert waiting is CallState.SENDING
    assert (outcome(model).status, effects(model)) == (Status.SENT, 1)


def test_what_no_read_back_can_tell_is_unknown_and_said_so(model):
    model.a_run_begins("notify_shipped", [0])

    model.a_call_is_sent_or_read_back(0, [Answer(Came.LOST, When.NOW)])

    assert outcome(model).status is Status.UNKNOWN
    assert outcome(model).sentence.endswith("Nothing can be read back: look it up by hand.")


def test_one_failed_read_back_leaves_nothing_unknown_however_late_it_comes(model):
    model.a_run_begins("add_tracking", [0])
    model.a_call_is_sent_or_read_back(0, [Answer(Came.KILLED, When.NOW)])
    model.time_passes(SETTLE_S * 2)
    model.a_run_is_resumed(0)

    model.a_call_is_sent_or_read_back(0, [REFUSED])
    waiting = model.journal.call(1, 1).state
    model._run_to_the_end(1)

    assert waiting is CallState.SENDING
    assert (outcome(model).status, effects(model)) == (Status.VERIFIED, 1)


def test_a_call_that_was_claimed_and_never_left_is_sent_by_the_run_that_resumes(model):
    model.a_run_begins("add_tracking", [0])
    model.a_process_is_killed_at_a_write(0, 1, [], committed=True)
    model.a_run_is_resumed(0)

    model._run_to_the_end(1)

    assert (outcome(model).status, effects(model)) == (Status.SENT, 1)

"""The calls of a run, sent until nothing is left to do, over a platform and a clock in memory."""

from dataclasses import replace

import pytest

from importer.model.outcomes import Status
from importer.sending.sender import _Sender, send
from importer.sending.task import Patience
from tests.sending.state_model.machine import SETTLE_S
from tests.sending.state_model.world import Answer, Came, When


@pytest.fixture
def task(model):
    """A run of three rows on two purchase orders, sent by one worker."""
    model.a_run_begins("add_tracking", [0, 1, 5])
    task = model.processes.pop(1).task
    return replace(task, account=replace(task.account, workers=1))


def send_all(model, task, answers=(), **options):
    model.world.script = list(answers)
    return send(task, model.journal.calls(1), **options)


def statuses(model):
    return [outcome.status for outcome in model.journal.outcomes(1).values()]


def test_every_row_is_sent_once_and_counted(model, task):
    counted = []

    stopped_by = send_all(model, replace(task, on_settled=counted.append))

    assert (stopped_by, statuses(model)) == (None, [Status.SENT] * 3)
    assert sum(counted) == sum(model.world.applied.values()) == 3


def test_what_was_accepted_is_read_back_at_the_end_where_that_is_asked_for(model, task):
    assert send_all(model, task, verify=True) is None

    assert statuses(model) == [Status.VERIFIED] * 3


def test_a_doubt_is_settled_once_the_other_calls_are_sent_and_its_time_has_come(model, task):
    model.world.late_s = SETTLE_S - 10

    stopped_by = send_all(model, task, [Answer(Came.LOST, When.LATE)])

    assert (stopped_by, statuses(model)) == (None, [Status.VERIFIED, Status.VERIFIED, Status.SENT])
    assert sum(model.world.applied.values()) == 3


def test_no_call_begins_once_the_run_is_stopped(model, task):
    task.stop.set()

    assert send_all(model, task) is None
    assert statuses(model) == [Status.UNSENT] * 3
    assert model.journal.attempts(1, 1) == []


def test_what_stops_one_call_stops_the_run_and_says_why(model, task):
    stopped_by = send_all(model, task, [Answer(Came.SIGN_IN_REFUSED, When.NEVER)])

    assert (stopped_by, statuses(model)) == ("The password is wrong.", [Status.UNSENT] * 3)


def test_a_fault_of_the_importer_itself_stops_the_run_and_is_logged_whole(model, task, caplog):
    def fail(rows):
        raise ZeroDivisionError(rows)

    stopped_by = send_all(model, replace(task, on_settled=fail))

    assert stopped_by == ("The importer itself failed; nothing more was sent. Its log says why.")
    assert "ZeroDivisionError" in caplog.text


def test_the_heartbeat_of_a_run_that_another_process_has_taken_over_stops_it(model, task):
    model.journal.take(1, "another@desk", take_over=True)
    sender = _Sender(replace(task, patience=Patience(beat_every_s=0)))

    sender.beat()

    assert "another@desk" in sender.stopped_by
    assert task.stop.is_set()

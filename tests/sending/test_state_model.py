"""Any order of answers, kills, resumes and waits keeps the promises; a careless sender does not."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from importer.journal import CallState
from importer.model.calls import Reply
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from importer.platforms.platform import Platform
from importer.sending import verdicts
from importer.sending.claims import Claims
from importer.sending.delivery import Delivery
from importer.sending.doubts import Doubts
from importer.sending.verdicts import Verdict
from tests.sending.state_model.machine import Model
from tests.sending.state_model.world import Answer, Came, When

EVERY_DAY = settings(
    max_examples=50,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # to shrink what was found takes minutes: add Phase.shrink then
    report_multiple_bugs=False,
)
UNTIL_CAUGHT = settings(EVERY_DAY, max_examples=1000, stateful_step_count=12, derandomize=False)


@seed(5)  # any will do; some find a mistake sooner
class Searched(Model):
    pass


def test_nothing_is_sent_twice_lost_or_said_wrongly():
    run_state_machine_as_test(Model, settings=EVERY_DAY)


@pytest.mark.parametrize("came", [Came.LOST, Came.FAILED, Came.GATEWAY])
def test_a_refusal_of_the_second_try_says_nothing_of_the_first(came):
    model = Model()
    model.a_run_begins("update_items", [0])

    refused = Answer(Came.REFUSED, When.NEVER)
    model.a_call_is_sent_or_read_back(0, [Answer(came, When.NOW), refused])

    assert model.journal.outcomes(1)[RowId(2)].status is Status.VERIFIED
    model.teardown()


def test_a_read_back_before_the_call_that_failed_is_no_proof_of_anything():
    model = Model()
    model.a_run_begins("link_to_po", [0])

    unreadable, lost = Answer(Came.ERROR_BODY, When.NEVER), Answer(Came.LOST, When.NOW)
    model.a_call_is_sent_or_read_back(0, [*[unreadable] * 4, lost])
    model._run_to_the_end(1)

    assert model.journal.outcomes(1)[RowId(2)].status is Status.UNKNOWN
    model.teardown()


def test_a_row_that_another_run_may_have_sent_is_left_to_that_run():
    model = Model()
    model.a_run_begins("notify_shipped", [0])
    model.a_call_is_sent_or_read_back(0, [Answer(Came.LOST, When.NEVER)])
    model.a_run_begins("notify_shipped", [0, 1])

    model._run_to_the_end(2)

    assert model.journal.outcomes(1)[RowId(2)].status is Status.UNKNOWN
    assert [o.status for o in model.journal.outcomes(2).values()] == [Status.UNSENT, Status.SENT]
    model.teardown()


# Senders with one of the usual mistakes: each must be found out, or the test above proves little.


def a_post_is_retried_on_any_error(patch: pytest.MonkeyPatch) -> None:
    goes_again = Delivery._goes_again

    def always(self, record, answer, ending, tries):
        if answer.verdict in {Verdict.FAILED, Verdict.LOST}:
            return tries.failures < self._task.patience.attempts
        return goes_again(self, record, answer, ending, tries)

    patch.setattr(Delivery, "_goes_again", always)


def a_call_is_written_down_only_once_it_was_sent(patch: pytest.MonkeyPatch) -> None:
    claim, answers = Claims.claim, {}

    def claim_afterwards(self, record):
        answers[record.number] = self._task.connection.attempt(record.call)
        return claim(self, record)

    patch.setattr(Claims, "claim", claim_afterwards)
    patch.setattr(Delivery, "_attempt", lambda _self, record, _slot: answers[record.number])


def a_5xx_is_taken_for_not_applied(patch: pytest.MonkeyPatch) -> None:
    told = verdicts._verdict

    def trusting(platform: Platform, reply: Reply) -> Verdict:
        return Verdict.NOT_SENT if reply.status >= 500 else told(platform, reply)

    patch.setattr(verdicts, "_verdict", trusting)


def what_was_in_flight_is_sent_again_after_a_kill(patch: pytest.MonkeyPatch) -> None:
    def begin(self, record):
        if record.state is not CallState.PLANNED:
            self._ledger.release(record)
        return self.deliver(record)

    patch.setattr(Delivery, "begin", begin)


def a_platform_is_given_no_time_to_settle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Doubts, "_has_settled", lambda _self, _doubt: True)


MISTAKES = [
    a_post_is_retried_on_any_error,
    a_call_is_written_down_only_once_it_was_sent,
    a_5xx_is_taken_for_not_applied,
    what_was_in_flight_is_sent_again_after_a_kill,
    a_platform_is_given_no_time_to_settle,
]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_careless_sender_is_found_out(
    mistake: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake(monkeypatch)

    with pytest.raises(AssertionError, match=r"applied|record"):
        run_state_machine_as_test(Searched, settings=UNTIL_CAUGHT)

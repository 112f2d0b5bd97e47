"""The right to send one call: in its turn, in time, and not while another run holds it up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from importer.model.calls import Reply
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from importer.platforms.platform import Refusal
from importer.sending.verdicts import JudgedReply, Verdict

SEND_WITHIN_S = 10.0


@pytest.fixture
def slot(model):
    model.a_run_begins("add_tracking", [0])
    return claims(model).claim(model.journal.call(1, 1))


def claims(model, run_id=1):
    return model.processes[run_id].delivery._claims


def test_a_claim_is_good_for_a_while(model, slot):
    model.world.pass_time(SEND_WITHIN_S - 1)

    assert claims(model).is_in_time(slot)


def test_a_process_that_was_frozen_past_its_turn_does_not_send(model, slot):
    model.world.pass_time(SEND_WITHIN_S)

    assert not claims(model).is_in_time(slot)


def test_a_machine_that_slept_past_the_turn_does_not_send_though_its_clock_did_not_run(model, slot):
    slept = replace(slot, asked_wall=slot.asked_wall - SEND_WITHIN_S)

    assert not claims(model).is_in_time(slept)


def test_the_wait_for_a_turn_is_not_counted(model, slot):
    later = replace(slot, claim=replace(slot.claim, wait_s=60.0))

    model.world.pass_time(60 + SEND_WITHIN_S - 1)

    assert claims(model).is_in_time(later)


def test_a_call_for_what_another_run_is_changing_is_left_unsent_after_a_minute(model, slot):
    model.a_run_begins("add_tracking", [0, 1])
    begun = model.world.clock()

    claimed = claims(model, 2).claim(model.journal.call(2, 1))

    assert claimed is None
    assert model.world.clock() - begun >= 60
    outcome = model.journal.outcomes(2)[RowId(2)]
    assert outcome.status is Status.UNSENT
    assert outcome.sentence.startswith("PO 10001 is being changed by run 1")


def test_a_pause_asked_for_since_the_claim_is_kept_by_the_calls_that_were_claimed(model, slot):
    begun = model.world.clock()
    now = datetime.fromtimestamp(begun, UTC)
    asked = JudgedReply(
        Verdict.TOO_OFTEN, Refusal(""), Reply(429, "", {}, now), now + timedelta(seconds=7)
    )

    paused_s = claims(model).pause_account(asked)
    claims(model).reach(slot)

    assert (paused_s, model.world.clock() - begun) == (7.0, 7.0)

"""What several processes may do to one run, one account and one purchase order."""

from datetime import timedelta

import pytest

from importer.journal import AlreadySent, CallState, Claim, Earlier, Ending, Held, Hold, NewRow
from importer.model.errors import JournalError, RunBusy, RunTaken
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

SENT = Outcome(Status.SENT)
UNKNOWN = Outcome(Status.UNKNOWN, "The answer was lost.")

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))


def settle_both(journal, run, epoch=1, outcome=SENT, state=CallState.ACCEPTED):
    for number, rows in ((1, (ROW_2, ROW_3)), (2, (ROW_4,))):
        journal.claim(run.id, number, epoch, 0)
        journal.settle(run.id, number, epoch, state, dict.fromkeys(rows, outcome))


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


@pytest.mark.parametrize("state", [CallState.ACCEPTED, CallState.REJECTED, CallState.UNKNOWN])
def test_settling_ends_the_hold(journal, begin, state):
    first, second = begin(), begin()
    journal.claim(first.id, 1, 1, 0)

    journal.settle(first.id, 1, 1, state, {})

    assert isinstance(journal.claim(second.id, 1, 1, 0), Claim)


def test_a_stale_hold_stays_until_its_run_is_resumed(journal, clock, begin):
    first, second = begin(), begin(owner="2@there")
    journal.claim(first.id, 1, 1, 0)
    clock.advance(31)

    held = journal.claim(second.id, 1, 1, 0)
    epoch = journal.take(first.id, "2@there")
    journal.settle(first.id, 1, epoch, CallState.UNKNOWN, {ROW_2: UNKNOWN, ROW_3: UNKNOWN})

    assert held == Held((Hold("PO 1", first.id, 1, "1@here", stale=True),))
    assert isinstance(journal.claim(second.id, 1, 1, 0), Claim)


def test_a_row_sent_by_another_run_meanwhile_is_not_sent_again(scene, journal, clock, begin):
    first, second = begin(), begin(owner="2@there")
    journal.claim(first.id, 1, 1, 0)
    other = scene.open()
    assert isinstance(other.claim(second.id, 1, 1, 0, once=True), Held)
    journal.settle(first.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: UNKNOWN})

    refused = other.claim(second.id, 1, 1, 0, once=True)

    now = journal.now()
    assert refused == AlreadySent(
        {
            ROW_2: Earlier(first.id, ROW_2, Status.SENT, now),
            ROW_3: Earlier(first.id, ROW_3, Status.UNKNOWN, now),
        }
    )
    unchanged = dict.fromkeys((ROW_2, ROW_3), Outcome(Status.UNCHANGED, "Sent by run 1."))
    assert other.split(second.id, 1, 1, [], outcomes=unchanged) == []
    assert isinstance(other.claim(second.id, 2, 1, 0, once=True), Claim)


def test_what_went_to_another_account_meanwhile_is_sent_to_this_one(journal, begin):
    there, here = begin(account="other"), begin(owner="2@there")
    settle_both(journal, there)

    assert isinstance(journal.claim(here.id, 1, 1, 0, once=True), Claim)


def test_a_run_may_send_again_what_it_sent_itself(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)
    journal.settle(run.id, 1, 1, CallState.UNKNOWN, {ROW_2: UNKNOWN, ROW_3: UNKNOWN})
    journal.release(run.id, 1, 1)

    assert isinstance(journal.claim(run.id, 1, 1, 0, once=True), Claim)


def test_without_once_a_row_is_sent_again(journal, begin):
    settle_both(journal, begin())

    assert isinstance(journal.claim(begin().id, 1, 1, 0), Claim)


def test_earlier_effects_are_found_by_identity(journal, clock, begin):
    first = begin()
    settle_both(journal, first)
    sent_at = journal.now()
    clock.advance(60)
    second = begin()
    settle_both(journal, second, outcome=UNKNOWN, state=CallState.UNKNOWN)
    unsent = begin()

    found = journal.earlier("acme", "add_tracking", ["effect 2", "effect 5", "effect 9"])

    assert found == {"effect 2": Earlier(first.id, ROW_2, Status.SENT, sent_at)}
    assert journal.earlier("other", "add_tracking", ["effect 2"]) == {}
    assert journal.earlier("acme", "update_items", ["effect 2"]) == {}
    assert journal.counts(unsent.id).statuses == {Status.UNSENT: 4}


def test_a_newer_run_counts_before_an_older_one(journal, clock, begin):
    for _ in range(2):
        settle_both(journal, begin())

    assert journal.earlier("acme", "add_tracking", ["effect 4"])["effect 4"].run_id == 2


def test_many_identities_are_asked_for_in_pieces(journal, new_run):
    rows = [NewRow(RowId(n), SENT, identity=f"e{n}") for n in range(2, 2_502)]
    journal.begin(new_run(), rows, [])

    assert len(journal.earlier("acme", "add_tracking", [row.identity for row in rows])) == 2_500


def test_slots_of_an_account_are_one_pace_apart(scene, journal, clock, begin):
    run = begin()

    waits = [journal.claim(run.id, 1, 1, 0.5).wait_s, scene.open().reserve("acme", 0.5)]
    clock.advance(0.25)
    waits += [journal.claim_again(run.id, 1, 1, 0.5).wait_s, journal.reserve("other", 0.5)]

    assert waits == [0.0, 0.5, 0.75, 0.0]


def test_a_slot_long_unused_is_not_saved_up(journal, clock):
    journal.reserve("acme", 0.5)
    clock.advance(3_600)

    assert [journal.reserve("acme", 0.5) for _ in range(3)] == [0.0, 0.5, 1.0]


def test_a_pause_reaches_every_process_and_never_shortens_another(scene, journal):
    until = journal.now() + timedelta(seconds=20)

    journal.pause("acme", until)
    scene.open().pause("acme", until - timedelta(seconds=15))

    assert scene.open().reserve("acme", 0.5) == 20.0
    assert journal.reserve("acme", 0.5) == 20.5


def test_the_own_clock_of_the_database_is_used_when_none_is_given(scene):
    journal = scene.open(clock=None)

    assert journal.reserve("acme", 60) == 0.0
    assert 59 < journal.reserve("acme", 60) <= 60
    assert journal.now().utcoffset() == timedelta(0)


def test_runs_of_a_file_are_found_newest_first(journal, begin):
    begin()
    begin(worksheet="Other")
    begin(worksheet=None)
    begin()

    same = journal.runs_of_file("ab" * 32, "Sheet1", "add_tracking", "acme")
    text_file = journal.runs_of_file("ab" * 32, None, "add_tracking", "acme")

    assert [run.id for run in same] == [4, 1]
    assert [run.id for run in text_file] == [3]
    assert [run.id for run in journal.runs(limit=2)] == [4, 3]
    assert [run.id for run in journal.unfinished("acme")] == [1, 2, 3, 4]
    assert journal.runs(account="other") == []


def test_pruning_forgets_words_and_keeps_what_guards(journal, clock, new_run, begin):
    run = begin()
    claim = journal.claim(run.id, 1, 1, 0)
    journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: SENT})
    journal.end_attempt(Ending(claim.attempt_id, 200, None, "ok"))
    journal.finish(run.id, 1)
    open_run = begin()
    clock.advance(100)
    before = journal.now() - timedelta(seconds=50)

    assert journal.prune(before) == 1
    assert journal.prune(before) == 0

    assert journal.call(run.id, 1).call.body is None
    assert journal.call(run.id, 2).call.body == {"Numbers": ["1Z4"]}  # may still be sent
    assert [it.reply for it in journal.attempts(run.id)] == [None]
    assert journal.run(run.id).pruned_at == journal.now()
    assert journal.run(run.id).file_sha256 == "ab" * 32
    assert journal.earlier("acme", "add_tracking", ["effect 2"])["effect 2"].run_id == run.id
    assert journal.call(open_run.id, 1).call.body == {"Numbers": ["1Z2", "1Z3"]}


def test_pruning_forgets_values_of_rows_that_are_done(journal, clock, new_run):
    rows = [
        NewRow(RowId(number), Outcome(status), values={"PO ID": number})
        for number, status in enumerate(Status, start=2)
    ]
    run = journal.begin(new_run(), rows, [])
    journal.finish(run.id, 1)
    clock.advance(1)

    journal.prune(journal.now())

    kept = {row.outcome.status for row in journal.rows(run.id) if row.values}
    assert kept == {Status.UNSENT, Status.UNKNOWN}


def test_a_run_that_is_let_go_may_be_taken_at_once(scene, journal, begin):
    run = begin()

    journal.let_go(run.id, 1)

    assert scene.open().take(run.id, "2@there") == 2

"""What other runs have sent already is found by identity."""

from importer.journal import AlreadySent, CallState, Claim, Earlier, Held, NewRow
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
SENT = Outcome(Status.SENT)
UNKNOWN = Outcome(Status.UNKNOWN, "The answer was lost.")


def settle_both(journal, run, epoch=1, outcome=SENT, state=CallState.ACCEPTED):
    for number, rows in ((1, (ROW_2, ROW_3)), (2, (ROW_4,))):
        journal.claim(run.id, number, epoch, 0)
        journal.settle(run.id, number, epoch, state, dict.fromkeys(rows, outcome))


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

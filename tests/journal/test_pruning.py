"""What is forgotten of old runs, and what never is."""

from datetime import timedelta

from importer.journal import CallState, Ending, NewRow
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
SENT = Outcome(Status.SENT)


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

"""Text that a database could not hold."""

from importer.journal import CallState, Ending, NewRow
from importer.journal.text import REPLY_LIMIT
from importer.model.calls import Call
from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))


def test_replies_are_cut_and_text_is_cleaned(journal, new_run):
    odd = "a\0b\udcffc"
    run = journal.begin(
        new_run(file_name=odd, worksheet=odd, owner=odd),
        [
            NewRow(
                ROW_2,
                Outcome(Status.UNSENT, odd, (Problem(ROW_2, odd, odd, odd),)),
                {odd: odd},
                odd,
            )
        ],
        [Call("POST", odd, {"x": odd}, (ROW_2,), (odd,))],
    )
    claim = journal.claim(run.id, 1, 1, 0)
    ending = Ending(claim.attempt_id, 500, odd, odd + "x" * 5_000)

    journal.settle(
        run.id, 1, 1, CallState.REJECTED, {ROW_2: Outcome(Status.REJECTED, odd)}, ending=ending
    )

    clean = r"a\x00b\udcffc"
    [row] = journal.rows(run.id)
    [attempt] = journal.attempts(run.id)
    assert journal.run(run.id).file_name == clean
    assert (row.outcome.message, row.identity) == (clean, clean)
    assert row.outcome.problems == (Problem(ROW_2, odd, odd, odd),)  # JSON spells it exactly
    assert journal.call(run.id, 1).call.body == {"x": odd}
    assert attempt.failure == clean
    assert attempt.reply.startswith(clean)
    assert len(attempt.reply) == REPLY_LIMIT
    assert journal.runs_of_file("ab" * 32, odd, "add_tracking", "acme") == [journal.run(run.id)]

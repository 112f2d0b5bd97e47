"""The end of a run."""

from datetime import UTC, datetime

import pytest

from importer.journal import CallState, Claim, RunState
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
NOW = datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)
SENT = Outcome(Status.SENT)


def test_a_run_is_not_finished_while_a_call_is_sending(journal, begin):
    run = begin()
    journal.claim(run.id, 2, 1, 0)

    with pytest.raises(JournalError, match=r"its calls \[2\] have no known outcome"):
        journal.finish(run.id, 1, "/done/acme.xlsx")

    journal.settle(run.id, 2, 1, CallState.ACCEPTED, {ROW_4: SENT})
    journal.finish(run.id, 1, "/done/acme.xlsx")
    finished = journal.run(run.id)
    assert (finished.state, finished.finished_at, finished.result_path) == (
        RunState.FINISHED,
        NOW,
        "/done/acme.xlsx",
    )
    assert journal.unfinished() == []


def test_an_abandoned_run_leaves_nothing_held_and_nothing_hidden(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    journal.abandon(run.id, 1)

    assert journal.counts(run.id).statuses == {Status.UNSENT: 2, Status.UNKNOWN: 2}
    assert journal.call(run.id, 1).state == CallState.UNKNOWN
    assert isinstance(journal.claim(begin().id, 1, 1, 0), Claim)
    with pytest.raises(JournalError, match="was abandoned"):
        journal.take(run.id)

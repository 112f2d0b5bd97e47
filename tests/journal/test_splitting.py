"""A call that is replaced by its parts."""

import pytest

from importer.journal import CallState, Claim, Ending
from importer.model.calls import Call
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))


def test_a_refused_call_is_replaced_by_its_parts(journal, begin):
    run = begin()
    claim = journal.claim(run.id, 1, 1, 0)
    parts = [
        Call("POST", "X", {"n": [1]}, (ROW_2,), ("PO 1",)),
        Call("POST", "X", {"n": [2]}, (ROW_3,), ("PO 1",)),
    ]

    made = journal.split(run.id, 1, 1, parts, ending=Ending(claim.attempt_id, 400, None, "bad"))

    assert [(part.number, part.parent_number, part.call) for part in made] == [
        (3, 1, parts[0]),
        (4, 1, parts[1]),
    ]
    assert journal.call(run.id, 1).state == CallState.SPLIT
    assert [row.call_number for row in journal.rows(run.id)] == [3, 4, 2, None]
    assert isinstance(journal.claim(run.id, 3, 1, 0), Claim)


def test_a_half_applied_call_keeps_what_is_applied_and_plans_the_rest(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    [rest] = journal.split(
        run.id,
        1,
        1,
        [Call("POST", "X", None, (ROW_3,))],
        outcomes={ROW_2: Outcome(Status.VERIFIED)},
    )

    assert rest.call.rows == (ROW_3,)
    assert journal.outcomes(run.id)[ROW_2] == Outcome(Status.VERIFIED)


@pytest.mark.parametrize(
    "rows",
    [(ROW_2,), (ROW_2, ROW_3, ROW_3), (ROW_2, ROW_3, ROW_4)],
    ids=["one lost", "one twice", "one of another call"],
)
def test_parts_carry_each_row_of_their_call_once(journal, begin, rows):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    with pytest.raises(JournalError, match="cannot replace it"):
        journal.split(run.id, 1, 1, [Call("POST", "X", None, (row,)) for row in rows])

    assert journal.call(run.id, 1).state == CallState.SENDING

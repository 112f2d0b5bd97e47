"""A run stops by itself at a bound, neither before nor after."""

import pytest

from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.sending.breaker import Bounds, Breaker, Stopped

REJECTED = Outcome(Status.REJECTED, "No such item.")
ACCEPTED = Outcome(Status.SENT)


def note(breaker, *outcomes, whole_call=True, start=2):
    rows = {RowId(row): outcome for row, outcome in enumerate(outcomes, start)}
    breaker.note(rows, whole_call=whole_call)


@pytest.mark.parametrize("bound", [1, 2, 5])
def test_a_run_stops_with_the_last_rejected_row_that_is_allowed_and_not_before(bound):
    breaker = Breaker(Bounds(rejected_rows=bound))

    for call in range(1, bound):
        note(breaker, REJECTED, ACCEPTED, whole_call=False, start=10 * call)

    with pytest.raises(Stopped, match=f"{bound} rows were rejected: the limit is {bound}"):
        note(breaker, REJECTED, ACCEPTED, whole_call=False)


def test_the_rejected_rows_of_one_call_count_each():
    breaker = Breaker(Bounds(rejected_rows=3))

    note(breaker, REJECTED, REJECTED, whole_call=False)

    with pytest.raises(Stopped, match="4 rows were rejected: the limit is 3"):
        note(breaker, REJECTED, REJECTED, whole_call=False, start=4)


def test_the_lines_of_one_row_are_one_rejected_row():
    breaker = Breaker(Bounds(rejected_rows=2))

    breaker.note({RowId(2): REJECTED, RowId(2, 2): REJECTED}, whole_call=False)
    breaker.note({RowId(2, 3): REJECTED}, whole_call=False)

    with pytest.raises(Stopped, match="2 rows were rejected"):
        breaker.note({RowId(3): REJECTED}, whole_call=False)


def test_equal_refusals_in_a_row_stop_a_run_and_one_that_is_accepted_begins_anew():
    breaker = Breaker(Bounds(refusals=2))

    for outcome in (REJECTED, ACCEPTED, REJECTED, Outcome(Status.REJECTED, "Another."), ACCEPTED):
        note(breaker, outcome)
    note(breaker, REJECTED)

    with pytest.raises(Stopped, match="2 calls in a row were rejected alike: No such item"):
        note(breaker, REJECTED)


def test_parts_of_a_refused_call_do_not_count_as_refused_calls():
    breaker = Breaker(Bounds(refusals=2))

    for _ in range(5):
        note(breaker, REJECTED, whole_call=False)


def test_lost_answers_in_a_row_stop_a_run():
    breaker = Breaker(Bounds(doubts=2))

    breaker.note_doubt("It was lost.")
    note(breaker, ACCEPTED)
    breaker.note_doubt("It was lost.")

    with pytest.raises(Stopped, match="2 answers in a row were lost"):
        breaker.note_doubt("It was lost.")

import pytest

from importer.model.outcomes import Outcome, Problem, ProblemKind, Status
from importer.model.row_ids import RowId

EMPTY = Problem(RowId(2), "PO ID", "", "is empty, and needed", ProblemKind.EMPTY)
WHOLE = Problem(RowId(2), "", "", "Has too many fields.", ProblemKind.ROW)
ODD = Problem(RowId(2), "Carrier", "ups?", "is odd", ProblemKind.WARNING)
EVERY = (EMPTY, WHOLE, ODD)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome(Status.SENT), ""),
        (Outcome(Status.REJECTED, "No such PO."), "No such PO."),
        (
            Outcome(Status.INVALID, problems=EVERY),
            "PO ID: is empty, and needed; Has too many fields.",
        ),
        (Outcome(Status.SENT, "Found.", (ODD,)), "Carrier: is odd Found."),
        (Outcome(Status.UNCHANGED, "Sent by run 1.", EVERY), "Sent by run 1."),
        (Outcome(Status.UNSENT, problems=EVERY), ""),
        (Outcome(Status.VERIFIED, "Found.", (ODD,), undone_by=7), "Undone by run 7."),
    ],
)
def test_a_sentence_tells_what_still_matters_of_a_row(outcome, sentence):
    assert outcome.sentence == sentence


def test_a_row_needs_attention_unless_it_is_planned_or_accepted():
    assert [status.value for status in Status if not status.settled] == [
        "invalid",
        "unsent",
        "rejected",
        "unknown",
    ]

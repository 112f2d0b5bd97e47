"""The facts in the sentences that version 0.1.0 wrote."""

from importer.model.outcomes import Outcome, Problem, ProblemKind, Status
from importer.model.row_counts import RowCounts
from importer.model.row_ids import RowId


def test_problems_become_data_once(old):
    rows = {record.id.row: record.outcome for record in old.rows(1)}

    assert rows[3] == Outcome(
        Status.INVALID,
        problems=(
            Problem(
                RowId(3),
                "Carrier",
                "Road; Other Carrier: Truck",
                '"Road; Other Carrier: Truck" is not one of UPS, USPS, FedEx, DHL, Other; for '
                "another carrier, write Other here and Road; Other Carrier: Truck in Other Carrier",
            ),
        ),
    )
    assert rows[4] == Outcome(Status.REJECTED, "Purchase order 99999 was not found.")
    assert rows[6].problems == (
        Problem(RowId(6), "PO ID", "", "is empty, and needed", ProblemKind.EMPTY),
        Problem(RowId(6), "Tracking Number", "", "is empty, and needed", ProblemKind.EMPTY),
    )


def test_a_warning_is_said_once(old):
    outcome = old.outcomes(1)[RowId(5)]

    assert outcome.message == ""
    assert [(p.column, p.value, p.kind) for p in outcome.problems] == [
        ("Tracking Number", "1Z999AA10123456785", ProblemKind.WARNING)
    ]
    assert outcome.sentence == (
        'Tracking Number: the check digit of "1Z999AA10123456785" does not fit a UPS number; '
        "compare it with the label"
    )


def test_what_was_undone_names_the_run_that_did(old):
    assert set(old.outcomes(2).values()) == {Outcome(Status.VERIFIED, undone_by=3)}
    assert old.counts(2) == RowCounts({Status.VERIFIED: 1}, undone=1)

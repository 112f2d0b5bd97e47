from pathlib import Path

import pytest

from importer.model.calls import Call
from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import RowId
from importer.model.summary import Summary, exit_status

SHEET, RESULT = Path("dock.xlsx"), Path("dock.result.xlsx")


def summary(*statuses, **more):
    outcomes = {row: Outcome(status) for row, status in enumerate(statuses, start=2)}
    return Summary(SHEET, outcomes=outcomes, **more)


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (summary(Status.SENT, Status.VERIFIED, Status.UNCHANGED, run=1, result=RESULT), 0),
        (summary(Status.PLANNED), 0),
        (summary(Status.SENT, Status.INVALID), 1),
        (summary(Status.UNSENT), 1),
        (summary(Status.SENT, run=1), 1),  # its result could not be written
        (summary(Status.SENT, in_part=True), 1),
        (summary(error="The sheet cannot be read."), 2),
        (summary(Status.UNKNOWN, Status.SENT, error="The journal is full."), 3),
    ],
)
def test_the_exit_status_is_that_of_the_gravest_row(one, status):
    assert one.exit_status == status


def test_an_unknown_row_counts_before_a_sheet_that_was_not_read():
    several = [summary(), summary(Status.UNKNOWN), summary(error="No."), summary(Status.INVALID)]

    assert exit_status(several) == 3
    assert exit_status([several[0], *several[2:]]) == 2
    assert exit_status([]) == 0


def test_its_json_tells_each_problem_and_each_refusal_by_row():
    refused = Outcome(Status.REJECTED, "No such PO.")
    one = Summary(
        SHEET,
        operation="add_tracking",
        outcomes={2: Outcome(Status.INVALID), 3: refused, 4: refused},
        problems=[Problem(RowId(2), "PO ID", "x", '"x" is no number.')],
        plan=[Call("POST", "PO/1", {"n": 1}, (RowId(3), RowId(3, 2), RowId(4)))],
        minutes=0.5,
        notes=("not used: Boxes",),
        stopped_by="Interrupted by hand.",
    )

    assert one.as_json() == {
        "sheet": "dock.xlsx",
        "worksheet": None,
        "operation": "add_tracking",
        "account": None,
        "run": None,
        "rows": 3,
        "statuses": {"invalid": 1, "rejected": 2},
        "calls": 0,
        "result": None,
        "problems": [
            {"row": 2, "column": "PO ID", "value": "x", "message": '"x" is no number.'},
            {"row": 3, "column": "", "value": "", "message": "No such PO."},
            {"row": 4, "column": "", "value": "", "message": "No such PO."},
        ],
        "plan": [{"method": "POST", "path": "PO/1", "body": {"n": 1}, "rows": [3, 4]}],
        "minutes": 0.5,
        "notes": ["not used: Boxes"],
        "error": "Interrupted by hand.",
    }

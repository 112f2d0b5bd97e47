"""How a run is written down before anything is sent."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from importer.journal import CallRecord, CallState, NewRow, RowRecord, RunRecord, RunState
from importer.model.calls import Call
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Problem, ProblemKind, Status
from importer.model.row_ids import RowId
from importer.model.run_settings import RunSettings

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
NOW = datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)
INVALID = Outcome(
    Status.INVALID,
    problems=(
        Problem(ROW_2, "PO ID", "x", '"x" is no number.'),
        Problem(ROW_2, "Carrier", "", "is empty, and needed", ProblemKind.EMPTY),
    ),
)
WARNED = Outcome(
    Status.UNSENT,
    problems=(Problem(ROW_3, "", "", "Its check digit is odd.", ProblemKind.WARNING),),
)


def test_a_run_comes_out_as_it_went_in(journal, new_run):
    run = journal.begin(new_run(), [], [])

    assert run == RunRecord(
        id=1,
        created_at=NOW,
        state=RunState.OPEN,
        operation="add_tracking",
        account="acme",
        file_path="/inbox/acme.xlsx",
        file_name="acme.xlsx",
        file_size=20_480,
        file_sha256="ab" * 32,
        worksheet="Sheet1",
        version="1.0",
        user="buyer",
        host="context",
        settings=RunSettings(address="https://acme.example"),
        epoch=1,
        owner="1@here",
        heartbeat_at=NOW,
        finished_at=None,
        result_path=None,
        pruned_at=None,
    )


def test_rows_and_calls_come_out_as_they_went_in(journal, new_run):
    planned = Call("PUT", "PO/1/Items", {"Price": 12.5, "Name": "Café"}, (ROW_3,), ("PO 1",))
    values = {"Price": Decimal("12.50"), "Due": date(2026, 3, 1), "Name": None}

    run = journal.begin(
        new_run(), [NewRow(ROW_2, INVALID), NewRow(ROW_3, WARNED, values, "e3")], [planned]
    )

    assert journal.rows(run.id) == [
        RowRecord(run.id, ROW_2, INVALID, {}, None, None),
        RowRecord(
            run_id=run.id,
            id=ROW_3,
            outcome=WARNED,
            values={"Price": "12.50", "Due": "2026-03-01", "Name": None},
            identity="e3",
            call_number=1,
        ),
    ]
    assert journal.calls(run.id) == [
        CallRecord(run.id, 1, None, planned, CallState.PLANNED, 0, None, None)
    ]
    assert journal.call(run.id, 1).call.content == planned.content


def test_a_run_is_written_whole_or_not_at_all(journal, new_run):
    twice = [NewRow(ROW_2), NewRow(ROW_2)]

    with pytest.raises(JournalError):
        journal.begin(new_run(), twice, [])

    assert journal.runs() == []

"""What every operation must show, found by itself for each file in importer/operations."""

from pathlib import Path

import pytest

from importer.demo.demo import SECRETS
from importer.journal import CallState
from importer.model.cells import is_empty
from importer.model.options import UploadOptions
from importer.model.outcomes import Status
from importer.model.row_ids import sheet_rows
from importer.runs.prepare import prepare
from importer.runs.upload import upload_sheet
from importer.sending.connection import Connection
from importer.sending.plan import plan_calls
from importer.settings.settings import Settings

SAMPLES = Path(__file__).parents[2] / "samples"


def clean_sample(operation):
    return next(p for p in SAMPLES.glob(f"{operation.name}.*") if ".plan" not in p.name)


def upload(operation, context, sheet=None):
    account = context.settings.account(operation.platform.name)
    sheet = sheet or clean_sample(operation)
    options = UploadOptions(into=Path(context.journal.name).parent)
    return upload_sheet(sheet, options, context, account)


@pytest.fixture
def first_group(operation, tmp_path):
    """The clean sample's first call as a sheet of its own."""
    prepared = prepare(clean_sample(operation), UploadOptions(), Settings())
    layout = prepared.layout
    numbers = [layout.header_row, *sheet_rows(prepared.calls[0].rows)]
    lines = [
        ";".join(_quoted(column[n - 1]) for column in layout.worksheet.columns) for n in numbers
    ]
    path = tmp_path / "first.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _quoted(cell):
    if is_empty(cell):
        return ""
    text = f"{cell:%Y-%m-%d}" if hasattr(cell, "year") else str(cell)
    return '"' + text.replace('"', '""') + '"'


def test_its_clean_sample_is_recognised_and_has_no_problem(operation):
    prepared = prepare(clean_sample(operation), UploadOptions(), Settings())

    assert prepared.operation is operation
    assert prepared.validation.problems == []


def test_each_row_is_carried_by_one_call_in_sheet_order(operation):
    prepared = prepare(clean_sample(operation), UploadOptions(), Settings())

    carried = [row for call in prepared.calls for row in call.rows]

    assert sorted(carried) == list(prepared.rows)
    assert all(list(call.rows) == sorted(call.rows) for call in prepared.calls)


def test_a_call_cut_to_one_row_still_carries_each_row_once(operation, monkeypatch):
    monkeypatch.setattr(type(operation), "most_rows", 1)
    prepared = prepare(clean_sample(operation), UploadOptions(), Settings())

    calls = plan_calls(operation, list(prepared.rows.values()))

    assert sorted(row for call in calls for row in call.rows) == list(prepared.rows)


def test_its_clean_sample_is_accepted_whole_with_one_call_a_group(operation, context, sandbox):
    prepared = prepare(clean_sample(operation), UploadOptions(), Settings())

    summary = upload(operation, context)

    assert summary.exit_status == 0
    assert {o.status for o in summary.outcomes.values()} <= {Status.SENT, Status.VERIFIED}
    written = [
        (w.method, w.path.removeprefix("/rest/api/").removeprefix("/")) for w in sandbox.writes
    ]
    assert sorted(written) == sorted((c.method, c.path) for c in prepared.calls)


def test_a_read_back_after_sending_says_applied(operation, context, sandbox):
    prepared = prepare(clean_sample(operation), UploadOptions(), Settings())
    upload(operation, context)
    account = context.settings.account(operation.platform.name)

    with Connection(account, operation.platform(), account.credentials(SECRETS)) as connection:
        for call in prepared.calls:
            rows = [prepared.rows[number] for number in call.rows]
            question = operation.read_back(rows)
            if question is not None:
                found = connection.send(question).json
                assert [operation.is_applied(row, found) for row in rows] == [True] * len(rows)


def test_what_is_read_back_before_sending_does_not_say_applied(operation, context, sandbox):
    prepared = prepare(clean_sample(operation), UploadOptions(), Settings())
    account = context.settings.account(operation.platform.name)

    with Connection(account, operation.platform(), account.credentials(SECRETS)) as connection:
        for call in prepared.calls:
            rows = [prepared.rows[number] for number in call.rows]
            question = operation.read_back(rows)
            if question is not None:
                found = connection.send(question).json
                assert not all(operation.is_applied(row, found) for row in rows)


REFUSAL = {
    "Success": False,
    "ErrorMessage": "no",
    "errors": [{"error_code": "invalid_field_value", "message": "no"}],
}
ANSWERS = {
    "400": {"kind": "status", "status": 400, "reply": REFUSAL, "times": None},
    "500": {"kind": "html", "status": 500, "times": None},
    "503": {"kind": "status", "status": 503, "times": None},
    "lost before": {"kind": "drop", "after": False, "times": None},
    "lost after": {"kind": "drop", "after": True, "times": None},
    "half an answer": {"kind": "half", "times": None},
    "broken json": {"kind": "broken_json", "times": None},
    "error in a 200": {"kind": "error_body", "reply": REFUSAL, "times": None},
    "redirect": {"kind": "redirect", "times": None},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_answer_leaves_every_row_with_an_outcome_and_a_sentence(
    operation, first_group, context, sandbox, answer
):
    sandbox.fault(**answer)

    summary = upload(operation, context, first_group)

    assert set(summary.outcomes) == set(range(2, len(summary.outcomes) + 2))
    for outcome in summary.outcomes.values():
        assert outcome.status in {Status.REJECTED, Status.UNKNOWN, Status.VERIFIED, Status.UNSENT}
        assert outcome.sentence or outcome.status in {Status.VERIFIED, Status.UNSENT}
    states = {record.state for record in context.journal.calls(summary.run)}
    assert CallState.SENDING not in states


@pytest.mark.parametrize("answer", ["lost after", "broken json", "half an answer"])
def test_what_was_applied_is_never_sent_again_unless_it_may_be(
    operation, first_group, context, sandbox, answer
):
    sandbox.fault(**{**ANSWERS[answer], "times": 1})

    upload(operation, context, first_group)

    applied = [write for write in sandbox.writes if write.applied]
    assert len(applied) == 1 or operation.repeatable

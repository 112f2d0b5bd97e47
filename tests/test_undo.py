"""An undo: the state is as before, save where somebody else has changed it since."""

import os
import shutil
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.model.errors import UsageError
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.outcomes import Outcome, Problem, ProblemKind, Status
from importer.model.row_ids import RowId
from importer.model.stop import Stop
from importer.operations import operations
from importer.runs.upload import upload_sheet
from importer.undo import undo_run
from tests.waiting import until

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
UNDOABLE = [name for name, operation in operations().items() if operation.undoing()]


def sample(name):
    found = [SAMPLES / f"{name}{suffix}" for suffix in (".csv", ".xlsx")]
    return next(path for path in found if path.exists())


def sent(context, name, tmp_path, *, undoable=True, path=None):
    account = context.settings.account(operations()[name].platform.name)
    options = UploadOptions(ReadingOptions(name), into=tmp_path, undoable=undoable)
    copied = path or Path(shutil.copy(sample(name), tmp_path))  # results stand beside the sheet
    return upload_sheet(copied, options, context, account)


def state(sandbox):
    """What the platforms hold, without the times of change."""
    found = deepcopy(sandbox.snapshot())
    for po in found["purchase_orders"].values():
        po.pop("updated_on")
        po.pop("shipping_status")
    for po in found["shipstation_orders"].values():
        po.pop("modify_date", None)
    for name in ("next_id", "next_po_id"):
        found.pop(name)
    return found


def statuses(summary):
    return {outcome.status for outcome in summary.outcomes.values()}


def test_tracking_numbers_are_taken_off_again(context, sandbox, tmp_path):
    before = state(sandbox)
    summary = sent(context, "add_tracking", tmp_path)
    assert state(sandbox) != before

    undone = undo_run(summary.run, context, into=tmp_path)

    assert state(sandbox) == before
    assert statuses(undone) == {Status.VERIFIED}
    assert undone.exit_status == 0
    assert undone.result.read_text(encoding="utf-8-sig").startswith("Row,Import Status")


def test_values_that_were_set_are_as_before_and_what_was_empty_is_said(
    context, sandbox, sheet, tmp_path
):
    before = state(sandbox)
    lines = ["10001,100011,5.25,7,", "10001,100012,6.5,8,", "10002,100021,,9,2026-12-01"]
    path = sheet("PO ID,PO Item ID,Unit Price,Qty,ETA", *lines)
    summary = sent(context, "update_items", tmp_path, path=path)

    undone = undo_run(summary.run, context, into=tmp_path)

    empty = "Expected Delivery Date was empty before, and no call can empty it; do it by hand."
    warning = Problem(RowId(4), "", "", empty, ProblemKind.WARNING)
    assert undone.outcomes == {
        2: Outcome(Status.VERIFIED),
        3: Outcome(Status.VERIFIED),
        4: Outcome(Status.VERIFIED, problems=(warning,)),
    }
    assert undone.outcomes[4].sentence == empty
    assert undone.exit_status == 1
    after = state(sandbox)
    assert after["purchase_orders"][10001] == before["purchase_orders"][10001]
    (was, _), (now, _) = (each["purchase_orders"][10002]["items"][:2] for each in (before, after))
    assert now["qty_units"] == was["qty_units"]
    assert now["expected_delivery"] is not None


def test_of_a_row_only_the_value_that_somebody_changed_since_is_left_alone(
    context, sandbox, sheet, tmp_path
):
    path = sheet("PO ID,PO Item ID,Unit Price,Qty", "10001,100011,5.25,7")
    summary = sent(context, "update_items", tmp_path, path=path)
    item = sandbox.state.purchase_orders[10001].items[0]
    item.unit_price = 7.75

    dry = undo_run(summary.run, context, dry_run=True)
    undone = undo_run(summary.run, context, into=tmp_path)

    assert (item.unit_price, item.qty_units) == (7.75, 10)
    said = "Unit Price is 7.75 now, and was set to 5.25: somebody has changed it since"
    for outcome in (dry.outcomes[2], undone.outcomes[2]):
        assert said in outcome.sentence
    assert undone.exit_status == 1


def test_a_row_of_which_nothing_can_be_set_back_is_not_sent(context, sandbox, sheet, tmp_path):
    path = sheet("PO ID,PO Item ID,ETA", "10001,100011,2026-12-01")
    summary = sent(context, "update_items", tmp_path, path=path)
    writes = len(sandbox.writes)

    undone = undo_run(summary.run, context, into=tmp_path)

    assert undone.outcomes[2].status is Status.INVALID
    assert "was empty before" in undone.outcomes[2].sentence
    assert len(sandbox.writes) == writes


def test_shipping_details_are_as_before(context, sandbox, sheet, tmp_path):
    sent(context, "update_shipping", tmp_path,
         path=sheet("PO ID,Shipping Carrier,Reference Number,ETA", "se-101,UPS,R1,2026-12-01",
                    name="first.csv"))  # fmt: skip
    before = state(sandbox)
    second = sheet("PO ID,Shipping Carrier,Reference Number,ETA", "se-101,FedEx,R2,2026-12-09")
    summary = sent(context, "update_shipping", tmp_path, path=second)
    assert state(sandbox) != before

    undo_run(summary.run, context, into=tmp_path)

    assert state(sandbox) == before


@pytest.mark.parametrize("name", [name for name in operations() if name not in UNDOABLE])
def test_what_cannot_be_undone_is_said_row_by_row_and_nothing_is_sent(
    context, sandbox, tmp_path, name
):
    summary = sent(context, name, tmp_path)
    writes = len(sandbox.writes)

    undone = undo_run(summary.run, context, into=tmp_path)

    assert statuses(undone) == {Status.INVALID}
    assert all("do it by hand" in outcome.sentence for outcome in undone.outcomes.values())
    assert len(sandbox.writes) == writes


def test_what_somebody_changed_since_is_left_alone(context, sandbox, tmp_path):
    summary = sent(context, "add_tracking", tmp_path)
    po = next(po for po in sandbox.state.purchase_orders.values() if len(po.tracking) > 2)
    po.tracking[0].carrier = "DHL"
    theirs = po.tracking[0]
    gone = po.tracking.pop(1)

    undone = undo_run(summary.run, context, into=tmp_path)

    assert theirs in po.tracking
    said = [o.sentence for o in undone.outcomes.values() if o.status is Status.INVALID]
    assert len(said) == 1
    assert "is listed with DHL now" in said[0]
    (unchanged,) = [o for o in undone.outcomes.values() if o.status is Status.UNCHANGED]
    assert "no longer on the purchase order" in unchanged.sentence
    assert gone.tracking_number not in [entry.tracking_number for entry in po.tracking]


def test_an_item_changed_since_is_left_alone(context, sandbox, sheet, tmp_path):
    path = sheet("PO ID,PO Item ID,Unit Price", "10001,100011,5.25", "10001,100012,6.5")
    summary = sent(context, "update_items", tmp_path, path=path)
    item = sandbox.state.purchase_orders[10001].items[0]
    item.unit_price = 7.75

    undone = undo_run(summary.run, context, into=tmp_path)

    assert item.unit_price == 7.75
    assert "Unit Price is 7.75 now, and was set to 5.25" in undone.outcomes[2].sentence
    assert undone.outcomes[3].status is Status.VERIFIED


def test_a_number_that_stands_twice_is_left_alone(context, sandbox, sheet, tmp_path):
    path = sheet(
        "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status",
        "10001,1Z999AA10123456784,UPS,2026-11-19,2",
    )
    summary = sent(context, "add_tracking", tmp_path, path=path)
    tracking = sandbox.state.purchase_orders[10001].tracking
    tracking.append(replace(tracking[0], id=77))

    undone = undo_run(summary.run, context, into=tmp_path)

    assert len(tracking) == 2
    assert "listed 2 times" in undone.outcomes[2].sentence


def test_without_the_values_before_nothing_is_set(context, sandbox, sheet, tmp_path):
    path = sheet("PO ID,PO Item ID,Unit Price", "10001,100011,5.25")
    summary = sent(context, "update_items", tmp_path, undoable=False, path=path)
    writes = len(sandbox.writes)

    undone = undo_run(summary.run, context, into=tmp_path)

    assert "upload with --undoable" in undone.outcomes[2].sentence
    assert len(sandbox.writes) == writes


def test_the_same_sheet_sends_its_rows_again_after_an_undo(context, sandbox, tmp_path):
    summary = sent(context, "add_tracking", tmp_path)
    held = state(sandbox)["purchase_orders"]
    undo_run(summary.run, context, into=tmp_path)

    again = sent(context, "add_tracking", tmp_path)

    assert statuses(again) == {Status.VERIFIED}
    numbers = [[e["tracking_number"] for e in po["tracking"]] for po in held.values()]
    now = state(sandbox)["purchase_orders"].values()
    assert [[e["tracking_number"] for e in po["tracking"]] for po in now] == numbers


def test_a_dry_run_sends_only_questions(context, sandbox, tmp_path):
    summary = sent(context, "add_tracking", tmp_path)
    before, runs = state(sandbox), len(context.journal.runs())

    planned = undo_run(summary.run, context, dry_run=True)

    assert statuses(planned) == {Status.PLANNED}
    assert {call.method for call in planned.plan} == {"DELETE"}
    assert state(sandbox) == before
    assert len(context.journal.runs()) == runs


def test_an_undo_is_done_once_and_is_not_undone(context, tmp_path):
    summary = sent(context, "add_tracking", tmp_path)
    undone = undo_run(summary.run, context, into=tmp_path)

    with pytest.raises(UsageError, match=f"was undone by run {undone.run}"):
        undo_run(summary.run, context)
    with pytest.raises(UsageError, match="is an undo itself"):
        undo_run(undone.run, context)


def test_a_run_that_is_not_finished_is_not_undone(context, tmp_path):
    stopped = Stop()
    stopped.set()
    summary = sent(replace(context, stop=stopped), "add_tracking", tmp_path)

    with pytest.raises(UsageError, match=f"run importer resume {summary.run} first"):
        undo_run(summary.run, context)


def test_a_lost_answer_of_an_undo_is_read_back(context, sandbox, tmp_path):
    before = state(sandbox)
    summary = sent(context, "add_tracking", tmp_path)
    sandbox.fault("drop", method="DELETE", after=True, times=2)
    sandbox.fault("drop", method="DELETE", after=False, times=1, skip=2)

    undone = undo_run(summary.run, context, into=tmp_path)

    assert state(sandbox) == before
    assert statuses(undone) == {Status.VERIFIED}


def test_where_the_values_before_cannot_be_read_nothing_is_sent(context, sandbox, sheet, tmp_path):
    sandbox.fault("status", status=503, times=100, method="GET")
    path = sheet("PO ID,PO Item ID,Unit Price", "10001,100011,5.25")

    summary = sent(context, "update_items", tmp_path, path=path)

    assert statuses(summary) == {Status.UNSENT}
    assert "could not be read for row 2" in summary.stopped_by
    assert sandbox.writes == []


@pytest.mark.parametrize("after", [1, 3])
def test_an_undo_that_is_killed_goes_on_and_does_nothing_twice(context, sandbox, tmp_path, after):
    before = state(sandbox)
    summary = sent(context, "add_tracking", tmp_path)
    config = tmp_path / "importer.toml"
    config.write_text(
        sandbox_settings_file(sandbox.url).replace("limit =", "settle = 0.2\nworkers = 1\nlimit =")
    )
    sandbox.fault("delay", method="DELETE", times=None, seconds=0.1)
    words = ["--config", str(config), "--journal", str(tmp_path / "journal.db")]
    environ = {**os.environ, **SECRETS, "PYTHONPATH": str(ROOT)}
    writes = len(sandbox.writes)
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", *words, "undo", str(summary.run)],
        env=environ, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: len(sandbox.writes) >= writes + after)
    process.kill()
    process.communicate()

    (undo,) = [run for run in context.journal.runs() if run.settings.undoes]
    subprocess.run(
        [sys.executable, "-m", "importer", *words, "resume", str(undo.id), "--take-over"],
        env=environ, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip

    assert state(sandbox) == before

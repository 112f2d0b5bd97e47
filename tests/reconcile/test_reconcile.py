"""Reconciling finds what somebody changed behind our back, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from importer.demo.demo import SECRETS
from importer.model.options import ReadingOptions, UploadOptions
from importer.operations import operations
from importer.reconcile.compare import Agreement
from importer.reconcile.reconcile import reconcile, subject_of_sheet, subjects_of_runs
from importer.runs.upload import upload_sheet
from importer.sending.read_back import Access

SAMPLES = Path(__file__).parents[2] / "samples"


def sample(name):
    return next(
        path for path in sorted(SAMPLES.glob(f"{name}.*")) if path.suffix in {".csv", ".xlsx"}
    )


def account_of(context, name):
    return context.settings.account(operations()[name].platform.name)


def sent(context, name, tmp_path):
    account = account_of(context, name)
    return upload_sheet(
        sample(name), UploadOptions(ReadingOptions(name), into=tmp_path), context, account
    )


def reconciled(context, subject, account):
    access = Access(
        account, account.credentials(SECRETS), context.journal, patience=context.patience
    )
    return reconcile(subject, access)


def of_sheet(context, name, path=None):
    account = account_of(context, name)
    subject = subject_of_sheet(
        path or sample(name), UploadOptions(ReadingOptions(name)), context.settings
    )
    return reconciled(context, subject, account)


def verdicts(found):
    return {row.id.row: row.verdict for row in found.rows if row.verdict is not Agreement.MATCHES}


@pytest.mark.parametrize("name", list(operations()))
def test_what_was_just_sent_needs_nobody(context, sandbox, tmp_path, name):
    sent(context, name, tmp_path)
    before, writes = sandbox.snapshot(), len(sandbox.writes)

    found = of_sheet(context, name)

    assert found.attention == 0
    assert found.rows
    assert sandbox.snapshot() == before
    assert len(sandbox.writes) == writes


@pytest.mark.parametrize("name", list(operations()))
def test_each_purchase_order_is_asked_for_once(context, sandbox, name):
    found = of_sheet(context, name)

    asked = [entry.path for entry in sandbox.log if entry.method == "GET"]
    assert len(asked) == len(set(asked)) == len(found.questions)


def test_a_tracking_number_removed_and_another_added_are_found(context, sandbox, tmp_path):
    summary = sent(context, "add_tracking", tmp_path)
    po = next(po for po in sandbox.state.purchase_orders.values() if len(po.tracking) > 2)
    gone, changed, twice = po.tracking[0], po.tracking[1], po.tracking[2]
    changed.carrier = "DHL"
    po.tracking.remove(gone)
    po.tracking.append(replace(twice, id=1))
    po.tracking.append(replace(twice, id=2, tracking_number="1Z999AA10123456784"))

    found = of_sheet(context, "add_tracking")

    assert sorted(verdicts(found).values()) == [Agreement.DIFFERS, Agreement.MISSING]
    (differing,) = [row for row in found.rows if row.verdict is Agreement.DIFFERS]
    assert differing.differing == ("carrier",)
    assert differing.theirs["carrier"] == "DHL"
    (missing,) = [row for row in found.rows if row.verdict is Agreement.MISSING]
    assert missing.ours["tracking_number"] == gone.tracking_number
    assert [extra.values["Tracking Number"] for extra in found.extras] == [
        twice.tracking_number,
        "1Z999AA10123456784",
    ]
    assert found.extras[0].values["Note"] == "listed a second time"
    assert len(found.rows) == len(summary.outcomes)


def test_an_item_changed_and_an_item_removed_are_found(context, sandbox, tmp_path):
    sent(context, "update_items", tmp_path)
    touched = {row.ours["po_item_id"]: row for row in of_sheet(context, "update_items").rows}
    priced = next(item for item, row in touched.items() if "unit_price" in row.ours)
    for po in sandbox.state.purchase_orders.values():
        for item in list(po.items):
            if item.id == priced:
                item.unit_price += 1
            elif item.id in touched and po.id != 10010 and len(po.items) > 2:
                removed = item.id
    for po in sandbox.state.purchase_orders.values():
        po.items = [item for item in po.items if item.id != removed]

    found = of_sheet(context, "update_items")

    assert verdicts(found) == {
        touched[priced].id.row: Agreement.DIFFERS,
        touched[removed].id.row: Agreement.MISSING,
    }


def test_a_link_taken_away_is_found(context, sandbox, tmp_path):
    sent(context, "link_to_po", tmp_path)
    linked = next(po for po in sandbox.state.purchase_orders.values() if po.linked_orders)
    order = linked.linked_orders[0]
    linked.linked_orders.remove(order)

    found = of_sheet(context, "link_to_po")

    missing = [row for row in found.rows if row.verdict is Agreement.MISSING]
    assert {row.ours["order_id"] for row in missing} == {order}
    assert set(verdicts(found).values()) == {Agreement.MISSING, Agreement.UNREADABLE}


def test_shipping_details_changed_by_hand_are_found(context, sandbox, tmp_path):
    sent(context, "update_shipping", tmp_path)
    carried = next(
        r for r in of_sheet(context, "update_shipping").rows if "shipping_carrier" in r.ours
    )
    sandbox.state.shipstation_orders[carried.po]["shipping_carrier"] = "Pigeon"

    found = of_sheet(context, "update_shipping")

    assert verdicts(found) == {carried.id.row: Agreement.DIFFERS}
    assert "Pigeon there" in found.rows[[r.id for r in found.rows].index(carried.id)].sentence


def test_a_notice_is_answered_with_the_orders_status(context, tmp_path):
    sent(context, "notify_shipped", tmp_path)

    found = of_sheet(context, "notify_shipped")

    assert {row.verdict for row in found.rows} == {Agreement.UNREADABLE}
    assert all("ShipEngine calls the order" in row.sentence for row in found.rows)


def test_a_purchase_order_that_is_not_there_is_not_found(context, sheet):
    path = sheet(
        "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status",
        "99999,1Z999AA10123456784,UPS,2026-11-19,2",
        "10001,,UPS,2026-11-19,2",
    )

    found = of_sheet(context, "add_tracking", path)

    assert verdicts(found) == {2: Agreement.NOT_FOUND, 3: Agreement.NOT_CHECKED}
    assert found.attention == 2


def test_of_two_runs_that_set_the_same_the_later_is_compared(context, sheet):
    headings = "PO ID,PO Item ID,Unit Price"
    account = context.settings.account("sellercloud")
    for price in ("5.25", "6.50"):
        upload_sheet(
            sheet(headings, f"10001,100011,{price}", name=f"{price}.csv"),
            UploadOptions(ReadingOptions("update_items")),
            context,
            account,
        )

    subjects = subjects_of_runs(context.journal, context.journal.runs())
    found = reconciled(context, subjects["sellercloud"][0], account)

    assert [(row.source, row.verdict) for row in found.rows] == [
        ("run 1", Agreement.NOT_CHECKED),
        ("run 2", Agreement.MATCHES),
    ]
    assert found.rows[0].sentence == "row 2 of run 2 came after it"
    assert found.attention == 0


def test_what_an_earlier_run_set_and_no_later_one_is_still_compared(context, sandbox, sheet):
    headings = "PO ID,PO Item ID,Qty Units Ordered,Unit Price"
    account = context.settings.account("sellercloud")
    for values in ("12,5.25", ",6.50"):
        path = sheet(headings, f"10001,100011,{values}", name=f"{values}.csv")
        upload_sheet(path, UploadOptions(ReadingOptions("update_items")), context, account)
    sandbox.state.purchase_orders[10001].items[0].qty_units = 13

    subjects = subjects_of_runs(context.journal, context.journal.runs())
    found = reconciled(context, subjects["sellercloud"][0], account)

    assert [(row.source, row.verdict, row.differing) for row in found.rows] == [
        ("run 1", Agreement.DIFFERS, ("qty_units_ordered",)),
        ("run 2", Agreement.MATCHES, ()),
    ]


def test_two_rows_of_a_run_on_one_purchase_order_are_both_compared(context, sandbox, sheet):
    path = sheet("PO ID,Carrier,ETA", "se-101,UPS,", "se-101,,2026-12-04")
    account = context.settings.account("shipstation")
    upload_sheet(path, UploadOptions(ReadingOptions("update_shipping")), context, account)
    sandbox.state.shipstation_orders["se-101"]["shipping_carrier"] = "Pigeon"

    subjects = subjects_of_runs(context.journal, context.journal.runs())
    found = reconciled(context, subjects["shipstation"][0], account)

    assert {row.id.row: row.verdict for row in found.rows} == {
        2: Agreement.DIFFERS,
        3: Agreement.MATCHES,
    }


def test_a_platform_that_fails_for_a_while_is_asked_again(context, sandbox, tmp_path):
    sent(context, "add_tracking", tmp_path)
    sandbox.fault("status", status=503, times=2, method="GET")

    assert of_sheet(context, "add_tracking").attention == 0


def test_a_platform_that_fails_for_good_leaves_rows_unchecked_with_its_words(context, sandbox):
    sandbox.fault("status", status=503, times=1000, method="GET")

    found = of_sheet(context, "add_tracking")

    assert {row.verdict for row in found.rows} == {Agreement.NOT_CHECKED}
    assert all("503" in row.sentence for row in found.rows)

"""What the platform has before a run's first write is kept for undo, each path asked once."""

from dataclasses import replace

from importer.demo.demo import SECRETS
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.runs.upload import upload_sheet
from importer.sending.read_back import Access
from importer.sending.snapshot import keep_snapshot, read_now
from tests.factories import rows

ITEMS = operations()["update_items"]


def access(context):
    account = context.settings.account("sellercloud")
    return Access(account, account.credentials(SECRETS), context.journal, patience=context.patience)


def gets(sandbox):
    return [entry.path for entry in sandbox.log if entry.method == "GET"]


def test_rows_of_one_purchase_order_share_one_get(context, sandbox):
    wanted = rows("update_items", {}, {"po_item_id": 100012}, {"po_id": 10002})

    content = read_now(access(context), ITEMS, wanted)

    assert set(content) == {row.id for row in wanted}
    assert len(gets(sandbox)) == 2


def test_a_purchase_order_that_is_not_there_is_left_out(context, sandbox):
    wanted = rows("update_items", {"po_id": 99999}, {})

    assert set(read_now(access(context), ITEMS, wanted)) == {RowId(3)}


def test_values_that_are_kept_already_are_not_read_again(context, sandbox, sheet):
    path = sheet("PO ID,PO Item ID,Unit Price", "10001,100011,5.25")
    context.stop.set()
    options = UploadOptions(ReadingOptions("update_items"), undoable=True)
    summary = upload_sheet(path, options, context, access(context).account)
    context.stop.clear()
    epoch = context.journal.take(summary.run)
    (row,) = rows("update_items", {})
    kept = {row.id: row}

    first = keep_snapshot(access(context), summary.run, epoch, ITEMS, kept)
    asked = len(gets(sandbox))
    again = keep_snapshot(access(context), summary.run, epoch, ITEMS, kept)

    assert (first, again, len(gets(sandbox))) == (None, None, asked)
    (record,) = context.journal.rows(summary.run)
    assert record.before["qty_units_ordered"] is not None


def test_a_stopped_run_keeps_nothing_and_says_so(context, sandbox, sheet):
    path = sheet("PO ID,PO Item ID,Unit Price", "10001,100011,5.25")
    context.stop.set()
    options = UploadOptions(ReadingOptions("update_items"))
    summary = upload_sheet(path, options, context, access(context).account)
    epoch = context.journal.take(summary.run)
    (row,) = rows("update_items", {})

    stopped = keep_snapshot(
        replace(access(context), stop=context.stop), summary.run, epoch, ITEMS, {row.id: row}
    )

    assert stopped == "Interrupted by hand."
    assert gets(sandbox) == []

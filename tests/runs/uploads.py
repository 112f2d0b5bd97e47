"""Sheets of tracking numbers and what their upload to the sandbox comes to."""

from contextlib import contextmanager
from dataclasses import replace

from importer.model.options import ReadingOptions, UploadOptions
from importer.runs.execute import Context
from importer.runs.upload import upload_sheet

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
TRACKING = UploadOptions(ReadingOptions("add_tracking"), verify=False)


def line(po_id=10001, number="1Z999AA10123456784", carrier="UPS", on="2026-11-19", status="2"):
    return f"{po_id},{number},{carrier},{on},{status}"


def upload(path, context, options=TRACKING, account="sellercloud"):
    return upload_sheet(path, options, context, context.settings.account(account))


def statuses(summary):
    return {row: outcome.status.value for row, outcome in summary.outcomes.items()}


def listed(sandbox, po_id=10001):
    return [entry.tracking_number for entry in sandbox.state.purchase_orders[po_id].tracking]


def one_worker(settings):
    accounts = {name: replace(a, workers=1) for name, a in settings.accounts.items()}
    return replace(settings, accounts=accounts)


def stop_after(context: Context, rows: int):
    """A progress that stops the run once so many rows are settled."""

    @contextmanager
    def progress(title, total):
        settled = []

        def advance(count):
            settled.extend(range(count))
            if len(settled) >= rows:
                context.stop.set()

        yield advance

    return progress

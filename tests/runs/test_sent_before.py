"""What earlier runs have sent, or may have sent, is not sent again."""

from dataclasses import replace

from importer.model.options import UploadOptions
from importer.sandbox import Sandbox
from tests.runs.uploads import (
    HEADINGS,
    TRACKING,
    line,
    listed,
    one_worker,
    statuses,
    stop_after,
    upload,
)


def test_the_same_sheet_again_sends_nothing(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    first = upload(path, context)

    again = upload(path, context)

    assert statuses(again) == {2: "unchanged"}
    assert again.outcomes[2].sentence.startswith(f"Sent by run {first.run} on 20")
    assert again.exit_status == 0
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_a_parcel_sent_before_with_other_values_is_said(context, sandbox, sheet):
    upload(sheet(HEADINGS, line()), context)

    summary = upload(sheet(HEADINGS, line(carrier="FedEx", on="2026-11-20")), context)

    assert statuses(summary) == {2: "unchanged"}
    assert "with Carrier UPS, Shipped On 2026-11-19; a second call" in summary.outcomes[2].sentence


def test_a_growing_sheet_sends_its_new_rows_only(context, sandbox, sheet):
    upload(sheet(HEADINGS, line()), context)

    summary = upload(sheet(HEADINGS, line(), line(number="A12345")), context)

    assert statuses(summary) == {2: "unchanged", 3: "sent"}
    assert listed(sandbox) == ["1Z999AA10123456784", "A12345"]


def test_again_sends_what_an_earlier_run_has_sent(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    upload(path, context)

    upload(path, context, replace(TRACKING, again=True))

    assert listed(sandbox) == ["1Z999AA10123456784"] * 2


def test_a_repeatable_operation_is_sent_each_time(context, sandbox, sheet):
    path = sheet("PO ID,PO Item ID,Qty Units Ordered", "10001,100011,24")
    upload(path, context, UploadOptions(verify=False))

    summary = upload(path, context, UploadOptions(verify=False))

    assert statuses(summary) == {2: "sent"}
    assert len(sandbox.writes) == 2


def test_what_was_sent_to_one_address_is_not_taken_as_sent_to_another(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    upload(path, context)

    with Sandbox() as elsewhere:
        accounts = dict(context.settings.accounts)
        moved = replace(accounts["sellercloud"], base_url=f"{elsewhere.url}/rest")
        accounts["sellercloud"] = moved
        summary = upload(
            path, replace(context, settings=replace(context.settings, accounts=accounts))
        )

        assert statuses(summary) == {2: "sent"}
        assert listed(elsewhere) == ["1Z999AA10123456784"]


def test_without_waiting_a_lost_answer_stays_unknown_and_the_next_run_looks_first(
    context, sandbox, sheet
):
    sandbox.fault("drop", after=False, times=1)
    path = sheet(HEADINGS, line())
    hasty = replace(context, patience=replace(context.patience, wait_to_settle=False))
    first = upload(path, hasty)

    summary = upload(sheet(HEADINGS, line(), line(po_id=10002), name="next.csv"), context)

    assert statuses(first) == {2: "unknown"}
    assert statuses(summary) == {2: "unchanged", 3: "sent"}
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_looking_again_at_an_earlier_run_sends_nothing_that_it_left_unsent(context, sandbox, sheet):
    sandbox.fault("drop", after=False, times=1, path="10001")
    hasty = replace(context.patience, wait_to_settle=False)
    old = replace(
        context,
        settings=one_worker(context.settings),
        patience=hasty,
        progress=stop_after(context, rows=1),
    )
    upload(sheet(HEADINGS, line(), line(po_id=10002), name="old.csv"), old)
    context.stop.clear()

    summary = upload(sheet(HEADINGS, line(), line(po_id=10003), name="new.csv"), context)

    assert set(statuses(summary).values()) <= {"unchanged", "verified", "sent"}
    assert any(note.startswith("checked run 1") for note in summary.notes)
    assert listed(sandbox, 10002) == []

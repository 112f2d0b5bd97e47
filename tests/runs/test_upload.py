"""Whole uploads against the sandbox, over a real socket and with a real journal."""

from dataclasses import replace

import pytest

from importer.model.errors import JournalError, SettingsError
from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import sheet_rows
from importer.runs.upload import abandon_run, interrupted_runs, plan_sheet, resume_run
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


def test_one_bad_row_never_stops_the_others(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number="", po_id=10002), line(po_id=10002, number="A12345"))

    summary = upload(path, context)

    assert statuses(summary) == {2: "sent", 3: "invalid", 4: "sent"}
    assert summary.exit_status == 1
    assert listed(sandbox) == ["1Z999AA10123456784"]
    assert listed(sandbox, 10002) == ["A12345"]


def test_a_refused_row_carries_the_platforms_own_sentence(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(po_id=10018)), context)

    assert summary.outcomes == {
        2: Outcome(Status.REJECTED, "Purchase order 10018 is Completed and cannot be changed.")
    }


def test_nothing_is_begun_without_the_accounts_secrets(context, sandbox, sheet):
    bare = replace(context, environ={})

    with pytest.raises(SettingsError, match="SANDBOX_USERNAME"):
        upload(sheet(HEADINGS, line()), bare)

    assert context.journal.runs() == []


def test_an_expired_token_is_renewed_and_the_call_sent_once_more(context, sandbox, sheet):
    sandbox.fault("status", status=401, times=1)

    summary = upload(sheet(HEADINGS, line()), context)

    assert statuses(summary) == {2: "sent"}
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_a_pause_that_the_platform_asks_for_is_kept_by_the_whole_account(context, sandbox, sheet):
    sandbox.fault("throttle", seconds=1, times=1)

    summary = upload(sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(6))), context)

    assert set(statuses(summary).values()) == {"sent"}
    assert sum(len(listed(sandbox, 10001 + i)) for i in range(6)) == 6


def test_one_bad_row_among_64_costs_at_most_12_further_writes(context, sandbox, sheet):
    sandbox.fault("status", status=400, body_contains="BAD12345", times=None)
    numbers = [f"A{i:07}" for i in range(64)]
    numbers[37] = "BAD12345"

    summary = upload(sheet(HEADINGS, *(line(number=number) for number in numbers)), context)

    assert [row for row, status in statuses(summary).items() if status != "sent"] == [39]
    assert summary.outcomes[39].status is Status.REJECTED
    assert sorted(listed(sandbox)) == sorted(set(numbers) - {"BAD12345"})
    assert len(sandbox.writes) <= 13


def test_a_hopeless_call_is_given_up_after_40_further_writes(context, sandbox, sheet):
    sandbox.fault("status", status=400, times=None)

    summary = upload(sheet(HEADINGS, *(line(number=f"A{i:07}") for i in range(64))), context)

    assert set(statuses(summary).values()) == {"rejected"}
    assert any("did not find the bad rows" in o.sentence for o in summary.outcomes.values())
    assert len(sandbox.writes) <= 41


def test_a_missing_po_is_not_taken_apart(context, sandbox, sheet):
    upload(sheet(HEADINGS, *(line(po_id=10999, number=f"A{i:07}") for i in range(16))), context)

    assert len(sandbox.writes) == 1


def test_calls_of_one_po_never_overlap(context, sandbox, sheet, monkeypatch):
    monkeypatch.setattr("importer.operations.add_tracking.AddTracking.most_rows", 1)
    sandbox.switch(latency_s=0.02)
    path = sheet(HEADINGS, *(line(po_id=10001 + i % 2, number=f"A{i:07}") for i in range(12)))

    upload(path, context)

    for po_id in (10001, 10002):
        spans = [(e.at, e.duration_s) for e in sandbox.writes if f"/{po_id}/" in e.path]
        ends = [at.timestamp() + duration for at, duration in spans]
        assert all(end <= at.timestamp() for end, (at, _) in zip(ends, spans[1:], strict=False))
    assert listed(sandbox) == [f"A{i:07}" for i in range(0, 12, 2)]


def test_a_lost_answer_to_a_new_po_is_never_sent_again(context, sandbox, sheet):
    sandbox.fault("drop", after=True, times=1)
    headings = "Order ID,New PO Company ID,New PO Vendor ID,Order Item ID"

    summary = upload(sheet(headings, "50001,101,201,ALL"), context, UploadOptions())

    assert statuses(summary) == {2: "unknown"}
    assert summary.exit_status == 3
    assert len(sandbox.state.links) == 1


def test_a_late_apply_is_not_doubled(context, sandbox, sheet):
    accounts = dict(context.settings.accounts)
    accounts["sellercloud"] = replace(accounts["sellercloud"], settle_s=1.0)
    patient = replace(context, settings=replace(context.settings, accounts=accounts))
    sandbox.fault("late", seconds=0.4, times=1)

    summary = upload(sheet(HEADINGS, line()), patient)

    assert statuses(summary) == {2: "verified"}
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_what_was_half_applied_is_completed_and_no_more(context, sandbox, sheet):
    sandbox.switch(partial_apply=True)
    sandbox.fault("drop", after=True, times=1)
    path = sheet(HEADINGS, line(), line(number="A12345"), line(number="A12346"))

    summary = upload(path, context)

    assert set(statuses(summary).values()) <= {"sent", "verified"}
    assert sorted(listed(sandbox)) == ["1Z999AA10123456784", "A12345", "A12346"]


def test_what_was_sent_is_read_back_at_the_end_and_becomes_verified(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(po_id=10002, number="A12345"))

    summary = upload(path, context, replace(TRACKING, verify=None))

    assert statuses(summary) == {2: "verified", 3: "verified"}
    assert len([e for e in sandbox.log if e.method == "GET"]) == 2


def test_what_a_read_back_does_not_show_is_said(context, sandbox, sheet):
    sandbox.fault("empty", after=False, times=1)

    summary = upload(sheet(HEADINGS, line()), context, replace(TRACKING, verify=True))

    assert statuses(summary) == {2: "unknown"}
    assert "a read back does not show it" in summary.outcomes[2].sentence
    assert summary.exit_status == 3


def test_a_link_that_was_there_before_is_not_taken_for_ours(context, sandbox, sheet):
    headings = "Order ID,Existing PO ID,Order Item ID,Qty For PO"
    upload(sheet(headings, "50001,10001,500011,1"), context, UploadOptions())
    sandbox.fault("drop", after=False, times=1)

    summary = upload(
        sheet(headings, "50001,10001,500012,1", name="second.csv"), context, UploadOptions()
    )

    assert statuses(summary) == {2: "unknown"}
    assert len(sandbox.state.links) == 1


def test_a_link_whose_answer_was_lost_is_found_by_the_pos_related_items(context, sandbox, sheet):
    sandbox.fault("drop", after=True, times=1)
    headings = "Order ID,Existing PO ID,Order Item ID,Qty For PO"

    summary = upload(sheet(headings, "50001,10001,500011,1"), context, UploadOptions())

    assert statuses(summary) == {2: "verified"}
    assert len(sandbox.state.links) == 1


def test_a_run_whose_sheet_has_come_again_is_told_apart(context, sandbox, sheet):
    lines = [line(po_id=10001 + i) for i in range(9)]
    path = sheet(HEADINGS, *lines)
    stopped = replace(
        context, settings=one_worker(context.settings), progress=stop_after(context, rows=3)
    )
    old = upload(path, stopped).run
    context.stop.clear()
    new = upload(sheet(HEADINGS, *lines[:4]), context).run

    [(run, newer)] = interrupted_runs(context.journal)

    assert (run.id, newer.id) == (old, new)


def test_an_abandoned_run_sends_nothing_more(context, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()

    abandon_run(run, context.journal)

    assert interrupted_runs(context.journal) == []
    with pytest.raises(JournalError, match="was abandoned"):
        resume_run(run, context)
    assert len(sandbox.writes) == 3


def test_plan_shows_the_calls_and_the_minutes(context, sheet):
    account = context.settings.account("sellercloud")
    limited = replace(account, limit=type(account.limit).parse("60/minute"))

    summary = plan_sheet(
        sheet(HEADINGS, line(), line(po_id=10002, number="A12345")),
        TRACKING,
        context.settings,
        limited,
    )

    assert [(call.path, sheet_rows(call.rows)) for call in summary.plan] == [
        ("PurchaseOrders/10001/TrackingNumber/Multiple", [2]),
        ("PurchaseOrders/10002/TrackingNumber/Multiple", [3]),
    ]
    assert summary.minutes == pytest.approx(4 / 60 / 0.95, abs=0.01)  # two reads back

"""Whole uploads against the sandbox, over a real socket and with a real journal."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from importer.model.errors import JournalError, SettingsError, SheetError, UsageError
from importer.model.options import ReadingOptions, Share, UploadOptions
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import sheet_rows
from importer.model.sheet_rows import by_sheet_row
from importer.runs.check import check_sheet
from importer.runs.execute import Context
from importer.runs.upload import abandon_run, interrupted_runs, plan_sheet, resume_run, upload_sheet
from importer.sandbox import Sandbox

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


def test_one_bad_row_never_stops_the_others(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number="", po_id=10002), line(po_id=10002, number="A12345"))

    summary = upload(path, context)

    assert statuses(summary) == {2: "sent", 3: "invalid", 4: "sent"}
    assert summary.exit_status == 1
    assert listed(sandbox) == ["1Z999AA10123456784"]
    assert listed(sandbox, 10002) == ["A12345"]


def test_a_total_is_kept_in_the_run_and_never_sent(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(), ",Total,,,", HEADINGS), context)

    assert statuses(summary) == {2: "sent", 3: "unchanged", 4: "unchanged"}
    assert summary.exit_status == 0
    assert by_sheet_row(context.journal.outcomes(summary.run)) == summary.outcomes
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_whole_po_holds_back_the_other_rows_of_a_po_with_a_bad_row(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number=""), line(po_id=10002, number="A12345"))

    summary = upload(path, context, replace(TRACKING, whole_po=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid", 4: "sent"}
    assert (
        summary.outcomes[2].sentence
        == "not sent: --whole-po holds the purchase order until row 3 is fixed"
    )
    assert listed(sandbox) == []


def test_strict_holds_back_the_whole_sheet(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(po_id=10002, number=""))

    summary = upload(path, context, replace(TRACKING, strict=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid"}
    assert sandbox.writes == []


def test_a_refused_row_carries_the_platforms_own_sentence(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(po_id=10018)), context)

    assert summary.outcomes == {
        2: Outcome(Status.REJECTED, "Purchase order 10018 is Completed and cannot be changed.")
    }


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
    assert "with Carrier UPS, Shipped On 2026-11-19, which" in summary.outcomes[2].sentence


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


def test_a_stopped_run_leaves_the_rest_unsent_and_says_how_to_go_on(context, sandbox, sheet):
    lines = [line(po_id=10001 + i) for i in range(9)]
    path = sheet(HEADINGS, *lines)
    settings = one_worker(context.settings)
    progress = _stop_after(context, rows=3)

    summary = upload(path, replace(context, settings=settings, progress=progress))

    assert list(statuses(summary).values()) == ["sent"] * 3 + ["unsent"] * 6
    assert summary.stopped_by == "Interrupted by hand."
    assert summary.exit_status == 1
    assert summary.result.read_text().count(",unsent,") == 6


def test_resume_sends_the_rest_of_a_stopped_run_once(context, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=_stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()

    summary = resume_run(run, context)

    assert set(statuses(summary).values()) == {"sent"}
    assert [listed(sandbox, 10001 + i) for i in range(9)] == [["1Z999AA10123456784"]] * 9
    assert summary.result.read_text().count(",sent,") == 9


def test_uploading_the_sheet_of_a_stopped_run_resumes_that_run(context, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=_stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()

    summary = upload(path, context)

    assert summary.run == run
    assert len(sandbox.writes) == 9


def test_a_resumed_run_without_its_sheet_is_sent_and_says_that_there_is_no_result(
    context, sandbox, sheet
):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=_stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()
    path.unlink()

    summary = resume_run(run, context)

    assert summary.result is None
    assert "no result was written" in summary.notes[0]
    assert len(sandbox.writes) == 9


def test_a_result_sheet_can_be_mended_and_uploaded_again(context, sandbox, sheet):
    first = upload(sheet(HEADINGS, line(), line(number="", po_id=10002)), context)
    mended = first.result.read_text().replace("10002,,UPS", "10002,A12345,UPS")
    first.result.write_text(mended)

    summary = upload(first.result, context)

    assert statuses(summary) == {2: "unchanged", 3: "sent"}
    assert summary.result != first.result
    assert summary.result.read_text().splitlines()[0] == f"{HEADINGS},Import Status,Import Error"


def test_the_sheet_itself_is_never_touched(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    before = path.read_bytes(), path.stat().st_mtime_ns

    upload(path, context)

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_nothing_is_begun_without_the_accounts_secrets(context, sandbox, sheet):
    bare = replace(context, environ={})

    with pytest.raises(SettingsError, match="SANDBOX_USERNAME"):
        upload(sheet(HEADINGS, line()), bare)

    assert context.journal.runs() == []


def test_an_account_of_another_platform_is_refused(context, sandbox, sheet):
    with pytest.raises(UsageError, match="add_tracking, which goes to Sellercloud"):
        upload(sheet(HEADINGS, line()), context, account="shipstation")

    assert context.journal.runs() == []


def test_a_refused_sign_in_stops_the_run_before_anything_is_sent(context, sandbox, sheet):
    wrong = replace(context, environ={**context.environ, "SANDBOX_PASSWORD": "guess"})

    summary = upload(sheet(HEADINGS, line(), line(po_id=10002)), wrong)

    assert statuses(summary) == {2: "unsent", 3: "unsent"}
    assert "refused the sign-in of account sellercloud" in summary.stopped_by
    assert "guess" not in summary.stopped_by
    assert sandbox.writes == []
    assert len([e for e in sandbox.log if e.path.endswith("/token")]) == 1


def test_a_platform_that_cannot_be_reached_leaves_every_row_unsent(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(po_id=10002))
    sandbox.close()

    summary = upload(path, context)

    assert set(statuses(summary).values()) == {"unsent"}
    assert "could not be reached" in summary.stopped_by


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


def test_so_many_refused_rows_stop_a_run_whose_sheet_is_plainly_wrong(context, sandbox, sheet):
    lines = [line(po_id=10017 + i % 2, number=f"A{i:07}") for i in range(4)]
    options = replace(TRACKING, stop_after=Share.parse("20%"))
    path = sheet(HEADINGS, *lines, *(line(po_id=10001 + i) for i in range(10)))

    summary = upload(path, replace(context, settings=one_worker(context.settings)), options)

    assert set(list(statuses(summary).values())[4:]) == {"unsent"}
    assert "rows were refused, which is where to stop" in summary.stopped_by


def test_equal_refusals_in_a_row_stop_the_run(context, sandbox, sheet):
    sandbox.fault("status", status=403, reply={"ErrorMessage": "No rights."}, times=None)
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(15)))

    summary = upload(path, replace(context, settings=one_worker(context.settings)))

    assert list(statuses(summary).values()) == ["rejected"] * 10 + ["unsent"] * 5
    assert summary.stopped_by == "10 calls in a row were refused alike: No rights."


def test_lost_answers_in_a_row_stop_the_run(context, sandbox, sheet):
    sandbox.fault("drop", after=False, times=None)
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))

    summary = upload(path, replace(context, settings=one_worker(context.settings)))

    assert list(statuses(summary).values()) == ["unknown"] * 3 + ["unsent"] * 6
    assert summary.stopped_by.startswith("3 answers in a row were lost.")


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


def test_a_mended_result_is_never_written_over(context, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number="", po_id=10002))
    first = check_sheet(path, TRACKING, context.settings).result
    first.write_text(first.read_text().replace("10002,,UPS", "10002,A12345,UPS"))
    mended = first.read_bytes()

    summary = upload(path, context)

    assert summary.result.name == "sheet.result-2.csv"
    assert first.read_bytes() == mended


def test_a_result_that_nobody_mended_is_written_anew(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    first = check_sheet(path, TRACKING, context.settings).result

    assert upload(path, context).result == first


def test_results_of_results_count_upwards(context, sandbox, sheet):
    first = upload(sheet(HEADINGS, line()), context).result
    second = upload(first, context).result

    third = upload(second, context).result

    assert [p.name for p in (first, second, third)] == [
        "sheet.result.csv",
        "sheet.result-2.csv",
        "sheet.result-3.csv",
    ]


def test_two_sheets_of_one_name_keep_both_results(context, sandbox, sheet, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = sheet(HEADINGS, line(), name="a/dock.csv")
    two = sheet(HEADINGS, line(number="A12345"), name="b/dock.csv")
    options = replace(TRACKING, into=tmp_path / "out")

    results = [check_sheet(path, options, context.settings).result.name for path in (one, two)]

    assert results == ["dock.result.csv", "dock.result-2.csv"]


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


def test_a_run_is_not_resumed_at_another_address(context, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=_stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()
    accounts = dict(context.settings.accounts)
    accounts["sellercloud"] = replace(accounts["sellercloud"], base_url="http://127.0.0.1:9/rest")

    with pytest.raises(SettingsError, match="was sent to http"):
        resume_run(run, replace(context, settings=replace(context.settings, accounts=accounts)))


def test_a_run_whose_sheet_has_come_again_is_told_apart(context, sandbox, sheet):
    lines = [line(po_id=10001 + i) for i in range(9)]
    path = sheet(HEADINGS, *lines)
    stopped = replace(
        context, settings=one_worker(context.settings), progress=_stop_after(context, rows=3)
    )
    old = upload(path, stopped).run
    context.stop.clear()
    new = upload(sheet(HEADINGS, *lines[:4]), context).run

    [(run, newer)] = interrupted_runs(context.journal)

    assert (run.id, newer.id) == (old, new)


def test_an_abandoned_run_sends_nothing_more(context, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=_stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()

    abandon_run(run, context.journal)

    assert interrupted_runs(context.journal) == []
    with pytest.raises(JournalError, match="was abandoned"):
        resume_run(run, context)
    assert len(sandbox.writes) == 3


def test_looking_again_at_an_earlier_run_sends_nothing_that_it_left_unsent(context, sandbox, sheet):
    sandbox.fault("drop", after=False, times=1, path="10001")
    hasty = replace(context.patience, wait_to_settle=False)
    old = replace(
        context,
        settings=one_worker(context.settings),
        patience=hasty,
        progress=_stop_after(context, rows=1),
    )
    upload(sheet(HEADINGS, line(), line(po_id=10002), name="old.csv"), old)
    context.stop.clear()

    summary = upload(sheet(HEADINGS, line(), line(po_id=10003), name="new.csv"), context)

    assert set(statuses(summary).values()) <= {"unchanged", "verified", "sent"}
    assert any(note.startswith("looked again at run 1") for note in summary.notes)
    assert listed(sandbox, 10002) == []


def test_a_pruned_run_with_an_unknown_call_can_still_be_resumed(context, sandbox, sheet):
    sandbox.fault("drop", after=False, times=1)
    hasty = replace(context, patience=replace(context.patience, wait_to_settle=False))
    run = upload(sheet(HEADINGS, line(), line(number="A12345")), hasty).run
    context.journal.prune(context.journal.now() + timedelta(days=1))

    summary = resume_run(run, context)

    assert set(statuses(summary).values()) <= {"unknown", "sent", "verified"}


def test_whole_po_goes_by_the_purchase_order_of_a_link_too(context, sandbox, sheet):
    headings = "Order ID,Existing PO ID,Order Item ID,Qty For PO"
    path = sheet(headings, "50001,10001,500011,1", "50002,10001,500021,", "50003,10002,500031,1")

    summary = upload(path, context, UploadOptions(whole_po=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid", 4: "sent"}


def test_a_sheet_without_shipping_status_is_never_sent_to_another_platform(context, sandbox, sheet):
    path = sheet("PO #,Tracking #,Carrier,Date Shipped", "10001,1Z999AA10123456784,UPS,2026-11-19")

    with pytest.raises(UsageError, match="also needs Shipping Status"):
        upload(path, context, UploadOptions())


def test_a_result_that_cannot_be_written_is_said_and_can_be_written_later(context, sandbox, sheet):
    path = sheet(HEADINGS, line())
    blocked = path.parent / "results"
    blocked.write_text("a file where the folder should be")

    summary = upload(path, context, replace(TRACKING, into=blocked))
    blocked.unlink()
    resumed = resume_run(summary.run, context)

    assert statuses(summary) == {2: "sent"}
    assert summary.result is None
    assert f"importer resume {summary.run} writes it" in summary.notes[-1]
    assert resumed.result == blocked / "sheet.result.csv"
    assert len(sandbox.writes) == 1


def test_check_needs_no_account_and_sends_nothing(settings, sandbox, sheet):
    summary = check_sheet(
        sheet(HEADINGS, line(), line(number="A12345", carrier="Fedx")), TRACKING, settings
    )

    assert statuses(summary) == {2: "planned", 3: "invalid"}
    assert sandbox.log == []


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


def test_a_sheet_of_totals_only_is_refused_with_what_they_are(settings, sheet):
    with pytest.raises(SheetError, match="none to send; not sent, a total: row 2"):
        check_sheet(sheet(HEADINGS, "Total,,,,3"), TRACKING, settings)


def test_headings_without_rows_are_refused_with_a_sentence(settings, sheet):
    with pytest.raises(SheetError, match="no rows below"):
        check_sheet(sheet(HEADINGS), TRACKING, settings)


def test_the_same_tracking_number_on_two_pos_is_sent_with_a_warning(context, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(), line(po_id=10002)), context)

    assert statuses(summary) == {2: "sent", 3: "sent"}
    assert "stands on more than one PO, in rows 2 and 3" in summary.outcomes[2].sentence
    assert summary.exit_status == 0


def one_worker(settings):
    accounts = {name: replace(a, workers=1) for name, a in settings.accounts.items()}
    return replace(settings, accounts=accounts)


def _stop_after(context: Context, rows: int):
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

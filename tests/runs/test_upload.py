"""Whole uploads against the sandbox, over a real socket and with a real journal."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from importer.model.errors import JournalError, SettingsError, SheetError, UsageError
from importer.model.options import Share, Wish
from importer.model.outcomes import Outcome, Status
from importer.runs.check import check_sheet
from importer.runs.execute import Desk
from importer.runs.upload import abandon_run, interrupted_runs, plan_sheet, resume_run, upload_sheet
from importer.sandbox import Sandbox

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
TRACKING = Wish("add_tracking", verify=False)


def line(po_id=10001, number="1Z999AA10123456784", carrier="UPS", on="2026-11-19", status="2"):
    return f"{po_id},{number},{carrier},{on},{status}"


def upload(path, desk, wish=TRACKING, account="sellercloud"):
    return upload_sheet(path, wish, desk, desk.settings.account(account))


def statuses(summary):
    return {row: outcome.status.value for row, outcome in summary.outcomes.items()}


def listed(sandbox, po_id=10001):
    return [entry.tracking_number for entry in sandbox.state.purchase_orders[po_id].tracking]


def test_one_bad_row_never_stops_the_others(desk, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number="", po_id=10002), line(po_id=10002, number="A12345"))

    summary = upload(path, desk)

    assert statuses(summary) == {2: "sent", 3: "invalid", 4: "sent"}
    assert summary.exit_status == 1
    assert listed(sandbox) == ["1Z999AA10123456784"]
    assert listed(sandbox, 10002) == ["A12345"]


def test_a_total_is_kept_in_the_run_and_never_sent(desk, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(), ",Total,,,", HEADINGS), desk)

    assert statuses(summary) == {2: "sent", 3: "unchanged", 4: "unchanged"}
    assert summary.exit_status == 0
    assert desk.journal.outcomes(summary.run) == summary.outcomes
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_whole_po_holds_back_the_other_rows_of_a_po_with_a_bad_row(desk, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number=""), line(po_id=10002, number="A12345"))

    summary = upload(path, desk, replace(TRACKING, whole_po=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid", 4: "sent"}
    assert summary.outcomes[2].sentence == "held back: mend row 3 first"
    assert listed(sandbox) == []


def test_strict_holds_back_the_whole_sheet(desk, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(po_id=10002, number=""))

    summary = upload(path, desk, replace(TRACKING, strict=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid"}
    assert sandbox.writes == []


def test_a_refused_row_carries_the_platforms_own_sentence(desk, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(po_id=10018)), desk)

    assert summary.outcomes == {
        2: Outcome(Status.REJECTED, "Purchase order 10018 is Completed and cannot be changed.")
    }


def test_the_same_sheet_again_sends_nothing(desk, sandbox, sheet):
    path = sheet(HEADINGS, line())
    first = upload(path, desk)

    again = upload(path, desk)

    assert statuses(again) == {2: "unchanged"}
    assert again.outcomes[2].sentence.startswith(f"Sent by run {first.run} on 20")
    assert again.exit_status == 0
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_a_parcel_sent_before_with_other_values_is_said(desk, sandbox, sheet):
    upload(sheet(HEADINGS, line()), desk)

    summary = upload(sheet(HEADINGS, line(carrier="FedEx", on="2026-11-20")), desk)

    assert statuses(summary) == {2: "unchanged"}
    assert "with Carrier UPS, Shipped On 2026-11-19, which" in summary.outcomes[2].sentence


def test_a_growing_sheet_sends_its_new_rows_only(desk, sandbox, sheet):
    upload(sheet(HEADINGS, line()), desk)

    summary = upload(sheet(HEADINGS, line(), line(number="A12345")), desk)

    assert statuses(summary) == {2: "unchanged", 3: "sent"}
    assert listed(sandbox) == ["1Z999AA10123456784", "A12345"]


def test_again_sends_what_an_earlier_run_has_sent(desk, sandbox, sheet):
    path = sheet(HEADINGS, line())
    upload(path, desk)

    upload(path, desk, replace(TRACKING, again=True))

    assert listed(sandbox) == ["1Z999AA10123456784"] * 2


def test_a_repeatable_operation_is_sent_each_time(desk, sandbox, sheet):
    path = sheet("PO ID,PO Item ID,Qty Units Ordered", "10001,100011,24")
    upload(path, desk, Wish(verify=False))

    summary = upload(path, desk, Wish(verify=False))

    assert statuses(summary) == {2: "sent"}
    assert len(sandbox.writes) == 2


def test_a_stopped_run_leaves_the_rest_unsent_and_says_how_to_go_on(desk, sandbox, sheet):
    lines = [line(po_id=10001 + i) for i in range(9)]
    path = sheet(HEADINGS, *lines)
    settings = one_worker(desk.settings)
    progress = _stop_after(desk, rows=3)

    summary = upload(path, replace(desk, settings=settings, progress=progress))

    assert list(statuses(summary).values()) == ["sent"] * 3 + ["unsent"] * 6
    assert summary.stopped_by == "It was stopped by hand."
    assert summary.exit_status == 1
    assert summary.result.read_text().count(",unsent,") == 6


def test_resume_sends_the_rest_of_a_stopped_run_once(desk, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(desk, settings=one_worker(desk.settings), progress=_stop_after(desk, rows=3))
    run = upload(path, stopped).run
    desk.stop.clear()

    summary = resume_run(run, desk)

    assert set(statuses(summary).values()) == {"sent"}
    assert [listed(sandbox, 10001 + i) for i in range(9)] == [["1Z999AA10123456784"]] * 9
    assert summary.result.read_text().count(",sent,") == 9


def test_uploading_the_sheet_of_a_stopped_run_resumes_that_run(desk, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(desk, settings=one_worker(desk.settings), progress=_stop_after(desk, rows=3))
    run = upload(path, stopped).run
    desk.stop.clear()

    summary = upload(path, desk)

    assert summary.run == run
    assert len(sandbox.writes) == 9


def test_a_resumed_run_without_its_sheet_is_sent_and_says_that_there_is_no_result(
    desk, sandbox, sheet
):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(desk, settings=one_worker(desk.settings), progress=_stop_after(desk, rows=3))
    run = upload(path, stopped).run
    desk.stop.clear()
    path.unlink()

    summary = resume_run(run, desk)

    assert summary.result is None
    assert "no result was written" in summary.notes[0]
    assert len(sandbox.writes) == 9


def test_a_result_sheet_can_be_mended_and_uploaded_again(desk, sandbox, sheet):
    first = upload(sheet(HEADINGS, line(), line(number="", po_id=10002)), desk)
    mended = first.result.read_text().replace("10002,,UPS", "10002,A12345,UPS")
    first.result.write_text(mended)

    summary = upload(first.result, desk)

    assert statuses(summary) == {2: "unchanged", 3: "sent"}
    assert summary.result != first.result
    assert summary.result.read_text().splitlines()[0] == f"{HEADINGS},Import Status,Import Error"


def test_the_sheet_itself_is_never_touched(desk, sandbox, sheet):
    path = sheet(HEADINGS, line())
    before = path.read_bytes(), path.stat().st_mtime_ns

    upload(path, desk)

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_nothing_is_begun_without_the_accounts_secrets(desk, sandbox, sheet):
    bare = replace(desk, environ={})

    with pytest.raises(SettingsError, match="SANDBOX_USERNAME"):
        upload(sheet(HEADINGS, line()), bare)

    assert desk.journal.runs() == []


def test_an_account_of_another_platform_is_refused(desk, sandbox, sheet):
    with pytest.raises(UsageError, match="add_tracking, which goes to Sellercloud"):
        upload(sheet(HEADINGS, line()), desk, account="shipstation")

    assert desk.journal.runs() == []


def test_a_refused_sign_in_stops_the_run_before_anything_is_sent(desk, sandbox, sheet):
    wrong = replace(desk, environ={**desk.environ, "SANDBOX_PASSWORD": "guess"})

    summary = upload(sheet(HEADINGS, line(), line(po_id=10002)), wrong)

    assert statuses(summary) == {2: "unsent", 3: "unsent"}
    assert "refused the sign-in of account sellercloud" in summary.stopped_by
    assert "guess" not in summary.stopped_by
    assert sandbox.writes == []
    assert len([e for e in sandbox.log if e.path.endswith("/token")]) == 1


def test_a_platform_that_cannot_be_reached_leaves_every_row_unsent(desk, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(po_id=10002))
    sandbox.close()

    summary = upload(path, desk)

    assert set(statuses(summary).values()) == {"unsent"}
    assert "could not be reached" in summary.stopped_by


def test_an_expired_token_is_renewed_and_the_call_sent_once_more(desk, sandbox, sheet):
    sandbox.fault("status", status=401, times=1)

    summary = upload(sheet(HEADINGS, line()), desk)

    assert statuses(summary) == {2: "sent"}
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_a_pause_that_the_platform_asks_for_is_kept_by_the_whole_account(desk, sandbox, sheet):
    sandbox.fault("throttle", seconds=1, times=1)

    summary = upload(sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(6))), desk)

    assert set(statuses(summary).values()) == {"sent"}
    assert sum(len(listed(sandbox, 10001 + i)) for i in range(6)) == 6


def test_one_bad_row_among_64_costs_at_most_12_further_writes(desk, sandbox, sheet):
    sandbox.fault("status", status=400, body_contains="BAD12345", times=None)
    numbers = [f"A{i:07}" for i in range(64)]
    numbers[37] = "BAD12345"

    summary = upload(sheet(HEADINGS, *(line(number=number) for number in numbers)), desk)

    assert [row for row, status in statuses(summary).items() if status != "sent"] == [39]
    assert summary.outcomes[39].status is Status.REJECTED
    assert sorted(listed(sandbox)) == sorted(set(numbers) - {"BAD12345"})
    assert len(sandbox.writes) <= 13


def test_a_hopeless_call_is_given_up_after_40_further_writes(desk, sandbox, sheet):
    sandbox.fault("status", status=400, times=None)

    summary = upload(sheet(HEADINGS, *(line(number=f"A{i:07}") for i in range(64))), desk)

    assert set(statuses(summary).values()) == {"rejected"}
    assert any("did not find the bad rows" in o.sentence for o in summary.outcomes.values())
    assert len(sandbox.writes) <= 41


def test_a_missing_po_is_not_taken_apart(desk, sandbox, sheet):
    upload(sheet(HEADINGS, *(line(po_id=10999, number=f"A{i:07}") for i in range(16))), desk)

    assert len(sandbox.writes) == 1


def test_calls_of_one_po_never_overlap(desk, sandbox, sheet, monkeypatch):
    monkeypatch.setattr("importer.operations.add_tracking.AddTracking.most_rows", 1)
    sandbox.switch(latency_s=0.02)
    path = sheet(HEADINGS, *(line(po_id=10001 + i % 2, number=f"A{i:07}") for i in range(12)))

    upload(path, desk)

    for po_id in (10001, 10002):
        spans = [(e.at, e.duration_s) for e in sandbox.writes if f"/{po_id}/" in e.path]
        ends = [at.timestamp() + duration for at, duration in spans]
        assert all(end <= at.timestamp() for end, (at, _) in zip(ends, spans[1:], strict=False))
    assert listed(sandbox) == [f"A{i:07}" for i in range(0, 12, 2)]


def test_a_lost_answer_to_a_new_po_is_never_sent_again(desk, sandbox, sheet):
    sandbox.fault("drop", after=True, times=1)
    headings = "Order ID,New PO Company ID,New PO Vendor ID,Order Item ID"

    summary = upload(sheet(headings, "50001,101,201,ALL"), desk, Wish())

    assert statuses(summary) == {2: "unknown"}
    assert summary.exit_status == 3
    assert len(sandbox.state.links) == 1


def test_a_late_apply_is_not_doubled(desk, sandbox, sheet):
    accounts = dict(desk.settings.accounts)
    accounts["sellercloud"] = replace(accounts["sellercloud"], settle_s=1.0)
    patient = replace(desk, settings=replace(desk.settings, accounts=accounts))
    sandbox.fault("late", seconds=0.4, times=1)

    summary = upload(sheet(HEADINGS, line()), patient)

    assert statuses(summary) == {2: "verified"}
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_what_was_half_applied_is_completed_and_no_more(desk, sandbox, sheet):
    sandbox.switch(partial_apply=True)
    sandbox.fault("drop", after=True, times=1)
    path = sheet(HEADINGS, line(), line(number="A12345"), line(number="A12346"))

    summary = upload(path, desk)

    assert set(statuses(summary).values()) <= {"sent", "verified"}
    assert sorted(listed(sandbox)) == ["1Z999AA10123456784", "A12345", "A12346"]


def test_what_was_sent_is_read_back_at_the_end_and_becomes_verified(desk, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(po_id=10002, number="A12345"))

    summary = upload(path, desk, replace(TRACKING, verify=None))

    assert statuses(summary) == {2: "verified", 3: "verified"}
    assert len([e for e in sandbox.log if e.method == "GET"]) == 2


def test_what_a_read_back_does_not_show_is_said(desk, sandbox, sheet):
    sandbox.fault("empty", after=False, times=1)

    summary = upload(sheet(HEADINGS, line()), desk, replace(TRACKING, verify=True))

    assert statuses(summary) == {2: "unknown"}
    assert "a read back does not show it" in summary.outcomes[2].sentence
    assert summary.exit_status == 3


def test_so_many_refused_rows_stop_a_run_whose_sheet_is_plainly_wrong(desk, sandbox, sheet):
    lines = [line(po_id=10017 + i % 2, number=f"A{i:07}") for i in range(4)]
    wish = replace(TRACKING, stop_after=Share.parse("20%"))
    path = sheet(HEADINGS, *lines, *(line(po_id=10001 + i) for i in range(10)))

    summary = upload(path, replace(desk, settings=one_worker(desk.settings)), wish)

    assert set(list(statuses(summary).values())[4:]) == {"unsent"}
    assert "rows were refused, which is where to stop" in summary.stopped_by


def test_equal_refusals_in_a_row_stop_the_run(desk, sandbox, sheet):
    sandbox.fault("status", status=403, reply={"ErrorMessage": "No rights."}, times=None)
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(15)))

    summary = upload(path, replace(desk, settings=one_worker(desk.settings)))

    assert list(statuses(summary).values()) == ["rejected"] * 10 + ["unsent"] * 5
    assert summary.stopped_by == "10 calls in a row were refused alike: No rights."


def test_lost_answers_in_a_row_stop_the_run(desk, sandbox, sheet):
    sandbox.fault("drop", after=False, times=None)
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))

    summary = upload(path, replace(desk, settings=one_worker(desk.settings)))

    assert list(statuses(summary).values()) == ["unknown"] * 3 + ["unsent"] * 6
    assert summary.stopped_by.startswith("3 answers in a row were lost.")


def test_without_waiting_a_lost_answer_stays_unknown_and_the_next_run_looks_first(
    desk, sandbox, sheet
):
    sandbox.fault("drop", after=False, times=1)
    path = sheet(HEADINGS, line())
    hasty = replace(desk, patience=replace(desk.patience, wait_to_settle=False))
    first = upload(path, hasty)

    summary = upload(sheet(HEADINGS, line(), line(po_id=10002), name="next.csv"), desk)

    assert statuses(first) == {2: "unknown"}
    assert statuses(summary) == {2: "unchanged", 3: "sent"}
    assert listed(sandbox) == ["1Z999AA10123456784"]


def test_a_link_that_was_there_before_is_not_taken_for_ours(desk, sandbox, sheet):
    headings = "Order ID,Existing PO ID,Order Item ID,Qty For PO"
    upload(sheet(headings, "50001,10001,500011,1"), desk, Wish())
    sandbox.fault("drop", after=False, times=1)

    summary = upload(sheet(headings, "50001,10001,500012,1", name="second.csv"), desk, Wish())

    assert statuses(summary) == {2: "unknown"}
    assert len(sandbox.state.links) == 1


def test_a_link_whose_answer_was_lost_is_found_by_the_pos_related_items(desk, sandbox, sheet):
    sandbox.fault("drop", after=True, times=1)
    headings = "Order ID,Existing PO ID,Order Item ID,Qty For PO"

    summary = upload(sheet(headings, "50001,10001,500011,1"), desk, Wish())

    assert statuses(summary) == {2: "verified"}
    assert len(sandbox.state.links) == 1


def test_a_mended_result_is_never_written_over(desk, sandbox, sheet):
    path = sheet(HEADINGS, line(), line(number="", po_id=10002))
    first = check_sheet(path, TRACKING, desk.settings).result
    first.write_text(first.read_text().replace("10002,,UPS", "10002,A12345,UPS"))
    mended = first.read_bytes()

    summary = upload(path, desk)

    assert summary.result.name == "sheet.result-2.csv"
    assert first.read_bytes() == mended


def test_a_result_that_nobody_mended_is_written_anew(desk, sandbox, sheet):
    path = sheet(HEADINGS, line())
    first = check_sheet(path, TRACKING, desk.settings).result

    assert upload(path, desk).result == first


def test_results_of_results_count_upwards(desk, sandbox, sheet):
    first = upload(sheet(HEADINGS, line()), desk).result
    second = upload(first, desk).result

    third = upload(second, desk).result

    assert [p.name for p in (first, second, third)] == [
        "sheet.result.csv",
        "sheet.result-2.csv",
        "sheet.result-3.csv",
    ]


def test_two_sheets_of_one_name_keep_both_results(desk, sandbox, sheet, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = sheet(HEADINGS, line(), name="a/dock.csv")
    two = sheet(HEADINGS, line(number="A12345"), name="b/dock.csv")
    wish = replace(TRACKING, into=tmp_path / "out")

    results = [check_sheet(path, wish, desk.settings).result.name for path in (one, two)]

    assert results == ["dock.result.csv", "dock.result-2.csv"]


def test_what_was_sent_to_one_address_is_not_taken_as_sent_to_another(desk, sandbox, sheet):
    path = sheet(HEADINGS, line())
    upload(path, desk)

    with Sandbox() as elsewhere:
        accounts = dict(desk.settings.accounts)
        moved = replace(accounts["sellercloud"], base_url=f"{elsewhere.url}/rest")
        accounts["sellercloud"] = moved
        summary = upload(path, replace(desk, settings=replace(desk.settings, accounts=accounts)))

        assert statuses(summary) == {2: "sent"}
        assert listed(elsewhere) == ["1Z999AA10123456784"]


def test_a_run_is_not_resumed_at_another_address(desk, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(desk, settings=one_worker(desk.settings), progress=_stop_after(desk, rows=3))
    run = upload(path, stopped).run
    desk.stop.clear()
    accounts = dict(desk.settings.accounts)
    accounts["sellercloud"] = replace(accounts["sellercloud"], base_url="http://127.0.0.1:9/rest")

    with pytest.raises(SettingsError, match="was sent to http"):
        resume_run(run, replace(desk, settings=replace(desk.settings, accounts=accounts)))


def test_a_run_whose_sheet_has_come_again_is_told_apart(desk, sandbox, sheet):
    lines = [line(po_id=10001 + i) for i in range(9)]
    path = sheet(HEADINGS, *lines)
    stopped = replace(desk, settings=one_worker(desk.settings), progress=_stop_after(desk, rows=3))
    old = upload(path, stopped).run
    desk.stop.clear()
    new = upload(sheet(HEADINGS, *lines[:4]), desk).run

    [(run, newer)] = interrupted_runs(desk.journal)

    assert (run.id, newer.id) == (old, new)


def test_an_abandoned_run_sends_nothing_more(desk, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(desk, settings=one_worker(desk.settings), progress=_stop_after(desk, rows=3))
    run = upload(path, stopped).run
    desk.stop.clear()

    abandon_run(run, desk.journal)

    assert interrupted_runs(desk.journal) == []
    with pytest.raises(JournalError, match="was abandoned"):
        resume_run(run, desk)
    assert len(sandbox.writes) == 3


def test_looking_again_at_an_earlier_run_sends_nothing_that_it_left_unsent(desk, sandbox, sheet):
    sandbox.fault("drop", after=False, times=1, path="10001")
    hasty = replace(desk.patience, wait_to_settle=False)
    old = replace(
        desk,
        settings=one_worker(desk.settings),
        patience=hasty,
        progress=_stop_after(desk, rows=1),
    )
    upload(sheet(HEADINGS, line(), line(po_id=10002), name="old.csv"), old)
    desk.stop.clear()

    summary = upload(sheet(HEADINGS, line(), line(po_id=10003), name="new.csv"), desk)

    assert set(statuses(summary).values()) <= {"unchanged", "verified", "sent"}
    assert any(note.startswith("looked again at run 1") for note in summary.notes)
    assert listed(sandbox, 10002) == []


def test_a_pruned_run_with_an_unknown_call_can_still_be_resumed(desk, sandbox, sheet):
    sandbox.fault("drop", after=False, times=1)
    hasty = replace(desk, patience=replace(desk.patience, wait_to_settle=False))
    run = upload(sheet(HEADINGS, line(), line(number="A12345")), hasty).run
    desk.journal.prune(desk.journal.now() + timedelta(days=1))

    summary = resume_run(run, desk)

    assert set(statuses(summary).values()) <= {"unknown", "sent", "verified"}


def test_whole_po_goes_by_the_purchase_order_of_a_link_too(desk, sandbox, sheet):
    headings = "Order ID,Existing PO ID,Order Item ID,Qty For PO"
    path = sheet(headings, "50001,10001,500011,1", "50002,10001,500021,", "50003,10002,500031,1")

    summary = upload(path, desk, Wish(whole_po=True))

    assert statuses(summary) == {2: "unsent", 3: "invalid", 4: "sent"}


def test_a_sheet_without_shipping_status_is_never_sent_to_another_platform(desk, sandbox, sheet):
    path = sheet("PO #,Tracking #,Carrier,Date Shipped", "10001,1Z999AA10123456784,UPS,2026-11-19")

    with pytest.raises(UsageError, match="also needs Shipping Status"):
        upload(path, desk, Wish())


def test_a_result_that_cannot_be_written_is_said_and_can_be_written_later(desk, sandbox, sheet):
    path = sheet(HEADINGS, line())
    blocked = path.parent / "results"
    blocked.write_text("a file where the folder should be")

    summary = upload(path, desk, replace(TRACKING, into=blocked))
    blocked.unlink()
    resumed = resume_run(summary.run, desk)

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


def test_plan_shows_the_calls_and_the_minutes(desk, sheet):
    account = desk.settings.account("sellercloud")
    limited = replace(account, limit=type(account.limit).parse("60/minute"))

    summary = plan_sheet(
        sheet(HEADINGS, line(), line(po_id=10002, number="A12345")),
        TRACKING,
        desk.settings,
        limited,
    )

    assert [(call.path, call.rows) for call in summary.plan] == [
        ("PurchaseOrders/10001/TrackingNumber/Multiple", (2,)),
        ("PurchaseOrders/10002/TrackingNumber/Multiple", (3,)),
    ]
    assert summary.minutes == pytest.approx(4 / 60 / 0.95, abs=0.01)  # two reads back


def test_a_sheet_of_totals_only_is_refused_with_what_they_are(settings, sheet):
    with pytest.raises(SheetError, match="none to send; not sent, a total: row 2"):
        check_sheet(sheet(HEADINGS, "Total,,,,3"), TRACKING, settings)


def test_headings_without_rows_are_refused_with_a_sentence(settings, sheet):
    with pytest.raises(SheetError, match="no rows below"):
        check_sheet(sheet(HEADINGS), TRACKING, settings)


def test_the_same_tracking_number_on_two_pos_is_sent_with_a_warning(desk, sandbox, sheet):
    summary = upload(sheet(HEADINGS, line(), line(po_id=10002)), desk)

    assert statuses(summary) == {2: "sent", 3: "sent"}
    assert "stands on more than one PO, in rows 2 and 3" in summary.outcomes[2].sentence
    assert summary.exit_status == 0


def one_worker(settings):
    accounts = {name: replace(a, workers=1) for name, a in settings.accounts.items()}
    return replace(settings, accounts=accounts)


def _stop_after(desk: Desk, rows: int):
    """A progress that stops the run once so many rows are settled."""

    @contextmanager
    def progress(title, total):
        settled = []

        def advance(count):
            settled.extend(range(count))
            if len(settled) >= rows:
                desk.stop.set()

        yield advance

    return progress

"""A run that stops early, and how it goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from importer.model.errors import SettingsError
from importer.model.options import Share
from importer.runs.upload import resume_run
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


def test_a_stopped_run_leaves_the_rest_unsent_and_says_how_to_go_on(context, sandbox, sheet):
    lines = [line(po_id=10001 + i) for i in range(9)]
    path = sheet(HEADINGS, *lines)
    settings = one_worker(context.settings)
    progress = stop_after(context, rows=3)

    summary = upload(path, replace(context, settings=settings, progress=progress))

    assert list(statuses(summary).values()) == ["sent"] * 3 + ["unsent"] * 6
    assert summary.stopped_by == "Interrupted by hand."
    assert summary.exit_status == 1
    assert summary.result.read_text().count(",unsent,") == 6


def test_resume_sends_the_rest_of_a_stopped_run_once(context, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=stop_after(context, rows=3)
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
        context, settings=one_worker(context.settings), progress=stop_after(context, rows=3)
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
        context, settings=one_worker(context.settings), progress=stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()
    path.unlink()

    summary = resume_run(run, context)

    assert summary.result is None
    assert "no result was written" in summary.notes[0]
    assert len(sandbox.writes) == 9


def test_a_run_is_not_resumed_at_another_address(context, sandbox, sheet):
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))
    stopped = replace(
        context, settings=one_worker(context.settings), progress=stop_after(context, rows=3)
    )
    run = upload(path, stopped).run
    context.stop.clear()
    accounts = dict(context.settings.accounts)
    accounts["sellercloud"] = replace(accounts["sellercloud"], base_url="http://127.0.0.1:9/rest")

    with pytest.raises(SettingsError, match="was sent to http"):
        resume_run(run, replace(context, settings=replace(context.settings, accounts=accounts)))


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


def test_so_many_refused_rows_stop_a_run_whose_sheet_is_plainly_wrong(context, sandbox, sheet):
    lines = [line(po_id=10017 + i % 2, number=f"A{i:07}") for i in range(4)]
    options = replace(TRACKING, stop_after=Share.parse("20%"))
    path = sheet(HEADINGS, *lines, *(line(po_id=10001 + i) for i in range(10)))

    summary = upload(path, replace(context, settings=one_worker(context.settings)), options)

    assert set(list(statuses(summary).values())[4:]) == {"unsent"}
    assert "rows were rejected: the limit is" in summary.stopped_by


def test_equal_refusals_in_a_row_stop_the_run(context, sandbox, sheet):
    sandbox.fault("status", status=403, reply={"ErrorMessage": "No rights."}, times=None)
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(15)))

    summary = upload(path, replace(context, settings=one_worker(context.settings)))

    assert list(statuses(summary).values()) == ["rejected"] * 10 + ["unsent"] * 5
    assert summary.stopped_by == "10 calls in a row were rejected alike: No rights."


def test_lost_answers_in_a_row_stop_the_run(context, sandbox, sheet):
    sandbox.fault("drop", after=False, times=None)
    path = sheet(HEADINGS, *(line(po_id=10001 + i) for i in range(9)))

    summary = upload(path, replace(context, settings=one_worker(context.settings)))

    assert list(statuses(summary).values()) == ["unknown"] * 3 + ["unsent"] * 6
    assert summary.stopped_by.startswith("3 answers in a row were lost.")


def test_a_pruned_run_with_an_unknown_call_can_still_be_resumed(context, sandbox, sheet):
    sandbox.fault("drop", after=False, times=1)
    hasty = replace(context, patience=replace(context.patience, wait_to_settle=False))
    run = upload(sheet(HEADINGS, line(), line(number="A12345")), hasty).run
    context.journal.prune(context.journal.now() + timedelta(days=1))

    summary = resume_run(run, context)

    assert set(statuses(summary).values()) <= {"unknown", "sent", "verified"}


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

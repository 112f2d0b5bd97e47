"""Fix files against the sandbox: mistakes are fixed in one, and the upload completes the run."""

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from importer.journal import open_journal
from importer.model.errors import SheetError
from importer.model.options import UploadOptions
from importer.model.outcomes import Outcome, Status
from importer.runs.upload import resume_run, upload_sheet
from importer.settings.vendor_profile import VendorProfile
from tests.runs.uploads import TRACKING, line, listed, statuses, upload

HEADINGS = ["PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status"]
NUMBERS = ["1Z999AA10123456784", "986578788855", "9400111201080805483016", "1Z12345E0205271688"]


def kept(context, run):
    return {id_.row: outcome.status.value for id_, outcome in context.journal.outcomes(run).items()}


def correct(path: Path, changes: dict[str, object]) -> Path:
    """Writes into cells of a fix file, as a person would."""
    book = load_workbook(path)
    for place, value in changes.items():
        book.worksheets[0][place] = value
    book.save(path)
    return path


@pytest.fixture
def mistaken(context, sheet):
    """A run with a good row, an unreadable purchase order and an unknown carrier."""
    path = sheet(
        ",".join(HEADINGS),
        line(),
        line("PO-2", NUMBERS[1], "FedEx"),
        line(10003, NUMBERS[2], "Pigeon"),
    )
    return upload(path, context)


def test_a_fix_file_holds_only_the_rows_that_need_attention(mistaken, sheet, tmp_path):
    page = load_workbook(mistaken.fix).worksheets[0]

    rows = list(page.iter_rows(values_only=True))

    assert mistaken.fix == tmp_path / "sheet.fix.xlsx"
    assert rows[0] == (
        *("Import Row", "Import Status", "Import Error"), *HEADINGS, "Import Run",
    )  # fmt: skip
    assert [row[:5] for row in rows[1:]] == [
        (
            3,
            "invalid",
            'PO ID: "PO-2" is not an id: write its digits only, such as 10001',
            "PO-2",
            NUMBERS[1],
        ),
        (4, "invalid", mistaken.outcomes[4].sentence, "10003", NUMBERS[2]),
    ]


RED = "00FFC7CE"


def test_a_person_sees_what_is_to_be_fixed(mistaken):
    page = load_workbook(mistaken.fix).worksheets[0]

    red = {cell.coordinate for row in page["D2:H3"] for cell in row if cell.fill.fgColor.rgb == RED}

    assert red == {"D2", "F3"}
    assert (page.freeze_panes, page.auto_filter.ref) == ("D2", "A1:I3")
    assert page.column_dimensions["I"].hidden
    assert {page[place].number_format for place in ("D2", "E2", "E3")} == {"@"}


def test_the_upload_of_a_fixed_file_completes_its_run(mistaken, context, sandbox):
    summary = upload(correct(mistaken.fix, {"D2": 10002, "F3": "USPS"}), context)

    assert statuses(summary) == {2: "sent", 3: "sent"}
    assert summary.notes == ["run 1 is now complete"]
    assert (summary.run, summary.fix, summary.exit_status) == (2, None, 0)
    assert kept(context, 1) == {2: "sent", 3: "unchanged", 4: "unchanged"}
    assert [listed(sandbox, po) for po in (10001, 10002, 10003)] == [[n] for n in NUMBERS[:3]]
    said = "fixed in sheet.fix.xlsx and sent by run 2 (row 2)"
    assert mistaken.result.read_text().splitlines()[2].endswith(f",unchanged,{said}")


def test_a_fixed_file_uploaded_twice_sends_nothing_again(mistaken, context, sandbox):
    fix = correct(mistaken.fix, {"D2": 10002, "F3": "USPS"})
    upload(fix, context)
    writes = len(sandbox.writes)

    again = upload(fix, context)

    assert statuses(again) == {2: "unchanged", 3: "unchanged"}
    assert len(sandbox.writes) == writes
    assert kept(context, 1) == {2: "sent", 3: "unchanged", 4: "unchanged"}


def test_a_row_that_is_in_is_not_sent_again_in_other_words(mistaken, context, sandbox):
    upload(correct(mistaken.fix, {"D2": 10002, "F3": "USPS"}), context)
    writes = len(sandbox.writes)

    again = upload(correct(mistaken.fix, {"E2": NUMBERS[3]}), context)

    assert again.outcomes[2] == Outcome(
        Status.UNCHANGED,
        "Row 3 of run 1 needs nothing more: fixed in sheet.fix.xlsx and sent by run 2 (row 2).",
    )
    assert len(sandbox.writes) == writes


def test_what_is_still_wrong_goes_into_another_file_whose_upload_completes_both_runs(
    mistaken, context, tmp_path
):
    half = upload(correct(mistaken.fix, {"D2": 10002}), context)
    assert half.notes == ["run 1 is now complete except for 1 row"]
    assert half.fix == tmp_path / "sheet.fix-2.xlsx"

    whole = upload(correct(half.fix, {"F2": "USPS"}), context)

    assert whole.notes == ["run 2 is now complete", "run 1 is now complete"]
    assert kept(context, 1) == {2: "sent", 3: "unchanged", 4: "unchanged"}


def test_a_row_fixed_in_two_is_in_once_both_are(context, sheet, sandbox):
    path = sheet(",".join(HEADINGS), line(), line(10002, f"{NUMBERS[1]} {NUMBERS[3]}", "Other"))
    fix = upload(path, context).fix
    book = load_workbook(fix)
    page = book.worksheets[0]
    page["E2"], page["F2"] = NUMBERS[1], "FedEx"
    page.append([cell.value for cell in page[2]])
    page["E3"], page["F3"] = NUMBERS[3], "Pigeon"
    book.save(fix)

    half = upload(fix, context)

    assert half.notes == ["run 1 is now complete except for 1 row"]
    assert kept(context, 1)[3] == "invalid"
    whole = upload(correct(fix, {"F3": "UPS"}), context)
    assert whole.notes == ["run 1 is now complete"]
    assert listed(sandbox, 10002) == [NUMBERS[1], NUMBERS[3]]


def test_rows_may_be_sorted_and_deleted(mistaken, context):
    book = load_workbook(mistaken.fix)
    page = book.worksheets[0]
    page["F3"] = "USPS"
    page.delete_rows(2)
    book.save(mistaken.fix)

    summary = upload(mistaken.fix, context)

    assert summary.notes == ["run 1 is now complete except for 1 row"]
    assert kept(context, 1) == {2: "sent", 3: "invalid", 4: "unchanged"}


@pytest.fixture
def unknown(context, sandbox, sheet):
    """A run whose only row was lost on its way, and nobody has looked what became of it."""
    sandbox.fault("drop", after=False, times=1)
    hasty = replace(context, patience=replace(context.patience, wait_to_settle=False))
    summary = upload(sheet(",".join(HEADINGS), line()), hasty)
    assert statuses(summary) == {2: "unknown"}
    return summary


def test_an_unknown_row_is_looked_at_before_anything_is_sent(unknown, context, sandbox):
    before = len(sandbox.log)

    summary = upload(unknown.fix, context)

    asked = [entry.method for entry in sandbox.log[before:] if "TrackingNumber" in entry.path]
    assert {*asked[:-1]} == {"GET"}
    assert asked[-1] == "POST"  # seen not to be there, and sent once more by its own run
    assert listed(sandbox) == [NUMBERS[0]]
    assert statuses(summary) == {2: "unchanged"}
    assert summary.notes == [
        "checked run 1, which may have sent rows of this sheet",
        "run 1 is now complete",
    ]
    assert kept(context, 1) == {2: "sent"}


def test_an_unknown_row_that_was_changed_is_neither_sent_nor_sent_again(unknown, context, sandbox):
    before = len(sandbox.log)

    summary = upload(correct(unknown.fix, {"E2": NUMBERS[3]}), context)

    assert summary.outcomes[2].status is Status.UNKNOWN
    assert summary.outcomes[2].sentence.startswith(
        "Run 1 may have sent its row 2 with the old values"
    )
    assert len(sandbox.log) == before
    assert kept(context, 1) == {2: "unknown"}


def test_an_unknown_row_that_was_changed_is_sent_where_that_is_asked_for(unknown, context, sandbox):
    fix = correct(unknown.fix, {"E2": NUMBERS[3]})

    summary = upload(fix, context, replace(TRACKING, again=True))

    assert statuses(summary) == {2: "sent"}
    assert listed(sandbox) == [NUMBERS[3]]


def test_nothing_to_fix_is_no_file(context, sheet, tmp_path):
    summary = upload(sheet(",".join(HEADINGS), line()), context)

    assert summary.fix is None
    assert list(tmp_path.glob("*.fix*")) == []


def test_what_waits_to_be_sent_is_resumed_and_not_fixed(context, sandbox, sheet):
    sandbox.fault("status", status=401, times=None)
    path = sheet(",".join(HEADINGS), line(), line("PO-2", NUMBERS[1], "FedEx"))

    stopped = upload(path, context)

    assert statuses(stopped) == {2: "unsent", 3: "invalid"}
    assert [row[0] for row in rows_of(stopped.fix)] == [3]


def test_rows_held_back_are_fixed_with_the_one_that_held_them(context, sheet):
    path = sheet(",".join(HEADINGS), line(), line(number=""))

    summary = upload(path, context, replace(TRACKING, whole_po=True))

    assert [row[:2] for row in rows_of(summary.fix)] == [(2, "unsent"), (3, "invalid")]


def test_a_fixed_file_is_never_written_over(mistaken, context, tmp_path):
    correct(mistaken.fix, {"D2": 10002})

    resumed = resume_run(1, context)

    assert resumed.fix == tmp_path / "sheet.fix-2.xlsx"
    assert rows_of(mistaken.fix)[0][3] == 10002


def test_a_file_nobody_has_fixed_is_written_anew(mistaken, context):
    assert resume_run(1, context).fix == mistaken.fix


def test_the_result_of_a_fix_file_is_a_fix_file_too(mistaken, context):
    half = upload(correct(mistaken.fix, {"D2": 10002}), context)

    summary = upload(correct(half.result, {"F3": "USPS"}), context)

    assert summary.notes == ["run 1 is now complete"]


def test_cells_come_as_they_were_and_none_becomes_a_formula(context, tmp_path):
    book = Workbook()
    for row in ([*HEADINGS, "Note"], ["PO-1", 9.40011e21, "UPS", "soon", 2, "=1+1"]):
        book.active.append(row)
    book.active["F2"].data_type = "s"
    book.active.title = "Week 47"
    book.save(tmp_path / "dock.xlsx")

    fix = upload(tmp_path / "dock.xlsx", context).fix

    page = load_workbook(fix).worksheets[0]
    assert page.title == "Week 47"
    assert [cell.value for cell in page[2]][3:9] == ["PO-1", 9.40011e21, "UPS", "soon", 2, "=1+1"]
    assert page["I2"].data_type == "s"


def test_a_vendors_profile_reads_the_fix_file_of_its_own_sheet(context, sandbox, sheet):
    profile = VendorProfile("north", operation="add_tracking", header_row=3, fingerprint=HEADINGS)
    vendors = replace(context, settings=replace(context.settings, vendors={"north": profile}))
    first = upload(
        sheet("North", "Week 47", ",".join(HEADINGS), line("PO-1")), vendors, UploadOptions()
    )

    summary = upload(correct(first.fix, {"D2": 10001}), vendors, UploadOptions(verify=False))

    assert summary.notes == ["read as vendor north's", "run 1 is now complete"]
    assert listed(sandbox) == [NUMBERS[0]]


def test_the_fix_file_of_another_account_is_said(mistaken, context):
    other = replace(context.settings.account("sellercloud"), name="acme")

    with pytest.raises(
        SheetError, match="fixes run 1, which was sent to sellercloud; choose account"
    ):
        upload_sheet(mistaken.fix, TRACKING, context, other)


def test_the_fix_file_of_another_journal_is_said(mistaken, context, sheet, tmp_path):
    with open_journal(tmp_path / "other.db") as journal:
        elsewhere = replace(context, journal=journal)
        with pytest.raises(SheetError, match=r"is not in the journal .*other\.db; use the journal"):
            upload(mistaken.fix, elsewhere)
        upload(sheet(",".join(HEADINGS), line(10004)), elsewhere)  # a run 1 of its own
        with pytest.raises(SheetError, match="is not in the journal"):
            upload(mistaken.fix, elsewhere)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"A2": None}, "row 2 does not say which row it fixes"),
        ({"A2": "three"}, "row 2 does not say which row it fixes"),
        ({"I3": None}, "row 3 does not say which row it fixes"),
        ({"I3": "9-12345678"}, "has rows of several runs"),
        ({"I2": "x", "I3": "x"}, "fixes run x, which is not in the journal"),
    ],
)
def test_marks_that_were_spoilt_are_said(mistaken, context, changes, words):
    with pytest.raises(SheetError, match=words):
        upload(correct(mistaken.fix, changes), context)


def test_a_run_that_cannot_be_completed_now_is_completed_by_a_resume(mistaken, context):
    epoch = context.journal.take(1, owner="another@machine")
    fix = correct(mistaken.fix, {"D2": 10002, "F3": "USPS"})

    first = upload(fix, context)
    context.journal.let_go(1, epoch)
    second = resume_run(2, context)

    assert first.notes[0].startswith("run 1 was not updated: Run 1 is being worked on by")
    assert second.notes == ["run 1 is now complete"]
    assert kept(context, 1) == {2: "sent", 3: "unchanged", 4: "unchanged"}


def test_a_sheet_that_is_gone_keeps_no_run_from_being_completed(mistaken, context):
    mistaken.sheet.unlink()

    summary = upload(correct(mistaken.fix, {"D2": 10002, "F3": "USPS"}), context)

    assert summary.notes[0] == "run 1 is now complete"
    assert summary.notes[1].startswith("no result was written: ")
    assert summary.exit_status == 0


def rows_of(fix):
    return list(load_workbook(fix).worksheets[0].iter_rows(min_row=2, values_only=True))


def test_headings_of_two_lines_and_a_merged_order_are_whole_in_the_fix_file(
    context, sandbox, tmp_path
):
    book = Workbook()
    for row in (
        [None, "Tracking", None, "Shipped", "Shipping"],
        ["PO ID", "Number", "Carrier", "On", "Status"],
        [10001, NUMBERS[0], "UPS", "2026-11-19", "2"],
        [None, NUMBERS[1], "Pigeon", "2026-11-19", "2"],
    ):
        book.active.append(row)
    book.active.merge_cells("A3:A4")
    book.save(sheet := tmp_path / "sheet.xlsx")
    summary = upload(sheet, context)

    rows = list(load_workbook(summary.fix).worksheets[0].iter_rows(values_only=True))
    completed = upload(correct(summary.fix, {"F2": "FedEx"}), context)

    assert rows[0][3:8] == tuple(HEADINGS)
    assert rows[1][3:5] == (10001, NUMBERS[1])
    assert statuses(completed) == {2: "sent"}
    assert kept(context, summary.run) == {3: "sent", 4: "unchanged"}
    assert listed(sandbox) == NUMBERS[:2]

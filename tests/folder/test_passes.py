"""One pass: what is sent, what waits, and that nothing stops what is not concerned."""

import io
import os
from dataclasses import replace
from datetime import datetime, timedelta

import openpyxl

from importer.folder.passes import stopped_at
from importer.runs.execute import silent
from importer.runs.upload import upload_sheet
from importer.settings.vendor_profile import VendorProfile
from importer.undo import undo_run
from tests.folder.conftest import TRACKING, fates, shipping, tracking


def said(done, name):
    return next(result.sentence for result in done.results if result.name == name)


TEXT = """\
north/dock.csv: done
2 verified

dock.csv: add_tracking to sellercloud, run 1
  2 rows: 2 verified; 1 call
  result: dock.result.csv
"""


def test_a_clean_sheet_is_sent_and_filed_with_its_result_and_a_text(drop, sandbox):
    content = tracking("A12345", "A12346")
    drop.put("north/dock.csv", content)

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "done"}
    assert done.exit_status == 0
    assert drop.filed["done"] == ["dock.csv", "dock.result.csv", "dock.txt"]
    (day,) = (drop.layout.root / "done").iterdir()
    assert (day / "dock.csv").read_text() == content
    assert (day / "dock.txt").read_text() == TEXT
    assert drop.left == []
    assert len(sandbox.writes) == 1


def test_the_text_names_its_files_as_they_were_filed(drop):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.run()
    drop.put("north/dock.csv", tracking("A12345", "A12346"))

    drop.run()

    (day,) = (drop.layout.root / "done").iterdir()
    assert "result: dock-2.result.csv" in (day / "dock-2.txt").read_text()


def test_a_sheet_that_was_taken_back_and_put_in_again_is_sent_again(drop, sandbox):
    drop.put("north/dock.csv", tracking("A12345"))
    first = drop.run()
    undo_run(first.results[0].run, drop.context)
    assert sandbox.state.purchase_orders[10001].tracking == []

    drop.put("north/dock.csv", tracking("A12345"))
    done = drop.run()
    drop.put("north/dock.csv", tracking("A12345"))
    once_more = drop.run()

    assert [fates(each) for each in (done, once_more)] == [
        {"north/dock.csv": "done"},
        {"north/dock.csv": "seen before"},
    ]
    assert len(sandbox.state.purchase_orders[10001].tracking) == 1


def test_what_has_to_be_chosen_is_named_as_the_rule_has_it(drop):
    drop.rules = drop.rules.replace('operation = "add_tracking"\n', "")
    drop.put("north/dock.csv", f"{TRACKING},PO Item ID,Qty Units Ordered\n")

    done = drop.run()

    assert done.results[0].sentence == (
        "dock.csv fits add_tracking and update_items; set operation in its rule of folder.toml"
    )


def test_a_sheet_with_mistakes_goes_to_attention_with_its_fix_file(drop):
    drop.put("north/dock.csv", tracking("A12345").replace("UPS", "Fedx"))

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "attention"}
    assert drop.filed["attention"] == [
        "dock.csv", "dock.fix.xlsx", "dock.result.csv", "dock.txt",
    ]  # fmt: skip
    assert done.exit_status == 1


def test_the_fix_file_put_into_the_inbox_completes_the_run_where_its_sheet_was_filed(drop):
    drop.put("north/dock.csv", tracking("A12345", "A12346").replace("A12346", ""))
    drop.run()
    (day,) = (drop.layout.root / "attention").iterdir()
    before = (day / "dock.result.csv").read_text()
    fix = mended(day / "dock.fix.xlsx")

    drop.put("north/dock.fix.xlsx", fix)
    done = drop.run()

    assert fates(done) == {"north/dock.fix.xlsx": "done"}
    assert (day / "dock.result.csv").read_text() != before
    assert drop.left == []
    assert drop.context.journal.run(1).file_path == str((day / "dock.csv").resolve())


def mended(path):
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    heading = next(row for row in sheet.iter_rows() if "Tracking Number" in [c.value for c in row])
    column = next(cell.column for cell in heading if cell.value == "Tracking Number")
    sheet.cell(heading[0].row + 1, column).value = "A12399"
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def test_what_no_rule_claims_goes_to_attention_with_the_reason(drop, sandbox):
    drop.put("east/dock.csv", tracking("A12345"))

    done = drop.run()

    assert fates(done) == {"east/dock.csv": "attention"}
    assert "no rule in folder.toml matches this file" in said(done, "east/dock.csv")
    assert done.exit_status == 2
    assert sandbox.writes == []


def test_the_same_bytes_again_are_said_and_not_sent(drop, sandbox):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.run()

    drop.put("north/again.csv", tracking("A12345"))
    done = drop.run()

    assert fates(done) == {"north/again.csv": "seen before"}
    assert "identical to dock.csv, which run 1 sent on" in said(done, "north/again.csv")
    assert drop.filed["done"] == [
        "again.csv", "again.txt", "dock.csv", "dock.result.csv", "dock.txt",
    ]  # fmt: skip
    assert len(sandbox.writes) == 1


def test_the_same_bytes_of_an_account_that_now_points_elsewhere_are_sent(drop, sandbox):
    drop.put("south/dock.csv", shipping())
    drop.run()
    account = drop.context.settings.account("shipstation")
    moved = replace(account, base_url=account.base_url.replace("127.0.0.1", "localhost"))
    settings = replace(
        drop.context.settings, accounts={**drop.context.settings.accounts, "shipstation": moved}
    )

    drop.put("south/dock.csv", shipping())
    done = drop.run(replace(drop.context, settings=settings))

    assert fates(done) == {"south/dock.csv": "done"}
    assert len(sandbox.writes) == 2


def test_of_a_growing_sheet_only_the_new_rows_are_sent(drop, sandbox):
    drop.put("north/log.csv", tracking("A12345"))
    drop.run()

    drop.put("north/log.csv", tracking("A12345", "A12346"))
    done = drop.run()

    assert done.results[0].summary.statuses == {"verified": 1, "unchanged": 1}
    assert drop.filed["done"] == [
        "log-2.csv", "log-2.result.csv", "log-2.txt", "log.csv", "log.result.csv", "log.txt",
    ]  # fmt: skip
    assert len(sandbox.writes) == 2


def test_files_of_one_account_go_in_order_of_arrival(drop, sandbox):
    for number in (3, 1, 2):
        path = drop.put(f"south/{number}.csv", shipping(101, f"A{number}0000"))
        os.utime(path, (number, number))  # the time that its writer gave it says nothing

    done = drop.run()

    assert [result.name for result in done.results] == [
        "south/3.csv", "south/1.csv", "south/2.csv",
    ]  # fmt: skip


def test_a_bad_file_stops_no_other(drop):
    drop.put("north/1.xlsx", b"PK\x03\x04 not a workbook")
    drop.put("north/2.csv", "")
    drop.put("north/3.csv", tracking("A12345"))

    assert fates(drop.run()) == {
        "north/1.xlsx": "attention", "north/2.csv": "attention", "north/3.csv": "done",
    }  # fmt: skip


def test_a_fault_of_the_importer_itself_stops_no_other_file(drop, monkeypatch):
    def upload(sheet, *rest):
        if sheet.name == "1.csv":
            raise ZeroDivisionError
        return upload_sheet(sheet, *rest)

    monkeypatch.setattr("importer.folder.one_file.upload_sheet", upload)
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346"))

    done = drop.run()

    assert fates(done) == {"north/1.csv": "attention", "north/2.csv": "done"}
    assert "internal error (ZeroDivisionError)" in said(done, "north/1.csv")


def test_an_account_that_cannot_sign_in_holds_its_own_files_only(drop):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.put("south/dock.csv", shipping())
    environ = {**drop.context.environ, "SANDBOX_PASSWORD": "wrong"}

    done = drop.run(replace(drop.context, environ=environ))

    assert fates(done) == {"north/dock.csv": "held", "south/dock.csv": "done"}
    assert [trouble.subject for trouble in done.trouble] == ["account sellercloud"]
    assert done.exit_status == 2
    assert (drop.layout.inbox / "north/dock.csv").exists()


def test_a_missing_secret_holds_the_files_of_its_account(drop):
    drop.put("north/dock.csv", tracking("A12345"))
    environ = {k: v for k, v in drop.context.environ.items() if k != "SANDBOX_PASSWORD"}

    done = drop.run(replace(drop.context, environ=environ))

    assert fates(done) == {"north/dock.csv": "held"}
    assert "SANDBOX_PASSWORD" in done.trouble[0].sentence


def test_an_account_that_fails_on_the_way_keeps_its_file_for_the_next_pass(drop, sandbox):
    drop.put("south/1.csv", shipping())
    drop.put("south/2.csv", shipping(102))
    # The first look at the account goes well.
    sandbox.fault("status", platform="shipstation", path=".", status=401, times=None, skip=1)

    done = drop.run()

    assert fates(done) == {"south/1.csv": "unfinished", "south/2.csv": "held"}
    assert [trouble.subject for trouble in done.trouble] == ["account shipstation"]
    sandbox.faults.clear()
    assert fates(drop.run()) == {"south/1.csv": "done", "south/2.csv": "done"}
    assert sum(write.applied for write in sandbox.writes) == 2


def test_at_its_deadline_a_pass_leaves_the_rest_which_goes_on_next_time(drop, sandbox):
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346"))
    drop.context.stop.set()

    done = drop.run()
    drop.context.stop.clear()

    assert fates(done) == {"north/1.csv": "held", "north/2.csv": "held"}
    assert done.exit_status == 1
    assert fates(drop.run()) == {"north/1.csv": "done", "north/2.csv": "done"}


def test_a_file_cut_short_by_the_deadline_goes_on_from_where_it_was(drop, sandbox, monkeypatch):
    monkeypatch.setattr("importer.operations.add_tracking.AddTracking.most_rows", 1)
    drop.put("north/1.csv", tracking("A12345", "A12346", "A12347"))

    def time_is_up(title, rows):
        drop.context.stop.set()
        return silent(title, rows)

    done = drop.run(replace(drop.context, progress=time_is_up))
    drop.context.stop.clear()

    assert fates(done) == {"north/1.csv": "unfinished"}
    assert done.results[0].summary.statuses == {"unsent": 3}
    assert fates(drop.run()) == {"north/1.csv": "done"}
    assert len(sandbox.writes) == 3
    assert len(drop.context.journal.runs()) == 1


def test_the_time_that_a_pass_may_take_is_by_the_clock(drop):
    with stopped_at(drop.context, datetime.now().astimezone() + timedelta(milliseconds=20)):
        assert drop.context.stop.wait(5)


def test_a_sheet_whose_layout_changed_is_held_for_a_person(drop, sandbox):
    profile = VendorProfile(
        "north",
        operation="add_tracking",
        account="sellercloud",
        headings={"Tracking Number": "Trk No"},
        fingerprint=["PO ID", "Trk No", "Carrier", "Shipped On", "Shipping Status"],
    )
    settings = replace(drop.context.settings, vendors={"north": profile})
    drop.rules = drop.rules.replace('operation = "add_tracking"', 'vendor = "north"')
    drop.put("north/dock.csv", tracking("A12345").replace("Tracking Number", "Tracking #"))

    done = drop.run(replace(drop.context, settings=settings))

    assert fates(done) == {"north/dock.csv": "attention"}
    assert sandbox.writes == []


def test_a_sheet_that_fits_two_operations_is_held_for_a_person(drop, sandbox):
    drop.rules = drop.rules.replace('operation = "update_shipping"\n', "")
    drop.rules = drop.rules.replace('operation = "add_tracking"\n', "")
    drop.put("north/dock.csv", shipping(101).replace("se-101", "10001"))

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "attention"}
    assert sandbox.writes == []


def test_a_sheet_is_stopped_when_too_many_of_its_rows_are_refused(drop, sandbox, monkeypatch):
    monkeypatch.setattr("importer.operations.add_tracking.AddTracking.most_rows", 1)
    drop.rules = drop.rules.replace(
        'account = "sellercloud"', 'account = "sellercloud"\nstop_after = "2"'
    )
    rows = "".join(f"10018,A{n},UPS,2026-11-19,2\n" for n in range(10000, 10040))
    drop.put("north/dock.csv", tracking() + rows)

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "attention"}
    assert "rows were refused, which is where to stop" in said(done, "north/dock.csv")
    assert done.results[0].summary.statuses["unsent"] > 0

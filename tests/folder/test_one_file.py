"""One file: sent by its rule or set aside for a person, and filed with what was written for it."""

import io
from dataclasses import replace

import openpyxl

from importer.settings.vendor_profile import VendorProfile
from importer.undo import undo_run
from tests.folder.conftest import TRACKING, fates, sentence_of, shipping, tracking


def test_a_clean_sheet_is_sent_and_filed_with_its_result_and_a_text(drop, sandbox, snapshot):
    content = tracking("A12345", "A12346")
    drop.put("north/dock.csv", content)

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "done"}
    assert done.exit_status == 0
    assert drop.filed["done"] == ["dock.csv", "dock.result.csv", "dock.txt"]
    (day,) = (drop.layout.root / "done").iterdir()
    assert (day / "dock.csv").read_text() == content
    snapshot((day / "dock.txt").read_text())
    assert drop.left == []
    assert len(sandbox.writes) == 1


def test_the_text_names_its_files_as_they_were_filed(drop):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.run()
    drop.put("north/dock.csv", tracking("A12345", "A12346"))

    drop.run()

    (day,) = (drop.layout.root / "done").iterdir()
    assert "result: dock-2.result.csv" in (day / "dock-2.txt").read_text()


def test_a_sheet_that_was_undone_and_put_in_again_is_sent_again(drop, sandbox):
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
    fix = corrected(day / "dock.fix.xlsx")

    drop.put("north/dock.fix.xlsx", fix)
    done = drop.run()

    assert fates(done) == {"north/dock.fix.xlsx": "done"}
    assert (day / "dock.result.csv").read_text() != before
    assert drop.left == []
    assert drop.context.journal.run(1).file_path == str((day / "dock.csv").resolve())


def corrected(path):
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    heading = next(row for row in sheet.iter_rows() if "Tracking Number" in [c.value for c in row])
    column = next(cell.column for cell in heading if cell.value == "Tracking Number")
    sheet.cell(heading[0].row + 1, column).value = "A12399"
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def test_a_file_without_a_rule_goes_to_attention_with_the_reason(drop, sandbox):
    drop.put("east/dock.csv", tracking("A12345"))

    done = drop.run()

    assert fates(done) == {"east/dock.csv": "attention"}
    assert "no rule in folder.toml matches this file" in sentence_of("east/dock.csv", done)
    assert done.exit_status == 2
    assert sandbox.writes == []


def test_the_same_bytes_again_are_reported_and_not_sent(drop, sandbox):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.run()

    drop.put("north/again.csv", tracking("A12345"))
    done = drop.run()

    assert fates(done) == {"north/again.csv": "seen before"}
    assert "identical to dock.csv, which run 1 sent on" in sentence_of("north/again.csv", done)
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


def test_a_sheet_whose_layout_changed_goes_to_attention(drop, sandbox):
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


def test_a_sheet_that_fits_two_operations_goes_to_attention(drop, sandbox):
    drop.rules = drop.rules.replace('operation = "update_shipping"\n', "")
    drop.rules = drop.rules.replace('operation = "add_tracking"\n', "")
    drop.put("north/dock.csv", shipping(101).replace("se-101", "10001"))

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "attention"}
    assert sandbox.writes == []


def test_a_sheet_is_stopped_after_too_many_rejected_rows(drop, sandbox, monkeypatch):
    monkeypatch.setattr("importer.operations.add_tracking.AddTracking.most_rows", 1)
    drop.rules = drop.rules.replace(
        'account = "sellercloud"', 'account = "sellercloud"\nstop_after = "2"'
    )
    rows = "".join(f"10018,A{n},UPS,2026-11-19,2\n" for n in range(10000, 10040))
    drop.put("north/dock.csv", tracking() + rows)

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "attention"}
    assert "rows were rejected: the limit is" in sentence_of("north/dock.csv", done)
    assert done.results[0].summary.statuses["unsent"] > 0

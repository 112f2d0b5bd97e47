"""One pass: the order of files, its time limit, and that one bad file stops no other."""

import os
from dataclasses import replace
from datetime import datetime, timedelta

from importer.folder.passes import stopped_at
from importer.runs.execute import silent
from importer.runs.upload import upload_sheet
from tests.folder.conftest import fates, sentence_of, shipping, tracking


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


def test_a_bug_in_the_importer_stops_no_other_file(drop, monkeypatch):
    def upload(sheet, *rest):
        if sheet.name == "1.csv":
            raise ZeroDivisionError
        return upload_sheet(sheet, *rest)

    monkeypatch.setattr("importer.folder.one_file.upload_sheet", upload)
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346"))

    done = drop.run()

    assert fates(done) == {"north/1.csv": "attention", "north/2.csv": "done"}
    assert "internal error (ZeroDivisionError)" in sentence_of("north/1.csv", done)


def test_at_its_time_limit_a_pass_leaves_the_rest_to_the_next_one(drop, sandbox):
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346"))
    drop.context.stop.set()

    done = drop.run()
    drop.context.stop.clear()

    assert fates(done) == {"north/1.csv": "held", "north/2.csv": "held"}
    assert done.exit_status == 1
    assert fates(drop.run()) == {"north/1.csv": "done", "north/2.csv": "done"}


def test_a_file_stopped_by_the_time_limit_continues_where_it_was(drop, sandbox, monkeypatch):
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


def test_a_pass_is_stopped_by_the_clock(drop):
    with stopped_at(drop.context, datetime.now().astimezone() + timedelta(milliseconds=20)):
        assert drop.context.stop.wait(5)

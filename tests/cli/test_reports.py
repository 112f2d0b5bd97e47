"""The commands that look back, as a person or a script meets them: reconcile, report, undo."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from importer.demo.demo import SECRETS, sandbox_settings_file

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
ONE = "10001,1Z57V0X40390310916,UPS,2026-11-19,2"
TWO = "10002,1Z57V0X40390311077,UPS,2026-11-19,2"
NOWHERE = "99999,1Z57V0X40390311157,UPS,2026-11-19,2"
BAD = "10003,1Z57V0X40390311157,Fedx,2026-11-19,2"
TOOK = {"took .*": "took TIME"}


@pytest.fixture
def importer(sandbox, tmp_path, monkeypatch, console):
    """The console script where the settings and the secrets for the sandbox are."""
    settings = sandbox_settings_file(sandbox.url)
    (tmp_path / "importer.toml").write_text(f'journal = "journal.db"\n\n{settings}')
    monkeypatch.chdir(tmp_path)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    return console


def test_a_sheet_that_matches_is_a_few_lines(importer, sheet, sandbox, snapshot):
    sheet(HEADINGS, ONE, TWO)
    importer("upload", "sheet.csv", "--account", "sellercloud")
    writes = len(sandbox.writes)

    status, out, err = importer("reconcile", "sheet.csv", "--account", "sellercloud")

    assert (status, err) == (0, "")
    snapshot(out, varying=TOOK)
    assert len(sandbox.writes) == writes


def test_a_sheet_is_compared_as_it_was_uploaded(importer, sheet):
    sheet(HEADINGS, '10001,"1Z57V0X40390310916; 1Z57V0X40390311077",UPS,2026-11-19,2')
    importer("upload", "sheet.csv", "--account", "sellercloud", "--split")

    without = importer("reconcile", "sheet.csv", "--account", "sellercloud")
    split = importer("reconcile", "sheet.csv", "--account", "sellercloud", "--split")

    assert "use --split" in without[1]
    assert split[0] == 0
    assert "matches 2, extra on the platform 0" in split[1]


def test_each_row_that_needs_attention_is_named(importer, sheet, snapshot):
    sheet(HEADINGS, ONE, NOWHERE, BAD)

    status, out, err = importer("reconcile", "sheet.csv", "--account", "sellercloud", "--csv")

    assert (status, err) == (1, "")
    snapshot(out, varying=TOOK)
    with Path("sheet.reconcile.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["PO ID"], row["Verdict"], row["Tracking Number"]) for row in rows] == [
        ("10001", "missing", "1Z57V0X40390310916"),
        ("99999", "not found", "1Z57V0X40390311157"),
        ("10003", "not checked", "1Z57V0X40390311157"),
    ]
    book = load_workbook("sheet.reconcile.xlsx")
    assert book.sheetnames == ["Summary", "Rows", "POs", "Calls", "Extra"]


def test_the_account_tells_operations_apart_that_fit_alike(importer, sheet):
    sheet(f"{HEADINGS},Note", f"{ONE},fragile")

    status, out, _ = importer("reconcile", "sheet.csv", "--account", "sellercloud")

    assert (status, out.splitlines()[0]) == (
        1,
        "sheet.csv: add tracking numbers, against account sellercloud",
    )
    assert importer("check", "sheet.csv")[2] == (
        "importer: sheet.csv fits add_tracking and update_shipping; choose one with --operation\n"
    )


def test_totals_and_repeated_headings_need_no_action(importer, sheet):
    sheet(HEADINGS, ONE, HEADINGS, TWO, "Total,,,,")
    importer("upload", "sheet.csv", "--account", "sellercloud")

    by_sheet = importer("reconcile", "sheet.csv", "--account", "sellercloud")
    by_run = importer("reconcile", "--run", "1")

    for status, out, _ in (by_sheet, by_run):
        assert status == 0
        assert "2 of 4 rows match; the others need no action" in out


def test_json_holds_what_the_page_says(importer, sheet):
    sheet(HEADINGS, ONE, NOWHERE)

    status, out, _ = importer("reconcile", "sheet.csv", "--account", "sellercloud", "--json")

    told = json.loads(out)
    assert status == 1
    assert told["headline"] == "2 of 2 rows need attention"
    assert [row["Verdict"] for row in told["tables"]["Rows"]] == ["missing", "not found"]
    assert [row["Answer"] for row in told["tables"]["Calls"]] == ["200", "404"]
    assert all(Path(file).exists() for file in told["files"])


def test_reports_never_write_over_each_other(importer, sheet):
    sheet(HEADINGS, ONE)
    importer("upload", "sheet.csv", "--account", "sellercloud")

    for _ in range(2):
        importer("reconcile", "--since", "1d", "-o", "reports")

    names = sorted(path.name for path in Path("reports").iterdir())
    stem = "runs.sellercloud.add_tracking.reconcile"
    assert names == [f"{stem}-2.html", f"{stem}-2.xlsx", f"{stem}.html", f"{stem}.xlsx"]


def test_several_tracking_numbers_in_one_cell_are_compared_and_taken_back(importer, sheet):
    sheet(HEADINGS, '10001,"1Z57V0X40390310916, 1Z57V0X40390311077",UPS,2026-11-19,2', TWO)
    importer("upload", "sheet.csv", "--account", "sellercloud", "--split")

    said = importer("reconcile", "sheet.csv", "--account", "sellercloud", "--split", "--json")
    dry = importer("undo", "1", "--dry-run", "--json")

    assert said[0] == 0
    assert [row["Row"] for row in json.loads(said[1])["tables"]["Rows"]] == [2, 2, 3]
    assert json.loads(dry[1])["statuses"] == {"planned": 2}


def test_what_was_taken_back_needs_nobody(importer, sheet):
    sheet(HEADINGS, ONE, TWO)
    importer("upload", "sheet.csv", "--account", "sellercloud")
    importer("undo", "1")

    status, out, _ = importer("reconcile", "--since", "1d", "--json")

    told = json.loads(out)
    assert (status, told["attention"]) == (0, [])
    assert all(row["What is said"] == "Undone by run 2." for row in told["tables"]["Rows"])
    assert importer("reconcile", "--run", "2")[0] == 0


def test_an_account_that_cannot_sign_in_stops_no_other(importer, sheet, monkeypatch):
    sheet(HEADINGS, ONE)
    importer("upload", "sheet.csv", "--account", "sellercloud")
    shipping = sheet("PO ID,Tracking Number\n", "se-101,1Z57V0X40390311157", name="shipping.csv")
    importer("upload", str(shipping), "--account", "shipstation")
    monkeypatch.setenv("SANDBOX_PASSWORD", "wrong")

    status, out, err = importer("reconcile", "--since", "1d")

    assert status == 2
    assert "refused the sign-in of account sellercloud" in err
    assert "run 2: update shipping details, against account shipstation" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reconcile"], "name sheets, or --run N, or --since 7d, or --vendor NAME."),
        (["reconcile", "sheet.csv"], "--account is needed to compare a sheet."),
        (
            ["reconcile", "sheet.csv", "--account", "sellercloud", "--run", "1"],
            "name sheets or runs, not both.",
        ),
        (["reconcile", "--since", "soon"], '"soon" is not like 7d, 12h or 2026-11-20'),
        (["reconcile", "--run", "9"], 'There is no run "9" in this journal'),
        (["reconcile", "--since", "7d"], "the journal has no such run"),
        (["report"], "name runs, or --night DATE, or --since 30d, or --vendor NAME."),
        (["report", "--night", "2026-13-01"], '"2026-13-01" is not a day like 2026-11-20'),
        (["report", "--night", "2020-01-01"], "the journal has no such run"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_looked_at_is_said_in_a_sentence(importer, sheet, words, said):
    sheet(HEADINGS, ONE)

    status, out, err = importer(*words)

    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_report_of_runs_is_written_where_it_is_asked_for(importer, sheet, monkeypatch):
    sheet(HEADINGS, ONE, BAD)
    importer("upload", "sheet.csv", "--account", "sellercloud")
    shown: list[str] = []
    monkeypatch.setattr("click.launch", shown.append)

    status, out, _ = importer("report", "1", "-o", "pages/morning.html", "--open")

    assert status == 0
    assert out.splitlines()[:2] == ["run 1", "  1 of 2 rows needs attention"]
    assert shown == [Path("pages/morning.html").resolve().as_uri()]
    assert Path("pages/morning.xlsx").exists()


def test_an_undo_tried_dry_says_of_each_row_why_it_stays(importer, sheet):
    sheet("Sales Order ID,Tracking Number,Carrier Code",
          "83682746-d117-5ecb-8e8e-40267bcc7608,1Z57V0X40390310916,UPS")  # fmt: skip
    importer("upload", "sheet.csv", "--account", "shipengine")

    status, out, _ = importer("undo", "1", "--dry-run")

    assert status == 1
    assert "  1 row: 1 invalid; 0 calls\n  would undo run 1\n  row 2: " in out
    assert "as if nothing" not in out


def test_an_undo_tried_dry_shows_its_calls(importer, sheet, sandbox):
    sheet(HEADINGS, ONE)
    importer("upload", "sheet.csv", "--account", "sellercloud")
    writes = len(sandbox.writes)

    status, out, _ = importer("undo", "1", "--dry-run")

    assert status == 0
    assert "DELETE PurchaseOrders/10001/TrackingNumber/Multiple  row 2" in out
    assert "row 2: planned: Would be undone." in out
    assert len(sandbox.writes) == writes

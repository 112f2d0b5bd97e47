"""Commands about sheets: what they print, and how they end."""

import json
from pathlib import Path

from tests.cli.conftest import BAD, GOOD, HEADINGS, REFUSED
from tests.ended import Ended

NO_READ_BACK = "Sales Order ID,Tracking Number,Carrier Code"


CHECKED = """\
sheet.csv: add_tracking
  3 rows: 1 invalid, 2 planned; 2 calls
  row 3: Carrier: "Fedx" is not one of UPS, USPS, FedEx, DHL, Other. Did you mean FedEx?
  row 4: planned: Tracking Number: the check digit of "1Z999AA10123456786" does not fit a UPS \
number; compare it with the label
  result: sheet.result.csv
"""


PLANNED = """\
sheet.csv: add_tracking to sellercloud
  3 rows: 1 invalid, 2 planned; 2 calls
  POST PurchaseOrders/10001/TrackingNumber/Multiple  row 2
    {"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS",\
"TrackingNumber":"1Z999AA10123456784","ShippingStatus":2}]}
  POST PurchaseOrders/10018/TrackingNumber/Multiple  row 4
    {"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS",\
"TrackingNumber":"1Z999AA10123456786","ShippingStatus":2}]}
  under a minute, as if nothing had been sent before
  row 3: Carrier: "Fedx" is not one of UPS, USPS, FedEx, DHL, Other. Did you mean FedEx?
  row 4: planned: Tracking Number: the check digit of "1Z999AA10123456786" does not fit a UPS \
number; compare it with the label
"""


UPLOADED = """\
sheet.csv: add_tracking to sellercloud, run 1
  3 rows: 1 invalid, 1 verified, 1 rejected; 2 calls
  row 3: Carrier: "Fedx" is not one of UPS, USPS, FedEx, DHL, Other. Did you mean FedEx?
  row 4: rejected: Purchase order 10018 is Completed and cannot be changed.
  result: sheet.result.csv
  fix and re-upload: sheet.fix.xlsx
"""


KEYS = {
    "sheet", "worksheet", "operation", "account", "run", "rows", "statuses", "calls", "result",
    "problems",
}  # fmt: skip


def test_check_names_each_problem_and_writes_the_result(importer, sheet, sandbox):
    sheet(HEADINGS, GOOD, BAD, REFUSED)

    result = importer("check", "sheet.csv")

    assert result == Ended(1, CHECKED, "")
    assert sandbox.log == []
    assert Path("sheet.result.csv").read_text().splitlines()[2].startswith(f"{BAD},invalid,")


def test_plan_shows_the_exact_calls(importer, sheet, sandbox):
    sheet(HEADINGS, GOOD, BAD, REFUSED)

    result = importer("plan", "sheet.csv", "--account", "sellercloud")

    assert result == Ended(1, PLANNED, "")
    assert sandbox.log == []


def test_upload_sends_what_is_good_and_tells_the_rest(importer, sheet, sandbox):
    sheet(HEADINGS, GOOD, BAD, REFUSED)

    result = importer("upload", "sheet.csv", "--account", "sellercloud")

    assert result == Ended(1, UPLOADED, "")
    assert sorted(write.applied for write in sandbox.writes) == [False, True]


def test_plan_names_the_limit_where_the_account_has_one(importer, sheet):
    settings = Path("importer.toml").read_text().replace('"unlimited"', '"30/minute"')
    Path("importer.toml").write_text(settings)
    sheet(HEADINGS, GOOD)

    result = importer("plan", "sheet.csv", "--account", "sellercloud")

    assert "under a minute at the account's limit, as if nothing had been sent before" in result.out


def test_json_of_a_clean_sheet_has_exactly_the_promised_keys(importer, sheet):
    sheet(HEADINGS, GOOD)

    for words, more in (
        (["check"], set()),
        (["plan", "--account=sellercloud"], {"plan", "minutes"}),
        (["upload", "--account=sellercloud"], set()),
    ):
        printed = importer(*words, "sheet.csv", "--json").out
        assert set(json.loads(printed)) == KEYS | more


def test_json_tells_the_whole_of_a_sheet(importer, sheet):
    sheet(HEADINGS, GOOD, BAD)

    printed = importer("upload", "sheet.csv", "--account", "sellercloud", "--json").out

    assert json.loads(printed) == {
        "sheet": "sheet.csv",
        "worksheet": None,
        "operation": "add_tracking",
        "account": "sellercloud",
        "run": 1,
        "rows": 2,
        "statuses": {"invalid": 1, "verified": 1},
        "calls": 1,
        "result": "sheet.result.csv",
        "fix": "sheet.fix.xlsx",
        "problems": [
            {
                "row": 3,
                "column": "Carrier",
                "value": "Fedx",
                "message": '"Fedx" is not one of UPS, USPS, FedEx, DHL, Other. Did you mean FedEx?',
            }
        ],
    }


def test_json_of_several_sheets_is_one_object_a_line(importer, sheet):
    sheet(HEADINGS, GOOD, name="a.csv")

    result = importer("check", "a.csv", "missing.csv", "--json")

    first, second = map(json.loads, result.out.splitlines())
    assert set(first) == KEYS
    assert set(second) == KEYS | {"error"}
    assert second["error"] == "missing.csv is not there, or is not a file"
    assert result.err == "importer: missing.csv is not there, or is not a file\n"


def test_0_every_row_is_done_or_would_be(importer, sheet):
    sheet(HEADINGS, GOOD)

    assert importer("check", "sheet.csv").status == 0
    assert importer("plan", "sheet.csv", "--account", "sellercloud").status == 0
    assert importer("upload", "sheet.csv", "--account", "sellercloud").status == 0
    assert importer("upload", "sheet.csv", "--account", "sellercloud").status == 0  # unchanged


def test_1_some_row_needs_attention(importer, sheet):
    sheet(HEADINGS, GOOD, REFUSED)

    assert importer("upload", "sheet.csv", "--account", "sellercloud").status == 1


def test_3_some_row_is_unknown(importer, sheet, sandbox):
    sandbox.fault("drop", after=True)
    order = "3b241101-e2bb-4255-8caf-4136c566a962"
    sheet(NO_READ_BACK, f"{order},1Z999AA10123456784,ups")

    result = importer("upload", "sheet.csv", "--account", "shipengine", "--no-wait")

    assert result.status == 3
    assert "  1 row: 1 unknown; 1 call\n  row 2: unknown: " in result.out


def test_one_unreadable_sheet_never_stops_the_others(importer, sheet, sandbox):
    sheet(HEADINGS, GOOD, name="good.csv")
    sheet("PO ID,PO Item ID,Unit Price", "10001,100011,5.25", name="items.csv")

    result = importer("upload", "nix.csv", "good.csv", "items.csv", "--account", "sellercloud")

    assert result.status == 2
    assert [line for line in result.out.splitlines() if not line.startswith(" ")] == [
        "good.csv: add_tracking to sellercloud, run 1",
        "items.csv: update_items to sellercloud, run 2",
    ]
    assert result.err == "importer: nix.csv is not there, or is not a file (nothing was sent)\n"
    assert [write.applied for write in sandbox.writes] == [True, True]


def test_a_sheet_for_another_platform_never_stops_the_others(importer, sheet, sandbox):
    sheet("PO ID,Tracking Number,Payment Status", "se-101,A1,Paid", name="shipping.csv")
    sheet(HEADINGS, GOOD, name="good.csv")

    result = importer("upload", "shipping.csv", "good.csv", "--account", "sellercloud")

    assert result.status == 2
    assert "it fits update_shipping, which goes to ShipStation" in result.err
    assert len(sandbox.writes) == 1

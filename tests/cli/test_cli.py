"""The command line as a person or a script meets it: words, exit statuses, real processes."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from importer import cli
from importer.cli import working
from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.operations import operations
from tests.ended import Ended
from tests.waiting import until

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
GOOD = "10001,1Z999AA10123456784,UPS,2026-11-19,2"
BAD = "10002,1Z999AA10123456785,Fedx,2026-11-19,2"
REFUSED = "10018,1Z999AA10123456786,UPS,2026-11-19,2"  # a completed purchase order
HANG_S = 300  # after which a process never ends
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
RUNS = """\
run  started (UTC)  sheet      operation     account      state     rows
1    TIME  sheet.csv  add_tracking  sellercloud  finished  1 invalid, 1 verified, 1 rejected
"""
CALL = """\
run 1, call 1: accepted
  POST PurchaseOrders/10001/TrackingNumber/Multiple
  row 2
  body {"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS",\
"TrackingNumber":"1Z999AA10123456784","ShippingStatus":2}]}
"""
ACCOUNTS = """\
account      platform     address                     limit      secrets from
sellercloud  Sellercloud  URL/rest  unlimited  SANDBOX_USERNAME, SANDBOX_PASSWORD
shipstation  ShipStation  URL       unlimited  SANDBOX_SHIPSTATION_KEY
shipengine   ShipEngine   URL       unlimited  SANDBOX_SHIPENGINE_KEY
"""
STOPPED = """\
a.csv: add_tracking to sellercloud, run 1
  1 row: 1 unsent; 0 of 1 call
  stopped: Interrupted by hand.
  to continue: importer resume 1
  result: a.result.csv
"""
STOPPING = """\
stopping: calls in flight are finished, no more are begun
importer: b.csv was not begun: the command stopped (nothing was sent)
"""
KEYS = {
    "sheet", "worksheet", "operation", "account", "run", "rows", "statuses", "calls", "result",
    "problems",
}  # fmt: skip


@pytest.fixture
def folder(sandbox, tmp_path, monkeypatch):
    """A folder to work in, with the settings and the secrets for the sandbox."""
    settings = sandbox_settings_file(sandbox.url)
    quick = settings.replace('limit = "unlimited"', 'limit = "unlimited"\nsettle = 0.1')
    (tmp_path / "importer.toml").write_text(f'journal = "journal.db"\n\n{quick}')
    monkeypatch.chdir(tmp_path)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    return tmp_path


@pytest.fixture
def importer(folder, console):
    return console


@pytest.fixture
def start(folder):
    """Starts `python -m importer` as a process of its own."""
    processes = []

    def begin(*words: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "importer", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": ROOT, **environment},
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


CTRL_C = pytest.mark.skipif(
    sys.platform == "win32", reason="a process there cannot be sent a Ctrl-C alone"
)
ROOT = str(Path(cli.__file__).parents[2])


def ended(process: subprocess.Popen[bytes]) -> Ended:
    out, err = process.communicate(timeout=HANG_S)
    return Ended(process.returncode, _text(out), _text(err))


def _text(content: bytes) -> str:
    return content.decode().replace("\r\n", "\n")


# What each command says -------------------------------------------------------------------------


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


def test_runs_and_show_tell_what_the_journal_holds(importer, sheet):
    sheet(HEADINGS, GOOD, BAD, REFUSED)
    importer("upload", "sheet.csv", "--account", "sellercloud")

    runs, story, call = importer("runs"), importer("show", "1"), importer("show", "1", "--call=1")

    assert (runs.status, _timeless(runs.out)) == (0, RUNS)
    assert story.out.startswith("run 1: add_tracking to sellercloud, finished\n  sheet    ")
    assert "\n3    invalid   Carrier: " in story.out
    assert "\n4    rejected  Purchase order 10018 is Completed" in story.out
    assert call.out.startswith(CALL)
    assert re.search(r"UTC  write  POST PurchaseOrders/10001/\S+  200\n", call.out)


def _timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text).replace("(UTC)   ", "(UTC)")


def test_accounts_lists_where_secrets_come_from_and_no_secret(importer, sandbox):
    result = importer("accounts")

    padded = result.out.replace(sandbox.url, "URL")
    assert [line.split() for line in padded.splitlines()] == [
        line.split() for line in ACCOUNTS.splitlines()
    ]


def test_accounts_test_signs_in_and_sends_nothing_else(importer, sandbox, monkeypatch):
    good = importer("accounts", "--test", "sellercloud")
    monkeypatch.setenv("SANDBOX_PASSWORD", "wrong")
    bad = importer("accounts", "--test", "sellercloud")

    told = f"sellercloud can sign in to Sellercloud at {sandbox.url}/rest\n"
    assert good == Ended(0, told, "")
    assert (bad.status, bad.out) == (2, "")
    assert "The user name or password is incorrect." in bad.err
    assert sandbox.writes == []


def test_operations_fit_a_terminal_and_name_every_column(importer):
    result = importer("operations")

    found = json.loads(importer("operations", "--json").out)
    for operation in found:
        assert f"\n{operation['name']}  (" in f"\n{result.out}"
        for column in operation["columns"]:
            assert f"\n  {column['title']} " in result.out
    tables = [line for line in result.out.splitlines() if line.startswith("  ")]
    assert max(map(len, tables)) <= 80


def test_template_writes_a_workbook_whose_example_row_is_not_sent(importer):
    result = importer("template", "add-tracking")

    assert result == Ended(0, "add_tracking.xlsx is a blank sheet for add_tracking\n", "")
    checked = importer("check", "add_tracking.xlsx")
    assert checked.status == 1
    assert "  1 row: 1 invalid; 0 calls\n" in checked.out


@pytest.mark.parametrize("words", [[], ["-o", "dock.xlsx"], ["-o", "dock/"]], ids=str)
def test_template_never_writes_over_a_sheet_that_is_there(importer, words):
    assert importer("template", "add_tracking", *words).status == 0
    (written,) = Path().rglob("*.xlsx")
    written.write_bytes(b"filled in")

    again = importer("template", "add_tracking", *words)

    told = f"importer: {written} already exists; choose another name with -o\n"
    assert again == Ended(2, "", told)
    assert written.read_bytes() == b"filled in"


def test_template_makes_the_folder_that_a_slash_asks_for(importer):
    result = importer("template", "add_tracking", "-o", "new/blank/")

    assert (result.status, result.err) == (0, "")
    assert Path("new/blank/add_tracking.xlsx").is_file()


def test_operations_shows_just_the_one_asked_for(importer):
    result = importer("operations", "add-tracking")

    (found,) = json.loads(importer("operations", "add_tracking", "--json").out)
    assert found["name"] == "add_tracking"
    assert result.out.startswith("add_tracking  (Sellercloud; never sent twice)\n")
    assert "update_items  (" not in result.out


def test_plan_names_the_limit_where_the_account_has_one(importer, sheet):
    settings = Path("importer.toml").read_text().replace('"unlimited"', '"30/minute"')
    Path("importer.toml").write_text(settings)
    sheet(HEADINGS, GOOD)

    result = importer("plan", "sheet.csv", "--account", "sellercloud")

    assert "under a minute at the account's limit, as if nothing had been sent before" in result.out


def test_resume_without_an_interrupted_run_says_so(importer):
    assert importer("resume") == Ended(0, "No run was interrupted.\n", "")


def test_demo_sends_every_sample_to_a_sandbox_of_its_own(importer):
    result = importer("demo")

    assert result.status == 0
    assert len(list(Path("demo").glob("*.result.*"))) == len(operations()) + 1
    assert "writes reached the sandbox." in result.out
    outcomes = {
        line.split()[0]: line for line in result.out.splitlines() if " add_tracking " in line
    }
    assert "invalid" in outcomes["add_tracking_mistakes.xlsx"]
    assert "invalid" not in outcomes["add_tracking.xlsx"]


def test_demo_ends_with_a_command_as_the_program_was_called(start):
    out = ended(start("demo", "-o", "rehearsal")).out

    *_, words = out.splitlines()[-1].partition(": ")
    module, *rest = words.removeprefix("python -m ").split()
    assert (module, rest[0], rest[2:]) == ("importer", "--journal", ["show", "1"])
    assert ended(start(*rest)).out.startswith("run 1: add_tracking to sellercloud, finished\n")


# For machines -----------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "words", [("runs",), ("show", "1"), ("accounts",), ("operations",)], ids=lambda words: words[0]
)
def test_every_list_is_json_where_asked(importer, sheet, words):
    sheet(HEADINGS, GOOD)
    importer("upload", "sheet.csv", "--account", "sellercloud")

    assert json.loads(importer(*words, "--json").out)


# Exit statuses ----------------------------------------------------------------------------------


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


# What a person can get wrong --------------------------------------------------------------------

WRONG = {
    "unknown command": (["uplaod"], "No such command 'uplaod'"),
    "unknown option": (["check", "--frob", "sheet.csv"], "--frob"),
    "no sheet": (["check"], "SHEETS"),
    "no account": (["upload", "sheet.csv"], "'--account'"),
    "a wrong share": (
        ["upload", "sheet.csv", "--account", "sellercloud", "--stop-after", "x"],
        '"x" is not a number of rows or like 20%. See importer upload --help.',
    ),
    "unknown operation to show": (["operations", "tracking"], '"tracking" is not an operation'),
    "unknown account": (
        ["upload", "sheet.csv", "--account", "selercloud"],
        (
            'has no account "selercloud"; its accounts are: sellercloud, shipstation, shipengine. '
            "Did you mean sellercloud?"
        ),
    ),
    "unknown operation": (
        ["check", "sheet.csv", "--operation", "add_trackin"],
        (
            f'"add_trackin" is not an operation; there are {", ".join(operations())}.'
            " Did you mean add_tracking?"
        ),
    ),
    "unknown template": (["template", "tracking"], '"tracking" is not an operation'),
    "a sheet that is not there": (["check", "nix.xlsx"], "nix.xlsx is not there"),
    "a folder as sheet": (["check", "."], ". is not there, or is not a file"),
    "a sheet that is none": (["check", "broken.xlsx"], "broken.xlsx"),
    "an account of another platform": (
        ["upload", "sheet.csv", "--account", "shipstation"],
        "it fits add_tracking, which goes to Sellercloud; choose another account",
    ),
    "a file as folder for results": (["check", "sheet.csv", "-o", "broken.xlsx"], "broken.xlsx"),
    "no workers": (["upload", "sheet.csv", "--account", "sellercloud", "--workers", "0"], "0"),
    "no such run": (["show", "99"], 'There is no run "99" in this journal'),
    "no such run to resume": (["resume", "99"], 'There is no run "99" in this journal'),
    "a run that is no number": (["show", "x"], "'x' is not a valid integer"),
    "no such settings": (["--config", "nix.toml", "accounts"], "nix.toml cannot be read"),
    "a journal that is none": (["--journal", "broken.xlsx", "runs"], "broken.xlsx"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_one_sentence(importer, sheet, sandbox, words, said):
    sheet(HEADINGS, GOOD)
    Path("broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")

    result = importer(*words)

    assert result.status == 2
    assert result.err.startswith("importer: ")
    assert said in result.err
    assert result.err.count("\n") == 1
    assert sandbox.log == []


SETTINGS = {
    "a misspelt key": (
        '[accounts.acme]\nplatfrom = "sellercloud"',
        "[accounts.acme] platform is missing",
    ),
    "a misspelt key beside a good one": (
        '[accounts.acme]\nplatform = "sellercloud"\nsevrer = "acme"',
        '[accounts.acme] "sevrer" is not known in this table. Did you mean server?',
    ),
    "a misspelt table": ("[acounts.acme]", '"acounts" is not known at the top of the file'),
    "http to another machine": (
        (
            '[accounts.ship]\nplatform = "shipstation"\nbase_url = "http://example.com"\n'
            'api_key_env = "SHIP"'
        ),
        '[accounts.ship] base_url "http://example.com" would send secrets in the clear; use https',
    ),
    "no TOML": ("accounts", "importer.toml is not valid TOML"),
}


@pytest.mark.parametrize(("settings", "said"), SETTINGS.values(), ids=SETTINGS)
def test_wrong_settings_are_said_before_anything_is_read(importer, settings, said):
    Path("importer.toml").write_text(settings)

    result = importer("upload", "sheet.csv", "--account", "acme")

    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("importer: importer.toml")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_a_missing_secret_is_said_before_any_sheet_is_read(importer, monkeypatch):
    monkeypatch.delenv("SANDBOX_PASSWORD")

    result = importer("upload", "nix.csv", "nix.csv", "--account", "sellercloud")

    assert result == Ended(
        2,
        "",
        "importer: Account sellercloud, password_env: the environment variable SANDBOX_PASSWORD "
        "is not set or empty; set it.\n",
    )


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


def test_sheets_that_a_stop_leaves_out_are_named(importer, sheet, sandbox, monkeypatch):
    @contextmanager
    def interrupted(_title, _rows):
        signal.raise_signal(signal.SIGINT)
        yield lambda _: None

    monkeypatch.setattr(working, "progress", interrupted)
    for name in ("a.csv", "b.csv"):
        sheet(HEADINGS, GOOD, name=name)

    result = importer("upload", "a.csv", "b.csv", "--account", "sellercloud")

    assert result == Ended(2, STOPPED, "\n" + STOPPING)
    assert sandbox.writes == []


# Real processes ---------------------------------------------------------------------------------


@CTRL_C
def test_ctrl_c_finishes_calls_in_flight_and_says_how_to_go_on(start, importer, sheet, sandbox):
    numbers = range(20001, 20013)
    sheet(HEADINGS, *(f"{n},1ZAAA{n},UPS,2026-11-19,2" for n in numbers), name="many.csv")
    sandbox.switch(latency_s=0.1)
    process = start("upload", "many.csv", "--account", "sellercloud", "--workers", "2")
    until(lambda: len(sandbox.writes) >= 4)

    process.send_signal(signal.SIGINT)
    result = ended(process)

    assert result.status == 1
    assert "stopping: calls in flight are finished, no more are begun" in result.err
    assert "Traceback" not in result.err
    assert re.search(r"; \d+ of 12 calls\n  stopped: Interrupted by hand\.\n", result.out)
    assert "  to continue: importer resume 1\n" in result.out
    assert "unsent" in Path("many.result.csv").read_text()
    assert all(write.applied for write in sandbox.writes)
    sandbox.switch(latency_s=0.0)
    resumed = importer("resume")
    assert resumed.status == 0
    assert "  12 rows: 12 verified; 12 calls\n" in resumed.out
    assert len(sandbox.writes) == len(numbers)  # each once
    assert "unsent" not in Path("many.result.csv").read_text()


@CTRL_C
def test_a_second_ctrl_c_ends_at_once_and_nothing_is_sent_twice(start, importer, sheet, sandbox):
    sheet(HEADINGS, *(f"{n},1ZAAA{n},UPS,2026-11-19,2" for n in range(20001, 20005)))
    sandbox.fault("delay", after=True, seconds=30.0, times=2)
    process = start("upload", "sheet.csv", "--account", "sellercloud", "--workers", "2")
    until(lambda: sum(write.applied for write in sandbox.writes) >= 2)

    process.send_signal(signal.SIGINT)
    while b"stopping" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    result = ended(process)

    assert (result.status, result.out) == (130, "")
    assert importer("resume").status == 2  # that process seems to be at work still
    resumed = importer("resume", "--take-over")
    assert resumed.status == 0
    assert "  4 rows: 4 verified; 4 calls\n" in resumed.out
    assert len(sandbox.writes) == 4


def test_no_secret_is_ever_shown_or_kept(start, importer, sheet, sandbox, folder):
    sheet(HEADINGS, GOOD, REFUSED, name="tracking.csv")
    sheet("PO ID,Payment Status", "se-101,Paid", name="shipping.csv")
    password, key = SECRETS["SANDBOX_PASSWORD"], SECRETS["SANDBOX_SHIPSTATION_KEY"]
    echoed = {"ErrorMessage": f"You sent {password}."}
    sandbox.fault("status", status=401, path="Multiple", method="POST", reply=echoed)
    sandbox.fault("status", status=400, platform="sellercloud", reply=echoed)
    echoed = {"errors": [{"error_code": "invalid", "message": f"You sent {key}."}]}
    sandbox.fault("status", status=400, platform="shipstation", reply=echoed)

    shown = b""
    for words in (
        ["upload", "tracking.csv", "--account", "sellercloud", "--no-wait"],
        ["upload", "shipping.csv", "--account", "shipstation", "--no-wait"],
    ):
        shown += b"".join(start(*words).communicate(timeout=HANG_S))
    for words in (["show", "1"], ["show", "1", "--json"], ["show", "1", "--call", "1"]):
        shown += importer(*words).out.encode()

    kept = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    assert shown.count(b"You sent ***.") >= 2
    assert {"journal.db", "tracking.result.csv", "shipping.result.csv"} <= set(kept)
    tokens = list(sandbox._world.tokens)
    assert tokens
    for name, content in {"shown": shown, **kept}.items():
        assert [s for s in (password, key, *tokens) if s.encode() in content] == [], name


def test_a_closed_pipe_gives_no_traceback(start, sheet):
    sheet(HEADINGS, *[GOOD] * 30)
    process = start("operations")
    process.stdout.close()

    _, err = process.communicate(timeout=HANG_S)

    assert err == b""


def test_a_terminal_without_utf_8_shows_a_sheet_with_other_letters(start, sheet):
    sheet(HEADINGS, GOOD, "10002,A123456,Spedición,2026-11-19,2", name="hoja_ñ.csv")

    result = ended(
        start(
            "upload", "hoja_ñ.csv", "--account", "sellercloud", LANG="C", PYTHONIOENCODING="ascii"
        )
    )

    assert (result.status, result.err) == (1, "")
    assert "  2 rows: 1 invalid, 1 verified; 1 call\n" in result.out
    assert re.search(r'row 3: Carrier: "Spedici(ó|\\xf3|\?)n" is not one of', result.out)
    assert "Spedición" in Path("hoja_ñ.result.csv").read_text(encoding="utf-8")


def test_the_module_runs_as_the_script_does(start):
    result = ended(start("--version"))

    assert (result.status, result.err) == (0, "")
    assert re.fullmatch(r"importer, version \d+\.\d+\.\d+\n", result.out)


# Speed ------------------------------------------------------------------------------------------


HELP = """
import sys, click
before = {*sys.modules}
from importer.cli import cli
cli.main(["--help"], standalone_mode=False)
names = {".".join(name.split(".")[:2]) for name in {*sys.modules} - before}
print(*sorted(n for n in names if n.split(".")[0] not in sys.stdlib_module_names), file=sys.stderr)
"""


def test_help_loads_nothing_heavy():
    """How long it takes is measured by tests.benchmarks.starting."""
    found = subprocess.run(
        [sys.executable, "-c", HELP], capture_output=True, check=True, encoding="utf-8"
    )

    assert found.stderr.split() == ["click._textwrap", "importer", "importer.cli", "importer.model"]


def test_a_sheet_and_what_was_made_from_it_are_not_sent_together(importer, sheet, sandbox):
    sheet(HEADINGS, GOOD, BAD)
    importer("check", "sheet.csv")

    ended = importer("upload", "sheet.csv", "sheet.result.csv", "--account", "sellercloud")

    assert ended.err == (
        "importer: sheet.result.csv is made from sheet.csv, which is named as well; name one of "
        "them (nothing was sent)\n"
    )
    assert (ended.status, len(sandbox.writes)) == (2, 1)

"""The command line as a person or a script meets it: words, exit statuses, real processes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from importer.demo.demo import SECRETS
from importer.operations import operations
from tests.cli.conftest import GOOD, HANG_S, HEADINGS, REFUSED, ended
from tests.ended import Ended


@pytest.mark.parametrize(
    "words", [("runs",), ("show", "1"), ("accounts",), ("operations",)], ids=lambda words: words[0]
)
def test_every_list_is_json_where_asked(importer, sheet, words):
    sheet(HEADINGS, GOOD)
    importer("upload", "sheet.csv", "--account", "sellercloud")

    assert json.loads(importer(*words, "--json").out)


WRONG = {
    "unknown command": (["uplaod"], "No such command 'uplaod'"),
    "unknown option": (["check", "--frob", "sheet.csv"], "--frob"),
    "no sheet": (["check"], "SHEETS"),
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

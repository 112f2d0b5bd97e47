"""Commands that need no sheet and no journal."""

import json
from pathlib import Path

import pytest

from importer.operations import operations
from tests.cli.conftest import ended
from tests.ended import Ended

ACCOUNTS = """\
account      platform     address                     limit      secrets from
sellercloud  Sellercloud  URL/rest  unlimited  SANDBOX_USERNAME, SANDBOX_PASSWORD
shipstation  ShipStation  URL       unlimited  SANDBOX_SHIPSTATION_KEY
shipengine   ShipEngine   URL       unlimited  SANDBOX_SHIPENGINE_KEY
"""


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

"""Options that several commands share: how they are read, and refused."""

import click
import pytest
from click.testing import CliRunner

from importer.cli.parameters import (
    Session,
    account_name,
    patience_options,
    reading_options,
    upload_options,
)
from importer.model.options import ReadingOptions, Share, UploadOptions
from tests.cli.conftest import GOOD, HEADINGS

WRONG = {
    "no account": ([], "'--account'"),
    "a wrong share": (
        ["--account", "sellercloud", "--stop-after", "x"],
        '"x" is not a number of rows or like 20%. See importer upload --help.',
    ),
    "no workers": (
        ["--account", "sellercloud", "--workers", "0"],
        "0 is not in the range 1<=x<=64",
    ),
    "no lost answers": (["--account", "sellercloud", "--max-lost", "0"], "0 is not in the range"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_is_refused_before_anything_is_sent(
    importer, sheet, sandbox, words, message
):
    sheet(HEADINGS, GOOD)

    result = importer("upload", "sheet.csv", *words)

    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith("importer: ")
    assert message in result.err
    assert sandbox.log == []


def received(decorator, *words):
    """What a command of these options gets."""
    got = []
    command = click.command()(decorator(lambda **values: got.append(values)))
    assert CliRunner().invoke(command, words).exit_code == 0
    return got[0]


def test_how_a_sheet_is_read_reaches_a_command_as_one_value():
    asked = ("--split", "--visible-only", "--infer-carrier", "--strict-tracking")
    named = ("--operation", "add_tracking", "--worksheet", "Lines", "--vendor", "north")

    assert received(reading_options) == {"reading": ReadingOptions()}
    assert received(reading_options, *asked, *named) == {
        "reading": ReadingOptions(
            operation="add_tracking",
            worksheet="Lines",
            vendor="north",
            split=True,
            visible_only=True,
            infer_carrier=True,
            strict_tracking=True,
        )
    }


def test_what_to_send_reaches_a_command_with_how_it_is_read(tmp_path):
    asked = ("--split", "--whole-po", "--strict", "--again", "--undoable", "--no-verify")

    assert received(upload_options) == {"options": UploadOptions()}
    assert received(upload_options, *asked, "--stop-after", "20%", "-o", str(tmp_path)) == {
        "options": UploadOptions(
            ReadingOptions(split=True),
            into=tmp_path,
            whole_po=True,
            strict=True,
            again=True,
            undoable=True,
            verify=False,
            stop_after=Share.parse("20%"),
        )
    }


def test_how_long_to_try_is_left_open_unless_asked():
    words = ("--no-wait", "--max-lost", "2")

    assert received(patience_options, *words) == {
        "no_wait": True,
        "max_lost": 2,
        "max_refusals": None,
        "isolate_limit": None,
    }


def test_the_account_is_the_one_asked_for_or_else_the_vendors(tmp_path):
    settings = tmp_path / "importer.toml"
    settings.write_text(
        '[accounts.ship]\nplatform = "shipstation"\napi_key_env = "K"\n'
        '[vendors.north]\naccount = "ship"\n'
    )
    session = Session(settings, None)

    assert account_name(session, "other", "north") == "other"
    assert account_name(session, None, "north") == "ship"

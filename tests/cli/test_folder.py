"""importer folder: what a person or a scheduler types, and what it says."""

import json
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from importer.cli.folder import _until
from tests.cli.conftest import put
from tests.folder.conftest import RULES, tracking


def test_init_makes_the_folders_and_a_file_that_can_be_loaded(run):
    result = run("init", "other")

    assert result.exit_code == 0
    assert sorted(path.name for path in Path("other").iterdir()) == [
        "attention", "done", "folder.toml", "inbox", "reports", "working",
    ]  # fmt: skip
    assert run("other").exit_code == 0


def test_init_leaves_a_folder_toml_as_it_is(run):
    result = run("init", "drop")

    assert result.exit_code != 0
    assert Path("drop/folder.toml").read_text(encoding="utf-8") == RULES


def test_every_commented_line_of_the_template_is_accepted(run):
    text = Path("drop/folder.toml")
    run("init", "other")
    lines = Path("other/folder.toml").read_text(encoding="utf-8").splitlines()
    tables = lines[next(n for n, line in enumerate(lines) if line.startswith("# [inbox")) :]
    bare = [line.removeprefix("# ") for line in tables if "=" in line or line.startswith("# [")]
    with Path("importer.toml").open("a", encoding="utf-8") as file:
        file.write('\n[vendors.north]\noperation = "add_tracking"\n')
    settings = "\n".join(bare).replace('account = "acme"', 'account = "sellercloud"')
    text.write_text(settings, encoding="utf-8")

    result = run("status", "drop")

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (tracking("A12345"), 0),
        (tracking("A12345").replace("UPS", "Fedx"), 1),
        ("no sheet at all", 2),
    ],
)
def test_the_exit_status_is_that_of_an_upload(run, text, status):
    put("north/dock.csv", text)

    assert run("drop", "--once").exit_code == status


def test_status_tells_a_monitor(run):
    put("east/dock.csv", tracking("A12345"))
    run("drop")
    put("north/dock.csv", tracking("A12345"))

    told = json.loads(run("status", "drop", "--json").stdout)

    assert told["last_pass"]["exit_status"] == 2
    assert told["waiting"] == 1
    age = datetime.now().astimezone() - datetime.fromisoformat(told["oldest"])
    assert age < timedelta(minutes=1)
    assert told["in_attention"] == 1
    assert told["heartbeat_at"]
    assert "in attention  1" in run("status", "drop").stdout


def test_status_of_a_folder_that_never_had_a_pass(run):
    result = run("status", "drop")

    assert result.exit_code == 0
    assert "last pass     none yet" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("drop", "--until", "25:00"), '"25:00" is not a time like 06:00'),
        (("drop", "--keep", "soon"), '"soon" is not a number of days'),
        (("drop", "--once", "--watch"), "--once or --watch, not both"),
        (("nowhere",), "importer folder init nowhere"),
    ],
)
def test_what_cannot_be_meant_is_said(run, words, said):
    result = run(*words)

    assert result.exit_code != 0
    assert said in f"{result.output}{result.exception}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('account = "acme"', 'has no account "acme"'),
        ('folder = "../etc"', "is outside the inbox"),
        ('stop_after = "many"', "stop_after must be a number of rows"),
        ("strict = 1", "strict must be true or false"),
        ("acount = 1", '"acount" is not known'),
    ],
)
def test_what_is_wrong_in_folder_toml_is_said_before_anything_is_taken(run, line, said):
    put("north/dock.csv", tracking("A12345"))
    Path("drop/folder.toml").write_text(f"[inbox.north]\n{line}\n", encoding="utf-8")

    result = run("drop")

    assert said in str(result.exception)
    assert Path("drop/inbox/north/dock.csv").exists()


def test_a_folder_toml_from_an_editor_that_marks_its_files_is_read(run):
    Path("drop/folder.toml").write_text(RULES, encoding="utf-8-sig")

    assert run("drop").exit_code == 0


def test_watching_looks_again_until_the_deadline(run, monkeypatch):
    put("north/1.csv", tracking("A12345"))
    passes = []

    @contextmanager
    def at_the_second_pass(context, _until):
        def wait(seconds):
            if seconds != 30:  # another's waiting
                return context.stop.is_set()
            passes.append(json.loads(Path("drop/reports/last-pass.json").read_text()))
            put("north/2.csv", tracking("A12346"))
            if len(passes) == 2:
                context.stop.set()
            return context.stop.is_set()

        monkeypatch.setattr(context.stop, "wait", wait)
        yield

    monkeypatch.setattr("importer.folder.passes.stopped_at", at_the_second_pass)
    result = run("drop", "--watch", "--every", "30")

    assert result.exit_code == 0
    assert [each["files"] for each in passes] == [{"done": 1}, {"done": 1}]
    assert passes[0]["next_at"]


def test_until_is_the_next_such_time():
    at = _until("06:00")
    now = datetime.now().astimezone()

    assert now < at
    assert (at - now).total_seconds() <= 86400
    assert (at.hour, at.minute) == (6, 0)

"""One pass of importer folder: what it prints, logs, writes and puts away."""

import json
import os
from contextlib import contextmanager
from pathlib import Path

from importer.demo.demo import SECRETS
from tests.cli.conftest import put
from tests.folder.conftest import tracking


def test_a_pass_says_what_became_of_each_file(run):
    put("north/dock.csv", tracking("A12345"))

    result = run("drop")

    assert result.exit_code == 0
    assert result.stdout.startswith("1 file: 1 done\n  north/dock.csv: done: 1 verified\n")
    assert Path("drop/reports/index.html").exists()


def test_json_tells_a_machine(run):
    put("north/dock.csv", tracking("A12345"))

    told = json.loads(run("drop", "--json").stdout)

    (file,) = told["files"]
    assert (file["name"], file["fate"], file["run"]) == ("north/dock.csv", "done", 1)
    assert file["statuses"] == {"verified": 1}
    assert Path(file["filed"][0]).read_text(encoding="utf-8") == tracking("A12345")
    assert told["exit_status"] == 0


def test_the_log_has_a_line_for_each_file_and_for_the_pass(run):
    put("north/dock.csv", tracking("A12345"))

    lines = [json.loads(line) for line in run("drop", "--log-format", "json").stderr.splitlines()]

    events = [line for line in lines if "event" in line]
    assert [(line["event"], line.get("fate")) for line in events] == [
        ("file", "done"), ("pass", None),
    ]  # fmt: skip
    assert events[0]["rows"] == {"verified": 1}
    assert events[1]["files"] == {"done": 1}


def test_an_idle_pass_writes_no_page(run):
    result = run("drop")

    assert result.stdout == "No files arrived\n"
    assert not Path("drop/reports/index.html").exists()


def test_the_same_trouble_in_pass_after_pass_is_on_one_page(run, monkeypatch):
    monkeypatch.setenv("SANDBOX_PASSWORD", "wrong")
    put("north/dock.csv", tracking("A12345"))

    run("drop")
    run("drop")

    assert len(list(Path("drop/reports").glob("2*.html"))) == 1


def test_two_pages_of_one_minute_stand_beside_each_other_and_in_the_index(run):
    put("north/1.csv", tracking("A12345"))
    run("drop")
    put("north/2.csv", tracking("A12346"))
    run("drop")

    pages = sorted(path.name for path in Path("drop/reports").glob("2*.html"))
    index = Path("drop/reports/index.html").read_text(encoding="utf-8")
    assert len(pages) == 2
    assert all(f'href="{page}"' in index for page in pages)


def test_a_page_that_cannot_be_written_does_not_undo_the_night(run, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    put("north/dock.csv", tracking("A12345"))
    with monkeypatch.context() as patch:
        patch.setattr("importer.folder.morning_report.write_report", full)
        result = run("drop")

    assert result.exit_code == 0
    assert "the report page could not be written" in result.stderr
    put("north/2.csv", tracking("A12346"))
    run("drop")
    (page,) = Path("drop/reports").glob("2*.html")
    assert "north/dock.csv" in page.read_text(encoding="utf-8")  # told by the next one


def test_older_days_are_put_away(run):
    day = Path("drop/done/2020-01-01")
    day.mkdir(parents=True)
    (day / "dock.csv").write_text("x")

    result = run("drop", "--keep", "90d")

    assert "archived" in result.stderr
    assert Path("drop/done/2020-01-01.zip").exists()
    assert not day.exists()


def test_watching_says_once_what_goes_on_waiting(run, monkeypatch):
    put("north/1.csv.part", "")
    put("north/1.csv", tracking("A12345"))
    Path("drop/inbox/north/~$1.csv").touch()
    passes = []

    @contextmanager
    def at_the_third_pass(context, _until):
        monkeypatch.setattr(context.stop, "wait", lambda _: len(passes) == 3)
        yield

    monkeypatch.setattr("importer.folder.passes.stopped_at", at_the_third_pass)
    monkeypatch.setattr("importer.cli.folder_pass.save_pass", lambda *_: passes.append(1))
    result = run("drop", "--watch", "--every", "30")

    assert len(passes) == 3
    assert result.stdout.count("somebody has it open in a spreadsheet program") == 1


def test_no_secret_is_written_into_the_folder(run):
    put("north/dock.csv", tracking("A12345"))
    run("drop")

    for path in Path("drop").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(os.fsencode(secret) in content for secret in SECRETS.values())

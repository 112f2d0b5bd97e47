"""When a file is whole, as far as size, time, companions, other programs and the system tell."""

import hashlib
import os
import subprocess
import sys
from pathlib import PurePosixPath

import pytest

from importer.folder.arrival import arrivals, is_open_for_writing, why_incomplete
from tests.folder.conftest import fates, tracking

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows leases")
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows makes links only for some users")


def names(drop):
    return [str(arrival.name) for arrival in arrivals(drop.layout.inbox)]


@pytest.mark.parametrize(
    "name",
    [
        "~$dock.xlsx", ".~lock.dock.xlsx#", "dock.xlsx.part", "dock.xlsx.tmp", "dock.crdownload",
        "DOCK.XLSX.PART", ".DS_RemoteFolder", "Thumbs.db", "desktop.ini", "dock.xlsx.filepart",
        "dock.xlsx.done", "dock.xlsx.sha256",
    ],
)  # fmt: skip
def test_other_files_than_sheets_are_left_alone(drop, name):
    drop.put(f"north/{name}", "x")

    assert names(drop) == []


def test_a_file_that_changes_while_it_is_looked_at_waits(drop):
    path = drop.put("north/dock.csv", tracking("A12345"))

    done = drop.run(sleep=lambda _: path.write_text(tracking("A12345", "A12346")))

    assert fates(done) == {"north/dock.csv": "waiting"}
    assert done.exit_status == 0
    assert fates(drop.run()) == {"north/dock.csv": "done"}


def test_a_file_written_anew_with_the_same_size_waits(drop):
    path = drop.put("north/dock.csv", tracking("A12345"))
    now = path.stat().st_mtime

    def written_anew(_):
        path.write_text(tracking("A12349"))
        os.utime(path, (now + 1, now + 1))

    assert fates(drop.run(sleep=written_anew)) == {"north/dock.csv": "waiting"}


def test_a_file_that_came_since_waits_for_the_next_pass(drop):
    drop.put("north/1.csv", tracking("A12345"))

    done = drop.run(sleep=lambda _: drop.put("north/2.csv", tracking("A12346")))

    assert fates(done) == {"north/1.csv": "done", "north/2.csv": "waiting"}


def test_the_time_to_settle_is_the_one_of_folder_toml(drop):
    slept = []
    drop.rules = drop.rules.replace("settle = 0", "settle = 25")
    drop.put("north/1.csv", tracking("A12345"))

    drop.run(sleep=slept.append)

    assert slept == [25]


@pytest.mark.parametrize("companion", ["dock.csv.done", "dock.done"])
def test_a_companion_makes_it_whole_at_once_and_is_filed_with_it(drop, companion):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.put(f"north/{companion}", "")

    done = drop.run(sleep=pytest.fail)

    assert fates(done) == {"north/dock.csv": "done"}
    assert companion in drop.filed["done"]
    assert list((drop.layout.inbox / "north").iterdir()) == []


@pytest.mark.parametrize(
    ("suffix", "make"), [("md5", hashlib.md5), ("sha256", hashlib.sha256)], ids=["md5", "sha256"]
)
def test_a_checksum_makes_it_whole_at_once_where_it_agrees(drop, suffix, make):
    text = tracking("A12345")
    drop.put("north/dock.csv", text)
    drop.put(f"north/dock.csv.{suffix}", f"{make(text.encode()).hexdigest().upper()} *dock.csv\n")

    assert fates(drop.run(sleep=pytest.fail)) == {"north/dock.csv": "done"}


def test_a_checksum_that_does_not_agree_is_waited_for_and_then_said(drop, sandbox):
    text = tracking("A12345")
    drop.put("north/dock.csv", text)
    drop.put("north/dock.csv.md5", "0" * 32)

    assert fates(drop.run()) == {"north/dock.csv": "attention"}
    assert sandbox.writes == []


@pytest.mark.parametrize("lock", ["~$dock.xlsx", ".~lock.dock.xlsx#"])
def test_a_sheet_that_is_open_in_a_spreadsheet_program_waits(drop, lock):
    drop.put("north/dock.xlsx", b"PK")
    path = drop.put(f"north/{lock}", "me")

    assert fates(drop.run()) == {"north/dock.xlsx": "waiting"}
    path.unlink()
    assert fates(drop.run()) == {"north/dock.xlsx": "attention"}


@LINUX
def test_a_file_that_another_program_holds_open_for_writing_waits(drop):
    path = drop.put("north/dock.csv", tracking("A12345"))
    writes = "import sys; f = open(sys.argv[1], 'a'); input()"
    command = [sys.executable, "-c", writes, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as writer:
        while not is_open_for_writing(path):
            assert writer.poll() is None
        done = drop.run()
        writer.communicate(b"\n")

    assert fates(done) == {"north/dock.csv": "waiting"}
    assert fates(drop.run()) == {"north/dock.csv": "done"}


@LINUX
def test_a_program_that_opens_a_file_just_as_it_is_looked_at_does_not_end_the_pass(tmp_path):
    path = tmp_path / "dock.csv"
    path.write_text("x")
    looks = (
        "import sys, time; from pathlib import Path; from importer.folder.arrival import *\n"
        "until = time.monotonic() + 0.3\n"
        "while time.monotonic() < until: is_open_for_writing(Path(sys.argv[1]))"
    )
    with subprocess.Popen([sys.executable, "-c", looks, str(path)]) as looker:
        while looker.poll() is None:
            path.open("a").close()

    assert looker.returncode == 0


@POSIX
def test_a_link_stays_where_it_is_and_is_reported(drop, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(tracking("A12345"))
    drop.put("north/dock.csv", "").unlink()
    (drop.layout.inbox / "north/dock.csv").symlink_to(secret)

    done = drop.run()

    assert fates(done) == {"north/dock.csv": "waiting"}
    assert "it is a symbolic link" in done.results[0].sentence


@POSIX
def test_a_pipe_does_not_stop_the_pass(drop):
    drop.put("north/1.csv", tracking("A12345"))
    os.mkfifo(drop.layout.inbox / "north/2.csv")

    assert fates(drop.run()) == {"north/1.csv": "done"}


def test_hidden_folders_are_not_looked_into(drop):
    drop.put("north/.cache/dock.csv", "x")

    assert names(drop) == []


def test_a_file_knows_its_place_below_the_inbox(drop):
    drop.put("north/dock.csv", "x")

    (arrival,) = arrivals(drop.layout.inbox)

    assert arrival.name == PurePosixPath("north/dock.csv")
    assert why_incomplete(arrival, arrival) is None
    assert why_incomplete(arrival, None) == "it is still changing"

"""A whole night over a real folder, by real processes, one of them killed."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from importer.demo.demo import SECRETS
from importer.demo.night import prepare_night, run_night, still_writing
from importer.folder.arrival import arrivals
from tests.waiting import until

ROOT = str(Path(__file__).parents[2])
HANG_S = 600  # after which a process never ends


@pytest.fixture
def night(sandbox, tmp_path):
    folder = tmp_path / "drop"
    return folder, prepare_night(folder, sandbox.url)


@pytest.fixture
def still_written(night):
    """A file that another program holds open, and writes to, for as long as the test lasts."""
    path = night[0] / "inbox" / "north" / "growing.csv"
    with still_writing(path):
        yield path


@pytest.fixture
def start():
    """Starts a pass as a process of its own."""
    processes = []

    def begin(folder, *words):
        process = subprocess.Popen(
            [sys.executable, "-m", "importer", "--config", str(folder / "importer.toml"),
             "--journal", str(folder / "journal.db"), "folder", str(folder), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **SECRETS, "PYTHONPATH": ROOT},
        )  # fmt: skip
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def effects(sandbox):
    """What the platforms hold, each as often as it was applied."""
    found = Counter(
        (po.id, entry.tracking_number)
        for po in sandbox.state.purchase_orders.values()
        for entry in po.tracking
    )
    found.update((link.order_id, "link") for link in sandbox.state.links)
    found.update((n.sales_order_id, n.tracking_number) for n in sandbox.state.notices)
    return found


def filed(folder):
    """Originals by name: where each stands, below the folder."""
    stands = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).parts[0] in {
            "done",
            "attention",
            "working",
            "inbox",
        }:
            stands.setdefault(path.name, []).append(path.relative_to(folder).parts[0])
    return stands


def fates(folder, files):
    layout = filed(folder)
    return {path.name: tuple(layout.get(path.name, ())) for path in files}


@pytest.fixture
def once_only(sandbox, tmp_path_factory):
    """The effects that a night has when nothing goes wrong with its passes."""

    def count(start):
        folder = tmp_path_factory.mktemp("calm") / "drop"
        prepare_night(folder, sandbox.url)
        start(folder).communicate(timeout=HANG_S)
        found = effects(sandbox)
        sandbox.reset()
        return found

    return count


def test_a_night_files_each_sheet_once_tells_the_story_and_leaves_nothing_to_do(
    night, sandbox, start
):
    folder, files = night

    process = start(folder, "--log-format", "json")
    out, err = process.communicate(timeout=HANG_S)

    assert process.returncode == 2, err.decode()
    assert {tuple(stands) for stands in fates(folder, files).values()} <= {
        ("done",),
        ("attention",),
    }
    assert [str(left.name) for left in arrivals(folder / "inbox")] == ["south/advice-6.xlsx"]
    assert max(effects(sandbox).values()) == 1
    assert b"Traceback" not in err + out
    assert err.count(b'"event": "file"') == len(files) + 1  # the one that is open in Excel
    assert err.count(b'"event": "pass"') == 1
    page = next((folder / "reports").glob("2*.html")).read_text(encoding="utf-8")
    assert "need attention" in page
    assert all(path.name in page for path in files)
    assert "2" in (folder / "reports" / "index.html").read_text(encoding="utf-8")
    left = sorted(p.name for p in (folder / "inbox").rglob("*") if p.is_file())
    assert left == ["advice-6.xlsx", "advice-9.xlsx.part", "~$advice-6.xlsx"]

    writes = len(sandbox.writes)
    out, _ = start(folder).communicate(timeout=HANG_S)
    assert out.decode().startswith("1 file: 1 waiting")  # the next pass has nothing to do
    assert len(sandbox.writes) == writes


def pages_tell(folder):
    """The files that the pages say were filed, each on one page and once."""
    (workbook,) = (openpyxl.load_workbook(path) for path in (folder / "reports").glob("*.xlsx"))
    rows = [row for row in workbook["Files"].iter_rows(values_only=True) if row[4]]
    names = [Path(row[0]).name for row in rows if "/" in str(row[4])]
    assert len(names) == len(set(names))
    return set(names)


@pytest.mark.slow
@pytest.mark.parametrize("after_writes", [5, 20, 45, 70])
def test_two_passes_at_once_and_one_killed_lose_and_double_nothing(
    night, sandbox, start, once_only, still_written, after_writes
):
    folder, files = night
    wanted = once_only(start)
    first = start(folder)
    until(lambda: sandbox.writes)
    second = start(folder)
    until(lambda: len(sandbox.writes) >= after_writes)
    first.kill()  # SIGKILL
    first.communicate()
    said, _ = second.communicate(timeout=HANG_S)

    assert pages_tell(folder) == {path.name for path in files}
    assert "resumed after an interrupted pass" in said.decode()
    assert still_written.exists()
    assert {tuple(stands) for stands in fates(folder, files).values()} <= {
        ("done",),
        ("attention",),
    }
    held = effects(sandbox)
    assert max(held.values()) == 1
    # A notice whose answer was lost with its process cannot be read back: it may be in or not.
    assert {key for key in wanted if key not in held} <= {
        key for key in wanted if isinstance(key[0], str)
    }
    assert set(held) <= set(wanted)


@pytest.mark.slow
def test_the_demo_of_a_night_brings_it_to_its_end(tmp_path):
    lines = []

    status = run_night(tmp_path / "demo", lines.append)

    assert status == 0
    assert "the first is killed after" in "\n".join(lines)
    assert (tmp_path / "demo" / "reports" / "index.html").exists()

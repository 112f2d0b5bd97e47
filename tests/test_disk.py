"""A full disk, files in use, a journal locked or broken, a clock that jumps: nothing is lost."""

import hashlib
import sqlite3
import subprocess
import sys
import threading
import time as clocks
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from importer.demo.demo import SECRETS
from importer.journal import CallState, open_journal
from importer.model.errors import JournalError
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.stop import Stop
from importer.runs.execute import Context
from importer.runs.upload import resume_run, upload_sheet
from importer.sending import task
from importer.sheets.results import write as results
from tests.conftest import QUICK

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
TRACKING = UploadOptions(ReadingOptions("add_tracking"), verify=False)


def line(po_id=10001, number="1Z999AA10123456784"):
    return f"{po_id},{number},UPS,2026-11-19,2"


def upload(path, context, options=TRACKING):
    return upload_sheet(path, options, context, context.settings.account("sellercloud"))


def statuses(summary):
    return {row: outcome.status.value for row, outcome in summary.outcomes.items()}


def listed(sandbox, po_id=10001):
    return [entry.tracking_number for entry in sandbox.state.purchase_orders[po_id].tracking]


@pytest.fixture
def context(context):
    """No heartbeat comes between the writes that are counted here."""
    return replace(context, patience=replace(context.patience, beat_every_s=60))


# The journal's disk is full ---------------------------------------------------------------------


class FullDisk:
    """Fills the journal's disk at its n-th write, by a bound on the pages of its database.

    The bound is the database's own, so SQLite answers as it does on a disk that is full.
    """

    def __init__(self, journal, monkeypatch):
        self._writer = journal._writer
        self._patch = monkeypatch
        self._begin = self._writer.begin

    def at_write(self, number):
        left = number

        def begin(do):
            nonlocal left
            left -= 1
            return self._begin(self._on_full_disk(do) if left <= 0 else do)

        self._patch.setattr(self._writer, "begin", begin)

    def mend(self):
        self._patch.setattr(self._writer, "begin", self._begin)

    def _on_full_disk(self, do):
        def filled(transaction):
            execute = transaction.connection.exec_driver_sql
            execute("PRAGMA max_page_count = 1")  # no fewer than there are
            try:
                execute("CREATE TABLE filler (filling TEXT)")
                execute("INSERT INTO filler VALUES (?)", ("x" * 500_000,))
                return do(transaction)
            finally:
                execute("PRAGMA max_page_count = 1073741823")

        return filled


@pytest.fixture
def disk(context, monkeypatch):
    return FullDisk(context.journal, monkeypatch)


def test_nothing_is_sent_where_the_journal_cannot_be_begun(context, sandbox, sheet, disk):
    disk.at_write(1)

    with pytest.raises(JournalError, match="the disk is full: make room"):
        upload(sheet(HEADINGS, line()), context)

    assert sandbox.writes == []
    disk.mend()
    assert context.journal.runs() == []


def test_nothing_is_sent_once_no_claim_can_be_written_down(context, sandbox, sheet, disk):
    path = sheet(HEADINGS, line(), line(po_id=10002))
    disk.at_write(2)  # the run itself is written down

    with pytest.raises(JournalError, match="the disk is full"):
        upload(path, context)

    assert sandbox.writes == []
    disk.mend()
    assert statuses(resume_run(1, context)) == {2: "sent", 3: "sent"}
    assert listed(sandbox) == listed(sandbox, 10002) == ["1Z999AA10123456784"]


def test_an_outcome_that_cannot_be_written_down_is_read_back_by_the_next_run(
    context, sandbox, sheet, disk
):
    disk.at_write(3)  # begun, claimed and sent

    with pytest.raises(JournalError, match="the disk is full"):
        upload(sheet(HEADINGS, line()), context)

    assert listed(sandbox) == ["1Z999AA10123456784"]
    assert [call.state for call in context.journal.calls(1)] == [CallState.SENDING]
    disk.mend()
    assert statuses(resume_run(1, context)) == {2: "verified"}
    assert listed(sandbox) == ["1Z999AA10123456784"]


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 12 MB (a journal gathers 4), where this user may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "importer-test", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("this user may not mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(filler):
    """Takes what is left of the disk."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_disk_that_fills_up_in_the_middle_of_a_run_loses_and_doubles_nothing(
    small_disk, settings, sandbox, sheet
):
    pos = range(20001, 20201)
    path = sheet(HEADINGS, *(line(po_id=po) for po in pos))
    filler = small_disk / "filler"
    settled = []

    @contextmanager
    def filling_up(title, total):
        def advance(count):
            settled.extend(range(count))
            if len(settled) >= 10 and not filler.exists():
                fill(filler)

        yield advance

    with open_journal(small_disk / "journal.db") as journal:
        context = Context(settings, journal, environ=SECRETS, patience=QUICK, progress=filling_up)
        with pytest.raises(JournalError, match="the disk is full"):
            upload(path, context)
    sent = sum(len(listed(sandbox, po)) for po in pos)
    filler.unlink()
    with open_journal(small_disk / "journal.db") as journal:
        summary = resume_run(1, Context(settings, journal, environ=SECRETS, patience=QUICK))

    assert 10 <= sent < len(pos)
    assert set(statuses(summary).values()) <= {"sent", "verified"}
    assert [listed(sandbox, po) for po in pos] == [["1Z999AA10123456784"]] * len(pos)


# The result cannot be written -------------------------------------------------------------------


def test_a_disk_full_of_the_old_result_keeps_it_and_resume_writes_the_new_one(
    small_disk, context, sandbox, sheet
):
    path = sheet(HEADINGS, *(line(number=f"A{n:07}") for n in range(300)))
    old = small_disk / "sheet.result.csv"
    old.write_bytes(path.read_bytes())  # as a check would have given it back
    fill(small_disk / "filler")

    summary = upload(path, context, replace(TRACKING, into=small_disk))

    assert set(statuses(summary).values()) == {"sent"}
    assert summary.result is None
    assert summary.notes[-1] == (
        f"no result was written: {old.name}: No space left on device; importer show {summary.run} "
        f"lists the rows, importer resume {summary.run} writes it once that is fixed"
    )
    assert old.read_bytes() == path.read_bytes()
    assert sorted(file.name for file in small_disk.iterdir()) == ["filler", "sheet.result.csv"]

    (small_disk / "filler").unlink()
    writes = len(sandbox.writes)
    resumed = resume_run(summary.run, context)

    assert resumed.result == old
    assert old.read_text().count(",sent,") == 300
    assert len(sandbox.writes) == writes


def test_a_result_that_another_program_holds_open_is_written_beside_it(
    context, sandbox, sheet, monkeypatch
):
    path = sheet(HEADINGS, line())
    held = path.with_name("sheet.result.csv")
    held.write_bytes(path.read_bytes())  # as a check would have given it back
    move = Path.replace

    def replace_unless_held(part, target):
        if Path(target) == held:
            raise PermissionError(13, "Permission denied")
        return move(part, target)

    monkeypatch.setattr(Path, "replace", replace_unless_held)

    summary = upload(path, context)

    assert held.read_bytes() == path.read_bytes()
    assert summary.result == path.with_name("sheet.result (2).csv")
    assert summary.result.read_text().count(",sent,") == 1
    assert summary.notes[-1] == (
        '"sheet.result.csv" is in use by another program, so see "sheet.result (2).csv".'
    )
    assert len(sandbox.writes) == 1


def test_a_folder_that_takes_no_file_costs_the_result_and_no_call(
    context, sandbox, sheet, tmp_path, monkeypatch
):
    path = sheet(HEADINGS, line())
    folder = tmp_path / "read-only"
    folder.mkdir()
    opened = Path.open

    def open_unless_there(file, *how, **more):
        if file.parent == folder:  # chmod would not keep an administrator out
            raise PermissionError(13, "Permission denied")
        return opened(file, *how, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", open_unless_there)
        summary = upload(path, context, replace(TRACKING, into=folder))

    assert statuses(summary) == {2: "sent"}
    assert summary.notes[-1].startswith(
        "no result was written: sheet.result.csv: Permission denied; "
    )
    assert resume_run(summary.run, context).result == folder / "sheet.result.csv"
    assert len(sandbox.writes) == 1


WRITE_FOR_EVER = """
import sys, time
from pathlib import Path
from importer.model.files import written

def write(file):
    file.write(b"half a result")
    file.flush()
    print("half", flush=True)
    time.sleep(60)
    return ()

written(Path(sys.argv[1]), write)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_process_killed_while_it_writes_the_result_leaves_the_old_one_whole(tmp_path):
    old = tmp_path / "sheet.result.csv"
    old.write_text("the old result")
    command = [sys.executable, "-c", WRITE_FOR_EVER, str(old)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "half\n"
        writer.kill()

    assert old.read_text() == "the old result"
    assert results.written(old, lambda file: file.write(b"new") and ()).path == old
    assert old.read_text() == "new"


# The sheet changes meanwhile --------------------------------------------------------------------


def test_what_was_read_is_what_is_hashed_sent_and_given_back(context, sandbox, sheet, monkeypatch):
    path = sheet(HEADINGS, line())
    before = path.read_bytes()
    read_bytes = Path.read_bytes

    def read_and_replace(file):
        content = read_bytes(file)
        if file == path:
            sheet(HEADINGS, line(number="OTHER123"), line(po_id=10002))
        return content

    monkeypatch.setattr(Path, "read_bytes", read_and_replace)

    summary = upload(path, context)

    assert listed(sandbox) == ["1Z999AA10123456784"]
    assert listed(sandbox, 10002) == []
    assert context.journal.run(summary.run).file_sha256 == hashlib.sha256(before).hexdigest()
    assert summary.result.read_text().splitlines() == [
        f"{HEADINGS},Import Status,Import Error",
        f"{line()},sent,",
    ]


def test_a_sheet_that_changed_since_is_not_given_back_with_the_outcomes_of_another(
    context, sandbox, sheet
):
    path = sheet(HEADINGS, line())
    run = upload(path, context).run
    path.with_name("sheet.result.csv").unlink()
    path.write_bytes(path.read_bytes()[:60])  # cut short in the middle of its headings

    summary = resume_run(run, context)

    assert statuses(summary) == {2: "sent"}
    assert summary.result is None
    assert summary.notes[-1].startswith(
        f"no result was written: sheet.csv has changed since run {run} read it; "
    )


# The journal itself -----------------------------------------------------------------------------


def test_a_journal_that_another_program_keeps_locked_is_said_and_nothing_sent(
    settings, sandbox, sheet, tmp_path
):
    location = tmp_path / "locked.db"
    open_journal(location).close()
    other = sqlite3.connect(location, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalError, match="another program keeps it locked: close that one"):
        open_journal(location, lock_wait_s=0.05)

    other.execute("ROLLBACK")
    with open_journal(location, lock_wait_s=0.05) as journal:
        other.execute("BEGIN IMMEDIATE")
        context = Context(settings, journal, environ=SECRETS, patience=QUICK)
        with pytest.raises(JournalError, match="another program keeps it locked"):
            upload(sheet(HEADINGS, line()), context)
        other.execute("ROLLBACK")
        assert sandbox.writes == []
        assert statuses(upload(sheet(HEADINGS, line()), context)) == {2: "sent"}
    other.close()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda file: file.write_bytes(b"no database at all" * 300), "it is no SQLite file"),
        (lambda file: file.write_bytes(file.read_bytes()[:5000]), "it is damaged|newer|no SQLite"),
    ],
    ids=["of another program", "cut short"],
)
def test_a_journal_that_is_broken_is_refused_with_a_sentence(tmp_path, spoil, sentence):
    location = tmp_path / "broken.db"
    open_journal(location).close()
    spoil(location)

    with pytest.raises(JournalError, match=sentence):
        open_journal(location)


def test_a_newer_journal_is_refused_with_a_sentence(tmp_path):
    location = tmp_path / "newer.db"
    open_journal(location).close()
    with closing(sqlite3.connect(location)) as other, other:
        other.execute("UPDATE schema_version SET version = 99")

    with pytest.raises(JournalError, match=r"of version 99, .*: update the importer"):
        open_journal(location)


# The clock jumps --------------------------------------------------------------------------------


class Jump:
    """This machine's clock, which somebody sets in the middle of a run."""

    def __init__(self, by_s, after):
        self._by_s, self._left = by_s, after

    def time(self):
        self._left -= 1
        return clocks.time() + (self._by_s if self._left < 0 else 0)

    monotonic = staticmethod(clocks.monotonic)


@pytest.mark.parametrize("by_s", [-3600, 86_400], ids=["back an hour", "forward a day"])
@pytest.mark.parametrize("after", [0, 2, 5])
def test_a_clock_that_is_set_in_the_middle_of_a_run_loses_and_doubles_nothing(
    settings, sandbox, sheet, tmp_path, monkeypatch, by_s, after
):
    jump = Jump(by_s, after)
    monkeypatch.setattr(task, "time", jump)
    path = sheet(HEADINGS, *(line(po_id=10001 + n) for n in range(6)))
    waits = []

    def wait(stop, seconds):
        waits.append(seconds)
        return threading.Event.wait(stop, min(seconds, 0.1))

    monkeypatch.setattr(Stop, "wait", wait)

    with open_journal(tmp_path / "jumping.db", clock=jump.time) as journal:
        context = Context(settings, journal, environ=SECRETS, patience=QUICK)
        first = upload(path, context)
        context.stop.clear()
        summary = resume_run(first.run, context)

    assert max(waits, default=0) < 60  # seconds
    assert set(statuses(summary).values()) <= {"sent", "verified"}
    assert [listed(sandbox, 10001 + n) for n in range(6)] == [["1Z999AA10123456784"]] * 6


def test_a_call_that_waited_for_its_turn_settles_from_then_on(context, sheet):
    """A kill right after a long pause: the platform may be at work on it since moments only."""
    context.stop.set()
    run = upload(sheet(HEADINGS, line()), context).run
    until = datetime.now(UTC) + timedelta(minutes=10)
    context.journal.pause("sellercloud", until)

    context.journal.claim(run, 1, context.journal.take(run), 0.0)

    turn = context.journal.call(run, 1).claimed_at
    assert abs((turn - until).total_seconds()) < 1

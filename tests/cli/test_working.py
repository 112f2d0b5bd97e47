"""Several sheets in one command, and what stops it."""

import re
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from importer.cli import working
from tests.cli.conftest import BAD, GOOD, HEADINGS, ended
from tests.ended import Ended
from tests.waiting import until

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


CTRL_C = pytest.mark.skipif(
    sys.platform == "win32", reason="a process there cannot be sent a Ctrl-C alone"
)


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


def test_a_sheet_and_what_was_made_from_it_are_not_sent_together(importer, sheet, sandbox):
    sheet(HEADINGS, GOOD, BAD)
    importer("check", "sheet.csv")

    ended = importer("upload", "sheet.csv", "sheet.result.csv", "--account", "sellercloud")

    assert ended.err == (
        "importer: sheet.result.csv is made from sheet.csv, which is named as well; name one of "
        "them (nothing was sent)\n"
    )
    assert (ended.status, len(sandbox.writes)) == (2, 1)

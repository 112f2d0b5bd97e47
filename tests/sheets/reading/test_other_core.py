import os
import threading

import pytest

from importer.model.errors import SheetError
from importer.sheets.reading.other_core import begin

PARENT = os.getpid()
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
# The copies of this process touch nothing that its threads may hold.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def alone(monkeypatch):
    """Other tests may have left threads behind; here none of them matters."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)


@forks
def test_work_is_done_in_another_process(monkeypatch):
    alone(monkeypatch)

    other = begin(os.getpid)()

    assert other != PARENT


@forks
def test_several_works_go_on_at_once(monkeypatch):
    alone(monkeypatch)

    first, second = begin(lambda: {(1, 2): "#N/A"}), begin(lambda: [b"row", None, True])

    assert (second(), first()) == ([b"row", None, True], {(1, 2): "#N/A"})


def test_a_refusal_keeps_its_sentence(monkeypatch):
    alone(monkeypatch)

    def refuse():
        raise SheetError("has row 3 twice")

    with pytest.raises(SheetError, match=r"^has row 3 twice$"):
        begin(refuse)()


@forks
def test_where_the_copy_dies_the_work_is_done_here(monkeypatch):
    alone(monkeypatch)

    def die_elsewhere():
        if os.getpid() != PARENT:
            os.kill(os.getpid(), 9)
        return "done here"

    assert begin(die_elsewhere)() == "done here"


def test_next_to_other_threads_the_work_is_done_here():
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()

    try:
        assert begin(os.getpid)() == PARENT
    finally:
        ended.set()
        other.join()

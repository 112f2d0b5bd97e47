"""What is committed together, what is refused alone, and what nobody is told was written."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from importer.journal import CallState, Claim, Ending, NewRow, open_journal
from importer.model.calls import Call
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

SENT = Outcome(Status.SENT)
WORKERS = 16


def many_calls(journal, new_run, count):
    rows = [NewRow(RowId(number)) for number in range(count)]
    calls = [Call("POST", "X", None, (RowId(n),), (f"PO {n}",)) for n in range(count)]
    return journal.begin(new_run(), rows, calls)


@pytest.fixture
def commits(journal):
    """Grows with each commit."""
    seen = []
    event.listen(journal._engine, "commit", seen.append)
    return seen


def held_up(journal):
    """The writer waits inside a write until the event is set."""
    continue_run, waiting = threading.Event(), threading.Event()

    def wait(_transaction):
        waiting.set()
        continue_run.wait(10)

    def write():
        with suppress(JournalError):
            journal.write(wait)

    threading.Thread(target=write).start()
    waiting.wait(10)
    return continue_run


def queued(journal, count):
    while journal._writer._queue.qsize() < count:
        threading.Event().wait(0.001)


def test_sixteen_threads_each_get_what_is_theirs(journal, new_run):
    run = many_calls(journal, new_run, 160)

    def send(number):
        claim = journal.claim(run.id, number, 1, 0.5)
        done = {RowId(number - 1): Outcome(Status.SENT, f"call {number}")}
        ending = Ending(claim.attempt_id, 200)
        journal.settle(run.id, number, 1, CallState.ACCEPTED, done, ending=ending)
        return claim

    with ThreadPoolExecutor(WORKERS) as pool:
        claims = list(pool.map(send, range(1, 161)))

    assert sorted(claim.wait_s for claim in claims) == [n * 0.5 for n in range(160)]
    assert journal.outcomes(run.id) == {
        RowId(n): Outcome(Status.SENT, f"call {n + 1}") for n in range(160)
    }
    assert {call.state for call in journal.calls(run.id)} == {CallState.ACCEPTED}
    assert {(it.id, it.call_number) for it in journal.attempts(run.id)} == {
        (claim.attempt_id, number) for number, claim in enumerate(claims, start=1)
    }


def test_a_call_asked_for_by_sixteen_threads_is_given_to_one(journal, new_run):
    run = many_calls(journal, new_run, 1)

    def ask(_worker):
        try:
            return journal.claim(run.id, 1, 1, 0)
        except JournalError:
            return None

    with ThreadPoolExecutor(WORKERS) as pool:
        given = [claim for claim in pool.map(ask, range(WORKERS)) if claim]

    assert len(given) == 1
    assert journal.call(run.id, 1).attempts == 1


def test_what_has_gathered_is_committed_at_once(journal, new_run, commits):
    run = many_calls(journal, new_run, WORKERS)
    continue_run = held_up(journal)

    with ThreadPoolExecutor(WORKERS) as pool:
        claims = [pool.submit(journal.claim, run.id, n + 1, 1, 0) for n in range(WORKERS)]
        queued(journal, WORKERS)
        commits.clear()
        continue_run.set()
        given = [claim.result() for claim in claims]

    assert all(isinstance(claim, Claim) for claim in given)
    assert len(commits) == 2  # the one that was held up, and all the others


def test_one_write_that_fails_does_not_undo_the_others(journal, new_run):
    run = many_calls(journal, new_run, WORKERS)
    continue_run = held_up(journal)

    with ThreadPoolExecutor(WORKERS) as pool:
        claims = [
            pool.submit(journal.claim, run.id, 99 if n == 7 else n + 1, 1, 0)
            for n in range(WORKERS)
        ]
        queued(journal, WORKERS)
        continue_run.set()
        failed = [claim.exception() for claim in claims]

    assert [n for n, error in enumerate(failed) if error] == [7]
    assert isinstance(failed[7], JournalError)
    assert [call.attempts for call in journal.calls(run.id)] == [
        0 if n == 7 else 1 for n in range(WORKERS)
    ]


def test_a_failed_commit_is_told_to_all_who_waited_for_it(journal, new_run):
    run = many_calls(journal, new_run, 4)
    continue_run = held_up(journal)

    @event.listens_for(journal._engine, "commit")
    def fail(_connection):
        raise OperationalError("COMMIT", {}, OSError("disk I/O error"))

    with ThreadPoolExecutor(4) as pool:
        claims = [pool.submit(journal.claim, run.id, n, 1, 0) for n in range(1, 5)]
        queued(journal, 4)
        continue_run.set()
        failed = [claim.exception() for claim in claims]
    event.remove(journal._engine, "commit", fail)

    assert all(isinstance(error, JournalError) for error in failed)
    assert len({id(error) for error in failed}) == 4
    assert "the disk gave an error" in str(failed[0])
    assert {call.state for call in journal.calls(run.id)} == {CallState.PLANNED}


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(tmp_path, new_run):
    with open_journal(tmp_path / "j.db") as journal:
        with journal._engine.begin() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        event.listen(
            journal._engine.pool,
            "checkout",
            lambda raw, *_: raw.execute(f"PRAGMA max_page_count = {pages + 20}"),
        )

        with pytest.raises(JournalError, match="the disk is full: make room, then run"):
            many_calls(journal, new_run, 5_000)

        assert journal.runs() == []
        assert many_calls(journal, new_run, 5).id == 1


def test_a_journal_locked_by_another_program_is_a_sentence(tmp_path, new_run):
    path = tmp_path / "j.db"
    with open_journal(path, lock_wait_s=0.02) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(JournalError, match="another program keeps it locked"):
            many_calls(journal, new_run, 1)

        other.execute("ROLLBACK")
        other.close()
        assert many_calls(journal, new_run, 1).id == 1


def test_a_race_that_the_database_settles_is_tried_again(journal):
    tries = []

    def lose_once(transaction):
        tries.append(transaction)
        if len(tries) == 1:
            transaction.connection.execute(text("INSERT INTO account VALUES (NULL, 0)"))
        return "won"

    assert journal.write(lose_once) == "won"
    assert len(tries) == 2


def test_close_waits_for_what_is_queued(scene, journal, new_run):
    run = many_calls(journal, new_run, WORKERS)
    continue_run = held_up(journal)

    with ThreadPoolExecutor(WORKERS) as pool:
        claims = [pool.submit(journal.claim, run.id, n + 1, 1, 0) for n in range(WORKERS)]
        queued(journal, WORKERS)
        closing = threading.Thread(target=journal.close)
        closing.start()
        continue_run.set()
        closing.join()
        assert all(isinstance(claim.result(), Claim) for claim in claims)

    assert {call.state for call in scene.open().calls(run.id)} == {CallState.SENDING}


def test_a_big_sheet_is_written_and_read_back(journal, new_run):
    run = many_calls(journal, new_run, 5_000)

    assert len(journal.rows(run.id)) == len(journal.calls(run.id)) == 5_000

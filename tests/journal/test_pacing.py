"""The slots of an account, shared by every process."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

WORKERS = 16


def test_slots_of_an_account_are_one_pace_apart(scene, journal, clock, begin):
    run = begin()

    waits = [journal.claim(run.id, 1, 1, 0.5).wait_s, scene.open().reserve("acme", 0.5)]
    clock.advance(0.25)
    waits += [journal.claim_again(run.id, 1, 1, 0.5).wait_s, journal.reserve("other", 0.5)]

    assert waits == [0.0, 0.5, 0.75, 0.0]


def test_a_slot_long_unused_is_not_saved_up(journal, clock):
    journal.reserve("acme", 0.5)
    clock.advance(3_600)

    assert [journal.reserve("acme", 0.5) for _ in range(3)] == [0.0, 0.5, 1.0]


def test_a_pause_reaches_every_process_and_never_shortens_another(scene, journal):
    until = journal.now() + timedelta(seconds=20)

    journal.pause("acme", until)
    scene.open().pause("acme", until - timedelta(seconds=15))

    assert scene.open().reserve("acme", 0.5) == 20.0
    assert journal.reserve("acme", 0.5) == 20.5


def test_two_processes_never_get_one_slot(scene, journal):
    others = [journal, scene.open(), scene.open()]

    with ThreadPoolExecutor(WORKERS) as pool:
        waits = list(pool.map(lambda n: others[n % 3].reserve("acme", 1.0), range(90)))

    assert sorted(waits) == [float(n) for n in range(90)]

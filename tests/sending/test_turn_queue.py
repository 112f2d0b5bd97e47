from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from importer.sending.turn_queue import TurnQueue


def touches():
    things = st.sampled_from(["PO 1", "PO 2", "PO 3", "order 7", "order 8"])
    return st.lists(st.lists(things, max_size=3).map(tuple), max_size=12)


def handed_out(calls, choose):
    """Each call in the order it was handed out, with those under way at that moment.

    `choose` says which of those under way ends when no other call may go.
    """
    turns = TurnQueue(calls)
    under_way, order = [], []
    while True:
        while (call := turns.next()) is not None:
            order.append((call, tuple(under_way)))
            under_way.append(call)
        if not under_way:
            return order
        turns.done(under_way.pop(choose(len(under_way))))


def test_calls_that_touch_the_same_thing_go_one_after_another():
    turns = TurnQueue([("a", ["PO 1"]), ("b", ["PO 1"]), ("c", ["PO 1"])])

    assert [turns.next(), turns.next()] == ["a", None]
    turns.done("a")
    assert [turns.next(), turns.next()] == ["b", None]
    turns.done("b")
    assert [turns.next(), turns.next()] == ["c", None]


def test_calls_that_touch_nothing_in_common_go_side_by_side():
    turns = TurnQueue([("a", ["PO 1"]), ("b", ["PO 2"]), ("c", [])])

    assert [turns.next() for _ in range(4)] == ["a", "b", "c", None]


def test_a_call_that_touches_two_things_waits_for_both_and_holds_both():
    turns = TurnQueue(
        [("a", ["PO 1"]), ("b", ["PO 2"]), ("both", ["PO 1", "PO 2"]), ("d", ["PO 2"])]
    )
    assert [turns.next() for _ in range(3)] == ["a", "b", None]

    turns.done("b")
    assert turns.next() is None
    turns.done("a")
    assert [turns.next(), turns.next()] == ["both", None]
    turns.done("both")
    assert turns.next() == "d"


def test_no_calls_give_no_turn():
    assert TurnQueue([]).next() is None


@given(touches(), st.randoms(use_true_random=False))
def test_every_call_is_handed_out_once_in_order_and_nothing_overlaps(touched, random):
    calls = list(enumerate(touched))

    order = handed_out(calls, random.randrange)

    assert Counter(call for call, _ in order) == Counter(range(len(calls)))
    for call, under_way in order:
        assert not any(set(touched[call]) & set(touched[other]) for other in under_way)
    for thing in {thing for things in touched for thing in things}:
        turn = [call for call, _ in order if thing in touched[call]]
        assert turn == sorted(turn)

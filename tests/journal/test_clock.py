"""Which clock counts."""

from datetime import timedelta


def test_the_own_clock_of_the_database_is_used_when_none_is_given(scene):
    journal = scene.open(clock=None)

    assert journal.reserve("acme", 60) == 0.0
    assert 59 < journal.reserve("acme", 60) <= 60
    assert journal.now().utcoffset() == timedelta(0)

from importer.model.stop import Stop


def test_a_stop_reaches_every_run_below_it_and_none_above_or_next_to_it():
    every = Stop()
    one, other = Stop(every), Stop(every)

    one.set()
    assert (every.is_set(), one.is_set(), other.is_set()) == (False, True, False)

    every.set()
    assert other.is_set()
    assert Stop(every).is_set()

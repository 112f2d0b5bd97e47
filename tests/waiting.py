"""Waiting for another thread or process: as long as it takes, however busy the machine is."""

import threading
from collections.abc import Callable
from itertools import count

_PAUSE_S = 0.005
_MOST_PAUSES = 60_000  # then something hangs: the test fails instead of never ending


def until(holds: Callable[[], object]) -> None:
    """Returns once the claim holds."""
    pause = threading.Event()
    for pauses in count():
        if holds():
            return
        assert pauses < _MOST_PAUSES, "what the test waits for does not happen"
        pause.wait(_PAUSE_S)

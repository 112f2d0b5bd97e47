"""The order of calls: those that touch the same thing in turn, the others side by side."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class TurnQueue(Generic[T]):
    """Hands out calls whose turn has come. A call keeps its turn until it is `done`.

    >>> turns = TurnQueue([("a", ["PO 1"]), ("b", ["PO 1", "order 7"]), ("c", ["PO 2"])])
    >>> turns.next(), turns.next(), turns.next()
    ('a', 'c', None)
    >>> turns.done("a"); turns.next()
    'b'
    """

    def __init__(self, calls: Iterable[tuple[T, Sequence[str]]]) -> None:
        self._touches: dict[T, Sequence[str]] = {}
        self._queues: dict[str, deque[T]] = {}
        self._ready: deque[T] = deque()
        for call, touches in calls:
            self._touches[call] = touches
            for touched in touches:
                self._queues.setdefault(touched, deque()).append(call)
        self._ready.extend(call for call in self._touches if self._is_first(call))

    def next(self) -> T | None:
        """The next call that may go; None while each waits for another, or none is left."""
        return self._ready.popleft() if self._ready else None

    def done(self, call: T) -> None:
        """Gives the turn to those behind."""
        freed = [self._queues[touched] for touched in self._touches[call]]
        for queue in freed:
            queue.popleft()
        behind = dict.fromkeys(queue[0] for queue in freed if queue)
        self._ready.extend(other for other in behind if self._is_first(other))

    def _is_first(self, call: T) -> bool:
        return all(self._queues[touched][0] == call for touched in self._touches[call])

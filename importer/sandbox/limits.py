"""Sliding windows: how many requests a platform accepts in any period of a given length."""

from collections import deque


class Window:
    """The requests of the last `length_s` seconds. Rejected ones do not count."""

    def __init__(self, length_s: float) -> None:
        self.length_s = length_s
        self._times: deque[float] = deque()

    def admit(self, now: float, limit: int) -> float | None:
        """Counts a request and returns None; over the limit, the seconds until there is room.

        >>> window = Window(60)
        >>> window.admit(0, 2), window.admit(10, 2), window.admit(15, 2), window.admit(61, 2)
        (None, None, 45, None)
        """
        while self._times and self._times[0] <= now - self.length_s:
            self._times.popleft()
        if len(self._times) < limit:
            self._times.append(now)
            return None
        if not self._times:
            return self.length_s
        return self._times[0] + self.length_s - now

"""The requests to the sandbox and their results, in the order received, without secrets."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class LogEntry:
    """`status` is that of the answer, None if there is none or not yet. `at` is aware UTC."""

    number: int
    at: datetime
    platform: str
    method: str
    path: str  # without the query
    body: Any  # parsed JSON, or text if it is not JSON
    write: bool  # of a route that changes what a platform holds
    status: int | None = None
    applied: bool = False
    fault: str | None = None
    duration_s: float = 0.0  # from the request's arrival to the first byte of the answer

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class Log:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, LogEntry] = {}
        self._begun: dict[int, float] = {}
        self._last = 0

    @property
    def entries(self) -> list[LogEntry]:
        with self._lock:
            return list(self._entries.values())

    def open(self, make: Callable[[int], LogEntry]) -> int:
        """Adds the entry that `make` returns for its number; returns the number."""
        with self._lock:
            self._last += 1
            self._entries[self._last] = make(self._last)
            self._begun[self._last] = perf_counter()
            return self._last

    def applied(self, number: int) -> None:
        self._change(number, applied=True)

    def answered(self, number: int, status: int | None) -> None:
        begun = self._begun.get(number, perf_counter())
        self._change(number, status=status, duration_s=perf_counter() - begun)

    def clear(self) -> None:
        """Numbering continues, so that an open entry is not confused with a new one."""
        with self._lock:
            self._entries.clear()
            self._begun.clear()

    def _change(self, number: int, **changes: Any) -> None:
        with self._lock:
            if number in self._entries:
                self._entries[number] = replace(self._entries[number], **changes)

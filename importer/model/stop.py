"""Tells one run, or several at once, to stop."""

import threading

INTERRUPTED = "Interrupted by hand."  # why a run ended early


class Stop(threading.Event):
    """An event that its parent sets too: stopping one run stops that run, Ctrl-C stops all."""

    def __init__(self, parent: "Stop | None" = None) -> None:
        super().__init__()
        self._children: list[Stop] = []
        if parent is not None:
            parent.adopt(self)

    def adopt(self, child: "Stop") -> None:
        self._children.append(child)
        if self.is_set():
            child.set()

    def set(self) -> None:
        super().set()
        for child in self._children:
            child.set()

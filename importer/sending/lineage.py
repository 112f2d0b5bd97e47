"""Which call each part was once a part of, and what finding its bad rows has cost so far."""

from collections.abc import Mapping, Sequence


class Lineage:
    """Which call each part was once a part of, and how many parts that has cost so far.

    Parts are read from the journal, so that a run that is resumed goes on counting where it was;
    what was sent again is counted by each process anew.
    """

    def __init__(self, parents: Mapping[int, int]) -> None:
        self._first: dict[int, int] = {}  # a part's number -> the call it was once a part of
        self._parts: dict[int, int] = {}  # that call's number -> its parts
        self._resent: dict[int, int] = {}  # that call's number -> how often it was sent again
        for part, parent in parents.items():
            self.add(parent, [part])

    def first(self, number: int) -> int:
        return self._first.get(number, number)

    def is_part(self, number: int) -> bool:
        return number in self._first

    def add(self, number: int, parts: Sequence[int]) -> None:
        """A call was replaced by parts, which are numbered after it."""
        first = self.first(number)
        self._first |= dict.fromkeys(parts, first)
        self._parts[first] = self._parts.get(first, 0) + len(parts)

    def spent(self, number: int) -> int:
        """Further writes to find the bad rows of the call that this one was once a part of."""
        return self._parts.get(self.first(number), 0)

    def resend(self, number: int) -> int:
        """Counts a further sending of what a read back did not show; how many there were."""
        first = self.first(number)
        self._resent[first] = self._resent.get(first, 0) + 1
        return self._resent[first]

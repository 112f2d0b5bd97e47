"""When a run should stop by itself: something is wrong that more calls will not fix."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from importer.model.errors import ImporterError
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId


class Stopped(ImporterError):
    """The run goes no further; what was not sent stays `unsent`."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much trouble a run bears."""

    doubts: int = 3  # lost answers in a row
    refusals: int = 10  # equal refusals of whole calls in a row
    rejected_rows: int | None = None  # of the sheet, in all; None for any number


class Breaker:
    """Counts trouble, from many threads; raises Stopped when a bound is passed."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lock = threading.Lock()
        self._doubts = self._refusals = 0
        self._rejected_rows: set[int] = set()  # of the sheet: a split row counts once
        self._sentence = ""

    def note_doubt(self, sentence: str) -> None:
        with self._lock:
            self._doubts += 1
            if self._doubts >= self._bounds.doubts:
                raise Stopped(f"{self._doubts} answers in a row were lost. {sentence}")

    def note(self, outcomes: Mapping[RowId, Outcome], *, whole_call: bool) -> None:
        """What became of rows; `whole_call` where they are not a part of a refused one."""
        rejected = {id_.row: o for id_, o in outcomes.items() if o.status is Status.REJECTED}
        first = next((outcome.sentence for outcome in rejected.values()), "")
        with self._lock:
            self._rejected_rows |= rejected.keys()
            if any(outcome.status.settled for outcome in outcomes.values()):
                self._doubts = self._refusals = 0
            elif rejected and whole_call:
                self._doubts = 0
                self._refusals = self._refusals + 1 if first == self._sentence else 1
                self._sentence = first
            self._stop_if_hopeless()

    def _stop_if_hopeless(self) -> None:
        most, rows = self._bounds.rejected_rows, len(self._rejected_rows)
        if most is not None and rows >= most:
            raise Stopped(f"{rows} rows were rejected: the limit is {most}.")
        if self._refusals >= self._bounds.refusals:
            raise Stopped(f"{self._refusals} calls in a row were rejected alike: {self._sentence}")

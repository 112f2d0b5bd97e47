"""What one run sends, with what, and how patiently: values shared by all of sending."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time as time_of_day
from typing import Any

from importer.journal import CallRecord, Journal
from importer.model.calls import NOON_UTC, Call
from importer.model.outcomes import Outcome
from importer.model.row_ids import RowId
from importer.operations.operation import Operation
from importer.platforms.platform import Platform
from importer.sending.breaker import Bounds
from importer.sending.connection import Connection
from importer.settings.accounts import Account

Outcomes = Mapping[RowId, Outcome]
Applied = Mapping[RowId, bool | None]  # whether a row is; None where that cannot be told


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often the sender tries; times in seconds."""

    attempts: int = 4  # of a call that was not sent, or that may be repeated
    back_off_s: float = 1.0  # before the second attempt; doubled each time, with jitter
    pauses: int = 5  # that the platform may ask for, for one call
    longest_pause_s: float = 900.0  # asked for more, the run stops
    held_s: float = 60.0  # for a purchase order that another run is working on
    send_within_s: float = 10.0  # after a claim's slot: a process frozen for longer must not send
    read_back_after_s: float = 2.0  # of a call whose answer was lost; doubled each time
    resends: int = 2  # of a call that a read back shows was not applied
    isolate_limit: int = 40  # further writes to find the bad rows of one refused call
    total_s: float = 300.0  # for all attempts at one call, pauses that were asked for not counted
    wait_to_settle: bool = True  # else a lost answer that no read back resolves stays unknown
    beat_every_s: float = 5.0
    bounds: Bounds = Bounds()  # noqa: RUF009  (frozen)


@dataclass(frozen=True, slots=True)
class Task:
    """What one run sends, with what, and how patiently; its clocks give seconds."""

    journal: Journal
    run_id: int
    epoch: int
    operation: Operation[Any]
    platform: Platform
    account: Account
    connection: Connection
    rows: Mapping[RowId, Any]
    date_only_at: time_of_day = NOON_UTC
    once: bool = True  # not what an earlier run has sent
    patience: Patience = Patience()
    stop: threading.Event = field(default_factory=threading.Event)
    on_settled: Callable[[int], object] = lambda _: None  # gets the number of rows
    clock: Callable[[], float] = time.monotonic  # only goes forward
    wall: Callable[[], float] = field(default_factory=lambda: time.time)  # the time of day

    @property
    def resume_words(self) -> str:
        return f"importer resume {self.run_id}"

    def key(self, record: CallRecord) -> tuple[int, int, int]:
        """What the journal's methods about one call begin with: run, call, and our epoch."""
        return self.run_id, record.number, self.epoch

    def rows_of(self, call: Call) -> list[Any]:
        return [self.rows[number] for number in call.rows]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A call that may or may not have been applied, and waits to be read back again."""

    record: CallRecord
    sentence: str
    lost_at: float  # by the monotonic clock
    read_backs: int = 0
    fresh: bool = False  # the breaker has not counted it yet

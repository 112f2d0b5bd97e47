"""The journal as the stages know it: what may be written, and what may be asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from sqlalchemy import Connection, Engine

from importer.journal import (
    beginning,
    claiming,
    finishing,
    ownership,
    pacing,
    pruning,
    reading,
    settling,
    splitting,
)
from importer.journal.clock import Clock
from importer.journal.earlier import earlier
from importer.journal.faults import explained
from importer.journal.records import (
    AlreadySent,
    AttemptRecord,
    CallRecord,
    CallState,
    Claim,
    Earlier,
    Ending,
    Held,
    NewRow,
    NewRun,
    Purpose,
    RowRecord,
    RunRecord,
    this_process,
)
from importer.journal.text import instant
from importer.journal.transactions import Transaction
from importer.journal.transactions import reading as reading_transaction
from importer.journal.writer import Writer
from importer.model.calls import Call
from importer.model.cleaning import storable
from importer.model.outcomes import Outcome
from importer.model.row_counts import RowCounts
from importer.model.row_ids import RowId

T = TypeVar("T")

Settled = Literal[CallState.ACCEPTED, CallState.REJECTED, CallState.UNKNOWN]


class Journal:
    """Safe to use from many threads. What a method wrote is committed when the method returns.

    Any method raises JournalError where the database cannot do its part; nothing counts as
    written then. Methods with an `epoch` raise RunTaken once the run belongs to another process.
    """

    def __init__(self, engine: Engine, *, name: str, clock: Clock, stale_after_s: float) -> None:
        self.name = name  # a path, or an address without user and password
        self._engine = engine
        self._clock = clock
        self._stale_after_s = stale_after_s
        self._writer = Writer(engine, clock, name)

    def __repr__(self) -> str:
        return f"Journal({self.name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Waits for what is being written."""
        self._writer.close()
        self._engine.dispose()

    # A run and its owner

    def begin(self, new_run: NewRun, rows: Sequence[NewRow], calls: Sequence[Call]) -> RunRecord:
        """Writes down a run with all its rows and calls, at once or not at all.

        Calls are numbered from 1 in the order given. The run belongs to `new_run.owner`, with
        epoch 1.
        """
        entry = beginning.spell_out(new_run, rows, calls)
        return self.run(self._write(lambda write: beginning.begin(write, entry)))

    def take(self, run_id: int, owner: str | None = None, *, take_over: bool = False) -> int:
        """The run's new epoch, for its new owner (this process); a finished run is open again.

        Raises RunBusy while another owner's heartbeat is fresh, unless `take_over`.
        """
        who = storable(owner or this_process())
        return self._write(
            lambda write: ownership.take(
                write, run_id, who, self._stale_after_s, take_over=take_over
            )
        )

    def beat(self, run_id: int, epoch: int) -> None:
        """Tells others that this process is alive; several times within `stale_after_s`."""
        self._write(lambda write: ownership.beat(write, run_id, epoch))

    def let_go(self, run_id: int, epoch: int) -> None:
        """Leaves a run open for whoever resumes it, at once."""
        self._write(lambda write: ownership.let_go(write, run_id, epoch))

    def finish(self, run_id: int, epoch: int, result_path: str | None = None) -> None:
        """The run is over; raises JournalError while a call of it is `sending`."""
        self._write(lambda write: finishing.finish(write, run_id, epoch, result_path))

    def filed(self, run_id: int, file_path: str, result_path: str | None) -> None:
        """The sheet of a run, and its result, stand elsewhere now."""
        self._write(lambda write: finishing.filed(write, run_id, file_path, result_path))

    def abandon(self, run_id: int, epoch: int) -> None:
        """A person gives the run up: what is `sending` becomes unknown, nothing is held."""
        self._write(lambda write: finishing.abandon(write, run_id, epoch))

    # Before a request

    def claim(
        self, run_id: int, number: int, epoch: int, pace_s: float, *, once: bool = False
    ) -> Claim | Held | AlreadySent:
        """The right to send a planned call, with its slot and its attempt, committed.

        Held while another call is at work on what this one touches. With `once`, AlreadySent
        where another run has sent (or may have sent) rows with the same identity: then `split`
        the call. Raises JournalError unless the call is `planned`.
        """
        return self._write(
            lambda write: claiming.claim(
                write,
                run_id,
                number,
                epoch,
                pace_s=pace_s,
                stale_after_s=self._stale_after_s,
                once=once,
            )
        )

    def claim_again(self, run_id: int, number: int, epoch: int, pace_s: float) -> Claim:
        """A further attempt at a call that is `sending`, known not to be applied or repeatable."""
        return self._write(lambda write: claiming.claim_again(write, run_id, number, epoch, pace_s))

    def note_attempt(
        self,
        run_id: int,
        number: int | None,
        epoch: int,
        purpose: Purpose,
        *,
        method: str,
        path: str,
        pace_s: float,
    ) -> Claim:
        """A slot and an attempt for a request that writes nothing; no number: for the whole run."""
        return self._write(
            lambda write: claiming.note_attempt(
                write, run_id, number, epoch, purpose, method=method, path=path, pace_s=pace_s
            )
        )

    def reserve(self, account: str, pace_s: float) -> float:
        """Seconds to wait for a slot of the account, for a request outside of any run."""
        return self._write(lambda write: pacing.reserve(write, storable(account), pace_s))

    def pause(self, account: str, until: datetime) -> None:
        """No slot of the account before `until` (aware), for any process."""
        self._write(lambda write: pacing.pause(write, storable(account), until.timestamp()))

    # After a request

    def end_attempt(
        self,
        attempt_id: int,
        status_code: int | None = None,
        failure: str | None = None,
        reply: str | None = None,
    ) -> None:
        """What an attempt brought; its owner may have lost the run meanwhile."""
        ending = Ending(attempt_id, status_code, failure, reply)
        self._write(lambda write: settling.end_attempt(write, ending))

    def settle(
        self,
        run_id: int,
        number: int,
        epoch: int,
        state: Settled,
        outcomes: Mapping[RowId, Outcome],
        *,
        ending: Ending | None = None,
    ) -> None:
        """What became of a call, `sending` or `unknown` so far, and of its rows; ends its holds."""
        self._write(
            lambda write: settling.settle(
                write, run_id, number, epoch, state, outcomes=outcomes, ending=ending
            )
        )

    def settle_soon(
        self,
        run_id: int,
        number: int,
        epoch: int,
        state: Settled,
        outcomes: Mapping[RowId, Outcome],
        *,
        ending: Ending | None = None,
    ) -> "Future[None]":
        """`settle` without waiting for the commit: what is written later comes after it."""
        return self._writer.begin(
            lambda write: settling.settle(
                write, run_id, number, epoch, state, outcomes=outcomes, ending=ending
            )
        )

    def release(
        self, run_id: int, number: int, epoch: int, *, ending: Ending | None = None
    ) -> None:
        """A call that was `sending` or `unknown` is `planned` again: proved not to be applied."""
        self._write(lambda write: settling.release(write, run_id, number, epoch, ending))

    def split(
        self,
        run_id: int,
        number: int,
        epoch: int,
        parts: Sequence[Call],
        *,
        outcomes: Mapping[RowId, Outcome] | None = None,
        ending: Ending | None = None,
    ) -> list[CallRecord]:
        """Replaces a call, refused or half applied or not yet sent, by new planned ones.

        Each of its rows must be in one of the parts or have an outcome; else JournalError.
        """
        numbers = self._write(
            lambda write: splitting.split(
                write, run_id, number, epoch, parts, outcomes=outcomes or {}, ending=ending
            )
        )
        with self._reading() as connection:
            return reading.calls(connection, run_id, numbers)

    def set_outcomes(self, run_id: int, epoch: int, outcomes: Mapping[RowId, Outcome]) -> None:
        """What a later look has shown of rows."""
        self._write(lambda write: settling.set_outcomes(write, run_id, epoch, outcomes))

    def set_before(
        self, run_id: int, epoch: int, before: Mapping[RowId, Mapping[str, Any]]
    ) -> None:
        """What the platform held of rows before they were sent, by our names of the fields."""
        self._write(lambda write: settling.set_before(write, run_id, epoch, before))

    def set_undone(self, run_id: int, rows: Iterable[RowId], undo: int) -> None:
        """Run `undo` undid rows of a run: they no longer count as sent."""
        numbers = list(rows)
        self._write(lambda write: settling.set_undone(write, run_id, numbers, undo))

    # Afterwards

    def prune(self, older_than: datetime) -> int:
        """Forgets bodies, replies and values of runs that ended before; the number of runs.

        Identities, statuses and file hashes stay, and so does all of what may be sent again.
        """
        return self._write(lambda write: pruning.prune(write, older_than.timestamp()))

    # Questions

    def now(self) -> datetime:
        """By the clock that claims and heartbeats go by."""
        with self._reading() as connection:
            return instant(self._clock(connection))

    def run(self, run_id: int) -> RunRecord:
        with self._reading() as connection:
            return reading.one_run(connection, run_id)

    def runs(self, limit: int = 50, account: str | None = None) -> list[RunRecord]:
        """Newest first."""
        with self._reading() as connection:
            return reading.runs(connection, limit, account)

    def unfinished(self, account: str | None = None) -> list[RunRecord]:
        """Open runs, oldest first."""
        with self._reading() as connection:
            return reading.unfinished(connection, account)

    def runs_of_file(
        self, sha256: str, worksheet: str | None, operation: str, account: str
    ) -> list[RunRecord]:
        """Newest first."""
        with self._reading() as connection:
            return reading.runs_of_file(connection, sha256, worksheet, operation, account)

    def runs_of_bytes(self, sha256: str, account: str) -> list[RunRecord]:
        """Runs of any sheet with these bytes, newest first."""
        with self._reading() as connection:
            return reading.runs_of_bytes(connection, sha256, account)

    def rows(self, run_id: int) -> list[RowRecord]:
        with self._reading() as connection:
            return reading.rows(connection, run_id)

    def outcomes(self, run_id: int) -> dict[RowId, Outcome]:
        """Row -> outcome, in the sheet's order."""
        with self._reading() as connection:
            return reading.outcomes(connection, run_id)

    def counts(self, run_id: int) -> RowCounts:
        with self._reading() as connection:
            return reading.counts(connection, run_id)

    def calls(self, run_id: int) -> list[CallRecord]:
        with self._reading() as connection:
            return reading.calls(connection, run_id)

    def parents(self, run_id: int) -> dict[int, int]:
        """The calls that are parts of another one, in their order, each with that one's number."""
        with self._reading() as connection:
            return reading.parents(connection, run_id)

    def call(self, run_id: int, number: int) -> CallRecord:
        with self._reading() as connection:
            return reading.one_call(connection, run_id, number)

    def attempts(self, run_id: int, number: int | None = None) -> list[AttemptRecord]:
        """In the order they began."""
        with self._reading() as connection:
            return reading.attempts(connection, run_id, number)

    def earlier(
        self, account: str, operation: str, identities: Iterable[str]
    ) -> dict[str, Earlier]:
        """Which of these effects some run has sent to this account; unknown ones are told apart."""
        with self._reading() as connection:
            return earlier(connection, storable(account), storable(operation), identities)

    def _write(self, do: Callable[[Transaction], T]) -> T:
        return self._writer.run(do)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self.name), reading_transaction(self._engine) as connection:
            yield connection

"""The journal as the stages know it: what may be written, and what may be asked.

Each method is a function of this package, run inside a transaction; its docstring is there.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import wraps
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine

from importer.journal import (
    beginning,
    claiming,
    earlier,
    finishing,
    ownership,
    pacing,
    pruning,
    reading,
    settling,
    splitting,
)
from importer.journal.clock import Clock
from importer.journal.faults import explained
from importer.journal.records import NewRow, NewRun, RunRecord
from importer.journal.text import instant
from importer.journal.transactions import Transaction
from importer.journal.transactions import reading as reading_transaction
from importer.journal.writer import Writer
from importer.model.calls import Call

P = ParamSpec("P")
T = TypeVar("T")


def _write(do: Callable[Concatenate[Transaction, P], T]) -> Callable[Concatenate["Journal", P], T]:
    """Returns once it is committed."""

    @wraps(do)
    def method(self: "Journal", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.write(lambda transaction: do(transaction, *args, **kwargs))

    return method


def _write_soon(
    do: Callable[Concatenate[Transaction, P], T],
) -> Callable[Concatenate["Journal", P], "Future[T]"]:
    """Returns at once; what is written later is committed later."""

    @wraps(do)
    def method(self: "Journal", /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        return self.write_soon(lambda transaction: do(transaction, *args, **kwargs))

    return method


def _ask(ask: Callable[Concatenate[Connection, P], T]) -> Callable[Concatenate["Journal", P], T]:
    @wraps(ask)
    def method(self: "Journal", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.ask(lambda connection: ask(connection, *args, **kwargs))

    return method


class Journal:
    """Safe to use from many threads. What a method wrote is committed when the method returns.

    Any method raises JournalError where the database cannot do its part; nothing counts as
    written then. Methods with an `epoch` raise RunTaken once the run belongs to another process.
    """

    def __init__(self, engine: Engine, *, name: str, clock: Clock, stale_after_s: float) -> None:
        self.name = name  # a path, or an address without user and password
        self._engine = engine
        self._clock = clock
        self._writer = Writer(engine, clock, name, stale_after_s)

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
        entry = beginning.spell_out(new_run, rows, calls)  # before the database is locked
        return self.run(self.write(lambda transaction: beginning.begin(transaction, entry)))

    take = _write(ownership.take)
    beat = _write(ownership.beat)
    let_go = _write(ownership.let_go)
    finish = _write(finishing.finish)
    filed = _write(finishing.filed)
    abandon = _write(finishing.abandon)

    # Before a request

    claim = _write(claiming.claim)
    claim_again = _write(claiming.claim_again)
    note_attempt = _write(claiming.note_attempt)
    reserve = _write(pacing.reserve)
    pause = _write(pacing.pause)

    # After a request

    end_attempt = _write(settling.end_attempt)
    settle = _write(settling.settle)
    settle_soon = _write_soon(settling.settle)
    release = _write(settling.release)
    split = _write(splitting.split)
    set_outcomes = _write(settling.set_outcomes)
    set_before = _write(settling.set_before)
    set_undone = _write(settling.set_undone)

    # Afterwards

    prune = _write(pruning.prune)

    # Questions

    run = _ask(reading.one_run)
    runs = _ask(reading.runs)
    unfinished = _ask(reading.unfinished)
    runs_of_file = _ask(reading.runs_of_file)
    runs_of_bytes = _ask(reading.runs_of_bytes)
    rows = _ask(reading.rows)
    outcomes = _ask(reading.outcomes)
    counts = _ask(reading.counts)
    calls = _ask(reading.calls)
    parents = _ask(reading.parents)
    call = _ask(reading.one_call)
    attempts = _ask(reading.attempts)
    earlier = _ask(earlier.earlier)

    def now(self) -> datetime:
        """By the clock that claims and heartbeats go by."""
        return self.ask(lambda connection: instant(self._clock(connection)))

    def write(self, do: Callable[[Transaction], T]) -> T:
        return self._writer.run(do)

    def write_soon(self, do: Callable[[Transaction], T]) -> "Future[T]":
        return self._writer.begin(do)

    def ask(self, ask: Callable[[Connection], T]) -> T:
        with explained(self.name), reading_transaction(self._engine) as connection:
            return ask(connection)

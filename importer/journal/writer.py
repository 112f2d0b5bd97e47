"""One thread that writes: what has gathered is committed at once, then every caller goes on.

A commit that is safe against a power cut waits for the disk. Sixteen callers that share one
commit share that wait, which is why nobody else writes.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from importer.journal.clock import Clock
from importer.journal.faults import explain
from importer.journal.transactions import Transaction, writing
from importer.model.errors import JournalError

T = TypeVar("T")

BATCH_LIMIT = 200  # writes in one commit


@dataclass(frozen=True, slots=True)
class Write(Generic[T]):
    """What to do inside a transaction; it may be done again where its transaction was undone."""

    do: Callable[[Transaction], T]
    done: "Future[T]"


class Writer:
    """Runs writes in the order they come. `close` waits until all of them are committed."""

    def __init__(self, engine: Engine, clock: Clock, name: str, stale_after_s: float) -> None:
        self._engine = engine
        self._clock = clock
        self._name = name
        self._stale_after_s = stale_after_s
        self._queue: SimpleQueue[Write[Any] | None] = SimpleQueue()
        self._closing = Lock()
        self._closed = False
        self._thread = Thread(target=self._work, name="journal writer", daemon=True)
        self._thread.start()

    def run(self, do: Callable[[Transaction], T]) -> T:
        """What `do` returns, once it is committed; else what it raised, with nothing written."""
        return self.begin(do).result()

    def begin(self, do: Callable[[Transaction], T]) -> "Future[T]":
        """The same without waiting for it; what is begun later is written later."""
        write = Write(do, Future())
        with self._closing:  # nothing may be queued behind the end
            if self._closed:
                raise JournalError(f'The journal "{self._name}" is closed.')
            self._queue.put(write)
        return write.done

    def close(self) -> None:
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while batch := self._gather():
            self._commit(batch)

    def _gather(self) -> list[Write[Any]]:
        """All that waits by now, at least one; nothing at the end."""
        batch: list[Write[Any]] = []
        write = self._queue.get()
        while write is not None:
            batch.append(write)
            if len(batch) == BATCH_LIMIT:
                return batch
            try:
                write = self._queue.get_nowait()
            except Empty:
                return batch
        if batch:
            self._queue.put(None)  # the end, to be found again next time
        return batch

    def _commit(self, batch: Sequence[Write[Any]], *, alone: bool = False) -> None:
        """One transaction for all; where one of them fails, one for each.

        Only a failure of the writes themselves is tried again: a failed commit may have been a
        commit all the same, and its callers must not be told that it was.
        """
        under_way = False
        try:
            with writing(self._engine) as connection:
                now = self._clock(connection)
                transaction = Transaction(connection, now, self._stale_after_s)
                under_way = True
                results = [write.do(transaction) for write in batch]
                under_way = False
        except Exception as error:  # noqa: BLE001  # each caller is waiting for his own
            if under_way and not alone:
                for write in batch:
                    self._commit([write], alone=True)
            else:
                self._refuse(batch, error)
        else:
            for write, result in zip(batch, results, strict=True):
                write.done.set_result(result)

    def _refuse(self, batch: Sequence[Write[Any]], error: Exception) -> None:
        ours = isinstance(error, (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error))
        for write in batch:
            write.done.set_exception(explain(error, self._name) if ours else error)

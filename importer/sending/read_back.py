"""GETs that tell what a platform has now: paced like all calls, patient with failures."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from importer.journal import CallRecord, Claim, Ending, Journal, Purpose
from importer.model.calls import Call, Reply
from importer.model.errors import SignInRefused
from importer.model.row_ids import RowId
from importer.platforms import PLATFORMS
from importer.sending.claims import Claims
from importer.sending.connection import Connection
from importer.sending.task import Applied, Patience, Task
from importer.sending.verdicts import JudgedReply, Verdict
from importer.settings.accounts import Account
from importer.settings.secrets import Credentials

T = TypeVar("T")
R = TypeVar("R")

_TELLS = frozenset({Verdict.ACCEPTED, Verdict.REFUSED})  # a GET that tells something


@dataclass(frozen=True, slots=True)
class Access:
    """An account, and what GETs outside of any run reach it with."""

    account: Account
    credentials: Credentials
    journal: Journal
    stop: threading.Event = field(default_factory=threading.Event)
    patience: Patience = Patience()


@dataclass(frozen=True, slots=True)
class _Turn:
    """When a GET may be sent, and what to do with its answer, or with why it has none."""

    wait_s: float
    keep: Callable[[JudgedReply | str], object] = lambda _: None


class Reader:
    """Sends GETs of one account outside of any run."""

    def __init__(self, connection: Connection, of: Access | Task) -> None:
        self._connection = connection
        self._account = of.account
        self._journal = of.journal
        self._stop = of.stop
        self._patience = of.patience

    def ask(self, call: Call, turn: Callable[[], _Turn] | None = None) -> JudgedReply | None:
        """The one patient GET: what came, after a few tries if nothing worth reading did; None
        once stopped."""
        answer = None
        for attempt in range(1, self._patience.attempts + 1):
            slot = self._turn() if turn is None else turn()
            if not self._wait(slot):
                return answer
            try:
                answer = self._connection.attempt(call)
            except SignInRefused as error:
                slot.keep(str(error))
                raise
            slot.keep(answer)
            if answer.verdict in _TELLS or not self._goes_on(answer, attempt):
                return answer
        return answer

    def _turn(self) -> _Turn:
        return _Turn(self._journal.reserve(self._account.name, self._account.limit.pace_s))

    def _wait(self, turn: _Turn) -> bool:
        """Waits for the turn; False where nothing is to be asked any more."""
        return not self._stop.wait(turn.wait_s)

    def _goes_on(self, answer: JudgedReply, attempt: int) -> bool:
        """Makes another try possible and waits for it; False where there is to be none."""
        if answer.verdict is Verdict.NOT_SIGNED_IN:
            self._connection.renew()
            return True
        if answer.pause_until is None or answer.reply is None:
            return not self._stop.wait(self._patience.back_off_s * attempt)
        self._journal.pause(self._account.name, answer.pause_until)
        pause_s = (answer.pause_until - answer.reply.received_at).total_seconds()
        return pause_s <= self._patience.longest_pause_s  # a report is not worth more


class ReadBacks(Reader):
    """Reads back for one run, from many threads at once; its journal keeps each GET.

    Once the run stops, a GET whose turn is near is still sent, once: it may settle a doubt.
    """

    def __init__(self, task: Task, claims: Claims) -> None:
        super().__init__(task.connection, task)
        self._task = task
        self._claims = claims

    def before(self, record: CallRecord) -> None:
        """Writes down which rows the platform already shows before anything is sent."""
        rows = self._task.rows_of(record.call)
        call = self._task.operation.read_back(rows)
        if call is None:
            return

        def as_shown(answer: JudgedReply) -> str | None:
            applied = self.shown_in(_telling(answer), rows)
            numbers = [number for number, seen in applied.items() if seen is not False]
            return json.dumps(numbers) if answer.verdict in _TELLS else None

        self._read(record, call, Purpose.BEFORE_WRITE, as_shown)

    def read(self, record: CallRecord, call: Call) -> Reply | None:
        """The answer to a GET of the run; None where there is none worth reading."""
        return self._read(record, call, Purpose.READ_BACK)

    def shown_in(self, reply: Reply | None, rows: Sequence[Any]) -> dict[RowId, bool | None]:
        """For each row whether the reply shows it applied; None where that cannot be told."""
        content = reply.json if reply is not None and reply.ok else None
        if content is None:
            not_there = reply is not None and reply.status == 404
            return dict.fromkeys((row.id for row in rows), False if not_there else None)
        return {row.id: self._task.operation.is_applied(row, content) for row in rows}

    def applied(
        self, record: CallRecord, reply: Reply | None, rows: Sequence[Any]
    ) -> dict[RowId, bool | None]:
        """The same, where what was already shown before the call is no proof that it was
        applied."""
        shown = self.shown_in(reply, rows)
        if not self._task.operation.reads_first:
            return shown
        before = self._shown_before(record)
        if before is None:  # nothing tells what was there
            before = set(shown)
        return {n: None if seen and n in before else seen for n, seen in shown.items()}

    def _shown_before(self, record: CallRecord) -> set[RowId] | None:
        """None where nothing was kept, or the journal had to cut it."""
        kept = [
            attempt.reply
            for attempt in self._task.journal.attempts(self._task.run_id, record.number)
            if attempt.purpose is Purpose.BEFORE_WRITE and attempt.reply
        ]
        try:
            return {RowId(*each) for each in json.loads(kept[-1])} if kept else None
        except ValueError:
            return None

    def _read(
        self,
        record: CallRecord,
        call: Call,
        purpose: Purpose,
        kept: Callable[[JudgedReply], str | None] | None = None,
    ) -> Reply | None:
        def turn() -> _Turn:
            key, pace_s = self._task.key(record), self._account.limit.pace_s
            claim = self._journal.note_attempt(
                *key, purpose, method=call.method, path=call.path, pace_s=pace_s
            )
            return _Turn(
                claim.wait_s,
                lambda answer: self._journal.end_attempt(ending_of(claim, answer, kept)),
            )

        answer = self.ask(call, turn)
        return None if answer is None else _telling(answer)

    def _wait(self, turn: _Turn) -> bool:
        if self._stop.is_set() and turn.wait_s > self._patience.send_within_s:
            turn.keep("not asked: the run stopped")
            return False
        self._claims.pause(turn.wait_s)
        return True

    def _goes_on(self, answer: JudgedReply, attempt: int) -> bool:
        if self._stop.is_set():
            return False
        if answer.verdict is Verdict.NOT_SIGNED_IN:
            self._connection.renew()
        self._claims.pause_account(answer)
        self._claims.pause(self._patience.back_off_s * attempt)
        return True


def content_of(answer: JudgedReply | None) -> Any:
    """The JSON of an answer; None where nothing worth reading came."""
    if answer is None or answer.verdict is not Verdict.ACCEPTED or answer.reply is None:
        return None
    return answer.reply.json


def by_path(
    subjects: Iterable[T], question: Callable[[T], Call | None]
) -> tuple[dict[str, list[T]], list[T]]:
    """Subjects by the path of the GET that shows them, and those that no GET shows."""
    asked: dict[str, list[T]] = {}
    silent: list[T] = []
    for subject in subjects:
        call = question(subject)
        (silent if call is None else asked.setdefault(call.path, [])).append(subject)
    return asked, silent


def ask_each_once(
    access: Access, asked: Mapping[str, list[T]], read: Callable[[Reader, str, list[T]], R]
) -> list[R]:
    """What `read` makes of each path, in order: each once, within the account's limit.

    Raises SignInRefused.
    """
    account = access.account
    with (
        Connection(account, PLATFORMS[account.platform], access.credentials) as connection,
        ThreadPoolExecutor(account.workers, thread_name_prefix="reader") as pool,
    ):
        reader = Reader(connection, access)
        return list(pool.map(lambda each: read(reader, *each), asked.items()))


def parted(rows: Sequence[Any], applied: Applied) -> tuple[list[Any], list[Any]]:
    """The rows that are applied, and the others."""
    shown = [row for row in rows if applied.get(row.id)]
    return shown, [row for row in rows if not applied.get(row.id)]


def ending_of(
    claim: Claim, answer: JudgedReply | str, kept: Callable[[JudgedReply], str | None] | None = None
) -> Ending:
    """An attempt's end as the journal keeps it: with the reply's text, or what `kept` says."""
    if isinstance(answer, str):
        return Ending(claim.attempt_id, failure=answer)
    if answer.reply is None:
        return Ending(claim.attempt_id, failure=answer.sentence)
    text = answer.reply.text if kept is None else kept(answer)
    return Ending(claim.attempt_id, answer.reply.status, None, text)


def _telling(answer: JudgedReply) -> Reply | None:
    return answer.reply if answer.verdict in _TELLS else None

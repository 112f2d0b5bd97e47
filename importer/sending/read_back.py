"""What the platform shows: GETs of a run, and what they tell of the rows of a call."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from importer.journal import CallRecord, Claim, Ending, Purpose
from importer.model.calls import Call, Reply
from importer.model.errors import AnswerLost, NotSent, SignInRefused
from importer.model.row_ids import RowId
from importer.sending.claims import Claims
from importer.sending.task import Patience, Task
from importer.sending.verdicts import JudgedReply, Verdict, judge

_READ = frozenset({Verdict.ACCEPTED, Verdict.REFUSED})  # a GET that tells something


class ReadBacks:
    """Reads back for one run, from many threads at once."""

    def __init__(
        self, task: Task, patience: Patience, claims: Claims, stop: threading.Event
    ) -> None:
        self._task = task
        self._patience = patience
        self._claims = claims
        self._stop = stop

    def before(self, record: CallRecord) -> None:
        """Writes down which rows the platform already shows before anything is sent."""
        rows = self._task.rows_of(record.call)
        read_back = self._task.operation.read_back(rows)
        if read_back is not None:
            self.read(record, read_back, Purpose.BEFORE_LOOK)

    def without_what_was_there(
        self, record: CallRecord, applied: Mapping[RowId, bool | None]
    ) -> dict[RowId, bool | None]:
        """What a look before the call already showed is no proof that the call was applied."""
        if not self._task.operation.look_first:
            return dict(applied)
        looks = [
            attempt.reply
            for attempt in self._task.journal.attempts(self._task.run_id, record.number)
            if attempt.purpose is Purpose.BEFORE_LOOK and attempt.reply
        ]
        there = _row_ids(looks[-1]) if looks else None
        if there is None:
            there = set(applied)
        return {n: None if seen and n in there else seen for n, seen in applied.items()}

    def read(self, record: CallRecord, call: Call, purpose: Purpose) -> Reply | None:
        """The answer to a GET of the run; None where there is none worth reading."""
        for attempt in range(1, self._patience.attempts + 1):
            claim = self._task.journal.note_attempt(
                self._task.run_id,
                record.number,
                self._task.epoch,
                purpose,
                method=call.method,
                path=call.path,
                pace_s=self._task.account.limit.pace_s,
            )
            if self._stop.is_set() and claim.wait_s > self._patience.send_within_s:
                self.end(Ending(claim.attempt_id, failure="not asked: the run stopped"))
                return None
            self._claims.pause(claim.wait_s)
            try:
                answer = self.ask(call)
            except SignInRefused as error:
                self.end(Ending(claim.attempt_id, failure=str(error)))
                raise
            ending = ending_of(claim, answer)
            if purpose is Purpose.BEFORE_LOOK:  # kept as what it showed, which may be nothing
                shown = self._shown(record, answer.reply) if answer.verdict in _READ else None
                ending = replace(ending, reply=None if shown is None else json.dumps(shown))
            self.end(ending)
            if answer.verdict in _READ or self._stop.is_set():
                return answer.reply
            if answer.verdict is Verdict.NOT_SIGNED_IN:
                self._task.connection.renew()
            self._claims.pause_account(answer)
            self._claims.pause(self._patience.back_off_s * attempt)
        return None

    def ask(self, call: Call, in_time: Callable[[], bool] = lambda: True) -> JudgedReply:
        came: Reply | NotSent | AnswerLost
        try:
            came = self._task.connection.send(call, in_time)
        except (NotSent, AnswerLost) as error:
            came = error
        return judge(self._task.platform, came)

    def _shown(self, record: CallRecord, reply: Reply | None) -> list[RowId]:
        applied = self.applied(self._task.rows_of(record.call), reply)
        return [number for number, seen in applied.items() if seen is not False]

    def applied(self, rows: Sequence[Any], reply: Reply | None) -> dict[RowId, bool | None]:
        """For each row whether the reply shows it applied; None where that cannot be told."""
        if reply is not None and reply.status == 404:
            return dict.fromkeys((row.number for row in rows), False)  # not there at all
        found = reply.json if reply is not None and reply.ok else None
        if found is None:
            return dict.fromkeys(row.number for row in rows)
        return {row.number: self._task.operation.is_applied(row, found) for row in rows}

    def end(self, ending: Ending) -> None:
        self._task.journal.end_attempt(
            ending.attempt_id, ending.status_code, ending.failure, ending.reply
        )


def _row_ids(text: str) -> set[RowId] | None:
    """Row ids kept as JSON; None where the journal had to cut the text."""
    try:
        return {RowId(*each) for each in json.loads(text)}
    except ValueError:
        return None


def ending_of(claim: Claim, answer: JudgedReply) -> Ending:
    if answer.reply is None:
        return Ending(claim.attempt_id, failure=answer.sentence)
    return Ending(claim.attempt_id, answer.reply.status, None, answer.reply.text)

"""What goes into the journal and what comes out of it, as frozen values; instants are aware UTC."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from importer.model.calls import Call
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.model.run_settings import RunSettings


class RunState(StrEnum):
    OPEN = "open"  # a process works on it, or it was interrupted: `resume` continues it
    FINISHED = "finished"  # every call that was sent has its outcome, the result was written
    ABANDONED = "abandoned"  # ended by a person


class CallState(StrEnum):
    PLANNED = "planned"  # nothing of it has left this machine
    SENDING = "sending"  # may have left; only its outcome or a read back tells
    ACCEPTED = "accepted"  # the platform took it
    REJECTED = "rejected"  # the platform refused it
    UNKNOWN = "unknown"  # was sent, the answer was lost
    SPLIT = "split"  # replaced by smaller calls, its parts


class Purpose(StrEnum):
    """Why an attempt was made."""

    WRITE = "write"
    READ_BACK = "read back"
    SIGN_IN = "sign in"
    BEFORE_WRITE = "before look"


def this_process() -> str:
    """Who owns a run: "4711@packing-desk"."""
    return f"{os.getpid()}@{socket.gethostname()}"


@dataclass(frozen=True, slots=True)
class NewRun:
    """One sheet through one operation, as it is about to begin."""

    operation: str
    account: str
    file_path: str
    file_name: str
    file_size: int  # bytes
    file_sha256: str  # hexadecimal
    worksheet: str | None  # None for a text file
    version: str  # of this program
    user: str
    host: str
    settings: RunSettings = field(default_factory=RunSettings)
    owner: str = field(default_factory=this_process)


@dataclass(frozen=True, slots=True)
class NewRow:
    """One row of the sheet, whether it will be sent or not.

    `identity` names the row's effect: two rows with the same one would do the same thing twice.
    """

    id: RowId
    outcome: Outcome = Outcome(Status.UNSENT)  # noqa: RUF009  (frozen)
    values: Mapping[str, Any] = field(default_factory=dict)
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    id: int
    created_at: datetime
    state: RunState
    operation: str
    account: str
    file_path: str
    file_name: str
    file_size: int
    file_sha256: str
    worksheet: str | None
    version: str
    user: str
    host: str
    settings: RunSettings
    epoch: int  # one more with each owner
    owner: str
    heartbeat_at: datetime
    finished_at: datetime | None
    result_path: str | None
    pruned_at: datetime | None  # when its bodies, replies and values were forgotten


@dataclass(frozen=True, slots=True)
class RowRecord:
    """`values` as JSON holds them: decimals, dates and instants have become text."""

    run_id: int
    id: RowId
    outcome: Outcome
    values: Mapping[str, Any]  # empty once pruned
    identity: str | None
    call_number: int | None  # the call that carried it last
    before: Mapping[str, Any] | None = None  # what the platform had, if that was kept


@dataclass(frozen=True, slots=True)
class CallRecord:
    run_id: int
    number: int
    parent_number: int | None  # the refused call it is a part of
    call: Call  # its body is None once pruned
    state: CallState
    attempts: int  # writes only, read backs are not counted
    claimed_at: datetime | None  # for when: its slot, not the moment of the claim
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    id: int
    run_id: int
    call_number: int | None  # None for what serves the whole run, such as a sign-in
    purpose: Purpose
    epoch: int
    started_at: datetime
    ended_at: datetime | None  # None while it runs, or where its process died
    method: str
    path: str
    status_code: int | None
    failure: str | None
    reply: str | None  # at most 4,000 characters; None once pruned


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one request, `wait_s` seconds from now."""

    attempt_id: int
    wait_s: float
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended."""

    attempt_id: int
    status_code: int | None = None
    failure: str | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A call that is under way on something, so that no other call may touch it."""

    touched: str
    run_id: int
    call_number: int
    owner: str
    stale: bool  # its run's heartbeat is old: only resuming that run sets it free


@dataclass(frozen=True, slots=True)
class Held:
    """No claim: what the call touches is held by others. Nothing was written."""

    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Where a row with the same identity was sent before; `status` is sent, verified or unknown."""

    run_id: int
    id: RowId
    status: Status
    at: datetime
    otherwise: str = ""  # the values it had then, where they were others: "Carrier UPS"
    changed: bool = False  # in a fix file: the row that may have been sent had other values
    message: str = ""  # what to say of a row that needs nothing more

    @property
    def outcome(self) -> Outcome:
        """What the same row is when it comes again."""
        if self.status is Status.UNKNOWN:
            return Outcome(Status.UNKNOWN, self._in_doubt)
        return Outcome(Status.UNCHANGED, self.message or f"{self._sent}.")

    @property
    def _in_doubt(self) -> str:
        if self.changed:
            return (
                f"Run {self.run_id} may have sent its row {self.id.row} with the old values: "
                "restore them and upload again to have it checked, or check the platform yourself."
            )
        return (
            f"Run {self.run_id} may have sent this (its row {self.id.row}); importer resume "
            f"{self.run_id} checks what became of it."
        )

    @property
    def _sent(self) -> str:
        sent = f"Sent by run {self.run_id} on {self.at:%Y-%m-%d %H:%M} UTC"
        if not self.otherwise:
            return sent
        return (
            f"{sent}, with {self.otherwise}; a second call would not change that, so change it on "
            "the platform"
        )


@dataclass(frozen=True, slots=True)
class AlreadySent:
    """No claim: these rows were sent by other runs meanwhile. Nothing was written."""

    rows: Mapping[RowId, Earlier]

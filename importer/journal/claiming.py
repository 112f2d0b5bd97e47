"""The entry before each request: the right to send it, its slot, and its attempt, at once."""

import json

from sqlalchemy import bindparam, insert, select, update

from importer.journal.earlier import sent_meanwhile
from importer.journal.ownership import check_owner, is_stale, must_own
from importer.journal.pacing import free_in, reserve, reserve_after
from importer.journal.records import AlreadySent, CallState, Claim, Held, Hold, Purpose
from importer.journal.statements import Found, Statement
from importer.journal.tables import account, attempt, call, hold, run
from importer.journal.text import instant
from importer.journal.transactions import Transaction
from importer.model.cleaning import storable
from importer.model.errors import JournalError

# Everything a claim depends on, read at once; on PostgreSQL it stays locked until the commit.
TARGET = Statement(
    select(
        run.c.epoch,
        run.c.owner,
        run.c.state.label("run_state"),
        run.c.account,
        account.c.next_at,
        account.c.noted_at,
        call.c.state,
        call.c.method,
        call.c.path,
        call.c.touches,
    )
    .select_from(call)
    .join(run, run.c.id == call.c.run_id)
    .join(account, account.c.name == run.c.account)
    .where(call.c.run_id == bindparam("the_run"), call.c.number == bindparam("the_number"))
    .with_for_update(key_share=True)
)
HOLD_ON = Statement(
    select(hold.c.touched, hold.c.run_id, hold.c.call_number, run.c.owner, run.c.heartbeat_at)
    .join_from(hold, run, run.c.id == hold.c.run_id)
    .where(hold.c.account == bindparam("the_account"), hold.c.touched == bindparam("the_touched"))
)
SEND = Statement(
    update(call)
    .where(call.c.run_id == bindparam("the_run"), call.c.number == bindparam("the_number"))
    .values(state=CallState.SENDING.value, attempts=call.c.attempts + 1, claimed_at=bindparam("at"))
)
TAKE_HOLD = Statement(insert(hold))
BEGIN_ATTEMPT = Statement(
    insert(attempt).returning(attempt.c.id),
    columns=["run_id", "call_number", "purpose", "epoch", "started_at", "method", "path"],
)


def claim(
    transaction: Transaction,
    run_id: int,
    number: int,
    epoch: int,
    pace_s: float,
    *,
    once: bool = False,
) -> Claim | Held | AlreadySent:
    """The right to send a planned call, with its slot and its attempt, committed.

    Held while another call is at work on what this one touches. With `once`, AlreadySent where
    another run has sent (or may have sent) rows with the same identity: then `split` the call.
    Raises JournalError unless the call is `planned`.
    """
    target = _target(transaction, run_id, number, epoch, CallState.PLANNED)
    touches: list[str] = json.loads(target["touches"])
    if holds := _holds(transaction, target["account"], touches):
        return Held(holds)
    # Asked only now: while another call held it, its outcome was not known yet.
    if once and (rows := sent_meanwhile(transaction, run_id, number)):
        return AlreadySent(rows)
    ours = {"run_id": run_id, "call_number": number, "account": target["account"]}
    TAKE_HOLD.run_each(transaction.connection, [ours | {"touched": it} for it in touches])
    return _send(transaction, run_id, number, target, pace_s)


def claim_again(
    transaction: Transaction, run_id: int, number: int, epoch: int, pace_s: float
) -> Claim:
    """A further attempt at a call that is `sending`, known not to be applied or repeatable."""
    target = _target(transaction, run_id, number, epoch, CallState.SENDING)
    return _send(transaction, run_id, number, target, pace_s)


def note_attempt(
    transaction: Transaction,
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
    name = must_own(transaction, run_id, epoch)
    wait_s = reserve(transaction, name, pace_s)
    attempt_id = BEGIN_ATTEMPT.value(
        transaction.connection,
        run_id=run_id,
        call_number=number,
        purpose=purpose.value,
        epoch=epoch,
        started_at=transaction.now,
        method=storable(method),
        path=storable(path),
    )
    return Claim(attempt_id, wait_s, instant(transaction.now))


def _target(
    transaction: Transaction, run_id: int, number: int, epoch: int, state: CallState
) -> Found:
    """The call with its run and account; raises unless the run is ours and the call is so."""
    target = TARGET.one(transaction.connection, the_run=run_id, the_number=number)
    if target is None:
        raise JournalError(f'There is no call "{number}" in run {run_id}.')
    check_owner(run_id, epoch, target["epoch"], target["owner"], target["run_state"])
    if (its := target["state"]) != state:
        raise JournalError(
            f'Call {number} of run {run_id} is "{its}", not "{state}": it is not sent.'
        )
    return target


def _holds(transaction: Transaction, name: str, touches: list[str]) -> tuple[Hold, ...]:
    connection = transaction.connection
    holds = [HOLD_ON.one(connection, the_account=name, the_touched=each) for each in touches]
    return tuple(
        Hold(stale=is_stale(transaction, columns.pop("heartbeat_at")), **columns)
        for columns in holds
        if columns
    )


def _send(
    transaction: Transaction, run_id: int, number: int, target: Found, pace_s: float
) -> Claim:
    free_s = free_in(transaction.now, target["next_at"], target["noted_at"])
    wait_s = reserve_after(transaction, target["account"], free_s, pace_s)
    at = transaction.now + wait_s
    SEND.run(transaction.connection, the_run=run_id, the_number=number, at=at)
    attempt_id = BEGIN_ATTEMPT.value(
        transaction.connection,
        run_id=run_id,
        call_number=number,
        purpose=Purpose.WRITE.value,
        epoch=target["epoch"],
        started_at=transaction.now,
        method=target["method"],
        path=target["path"],
    )
    return Claim(attempt_id, wait_s, instant(transaction.now))

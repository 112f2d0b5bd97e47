"""Deletes the texts of old runs and keeps what prevents sending them twice."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from importer.journal.records import CallState, RunState
from importer.journal.tables import attempt, call, row, run
from importer.journal.transactions import Transaction
from importer.model.outcomes import Status

OLD = (
    select(run.c.id)
    .where(
        run.c.state != RunState.OPEN.value,
        run.c.finished_at < bindparam("before"),
        run.c.pruned_at.is_(None),
    )
    .order_by(run.c.id)
)
STILL_NEEDED = (CallState.PLANNED.value, CallState.SENDING.value, CallState.UNKNOWN.value)
FORGET = (
    # What may have to be sent or read back again keeps its body.
    update(call)
    .where(call.c.run_id == bindparam("b_run"), call.c.state.not_in(STILL_NEEDED))
    .values(body=None),
    update(row)
    .where(
        row.c.run_id == bindparam("b_run"),
        row.c.status.not_in((Status.UNSENT.value, Status.UNKNOWN.value)),
    )
    .values(values=None, before=None),
    update(attempt).where(attempt.c.run_id == bindparam("b_run")).values(reply=None),
    update(run).where(run.c.id == bindparam("b_run")).values(pruned_at=bindparam("b_now")),
)


def prune(transaction: Transaction, older_than: datetime) -> int:
    """Forgets bodies, replies and values of runs that ended before; the number of runs.

    Identities, statuses and file hashes stay, and so does all of what may be sent again.
    """
    before = {"before": older_than.timestamp()}
    old = list(transaction.connection.execute(OLD, before).scalars())
    for run_id in old:
        for statement in FORGET[:-1]:
            transaction.connection.execute(statement, {"b_run": run_id})
        transaction.connection.execute(FORGET[-1], {"b_run": run_id, "b_now": transaction.now})
    return len(old)

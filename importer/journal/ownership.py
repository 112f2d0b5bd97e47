"""Who may work on a run: one owner at a time, known by an epoch and a heartbeat."""

from sqlalchemy import bindparam, select, update

from importer.journal.records import RunState, this_process
from importer.journal.statements import Found, Statement
from importer.journal.tables import run
from importer.journal.transactions import Transaction
from importer.model.cleaning import storable
from importer.model.errors import JournalError, RunBusy, RunTaken

# On PostgreSQL the row is locked until the commit, so that no other process can take the run
# between this read and the write that depends on it. SQLite has one writer anyway.
FIND = Statement(
    select(run.c.epoch, run.c.owner, run.c.state, run.c.account, run.c.heartbeat_at)
    .where(run.c.id == bindparam("the_run"))
    .with_for_update(key_share=True)
)
BEAT = Statement(
    update(run).where(run.c.id == bindparam("the_run")).values(heartbeat_at=bindparam("now"))
)
TAKE = Statement(
    update(run)
    .where(run.c.id == bindparam("the_run"))
    .values(
        epoch=bindparam("the_epoch"),
        owner=bindparam("the_owner"),
        heartbeat_at=bindparam("now"),
        state=RunState.OPEN.value,
        finished_at=None,
    )
)


def take(
    transaction: Transaction, run_id: int, owner: str | None = None, *, take_over: bool = False
) -> int:
    """The run's new epoch, for its new owner (this process); a finished run is open again.

    Raises RunBusy while another owner's heartbeat is fresh, unless `take_over`.
    """
    owner = storable(owner or this_process())
    found = _find(transaction, run_id)
    if found["state"] == RunState.ABANDONED:
        raise JournalError(f"Run {run_id} was abandoned: import its sheet again.")
    if not take_over:
        _must_be_free(transaction, run_id, found, owner)
    epoch = int(found["epoch"]) + 1
    TAKE.run(
        transaction.connection,
        the_run=run_id,
        the_epoch=epoch,
        the_owner=owner,
        now=transaction.now,
    )
    return epoch


def is_stale(transaction: Transaction, heartbeat_at: float) -> bool:
    """A heartbeat from the far future is old as well: the clock was set back."""
    return abs(transaction.now - heartbeat_at) >= transaction.stale_after_s


def beat(transaction: Transaction, run_id: int, epoch: int) -> None:
    """Tells others that this process is alive; several times within `stale_after_s`."""
    must_own(transaction, run_id, epoch)
    BEAT.run(transaction.connection, the_run=run_id, now=transaction.now)


def let_go(transaction: Transaction, run_id: int, epoch: int) -> None:
    """Leaves a run open for whoever resumes it, at once."""
    must_own(transaction, run_id, epoch)
    BEAT.run(transaction.connection, the_run=run_id, now=0.0)  # as if it had not been heard of


def must_own(transaction: Transaction, run_id: int, epoch: int) -> str:
    """The run's account; raises RunTaken unless the epoch is still the run's."""
    found = _find(transaction, run_id)
    check_owner(run_id, epoch, found["epoch"], found["owner"], found["state"])
    return str(found["account"])


def check_owner(run_id: int, epoch: int, its_epoch: int, owner: str, state: str) -> None:
    if its_epoch != epoch:
        raise RunTaken(f"Run {run_id} was taken over by {owner}: nothing more is sent from here.")
    if state != RunState.OPEN:
        raise JournalError(f"Run {run_id} is {state}: resume it before more is written.")


def _must_be_free(transaction: Transaction, run_id: int, found: Found, owner: str) -> None:
    age = transaction.now - found["heartbeat_at"]
    others = found["state"] == RunState.OPEN and found["owner"] != owner
    if others and not is_stale(transaction, found["heartbeat_at"]):
        raise RunBusy(
            f"Run {run_id} is being worked on by {found['owner']}, last heard of {abs(age):.0f} s "
            "ago: wait for it, or stop it and try again."
        )


def _find(transaction: Transaction, run_id: int) -> Found:
    found = FIND.one(transaction.connection, the_run=run_id)
    if found is None:
        raise JournalError(
            f'There is no run "{run_id}" in this journal: `importer runs` lists them.'
        )
    return found

"""One request at a time for each account: the next free instant, shared by all who use it."""

from datetime import datetime

from sqlalchemy import Double, Text, bindparam, exists, insert, literal, select, update

from importer.journal.statements import Statement
from importer.journal.tables import account
from importer.journal.transactions import Transaction
from importer.model.cleaning import storable

NAME = bindparam("the_account", type_=Text)
LONG_AGO = literal(0.0, Double)

# Where two machines note a new account at once, one of them is refused and does it all again.
NOTE_ACCOUNT = Statement(
    insert(account).from_select(
        ["name", "next_at", "noted_at"],
        select(NAME, LONG_AGO, LONG_AGO).where(~exists().where(account.c.name == NAME)),
    )
)
# On PostgreSQL the row stays locked until the commit, so no two machines get the same slot.
NEXT_AT = Statement(
    select(account.c.next_at, account.c.noted_at)
    .where(account.c.name == NAME)
    .with_for_update(key_share=True)
)
SET_NEXT_AT = Statement(
    update(account)
    .where(account.c.name == NAME)
    .values(next_at=bindparam("the_next_at"), noted_at=bindparam("now"))
)


def reserve(transaction: Transaction, name: str, pace_s: float) -> float:
    """Seconds until the account's slot that is now ours; the next one is `pace_s` later."""
    name = storable(name)
    return reserve_after(transaction, name, _free_in(transaction, name), pace_s)


def reserve_after(transaction: Transaction, name: str, free_s: float, pace_s: float) -> float:
    """The same, where the account's row has been read, and on PostgreSQL locked, already."""
    _set(transaction, name, transaction.now + free_s + pace_s)
    return free_s


def free_in(now: float, next_at: float, noted_at: float) -> float:
    """Seconds until an account's next free instant, noted at another.

    A clock that was set back since then makes no wait longer.

    >>> free_in(100.0, 103.0, noted_at=99.0), free_in(100.0, 3703.0, noted_at=3700.0)
    (3.0, 3.0)
    """
    return max(0.0, next_at - max(now, noted_at))


def pause(transaction: Transaction, name: str, until: datetime) -> None:
    """No slot of the account before `until` (aware), for any process."""
    name = storable(name)
    free_at = transaction.now + _free_in(transaction, name)
    _set(transaction, name, max(free_at, until.timestamp()))


def _free_in(transaction: Transaction, name: str) -> float:
    NOTE_ACCOUNT.run(transaction.connection, the_account=name)
    [found] = NEXT_AT.all(transaction.connection, the_account=name)
    return free_in(transaction.now, found["next_at"], found["noted_at"])


def _set(transaction: Transaction, name: str, next_at: float) -> None:
    SET_NEXT_AT.run(
        transaction.connection, the_account=name, the_next_at=next_at, now=transaction.now
    )

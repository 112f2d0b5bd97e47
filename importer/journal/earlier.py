"""Rows whose effect another run has had already, or may have had."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, case, func, or_, select

from importer.journal.records import Earlier
from importer.journal.statements import Found, Statement
from importer.journal.tables import call, call_row, row, run
from importer.journal.text import instant
from importer.journal.transactions import Transaction
from importer.model.cleaning import storable
from importer.model.outcomes import Status
from importer.model.row_ids import RowId

IN_ONE_QUERY = 1_000
SENT = (Status.SENT, Status.VERIFIED, Status.UNKNOWN)

other = row.alias("other")
mine = row.alias("mine")
my_run = run.alias("my_run")

# What is known to be sent comes after what is not, the newer after the older: the last one counts.
_RANK = (
    case((other.c.status == Status.UNKNOWN.value, 0), else_=1),
    other.c.run_id,
    other.c.row,
    other.c.line,
)
_FOUND = (
    other.c.run_id,
    other.c.row,
    other.c.line,
    other.c.status,
    func.coalesce(call.c.settled_at, run.c.created_at).label("at"),
)


def _sent(query: Select[Any]) -> Select[Any]:
    return (
        query.join(run, run.c.id == other.c.run_id)
        .join(
            call,
            and_(call.c.run_id == other.c.run_id, call.c.number == other.c.call_number),
            isouter=True,
        )
        .where(or_(*(other.c.status == status.value for status in SENT)))
        .order_by(*_RANK)
    )


BY_IDENTITY = _sent(select(other.c.identity, *_FOUND).select_from(other)).where(
    other.c.identity.in_(bindparam("identities", expanding=True)),
    run.c.account == bindparam("account"),
    run.c.operation == bindparam("operation"),
)
MEANWHILE = Statement(
    _sent(
        select(mine.c.row.label("my_row"), mine.c.line.label("my_line"), *_FOUND)
        .select_from(call_row)
        .join(
            mine,
            and_(
                mine.c.run_id == call_row.c.run_id,
                mine.c.row == call_row.c.row,
                mine.c.line == call_row.c.line,
            ),
        )
        .join(my_run, my_run.c.id == mine.c.run_id)
        .join(other, and_(other.c.identity == mine.c.identity, other.c.run_id != mine.c.run_id))
    ).where(
        call_row.c.run_id == bindparam("the_run"),
        call_row.c.call_number == bindparam("the_number"),
        run.c.account == my_run.c.account,
        run.c.operation == my_run.c.operation,
    )
)


def earlier(
    connection: Connection, account: str, operation: str, identities: Iterable[str]
) -> dict[str, Earlier]:
    """Which of these effects a run has sent, or may have sent, to this account."""
    found: dict[str, Earlier] = {}
    account, operation = storable(account), storable(operation)
    for some in _pieces({storable(identity) for identity in identities}):
        asked = {"account": account, "operation": operation, "identities": some}
        for sent in connection.execute(BY_IDENTITY, asked).mappings():
            found[sent["identity"]] = _earlier(sent)
    return found


def sent_meanwhile(transaction: Transaction, run_id: int, number: int) -> dict[RowId, Earlier]:
    """The rows of a call that other runs have sent, or may have sent."""
    found = MEANWHILE.all(transaction.connection, the_run=run_id, the_number=number)
    return {RowId(sent["my_row"], sent["my_line"]): _earlier(sent) for sent in found}


def _earlier(sent: RowMapping | Found) -> Earlier:
    row = RowId(sent["row"], sent["line"])
    return Earlier(sent["run_id"], row, Status(sent["status"]), instant(sent["at"]))


def _pieces(identities: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = iter(identities)
    while some := list(islice(rest, IN_ONE_QUERY)):
        yield some

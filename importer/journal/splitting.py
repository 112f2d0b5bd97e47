"""A call replaced by smaller ones, so that each row stays with exactly one of them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, func, select, update

from importer.journal.beginning import INSERT_CALLS, INSERT_CARRIED, call_columns
from importer.journal.ownership import must_own
from importer.journal.reading import calls
from importer.journal.records import CallRecord, CallState, Ending
from importer.journal.settling import (
    NOT_SETTLED,
    THIS_ROW,
    change,
    end_attempt,
    rows_of_call,
    this_row,
    write_outcomes,
)
from importer.journal.statements import Statement
from importer.journal.tables import call, row
from importer.journal.transactions import Transaction
from importer.model.calls import Call
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome
from importer.model.row_ids import RowId, sheet_rows

LAST_NUMBER = Statement(
    select(func.max(call.c.number)).where(call.c.run_id == bindparam("the_run"))
)
CARRY = Statement(update(row).where(*THIS_ROW).values(call_number=bindparam("the_number")))


def split(
    transaction: Transaction,
    run_id: int,
    number: int,
    epoch: int,
    parts: Sequence[Call],
    *,
    outcomes: Mapping[RowId, Outcome] | None = None,
    ending: Ending | None = None,
) -> list[CallRecord]:
    """Replaces a call, refused or half applied or not yet sent, by new planned ones.

    Each of its rows must be in one of the parts or have an outcome; else JournalError.
    """
    outcomes = outcomes or {}
    must_own(transaction, run_id, epoch)
    _must_cover(transaction, run_id, number, parts, outcomes)
    end_attempt(transaction, ending)
    change(transaction, run_id, number, NOT_SETTLED, CallState.SPLIT)
    write_outcomes(transaction, run_id, outcomes)
    return calls(transaction.connection, run_id, _add_parts(transaction, run_id, number, parts))


def _must_cover(
    transaction: Transaction,
    run_id: int,
    number: int,
    parts: Sequence[Call],
    outcomes: Mapping[RowId, Outcome],
) -> None:
    """No row may be lost, or be sent by two parts."""
    rows = rows_of_call(transaction, run_id, number)
    covered = sorted([*outcomes, *(row for part in parts for row in part.rows)])
    if rows != covered:
        raise JournalError(
            f"Call {number} of run {run_id} carries the rows {sheet_rows(rows)}: parts and "
            f"outcomes for {sheet_rows(covered)} cannot replace it."
        )


def _add_parts(
    transaction: Transaction, run_id: int, parent: int, parts: Sequence[Call]
) -> list[int]:
    connection = transaction.connection
    last: int = LAST_NUMBER.value(connection, the_run=run_id)
    numbered = list(enumerate(parts, start=last + 1))
    carried = [(number, row) for number, part in numbered for row in part.rows]
    entries = [call_columns(number, part, parent) | {"run_id": run_id} for number, part in numbered]
    INSERT_CALLS.run_each(connection, entries)
    INSERT_CARRIED.run_each(
        connection, [{"run_id": run_id, "call_number": n, **row._asdict()} for n, row in carried]
    )
    CARRY.run_each(connection, [{**this_row(run_id, row), "the_number": n} for n, row in carried])
    return [number for number, _ in numbered]

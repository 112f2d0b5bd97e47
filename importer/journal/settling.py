"""The entry after each request: what became of the attempt, of its call and of its rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import bindparam, delete, or_, select, update

from importer.journal.ownership import must_own
from importer.journal.records import CallState, Ending
from importer.journal.statements import Statement
from importer.journal.tables import attempt, call, call_row, hold, row
from importer.journal.text import cut, to_json
from importer.journal.transactions import Transaction
from importer.model.cleaning import storable
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId

Settled = Literal[CallState.ACCEPTED, CallState.REJECTED, CallState.UNKNOWN]
IN_DOUBT = (CallState.SENDING, CallState.UNKNOWN)
NOT_SETTLED = (CallState.PLANNED, *IN_DOUBT)

END_ATTEMPT = Statement(
    update(attempt)
    .where(attempt.c.id == bindparam("the_attempt"))
    .values(
        ended_at=bindparam("now"),
        status_code=bindparam("the_status_code"),
        failure=bindparam("the_failure"),
        reply=bindparam("the_reply"),
    )
)
THIS_ROW = (
    row.c.run_id == bindparam("the_run"),
    row.c.row == bindparam("the_row"),
    row.c.line == bindparam("the_line"),
)
SET_OUTCOME = Statement(
    update(row)
    .where(*THIS_ROW)
    .values(status=bindparam("the_status"), sentence=bindparam("the_sentence"))
)
KEEP_BEFORE = Statement(update(row).where(*THIS_ROW).values(before=bindparam("the_before")))
# Without its identity a row does not count as sent any more.
UNDO = Statement(
    update(row).where(*THIS_ROW).values(identity=None, undone_by=bindparam("the_undo"))
)
LET_GO = Statement(
    delete(hold).where(
        hold.c.run_id == bindparam("the_run"), hold.c.call_number == bindparam("the_number")
    )
)
UNSENT_AGAIN = Statement(
    update(row)
    .where(
        row.c.run_id == bindparam("the_run"),
        row.c.call_number == bindparam("the_number"),
        row.c.status == Status.UNKNOWN.value,
    )
    .values(status=Status.UNSENT.value, sentence="")
)
ROWS_OF_CALL = Statement(
    select(call_row.c.row, call_row.c.line)
    .where(
        call_row.c.run_id == bindparam("the_run"), call_row.c.call_number == bindparam("the_number")
    )
    .order_by(call_row.c.row, call_row.c.line)
)


def _set_state(before: Sequence[CallState]) -> Statement:
    return Statement(
        update(call)
        .where(
            call.c.run_id == bindparam("the_run"),
            call.c.number == bindparam("the_number"),
            or_(*(call.c.state == state.value for state in before)),
        )
        .values(state=bindparam("the_state"), settled_at=bindparam("the_settled_at"))
    )


SET_STATE: dict[tuple[CallState, ...], Statement] = {
    before: _set_state(before) for before in (IN_DOUBT, NOT_SETTLED)
}


def end_attempt(transaction: Transaction, ending: Ending | None) -> None:
    """What an attempt brought; its owner may have lost the run meanwhile."""
    if ending is None:
        return
    END_ATTEMPT.run(
        transaction.connection,
        the_attempt=ending.attempt_id,
        now=transaction.now,
        the_status_code=ending.status_code,
        the_failure=cut(ending.failure),
        the_reply=cut(ending.reply),
    )


def settle(
    transaction: Transaction,
    run_id: int,
    number: int,
    epoch: int,
    state: Settled,
    outcomes: Mapping[RowId, Outcome],
    *,
    ending: Ending | None = None,
) -> None:
    """What became of a call, `sending` or `unknown` so far, and of its rows; ends its holds."""
    must_own(transaction, run_id, epoch)
    end_attempt(transaction, ending)
    change(transaction, run_id, number, IN_DOUBT, state)
    write_outcomes(transaction, run_id, outcomes)


def release(
    transaction: Transaction, run_id: int, number: int, epoch: int, *, ending: Ending | None = None
) -> None:
    """A call that was `sending` or `unknown` is `planned` again: proved not to be applied."""
    must_own(transaction, run_id, epoch)
    end_attempt(transaction, ending)
    change(transaction, run_id, number, IN_DOUBT, CallState.PLANNED)
    UNSENT_AGAIN.run(transaction.connection, the_run=run_id, the_number=number)


def set_outcomes(
    transaction: Transaction, run_id: int, epoch: int, outcomes: Mapping[RowId, Outcome]
) -> None:
    """What was learned of rows later."""
    must_own(transaction, run_id, epoch)
    write_outcomes(transaction, run_id, outcomes)


def set_before(
    transaction: Transaction, run_id: int, epoch: int, before: Mapping[RowId, Mapping[str, Any]]
) -> None:
    """The values rows had on the platform before they were sent, by field name."""
    must_own(transaction, run_id, epoch)
    KEEP_BEFORE.run_each(
        transaction.connection,
        [
            {**this_row(run_id, row), "the_before": to_json(values)}
            for row, values in before.items()
        ],
    )


def set_undone(transaction: Transaction, run_id: int, rows: Sequence[RowId], undo: int) -> None:
    """Run `undo` undid rows of a run: they no longer count as sent."""
    UNDO.run_each(
        transaction.connection, [{**this_row(run_id, row), "the_undo": undo} for row in rows]
    )


def change(
    transaction: Transaction,
    run_id: int,
    number: int,
    before: tuple[CallState, ...],
    state: CallState,
) -> None:
    """The call's new state; what it touched is free again."""
    changed = SET_STATE[before].run(
        transaction.connection,
        the_run=run_id,
        the_number=number,
        the_state=state.value,
        the_settled_at=None if state == CallState.PLANNED else transaction.now,
    )
    if changed != 1:
        raise JournalError(
            f'Call {number} of run {run_id} cannot become "{state}": it is not '
            f"{' or '.join(before)}."
        )
    LET_GO.run(transaction.connection, the_run=run_id, the_number=number)


def write_outcomes(
    transaction: Transaction, run_id: int, outcomes: Mapping[RowId, Outcome]
) -> None:
    written = SET_OUTCOME.run_each(
        transaction.connection,
        [
            {
                **this_row(run_id, row),
                "the_status": outcome.status.value,
                "the_sentence": storable(outcome.message),
            }
            for row, outcome in outcomes.items()
        ],
    )
    if written != len(outcomes):
        raise JournalError(
            f"Run {run_id} has not all of the rows {[*map(tuple, sorted(outcomes))]}."
        )


def rows_of_call(transaction: Transaction, run_id: int, number: int) -> list[RowId]:
    found = ROWS_OF_CALL.all(transaction.connection, the_run=run_id, the_number=number)
    return [RowId(**each) for each in found]


def this_row(run_id: int, row: RowId) -> dict[str, int]:
    """What THIS_ROW asks for."""
    return {"the_run": run_id, "the_row": row.row, "the_line": row.line}

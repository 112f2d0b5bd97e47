"""The entry after each request: what became of the attempt, of its call and of its rows."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from importer.calls import Call
from importer.errors import JournalError
from importer.journal.beginning import call_columns
from importer.journal.ownership import must_own
from importer.journal.records import CallState, Ending, RunState
from importer.journal.tables import attempt, call, call_row, hold, row, run
from importer.journal.text import clean, cut
from importer.journal.statements import Statement
from importer.journal.transactions import Transaction
from importer.outcomes import Outcome, Status

THE_CALL = and_(call.c.run_id == bindparam("b_run"), call.c.number == bindparam("b_number"))
IN_DOUBT = (CallState.SENDING.value, CallState.UNKNOWN.value)

END_ATTEMPT = Statement(
    (
        update(attempt)
        .where(attempt.c.id == bindparam("b_attempt"))
        .values(
            ended_at=bindparam("b_now"),
            status_code=bindparam("b_status_code"),
            failure=bindparam("b_failure"),
            reply=bindparam("b_reply"),
        )
    )
)
SET_STATE = (
    update(call)
    .where(THE_CALL, call.c.state.in_(bindparam("b_from", expanding=True)))
    .values(state=bindparam("b_state"), settled_at=bindparam("b_settled_at"))
)
SET_OUTCOME = Statement(
    (
        update(row)
        .where(row.c.run_id == bindparam("b_run"), row.c.row == bindparam("b_row"))
        .values(status=bindparam("b_status"), sentence=bindparam("b_sentence"))
    )
)
RELEASE = Statement(
    delete(hold).where(
        hold.c.run_id == bindparam("b_run"), hold.c.call_number == bindparam("b_number")
    )
)
UNSENT_AGAIN = Statement(
    (
        update(row)
        .where(
            row.c.run_id == bindparam("b_run"),
            row.c.call_number == bindparam("b_number"),
            row.c.status == Status.UNKNOWN.value,
        )
        .values(status=Status.UNSENT.value, sentence="")
    )
)
CARRY = Statement(
    (
        update(row)
        .where(row.c.run_id == bindparam("b_run"), row.c.row == bindparam("b_row"))
        .values(call_number=bindparam("b_number"))
    )
)
ROWS_OF_CALL = Statement(
    select(call_row.c.row).where(
        call_row.c.run_id == bindparam("run_id"), call_row.c.call_number == bindparam("number")
    )
)
LAST_NUMBER = Statement(select(func.max(call.c.number)).where(call.c.run_id == bindparam("run_id")))
END_RUN = Statement(
    (
        update(run)
        .where(run.c.id == bindparam("b_run"))
        .values(
            state=bindparam("b_state"),
            finished_at=bindparam("b_now"),
            result_path=bindparam("b_result"),
            heartbeat_at=bindparam("b_now"),
        )
    )
)
SENDING = Statement(
    (
        select(call.c.number)
        .where(call.c.run_id == bindparam("run_id"), call.c.state == CallState.SENDING.value)
        .order_by(call.c.number)
    )
)


def end_attempt(transaction: Transaction, ending: Ending) -> None:
    transaction.connection.execute(
        END_ATTEMPT,
        {
            "b_attempt": ending.attempt_id,
            "b_now": transaction.now,
            "b_status_code": ending.status_code,
            "b_failure": cut(ending.failure),
            "b_reply": cut(ending.reply),
        },
    )


def settle(
    transaction: Transaction,
    run_id: int,
    number: int,
    epoch: int,
    state: CallState,
    *,
    outcomes: Mapping[int, Outcome],
    ending: Ending | None,
) -> None:
    must_own(transaction, run_id, epoch)
    if ending:
        end_attempt(transaction, ending)
    _change(transaction, run_id, number, IN_DOUBT, state)
    write_outcomes(transaction, run_id, outcomes)


def release(
    transaction: Transaction, run_id: int, number: int, epoch: int, ending: Ending | None
) -> None:
    must_own(transaction, run_id, epoch)
    if ending:
        end_attempt(transaction, ending)
    _change(transaction, run_id, number, IN_DOUBT, CallState.PLANNED)
    transaction.connection.execute(UNSENT_AGAIN, {"b_run": run_id, "b_number": number})


def split(
    transaction: Transaction,
    run_id: int,
    number: int,
    epoch: int,
    parts: Sequence[Call],
    *,
    outcomes: Mapping[int, Outcome],
    ending: Ending | None,
) -> list[int]:
    """The numbers of the new calls."""
    must_own(transaction, run_id, epoch)
    _must_cover(transaction, run_id, number, parts, outcomes)
    if ending:
        end_attempt(transaction, ending)
    _change(transaction, run_id, number, (*IN_DOUBT, CallState.PLANNED.value), CallState.SPLIT)
    write_outcomes(transaction, run_id, outcomes)
    return _add_parts(transaction, run_id, number, parts)


def write_outcomes(transaction: Transaction, run_id: int, outcomes: Mapping[int, Outcome]) -> None:
    if not outcomes:
        return
    written = transaction.connection.execute(
        SET_OUTCOME,
        [
            {
                "b_run": run_id,
                "b_row": number,
                "b_status": outcome.status.value,
                "b_sentence": clean(outcome.sentence),
            }
            for number, outcome in outcomes.items()
        ],
    )
    if written.rowcount != len(outcomes):
        raise JournalError(f"Run {run_id} has not all of the rows {sorted(outcomes)}.")


def set_outcomes(
    transaction: Transaction, run_id: int, epoch: int, outcomes: Mapping[int, Outcome]
) -> None:
    must_own(transaction, run_id, epoch)
    write_outcomes(transaction, run_id, outcomes)


def finish(transaction: Transaction, run_id: int, epoch: int, result_path: str | None) -> None:
    must_own(transaction, run_id, epoch)
    if sending := _sending(transaction, run_id):
        raise JournalError(
            f"Run {run_id} cannot be finished: of calls {sending} nobody knows what became."
        )
    _end_run(transaction, run_id, RunState.FINISHED, result_path)


def abandon(transaction: Transaction, run_id: int, epoch: int, outcome: Outcome) -> None:
    must_own(transaction, run_id, epoch)
    for number in _sending(transaction, run_id):
        _change(transaction, run_id, number, IN_DOUBT, CallState.UNKNOWN)
        rows = transaction.connection.execute(
            ROWS_OF_CALL, {"run_id": run_id, "number": number}
        ).scalars()
        write_outcomes(transaction, run_id, dict.fromkeys(rows, outcome))
    _end_run(transaction, run_id, RunState.ABANDONED, None)


def _change(
    transaction: Transaction,
    run_id: int,
    number: int,
    before: Sequence[str],
    state: CallState,
) -> None:
    """The call's new state; what it touched is free again."""
    changed = transaction.connection.execute(
        SET_STATE,
        {
            "b_run": run_id,
            "b_number": number,
            "b_from": before,
            "b_state": state.value,
            "b_settled_at": None if state == CallState.PLANNED else transaction.now,
        },
    )
    if changed.rowcount != 1:
        raise JournalError(
            f'Call {number} of run {run_id} cannot become "{state}": it is not '
            f"{' or '.join(before)}."
        )
    transaction.connection.execute(RELEASE, {"b_run": run_id, "b_number": number})


def _must_cover(
    transaction: Transaction,
    run_id: int,
    number: int,
    parts: Sequence[Call],
    outcomes: Mapping[int, Outcome],
) -> None:
    """No row may be lost, or sent by two parts."""
    rows = transaction.connection.execute(
        ROWS_OF_CALL, {"run_id": run_id, "number": number}
    ).scalars()
    covered = [*outcomes, *(row for part in parts for row in part.rows)]
    if sorted(rows) != sorted(covered):
        raise JournalError(
            f"Call {number} of run {run_id} cannot be split: its parts and outcomes hold rows "
            f"{sorted(covered)}, which are not its own."
        )


def _add_parts(
    transaction: Transaction, run_id: int, parent: int, parts: Sequence[Call]
) -> list[int]:
    last: int = transaction.connection.execute(LAST_NUMBER, {"run_id": run_id}).scalar_one()
    numbered = list(enumerate(parts, start=last + 1))
    carried = [(number, row) for number, part in numbered for row in part.rows]
    for statement, entries in (
        (
            insert(call),
            [call_columns(n, part, parent) | {"run_id": run_id} for n, part in numbered],
        ),
        (insert(call_row), [{"run_id": run_id, "call_number": n, "row": r} for n, r in carried]),
        (CARRY, [{"b_run": run_id, "b_number": n, "b_row": r} for n, r in carried]),
    ):
        if entries:
            transaction.connection.execute(statement, entries)
    return [number for number, _ in numbered]


def _sending(transaction: Transaction, run_id: int) -> list[int]:
    return list(transaction.connection.execute(SENDING, {"run_id": run_id}).scalars())


def _end_run(
    transaction: Transaction, run_id: int, state: RunState, result_path: str | None
) -> None:
    transaction.connection.execute(
        END_RUN,
        {
            "b_run": run_id,
            "b_state": state.value,
            "b_now": transaction.now,
            "b_result": None if result_path is None else clean(result_path),
        },
    )

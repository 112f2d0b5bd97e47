"""The end of a run: finished or abandoned."""

from sqlalchemy import bindparam, select, update

from importer.journal.ownership import must_own
from importer.journal.records import CallState, RunState
from importer.journal.settling import IN_DOUBT, change, rows_of_call, write_outcomes
from importer.journal.statements import Statement
from importer.journal.tables import call, run
from importer.journal.text import mapping_of, to_json
from importer.journal.transactions import Transaction
from importer.model.cleaning import storable
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status

ABANDONED = Outcome(
    Status.UNKNOWN, "It was being sent when its run was abandoned: check the platform."
)

END_RUN = Statement(
    update(run)
    .where(run.c.id == bindparam("the_run"))
    .values(
        state=bindparam("the_state"),
        finished_at=bindparam("now"),
        heartbeat_at=bindparam("now"),
        result_path=bindparam("the_result"),
    )
)
FILE_RUN = Statement(
    update(run)
    .where(run.c.id == bindparam("the_run"))
    .values(
        file_path=bindparam("the_file"),
        result_path=bindparam("the_result"),
        settings=bindparam("the_settings"),
    )
)
SETTINGS = Statement(select(run.c.settings).where(run.c.id == bindparam("the_run")))
SENDING = Statement(
    select(call.c.number)
    .where(call.c.run_id == bindparam("the_run"), call.c.state == CallState.SENDING.value)
    .order_by(call.c.number)
)


def finish(
    transaction: Transaction, run_id: int, epoch: int, result_path: str | None = None
) -> None:
    """The run is over; raises JournalError while a call of it is `sending`."""
    must_own(transaction, run_id, epoch)
    if sending := SENDING.values(transaction.connection, the_run=run_id):
        raise JournalError(
            f"Run {run_id} cannot be finished: its calls {sending} have no known outcome."
        )
    _end_run(transaction, run_id, RunState.FINISHED, result_path)


def abandon(transaction: Transaction, run_id: int, epoch: int) -> None:
    """Ends the run for good: `sending` calls become unknown, holds end."""
    must_own(transaction, run_id, epoch)
    for number in SENDING.values(transaction.connection, the_run=run_id):
        change(transaction, run_id, number, IN_DOUBT, CallState.UNKNOWN)
        rows = rows_of_call(transaction, run_id, number)
        write_outcomes(transaction, run_id, dict.fromkeys(rows, ABANDONED))
    _end_run(transaction, run_id, RunState.ABANDONED, None)


def filed(transaction: Transaction, run_id: int, file_path: str, result_path: str | None) -> None:
    """A run's sheet and result have moved; a result written again goes next to the sheet."""
    found = SETTINGS.one(transaction.connection, the_run=run_id)
    settings = mapping_of(found["settings"]) if found else {}
    FILE_RUN.run(
        transaction.connection,
        the_run=run_id,
        the_file=storable(file_path),
        the_result=None if result_path is None else storable(result_path),
        the_settings=to_json({**settings, "into": None}),
    )


def _end_run(
    transaction: Transaction, run_id: int, state: RunState, result_path: str | None
) -> None:
    END_RUN.run(
        transaction.connection,
        the_run=run_id,
        the_state=state.value,
        now=transaction.now,
        the_result=None if result_path is None else storable(result_path),
    )

"""A run's first entry: the run, its rows and its calls, before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import insert

from importer.journal.pacing import NOTE_ACCOUNT
from importer.journal.records import CallState, NewRow, NewRun, RunState
from importer.journal.statements import Statement
from importer.journal.tables import call, call_row, row, run
from importer.journal.text import problems_text, to_json
from importer.journal.transactions import Transaction
from importer.model.calls import Call
from importer.model.cleaning import storable

Columns = dict[str, Any]

# Filled in as the run goes on.
LATER = {"finished_at", "result_path", "pruned_at", "claimed_at", "settled_at"}

INSERT_RUN = Statement(
    insert(run).returning(run.c.id),
    columns=[c.name for c in run.columns if c.name not in {"id", *LATER}],
)
INSERT_CALLS = Statement(
    insert(call), columns=[c.name for c in call.columns if c.name not in LATER]
)
INSERT_ROWS = Statement(insert(row))
INSERT_CARRIED = Statement(insert(call_row))


@dataclass(frozen=True, slots=True)
class Beginning:
    """All that is written, spelled out before the database is locked; no run number yet."""

    run: Columns
    rows: list[Columns]
    calls: list[Columns]
    call_rows: list[Columns]


def spell_out(new_run: NewRun, rows: Sequence[NewRow], calls: Sequence[Call]) -> Beginning:
    numbered = list(enumerate(calls, start=1))
    carriers = {carried: number for number, planned in numbered for carried in planned.rows}
    return Beginning(
        run=_run_columns(new_run),
        rows=[_row_columns(new, carriers.get(new.id)) for new in rows],
        calls=[call_columns(number, planned) for number, planned in numbered],
        call_rows=[
            {"call_number": number, **carried._asdict()}
            for number, planned in numbered
            for carried in planned.rows
        ],
    )


def begin(transaction: Transaction, beginning: Beginning) -> int:
    """The run's number."""
    connection, now = transaction.connection, transaction.now
    NOTE_ACCOUNT.run(connection, the_account=beginning.run["account"])
    run_id: int = INSERT_RUN.value(connection, **beginning.run, created_at=now, heartbeat_at=now)
    ours = {"run_id": run_id}
    INSERT_CALLS.run_each(connection, [entry | ours for entry in beginning.calls])
    INSERT_ROWS.run_each(connection, [entry | ours for entry in beginning.rows])
    INSERT_CARRIED.run_each(connection, [entry | ours for entry in beginning.call_rows])
    return run_id


def call_columns(number: int, planned: Call, parent_number: int | None = None) -> Columns:
    return {
        "number": number,
        "parent_number": parent_number,
        "method": planned.method,
        "path": storable(planned.path),
        "body": None if planned.body is None else to_json(planned.body),
        "touches": to_json([storable(touched) for touched in dict.fromkeys(planned.touches)]),
        "state": CallState.PLANNED.value,
        "attempts": 0,
    }


def _row_columns(new: NewRow, call_number: int | None) -> Columns:
    return {
        **new.id._asdict(),
        "status": new.outcome.status.value,
        "sentence": storable(new.outcome.message),
        "values": to_json(new.values),
        "identity": None if new.identity is None else storable(new.identity),
        "call_number": call_number,
        "problems": problems_text(new.outcome.problems),
        "undone_by": None,
        "before": None,
    }


def _run_columns(new_run: NewRun) -> Columns:
    columns = {field.name: getattr(new_run, field.name) for field in fields(new_run)}
    return {
        **{n: storable(value) if isinstance(value, str) else value for n, value in columns.items()},
        "settings": to_json(new_run.settings.as_json()),
        "state": RunState.OPEN.value,
        "epoch": 1,
    }

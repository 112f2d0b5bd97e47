"""What may be asked of the journal."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, func, select

from importer.journal.records import (
    AttemptRecord,
    CallRecord,
    CallState,
    Purpose,
    RowRecord,
    RunRecord,
    RunState,
)
from importer.journal.tables import attempt, call, call_row, row, run
from importer.journal.text import instant, instant_or_none, mapping_of, problems_of
from importer.model.calls import Call
from importer.model.cleaning import storable
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Status
from importer.model.row_counts import RowCounts
from importer.model.row_ids import RowId
from importer.model.run_settings import RunSettings
from importer.model.sheet_rows import by_sheet_row

BEING_SENT = Outcome(
    Status.UNKNOWN, "It was being sent when the run stopped; importer resume checks it."
)


def runs(connection: Connection, limit: int = 50, account: str | None = None) -> list[RunRecord]:
    """Newest first."""
    query = select(run).order_by(run.c.id.desc()).limit(limit)
    return _runs(connection, query if account is None else query.where(run.c.account == account))


def one_run(connection: Connection, run_id: int) -> RunRecord:
    found = _runs(connection, select(run).where(run.c.id == run_id))
    if not found:
        raise JournalError(
            f'There is no run "{run_id}" in this journal: `importer runs` lists them.'
        )
    return found[0]


def unfinished(connection: Connection, account: str | None = None) -> list[RunRecord]:
    """Open runs, oldest first."""
    query = select(run).where(run.c.state == RunState.OPEN.value).order_by(run.c.id)
    return _runs(connection, query if account is None else query.where(run.c.account == account))


def runs_of_file(
    connection: Connection, sha256: str, worksheet: str | None, operation: str, account: str
) -> list[RunRecord]:
    """Newest first."""
    sheet = None if worksheet is None else storable(worksheet)
    query = select(run).where(
        run.c.file_sha256 == sha256,
        run.c.worksheet.is_not_distinct_from(sheet),
        run.c.operation == operation,
        run.c.account == account,
    )
    return _runs(connection, query.order_by(run.c.id.desc()))


def runs_of_bytes(connection: Connection, sha256: str, account: str) -> list[RunRecord]:
    """Runs of any sheet with these bytes, newest first."""
    query = select(run).where(run.c.file_sha256 == sha256, run.c.account == account)
    return _runs(connection, query.order_by(run.c.id.desc()))


def rows(connection: Connection, run_id: int) -> list[RowRecord]:
    query = select(row).where(row.c.run_id == run_id).order_by(row.c.row, row.c.line)
    sent = _being_sent(connection, run_id)
    return [
        replace(record, outcome=BEING_SENT) if record.id in sent else record
        for record in map(_row_record, connection.execute(query).mappings())
    ]


def outcomes(connection: Connection, run_id: int) -> dict[RowId, Outcome]:
    """In the sheet's order."""
    query = select(*_OUTCOME).where(row.c.run_id == run_id).order_by(row.c.row, row.c.line)
    found = {RowId(*each[:2]): _outcome(*each) for each in connection.execute(query)}
    return found | dict.fromkeys(_being_sent(connection, run_id), BEING_SENT)


def counts(connection: Connection, run_id: int) -> RowCounts:
    """How many rows of the sheet have which status; one that was split into lines counts once."""
    last = connection.execute(select(func.max(row.c.line)).where(row.c.run_id == run_id)).scalar()
    if (last or 1) > 1:
        return RowCounts.of(by_sheet_row(outcomes(connection, run_id)).values())
    query = (
        select(row.c.status, func.count(), func.count(row.c.undone_by))
        .where(row.c.run_id == run_id)
        .group_by(row.c.status)
    )
    found, undone = Counter[Status](), 0
    for status, number, of_them_undone in connection.execute(query):
        found[Status(status)] = number
        undone += of_them_undone
    in_flight = len(_being_sent(connection, run_id))
    found.update({Status.UNSENT: -in_flight, Status.UNKNOWN: in_flight})
    return RowCounts.counted(found, undone)


def _being_sent(connection: Connection, run_id: int) -> set[RowId]:
    """Rows of calls that may be at the platform at this moment, or were when their process died."""
    query = (
        select(row.c.row, row.c.line)
        .join(call, and_(call.c.run_id == row.c.run_id, call.c.number == row.c.call_number))
        .where(
            row.c.run_id == run_id,
            row.c.status == Status.UNSENT.value,
            call.c.state == CallState.SENDING.value,
        )
    )
    return {RowId(*found) for found in connection.execute(query)}


def calls(
    connection: Connection, run_id: int, numbers: Iterable[int] | None = None
) -> list[CallRecord]:
    """In the order of their numbers; `numbers` names a few of them."""
    query = select(call).where(call.c.run_id == run_id).order_by(call.c.number)
    carried = (
        select(call_row.c.call_number, call_row.c.row, call_row.c.line)
        .where(call_row.c.run_id == run_id)
        .order_by(call_row.c.call_number, call_row.c.row, call_row.c.line)
    )
    if numbers is not None:
        wanted = list(numbers)
        query = query.where(call.c.number.in_(wanted))
        carried = carried.where(call_row.c.call_number.in_(wanted))
    rows_of: dict[int, list[RowId]] = {}
    for number, *carried_row in connection.execute(carried):
        rows_of.setdefault(number, []).append(RowId(*carried_row))
    found_calls = connection.execute(query).mappings()
    return [_call_record(found, rows_of.get(found["number"], ())) for found in found_calls]


def parents(connection: Connection, run_id: int) -> dict[int, int]:
    """The calls that are parts of another one, in their order, each with that one's number."""
    query = (
        select(call.c.number, call.c.parent_number)
        .where(call.c.run_id == run_id, call.c.parent_number.is_not(None))
        .order_by(call.c.number)
    )
    return {found.number: found.parent_number for found in connection.execute(query)}


def one_call(connection: Connection, run_id: int, number: int) -> CallRecord:
    found = calls(connection, run_id, [number])
    if not found:
        raise JournalError(f'There is no call "{number}" in run {run_id}.')
    return found[0]


def attempts(connection: Connection, run_id: int, number: int | None = None) -> list[AttemptRecord]:
    """In the order they began; `number` names one call."""
    query = select(attempt).where(attempt.c.run_id == run_id).order_by(attempt.c.id)
    if number is not None:
        query = query.where(attempt.c.call_number == number)
    return [_attempt_record(found) for found in connection.execute(query).mappings()]


def _runs(connection: Connection, query: Select[Any]) -> list[RunRecord]:
    return [_run_record(found) for found in connection.execute(query).mappings()]


def _run_record(found: RowMapping) -> RunRecord:
    columns = dict(found)
    return RunRecord(
        **columns
        | {
            "created_at": instant(found["created_at"]),
            "state": RunState(found["state"]),
            "settings": RunSettings.from_json(mapping_of(found["settings"])),
            "heartbeat_at": instant(found["heartbeat_at"]),
            "finished_at": instant_or_none(found["finished_at"]),
            "pruned_at": instant_or_none(found["pruned_at"]),
        }
    )


def _row_record(found: RowMapping) -> RowRecord:
    return RowRecord(
        run_id=found["run_id"],
        id=RowId(found["row"], found["line"]),
        outcome=_outcome(*(found[column.name] for column in _OUTCOME)),
        values=mapping_of(found["values"]),
        identity=found["identity"],
        call_number=found["call_number"],
        before=None if found["before"] is None else mapping_of(found["before"]),
    )


_OUTCOME = (row.c.row, row.c.line, row.c.status, row.c.sentence, row.c.problems, row.c.undone_by)
_STATUSES = {status.value: status for status in Status}


def _outcome(
    number: int, line: int, status: str, message: str, problems: str, undone_by: int | None
) -> Outcome:
    found = problems_of(RowId(number, line), problems)
    return Outcome(_STATUSES[status], message, found, undone_by)


def _call_record(found: RowMapping, its_rows: Sequence[RowId]) -> CallRecord:
    body = None if found["body"] is None else mapping_of(found["body"])
    touches = tuple(json.loads(found["touches"]))
    return CallRecord(
        run_id=found["run_id"],
        number=found["number"],
        parent_number=found["parent_number"],
        call=Call(found["method"], found["path"], body, tuple(its_rows), touches),
        state=CallState(found["state"]),
        attempts=found["attempts"],
        claimed_at=instant_or_none(found["claimed_at"]),
        settled_at=instant_or_none(found["settled_at"]),
    )


def _attempt_record(found: RowMapping) -> AttemptRecord:
    return AttemptRecord(
        **dict(found)
        | {
            "purpose": Purpose(found["purpose"]),
            "started_at": instant(found["started_at"]),
            "ended_at": instant_or_none(found["ended_at"]),
        }
    )

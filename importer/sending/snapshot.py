"""What the platform has before a run's first write, kept so that the run can be undone."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from importer.journal import CallState, Journal
from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.model.stop import INTERRUPTED
from importer.operations.operation import Operation, Unclear
from importer.sending.read_back import Access, Reader, ask_each_once, by_path, content_of

_ROWS_AT_ONCE = 200  # so that few read backs are lost with their process


def keep_snapshot(
    access: Access, run_id: int, epoch: int, operation: Operation[Any], rows: Mapping[RowId, Any]
) -> str | None:
    """Reads back what planned calls are about to change, and keeps it; why not, where it cannot."""
    journal = access.journal
    wanted = _without_snapshot(journal, run_id, rows)
    for at in range(0, len(wanted), _ROWS_AT_ONCE):
        part = wanted[at : at + _ROWS_AT_ONCE]
        replies = read_now(access, operation, part)
        if access.stop.is_set():
            return INTERRUPTED
        unread = [row for row in part if row.id not in replies]
        if unread and operation.read_back(unread[:1]) is not None:
            return (
                f"The values before the change could not be read for row {unread[0].id.row}, "
                "so it could not be undone; nothing more was sent."
            )
        journal.set_before(run_id, epoch, _before(operation, part, replies))
    return None


def read_now(access: Access, operation: Operation[Any], rows: Sequence[Any]) -> dict[RowId, Any]:
    """Row number -> the JSON that its read back answers now; rows that cannot be read are left out.

    Raises SignInRefused.
    """
    asked, _ = by_path(rows, lambda row: operation.read_back([row]))

    def read(reader: Reader, path: str, shown: list[Any]) -> dict[RowId, Any]:
        content = content_of(reader.ask(Call("GET", path)))
        return {} if content is None else {row.id: content for row in shown}

    replies = ask_each_once(access, asked, read)
    return {number: content for each in replies for number, content in each.items()}


def _without_snapshot(journal: Journal, run_id: int, rows: Mapping[RowId, Any]) -> list[Any]:
    """Rows of calls not begun, whose values are not kept: others may already show our own."""
    kept = {record.id for record in journal.rows(run_id) if record.before is not None}
    planned = [record for record in journal.calls(run_id) if record.state is CallState.PLANNED]
    wanted = rows.keys() - kept
    return [rows[id_] for record in planned for id_ in record.call.rows if id_ in wanted]


def _before(
    operation: Operation[Any], rows: Sequence[Any], replies: Mapping[RowId, Any]
) -> dict[RowId, Mapping[str, Any]]:
    """Row number -> its values by our names of the fields; none where the platform lacks it."""
    before: dict[RowId, Mapping[str, Any]] = {}
    for row in rows:
        if row.id in replies:
            with suppress(Unclear):
                before[row.id] = operation.current(row, replies[row.id]) or {}
    return before

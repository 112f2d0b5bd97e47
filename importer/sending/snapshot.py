"""What the platform held before a run's first write, kept so that the run can be undone."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from importer.journal import CallState, Journal
from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.model.stop import Stop
from importer.operations.operation import Operation, Unclear
from importer.platforms import PLATFORMS
from importer.sending.connection import Connection
from importer.sending.reader import Reader
from importer.sending.verdicts import Verdict
from importer.settings.settings import Account, Credentials

_ROWS_AT_ONCE = 200  # so that a long look is not lost with its process


def keep_snapshot(
    journal: Journal,
    run_id: int,
    epoch: int,
    operation: Operation[Any],
    rows: Mapping[RowId, Any],
    account: Account,
    credentials: Credentials,
    stop: Stop,
) -> str | None:
    """Reads back what planned calls are about to change, and keeps it; why not, where it cannot.

    Rows of calls that were begun, or whose values are kept already, are left alone: what stands
    there now may be our own.
    """
    kept = {record.id for record in journal.rows(run_id) if record.before is not None}
    planned = [c for c in journal.calls(run_id) if c.state is CallState.PLANNED]
    wanted = [rows[n] for c in planned for n in c.call.rows if n in rows and n not in kept]
    for at in range(0, len(wanted), _ROWS_AT_ONCE):
        part = wanted[at : at + _ROWS_AT_ONCE]
        found = read_now(operation, part, account, credentials, journal, stop)
        if stop.is_set():
            return "It was stopped by hand."
        missing = [row for row in part if row.number not in found]
        if missing and operation.read_back(missing[:1]) is not None:
            return (
                f"The values before it could not be read for row {missing[0].number.row}, "
                "and it was to be undoable; nothing more was sent."
            )
        before = {}
        for row in part:
            if row.number in found:
                with suppress(Unclear):
                    before[row.number] = operation.held(row, found[row.number]) or {}
        journal.set_before(run_id, epoch, before)
    return None


def read_now(
    operation: Operation[Any],
    rows: Sequence[Any],
    account: Account,
    credentials: Credentials,
    journal: Journal,
    stop: Stop,
) -> dict[RowId, Any]:
    """Row number -> the JSON that its read back answers now; rows that cannot be read are left out.

    Each path is asked for once, within the account's limit. Raises SignInRefused.
    """
    asked: dict[str, list[RowId]] = {}
    for row in rows:
        question = operation.read_back([row])
        if question is not None:
            asked.setdefault(question.path, []).append(row.number)
    with Connection(account, PLATFORMS[account.platform], credentials) as connection:
        reader = Reader(connection, account, journal, stop)

        def ask(path: str) -> Any:
            answer = reader.ask(Call("GET", path))
            if answer is None or answer.verdict is not Verdict.ACCEPTED or answer.reply is None:
                return None
            return answer.reply.json

        with ThreadPoolExecutor(account.workers, thread_name_prefix="before") as pool:
            found = dict(zip(asked, pool.map(ask, asked), strict=True))
    return {
        number: found[path]
        for path, numbers in asked.items()
        if found[path] is not None
        for number in numbers
    }

"""Which rows of a sheet earlier runs have sent, or may have sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from importer.journal import Earlier, Journal, RowRecord, RunRecord, RunState
from importer.model.options import UploadOptions
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from importer.operations.operation import Operation
from importer.runs.fix import fixed_run
from importer.runs.journal_rows import identity, otherwise, sha256
from importer.runs.prepare import Prepared, SentBefore
from importer.settings.accounts import Account
from importer.sheets.fix_marks import Origin


def earlier_runs(
    sheet: Path, journal: Journal, account: Account, options: UploadOptions
) -> SentBefore:
    """Finds rows that an earlier run has sent; none for a repeatable operation or --again.

    For a fix file also rows that its run has settled since, or may have sent with other values.
    Raises SheetError for the fix file of another account or journal.
    """

    def sent_before(
        operation: Operation[Any], rows: Sequence[Any], origin: Origin | None
    ) -> dict[RowId, Earlier]:
        run = None if origin is None else fixed_run(origin, sheet.name, journal, account)
        if options.again:
            return {}
        identities = {row.id: identity(operation, row, account) for row in rows}
        sent = {} if operation.repeatable else _sent(journal, operation, rows, account, identities)
        if run is None or origin is None:
            return sent
        fixed = {id_: origin.rows[id_.row] for id_ in identities}
        in_doubt = not operation.repeatable
        return sent | _settled_since(journal, run, fixed, identities, in_doubt=in_doubt)

    return sent_before


def _sent(
    journal: Journal,
    operation: Operation[Any],
    rows: Sequence[Any],
    account: Account,
    identities: Mapping[RowId, str],
) -> dict[RowId, Earlier]:
    sent = journal.earlier(account.name, operation.name, identities.values())
    values = {
        (record.run_id, record.id): record.values
        for run_id in {earlier.run_id for earlier in sent.values()}
        for record in journal.rows(run_id)
    }
    return {
        row.id: replace(
            earlier,
            otherwise=otherwise(operation, row, values.get((earlier.run_id, earlier.id), {})),
        )
        for row in rows
        if (earlier := sent.get(identities[row.id]))
    }


def _settled_since(
    journal: Journal,
    run: RunRecord,
    fixed: Mapping[RowId, int],
    identities: Mapping[RowId, str],
    *,
    in_doubt: bool,
) -> dict[RowId, Earlier]:
    """Rows of a fix file that their run has settled; `in_doubt`: also those it may have sent.

    `fixed` has the row of the run that each row of the fix file fixes.
    """
    lines: dict[int, list[RowRecord]] = {}
    for record in journal.rows(run.id):
        lines.setdefault(record.id.row, []).append(record)
    in_file = {(fixed[id_], ours) for id_, ours in identities.items()}
    earlier: dict[RowId, Earlier] = {}
    for id_, ours in identities.items():
        its_lines = lines.get(fixed[id_], [])
        others = {line.identity for line in its_lines if (line.id.row, line.identity) in in_file}
        line = _line_of(ours, its_lines, others)
        if line is None:
            continue
        if line.outcome.status.settled:
            earlier[id_] = _settled(run, line)
        elif line.outcome.status is Status.UNKNOWN and in_doubt:
            at, changed = _ended(run), line.identity != ours
            earlier[id_] = Earlier(run.id, line.id, Status.UNKNOWN, at, changed=changed)
    return earlier


def _settled(run: RunRecord, line: RowRecord) -> Earlier:
    why = line.outcome.sentence or f"{line.outcome.status} there"
    message = f"Row {line.id.row} of run {run.id} needs nothing more: {why}."
    return Earlier(run.id, line.id, Status.VERIFIED, _ended(run), message=message)


def _ended(run: RunRecord) -> datetime:
    return run.finished_at or run.heartbeat_at


def _line_of(
    ours: str, lines: Sequence[RowRecord], others: Collection[str | None]
) -> RowRecord | None:
    """The line that a row fixes, of those its row was split into: its own, else one that is left.

    A line in `others` belongs to another row of the fix file. A line that may have been sent and
    is no longer in the file withholds whatever may have replaced it.
    """
    left = [line for line in lines if not line.outcome.status.settled]
    if not left:
        return next(iter(lines), None)
    if own := next((line for line in left if line.identity == ours), None):
        return own
    free = [line for line in left if line.identity not in others]
    return min(free, key=lambda line: line.outcome.status is not Status.UNKNOWN, default=None)


def runs_to_check(prepared: Prepared) -> list[int]:
    """Runs that may have sent rows of the sheet.

    Not a run whose doubtful row was changed in a fix file: it could be sent again as it was.
    """
    unknown = [e for e in prepared.earlier.values() if e.status is Status.UNKNOWN]
    return sorted({e.run_id for e in unknown} - {e.run_id for e in unknown if e.changed})


def interrupted(journal: Journal, prepared: Prepared, account: Account) -> RunRecord | None:
    """The newest run of exactly these bytes, if it is not finished."""
    runs = journal.runs_of_file(
        sha256(prepared.content),
        prepared.layout.worksheet.name,
        prepared.operation.name,
        account.name,
    )
    return next((run for run in runs[:1] if run.state is RunState.OPEN), None)

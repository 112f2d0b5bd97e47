"""What earlier runs have done with the rows of a sheet that is about to be sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from importer.journal import Earlier, Journal, RowRecord, RunRecord, RunState
from importer.model.options import UploadOptions
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from importer.operations.operation import Operation
from importer.runs.fix import mended_run
from importer.runs.journal_rows import identity, otherwise, sha256
from importer.runs.prepare import Prepared, SentBefore
from importer.settings.accounts import Account
from importer.sheets.fix_marks import Origin


def earlier_runs(
    sheet: Path, journal: Journal, account: Account, options: UploadOptions
) -> SentBefore:
    """Rows that an earlier run has sent; none for what may be repeated, or is sent --again.

    Of a fix file also the rows that the run it mends needs no more, and those it is unsure of.
    It raises SheetError for the fix file of another account or journal.
    """

    def sent_before(
        operation: Operation[Any], rows: Sequence[Any], origin: Origin | None
    ) -> dict[RowId, Earlier]:
        run = None if origin is None else mended_run(origin, sheet.name, journal, account)
        if options.again:
            return {}
        found = {} if operation.repeatable else _sent(journal, operation, rows, account)
        if run is None or origin is None:
            return found
        records: dict[int, list[RowRecord]] = {}
        for record in journal.rows(run.id):
            records.setdefault(record.id.row, []).append(record)
        return found | _not_to_mend(operation, rows, account, origin, run, records)

    return sent_before


def _sent(
    journal: Journal, operation: Operation[Any], rows: Sequence[Any], account: Account
) -> dict[RowId, Earlier]:
    identities = {row.id: identity(operation, row, account) for row in rows}
    found = journal.earlier(account.name, operation.name, identities.values())
    kept = {
        (record.run_id, record.id): record.values
        for run_id in {earlier.run_id for earlier in found.values()}
        for record in journal.rows(run_id)
    }
    return {
        row.id: replace(
            earlier,
            otherwise=otherwise(operation, row, kept.get((earlier.run_id, earlier.id), {})),
        )
        for row in rows
        if (earlier := found.get(identities[row.id]))
    }


def _not_to_mend(
    operation: Operation[Any],
    rows: Sequence[Any],
    account: Account,
    origin: Origin,
    run: RunRecord,
    records: Mapping[int, Sequence[RowRecord]],
) -> dict[RowId, Earlier]:
    """Rows of a fix file whose run has settled them since, or may have sent them as they were."""
    found = {}
    identities = {row.id: identity(operation, row, account) for row in rows}
    given = {(origin.rows[id_.row], ours) for id_, ours in identities.items()}
    for row in rows:
        mends, ours = origin.rows[row.id.row], identities[row.id]
        lines = records.get(mends, ())
        record = _line_of(
            ours, lines, {line.identity for line in lines if (mends, line.identity) in given}
        )
        if record is None:
            continue
        status, at = record.outcome.status, run.finished_at or run.heartbeat_at
        if status.settled:
            said = record.outcome.sentence or f"{status} there"
            words = f"Row {mends} of run {run.id} needs nothing more: {said}."
            found[row.id] = Earlier(run.id, record.id, Status.VERIFIED, at, words=words)
        elif status is Status.UNKNOWN and not operation.repeatable:
            changed = record.identity != ours
            words = _CHANGED.format(run=run.id, row=mends) if changed else ""
            found[row.id] = Earlier(run.id, record.id, Status.UNKNOWN, at, words=words)
    return found


def _line_of(
    ours: str, lines: Sequence[RowRecord], given: Collection[str | None]
) -> RowRecord | None:
    """What a row mends, of the lines that its row was split into: its own, else what is left.

    A line that another row of the fix file has is that one's; one that may have been sent, and is
    given no more, holds back whatever may have taken its place.
    """
    left = [line for line in lines if not line.outcome.status.settled]
    if not left:
        return next(iter(lines), None)
    if own := next((line for line in left if line.identity == ours), None):
        return own
    free = [line for line in left if line.identity not in given]
    return min(free, key=lambda line: line.outcome.status is not Status.UNKNOWN, default=None)


_CHANGED = (
    "Run {run} may have sent its row {row} as it was before: put that back and upload again, "
    "which looks what became of it, or look it up by hand."
)


def to_look_at(prepared: Prepared) -> list[int]:
    """Runs that may have sent rows of the sheet.

    Not one whose doubtful row has been changed in a fix file: a look may end in sending it again
    as it was.
    """
    unknown = [e for e in prepared.earlier.values() if e.status is Status.UNKNOWN]
    return sorted({e.run_id for e in unknown} - {e.run_id for e in unknown if e.words})


def interrupted(journal: Journal, prepared: Prepared, account: Account) -> RunRecord | None:
    """The newest run of these very bytes, where it is not finished."""
    runs = journal.runs_of_file(
        sha256(prepared.content),
        prepared.layout.worksheet.name,
        prepared.operation.name,
        account.name,
    )
    return next((run for run in runs[:1] if run.state is RunState.OPEN), None)

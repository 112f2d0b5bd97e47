"""The fix file of a run: the rows that need attention, and the run that its upload completes."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from importer.journal import CallState, Journal, RunRecord
from importer.model.errors import JournalError, SheetError
from importer.model.files import WrittenResult, written
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.model.sheet_rows import by_sheet_row
from importer.runs.result import SourceSheet
from importer.settings.accounts import Account
from importer.sheets.fix_marks import Origin, cells_of, kept_rows
from importer.sheets.headings import Layout
from importer.sheets.reading.worksheets import read_content, read_worksheets
from importer.sheets.table import as_taken

_TO_MEND = {Status.INVALID, Status.REJECTED, Status.UNKNOWN, Status.UNSENT}
_STILL_OPEN = {CallState.PLANNED, CallState.SENDING}


def key_of(run: RunRecord) -> str:
    """The run's number, and what tells it from a run of the same number in another journal."""
    what = f"{run.created_at.timestamp()} {run.file_sha256} {run.operation} {run.account}"
    return f"{run.id}-{hashlib.sha256(what.encode()).hexdigest()[:8]}"


def write_fix_file(
    source: SourceSheet, run: RunRecord, journal: Journal, outcomes: Mapping[RowId, Outcome]
) -> WrittenResult | None:
    """Writes <stem>.fix.xlsx beside the result; None where no row is to be mended.

    What waits for `resume` needs no mending. Raises OSError of the target.
    """
    wanted = _to_mend(run, journal, outcomes)
    if not wanted:
        return None
    from importer.sheets.results.fix_file import FixRow, write_fix  # noqa: PLC0415  (slow, and seldom)

    wrong = _wrong_headings(source)
    rows = {
        number: FixRow(outcome.status.value, outcome.sentence, wrong.get(number, ()))
        for number, outcome in wanted.items()
    }
    layout, key = as_taken(source.layout), key_of(run)

    def write(new: BinaryIO) -> tuple[str, ...]:
        write_fix(new, layout.worksheet, layout.header_row, key, rows)
        return ()

    return written(_target(source, layout, key), write)


def _to_mend(
    run: RunRecord, journal: Journal, outcomes: Mapping[RowId, Outcome]
) -> dict[int, Outcome]:
    rows = by_sheet_row(outcomes)
    wanted = {n: outcome for n, outcome in rows.items() if outcome.status in _TO_MEND}
    if not wanted:
        return {}
    records = (record for record in journal.calls(run.id) if record.state in _STILL_OPEN)
    waiting = {id_.row for record in records for id_ in record.call.rows}
    return {n: outcome for n, outcome in wanted.items() if n not in waiting}


def _wrong_headings(source: SourceSheet) -> dict[int, set[str]]:
    """The headings, as the vendor has them, of the cells that have a problem."""
    layout = as_taken(source.layout)
    headings = {
        field.title: str(
            layout.worksheet.columns[layout.columns[field.name]][layout.header_row - 1]
        )
        for field in layout.operation.fields
        if field.name in layout.columns
    }
    found: dict[int, set[str]] = {}
    for problem in source.problems:
        if problem.column in headings:
            found.setdefault(problem.row, set()).add(headings[problem.column])
    return found


def _target(source: SourceSheet, layout: Layout, run: str) -> Path:
    """The next name that is free, or that of the run's own fix file where nobody has mended it."""
    stem = re.sub(r"\.(?:result|fix)(?:-\d+)?$", "", source.stem)
    for number in count(1):
        numbered = ".fix" if number == 1 else f".fix-{number}"
        target = source.folder / f"{stem}{numbered}.xlsx"
        if not target.exists() or _is_as_written(target, run, layout):
            return target
    raise AssertionError  # numbers do not end


def _is_as_written(target: Path, run: str, layout: Layout) -> bool:
    with suppress(SheetError):
        kept = kept_rows(read_worksheets(target, read_content(target))[0], run)
        rows = range(1, layout.worksheet.height + 1)
        return kept is not None and all(
            number in rows and cells == cells_of(layout.worksheet, layout.header_row, number)
            for number, cells in kept.items()
        )
    return False


def mended_run(origin: Origin, sheet: str, journal: Journal, account: Account) -> RunRecord:
    """The run whose rows a fix file mends; SheetError where it is another's."""
    number = origin.number
    own = (
        f'take out its columns "Import Row" and "Import Run" to send {sheet} as a sheet of its own'
    )
    run = None
    with suppress(JournalError):
        run = None if number is None else journal.run(number)
    if run is None or key_of(run) != origin.run:
        raise SheetError(
            f"{sheet} mends run {origin.run} of another journal than {journal.name}; use that "
            f"journal, or {own}"
        )
    if run.account != account.name:
        raise SheetError(
            f"{sheet} mends run {run.id}, which went to {run.account}; choose account "
            f"{run.account}, or {own}"
        )
    return run


def settled_by(
    run: RunRecord, outcomes: Mapping[RowId, Outcome], before: Mapping[RowId, Outcome]
) -> dict[RowId, Outcome]:
    """Rows of the run that `run` mends which are settled now, and were not `before`.

    A row that was mended in several needs all of them.
    """
    fixes = run.settings.fixes
    found: dict[int, list[RowId]] = {}
    for id_ in outcomes:
        if fixes and (fixed := fixes.rows.get(id_.row)):
            found.setdefault(fixed, []).append(id_)

    def said(row: RowId) -> str:
        """Of a row that was mended and sent by yet another run, what is said of it there."""
        outcome = outcomes[row]
        passed_on = outcome.sentence if outcome.status is Status.UNCHANGED else ""
        return (
            passed_on or f"mended in {run.file_name} and sent by run {run.id}, as its row {row.row}"
        )

    return {
        id_: Outcome(Status.UNCHANGED, said(ours[0]))
        for id_, outcome in before.items()
        if not outcome.status.settled
        and (ours := found.get(id_.row))
        and all(outcomes[row].status.settled for row in ours)
    }

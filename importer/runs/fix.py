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

STILL_OPEN = {CallState.PLANNED, CallState.SENDING}


def key_of(run: RunRecord) -> str:
    """The run's number with a mark that tells it from run 1 of another journal."""
    what = f"{run.created_at.timestamp()} {run.file_sha256} {run.operation} {run.account}"
    return f"{run.id}-{hashlib.sha256(what.encode()).hexdigest()[:8]}"


def write_fix_file(
    source: SourceSheet, run: RunRecord, journal: Journal, outcomes: Mapping[RowId, Outcome]
) -> WrittenResult | None:
    """Writes <stem>.fix.xlsx next to the result; None where no row needs fixing.

    Rows that wait for `resume` are left out. Raises OSError of the target.
    """
    wanted = _rows_to_fix(run, journal, outcomes)
    if not wanted:
        return None
    from importer.sheets.results.fix_file import FixRow, write_fix  # noqa: PLC0415  (slow, rarely needed)

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


def _rows_to_fix(
    run: RunRecord, journal: Journal, outcomes: Mapping[RowId, Outcome]
) -> dict[int, Outcome]:
    rows = by_sheet_row(outcomes)
    wanted = {n: outcome for n, outcome in rows.items() if not outcome.status.settled}
    if not wanted:
        return {}
    records = (record for record in journal.calls(run.id) if record.state in STILL_OPEN)
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
    wrong: dict[int, set[str]] = {}
    for problem in source.problems:
        if problem.column in headings:
            wrong.setdefault(problem.row, set()).add(headings[problem.column])
    return wrong


def _target(source: SourceSheet, layout: Layout, run: str) -> Path:
    """The next name that is free, or that of the run's own fix file if nobody has edited it."""
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


def fixed_run(origin: Origin, sheet: str, journal: Journal, account: Account) -> RunRecord:
    """The run that a fix file is for; SheetError for another account's or journal's."""
    own = f'remove its columns "Import Row" and "Import Run" to send {sheet} as a new sheet'
    run = None
    with suppress(JournalError):
        run = None if origin.number is None else journal.run(origin.number)
    if run is None or key_of(run) != origin.run:
        raise SheetError(
            f"{sheet} fixes run {origin.run}, which is not in the journal {journal.name}; use the "
            f"journal that has it, or {own}"
        )
    if run.account != account.name:
        raise SheetError(
            f"{sheet} fixes run {run.id}, which was sent to {run.account}; choose account "
            f"{run.account}, or {own}"
        )
    return run


def settled_by(
    run: RunRecord, outcomes: Mapping[RowId, Outcome], before: Mapping[RowId, Outcome]
) -> dict[RowId, Outcome]:
    """Rows of the run that `run` fixes which are settled now, and were not `before`.

    A row that was fixed in several rows needs all of them.
    """
    fixes = run.settings.fixes
    fixed_in: dict[int, list[RowId]] = {}
    for id_ in outcomes:
        if fixes and (fixed := fixes.rows.get(id_.row)):
            fixed_in.setdefault(fixed, []).append(id_)

    def message(row: RowId) -> str:
        outcome = outcomes[row]
        if outcome.status is Status.UNCHANGED and outcome.sentence:
            return outcome.sentence  # it was sent by yet another run
        return f"fixed in {run.file_name} and sent by run {run.id} (row {row.row})"

    return {
        id_: Outcome(Status.UNCHANGED, message(rows[0]))
        for id_, outcome in before.items()
        if not outcome.status.settled
        and (rows := fixed_in.get(id_.row))
        and all(outcomes[row].status.settled for row in rows)
    }

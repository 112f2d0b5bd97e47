"""A sheet given back with its outcomes, beside the sheet or in the folder asked for."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from importer.entries import sha256
from importer.errors import SheetError
from importer.journal import RunRecord
from importer.operations import operation as operation_named
from importer.outcomes import Outcome, Status
from importer.sheets.headings import Layout, find_layout
from importer.sheets.reading import read_content, read_worksheets
from importer.sheets.results import WrittenResult, write_results

ATTENTION = frozenset(status.value for status in Status if not status.settled)


def give_back(
    sheet: Path,
    content: bytes,
    layout: Layout,
    into: Path | None,
    outcomes: Mapping[int, Outcome],
) -> WrittenResult:
    """Writes the result from the bytes that were read, whatever the file has become since."""
    target = _target(sheet, into)
    target.parent.mkdir(parents=True, exist_ok=True)
    cells = {number: (o.status.value, o.sentence) for number, o in outcomes.items()}
    with tempfile.TemporaryDirectory(prefix="importer-") as folder:
        snapshot = Path(folder) / sheet.name
        snapshot.write_bytes(content)
        return write_results(
            snapshot,
            target,
            layout.worksheet.name,
            layout.header_row,
            cells,
            attention=ATTENTION,
            text_format=layout.worksheet.text_format,
        )


def give_back_again(run: RunRecord, outcomes: Mapping[int, Outcome]) -> WrittenResult:
    """The same for a run of the journal; raises SheetError where its sheet is gone or changed."""
    sheet, into = Path(run.file_path), run.settings.get("into")
    content = read_content(sheet)
    if sha256(content) != run.file_sha256:
        raise SheetError(f"{sheet.name} has changed since run {run.id} read it")
    worksheets = read_worksheets(sheet, content, run.worksheet)
    layout = find_layout(worksheets, [operation_named(run.operation)])
    return give_back(sheet, content, layout, Path(into) if into else None, outcomes)


def _target(sheet: Path, into: Path | None) -> Path:
    """<stem>.result.xlsx beside the sheet or in a folder; never the sheet itself."""
    folder = into or sheet.parent
    stem = re.sub(r"\.result(-\d+)?$", "", sheet.stem)
    target = folder / f"{stem}.result{sheet.suffix}"
    number = 2
    while target.resolve() == sheet.resolve():
        target = folder / f"{stem}.result-{number}{sheet.suffix}"
        number += 1
    return target

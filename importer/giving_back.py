"""A sheet given back with its outcomes, beside the sheet or in the folder asked for."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from importer.cells import Cell
from importer.entries import sha256
from importer.errors import SheetError
from importer.journal import RunRecord
from importer.operations import operation as operation_named
from importer.outcomes import Outcome, Problem, Status
from importer.sheets.headings import Layout, find_layout, result_columns
from importer.sheets.reading import read_content, read_worksheets
from importer.sheets.results import WrittenResult, write_results
from importer.sheets.sheet import STATUS_HEADING, Worksheet

_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".psv", ".tab"})
_WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
ATTENTION = frozenset(status.value for status in Status if not status.settled)
CALM = frozenset({Status.UNCHANGED.value})  # its sentence only tells which run sent it


@dataclass(frozen=True, slots=True)
class Given:
    """A sheet as it was read, to be given back."""

    sheet: Path
    content: bytes
    layout: Layout
    into: Path | None = None  # the folder asked for; None: the sheet's own
    problems: Sequence[Problem] = ()

    @property
    def folder(self) -> Path:
        return self.into or self.sheet.parent


def give_back(given: Given, outcomes: Mapping[int, Outcome]) -> WrittenResult:
    """Writes the result from the bytes that were read, whatever the file has become since."""
    target = _target(given)
    target.parent.mkdir(parents=True, exist_ok=True)
    cells = {number: (o.status.value, o.sentence) for number, o in outcomes.items()}
    layout = given.layout
    with tempfile.TemporaryDirectory(prefix="importer-") as folder:
        snapshot = Path(folder) / given.sheet.name
        snapshot.write_bytes(given.content)
        return write_results(
            snapshot,
            target,
            layout.worksheet.name,
            layout.header_row,
            cells,
            attention=ATTENTION,
            calm=CALM,
            text_format=layout.worksheet.text_format,
        )


def given_again(run: RunRecord) -> Given:
    """The sheet of a run of the journal; raises SheetError where it is gone or has changed."""
    sheet, into = Path(run.file_path), run.settings.get("into")
    content = read_content(sheet)
    if sha256(content) != run.file_sha256:
        raise SheetError(f"{sheet.name} has changed since run {run.id} read it")
    code_page = run.settings.get("encoding")
    worksheets = read_worksheets(sheet, content, run.worksheet, code_page=code_page)
    operation = operation_named(run.operation)
    header_row = run.settings.get("header_row")
    if header_row is None:  # a run of an older version
        layout = find_layout(worksheets, [operation])
    else:  # the headings may be a vendor's own, of a profile that has changed since
        layout = Layout(worksheets[0], operation, header_row, {}, ())
    return Given(sheet, content, layout, Path(into) if into else None)


def _target(given: Given) -> Path:
    """<stem>.result.xlsx beside the sheet or in a folder, or the next number that is free.

    A result that a person has mended since, another sheet's or another worksheet's result is
    never written over, and a result that is itself the sheet gets one with a higher number.
    """
    sheet, layout = given.sheet, given.layout
    result = re.fullmatch(r"(.*)\.result(?:-(\d+))?", sheet.stem)
    stem, first = (result[1], int(result[2] or 1) + 1) if result else (sheet.stem, 1)
    for number in count(first):
        numbered = ".result" if number == 1 else f".result-{number}"
        target = given.folder / f"{stem}{numbered}{_suffix(sheet, layout)}"
        if not target.exists() or _is_as_given_back(target, layout):
            return target
    raise AssertionError  # numbers do not end


def _is_as_given_back(target: Path, layout: Layout) -> bool:
    """Whether a file holds the very cells of the sheet, beside the two columns that are ours."""
    try:
        found = read_worksheets(target, read_content(target))
    except SheetError:
        return False
    others = [w for w in found if w.name != layout.worksheet.name]
    same = [w for w in found if w.name == layout.worksheet.name]
    if not same or any(STATUS_HEADING in column for w in others for column in w.columns):
        return False
    return _vendors_cells(same[0], layout) == _vendors_cells(layout.worksheet, layout)


def _vendors_cells(worksheet: Worksheet, layout: Layout) -> list[list[Cell]]:
    if worksheet.height < layout.header_row:
        return []
    ours = result_columns(worksheet, layout.header_row)
    return [column for i, column in enumerate(worksheet.columns) if i not in ours]


def _suffix(sheet: Path, layout: Layout) -> str:
    """A text file named .xls, or a workbook that can only be given back as .xlsx, is named so."""
    is_text = layout.worksheet.text_format is not None
    kept, other = (_TEXT_SUFFIXES, ".csv") if is_text else (_WORKBOOK_SUFFIXES, ".xlsx")
    return sheet.suffix if sheet.suffix.lower() in kept else other

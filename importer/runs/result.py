"""The result of a sheet: the sheet with an outcome for each row."""

import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from filecmp import cmp
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path
from zipfile import ZipFile

from importer.journal import RunRecord
from importer.model.cells import Cell
from importer.model.errors import SheetError
from importer.model.files import WrittenResult
from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import RowId
from importer.model.sheet_rows import by_sheet_row
from importer.operations import operation_named
from importer.runs.journal_rows import sha256
from importer.sheets.headings import Layout, find_layout, result_columns
from importer.sheets.reading.container import unwrapped
from importer.sheets.reading.worksheets import read_content, read_worksheets
from importer.sheets.results.first_pass import FirstPass
from importer.sheets.results.write import write_results
from importer.sheets.sheet import STATUS_HEADING, Worksheet

_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".psv", ".tab"})
_WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_WRAPPINGS = frozenset({".gz", ".zip"})
_SHEET_SUFFIXES = _TEXT_SUFFIXES | _WORKBOOK_SUFFIXES | {".xls", ".xlsb", ".ods"}
ATTENTION = frozenset(status.value for status in Status if not status.settled)
CALM = frozenset({Status.UNCHANGED.value})  # its sentence only tells which run sent it


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """A sheet as it was read, for its result."""

    sheet: Path
    content: bytes
    layout: Layout
    into: Path | None = None  # the folder asked for; None: the sheet's own
    problems: Sequence[Problem] = ()
    first_pass: FirstPass | None = None  # made while the rows were validated

    @property
    def folder(self) -> Path:
        return self.into or self.sheet.parent

    @property
    def stem(self) -> str:
        return stem_of(self.sheet)


def write_result(source: SourceSheet, outcomes: Mapping[RowId, Outcome]) -> WrittenResult:
    """Writes the result from the bytes that were read, whatever the file has become since."""
    rows = by_sheet_row(outcomes)
    content = unwrapped(source.content)
    suffix = _suffix(source.sheet, source.layout, content)
    target = source.folder / f"{next(_names(source.stem))}{suffix}"
    target.parent.mkdir(parents=True, exist_ok=True)
    shared = {id(outcome): outcome for outcome in rows.values()}  # most rows share theirs
    ours = {key: (str(outcome.status), outcome.sentence) for key, outcome in shared.items()}
    cells = {row: ours[id(outcome)] for row, outcome in rows.items()}
    layout = source.layout
    with tempfile.TemporaryDirectory(prefix="importer-") as folder:
        snapshot = Path(folder) / source.sheet.name
        snapshot.write_bytes(content)
        return write_results(
            snapshot,
            target,
            layout.worksheet.name,
            layout.header_row,
            cells,
            attention=ATTENTION,
            calm=CALM,
            text_format=layout.worksheet.text_format,
            choose=partial(_place, source),
            read=layout.worksheet,
            extent=source.first_pass.extent if source.first_pass else None,
        )


def stem_of(sheet: Path) -> str:
    """Its name without the ending, nor that of what it is wrapped in.

    >>> stem_of(Path("dock.xlsx.gz")), stem_of(Path("dock.2026.csv"))
    ('dock', 'dock.2026')
    """
    inner = _unwrapped_name(sheet)
    return inner.stem if inner is sheet or inner.suffix.lower() in _SHEET_SUFFIXES else inner.name


def _unwrapped_name(sheet: Path) -> Path:
    return Path(sheet.stem) if sheet.suffix.lower() in _WRAPPINGS else sheet


def source_named(sheet: Path, sheets: Collection[Path]) -> Path | None:
    """The sheet among those whose result or fix file this one is, by its name."""
    source = re.fullmatch(r"(.+?)(?:\.(?:result|fix)(?:-\d+)?)+", sheet.stem)
    if source is None:
        return None
    neighbors = (other for other in sheets if other.parent == sheet.parent)
    return next((other for other in neighbors if stem_of(other) == source[1]), None)


def _names(stem: str) -> Iterator[str]:
    """<stem>.result, then numbered; those after its own for a result that is itself the sheet."""
    result = re.fullmatch(r"(.*)\.result(?:-(\d+))?", stem)
    stem, first = (result[1], int(result[2] or 1) + 1) if result else (stem, 1)
    return (f"{stem}.result" if n == 1 else f"{stem}.result-{n}" for n in count(first))


def _place(source: SourceSheet, finished: Path, target: Path) -> Path:
    """The first name that is free, or has the same result or an older one of the same sheet.

    A result that a person has edited, or that is of another sheet, is never overwritten.
    """
    places = (target.with_name(name + target.suffix) for name in _names(source.stem))
    return next(
        place
        for place in places
        if not place.exists()
        or (place.is_file() and cmp(place, finished, shallow=False))
        or _is_unchanged_result(place, source.layout)
    )


def _is_unchanged_result(target: Path, layout: Layout) -> bool:
    """Whether a file has exactly the cells of the sheet, apart from our two columns."""
    try:
        worksheets = read_worksheets(target, read_content(target))
    except SheetError:
        return False
    others = [w for w in worksheets if w.name != layout.worksheet.name]
    same = [w for w in worksheets if w.name == layout.worksheet.name]
    if not same or any(STATUS_HEADING in column for w in others for column in w.columns):
        return False
    return _vendors_cells(same[0], layout) == _vendors_cells(layout.worksheet, layout)


def _vendors_cells(worksheet: Worksheet, layout: Layout) -> list[list[Cell]]:
    if worksheet.height < layout.header_row:
        return []
    ours = result_columns(worksheet, layout.header_row)
    return [column for i, column in enumerate(worksheet.columns) if i not in ours]


def _suffix(sheet: Path, layout: Layout, content: bytes) -> str:
    """That of the sheet where it fits what it is: Excel opens no workbook that is named wrongly."""
    suffix = _unwrapped_name(sheet).suffix
    if layout.worksheet.text_format is not None:
        return suffix if suffix.lower() in _TEXT_SUFFIXES else ".csv"
    if suffix.lower() in _WORKBOOK_SUFFIXES:
        return suffix
    return ".xlsm" if layout.worksheet.form == "xlsx" and _has_macros(content) else ".xlsx"


def _has_macros(content: bytes) -> bool:
    with ZipFile(BytesIO(content)) as package:
        types = [name for name in package.namelist() if name.lower() == "[content_types].xml"]
        return any(b"macroEnabled" in package.read(name) for name in types)


def reload_sheet(run: RunRecord) -> SourceSheet:
    """The sheet of a run of the journal; raises SheetError where it is gone or has changed."""
    sheet, settings = Path(run.file_path), run.settings
    content = read_content(sheet)
    if sha256(content) != run.file_sha256:
        raise SheetError(f"{sheet.name} has changed since run {run.id} read it")
    worksheets = read_worksheets(sheet, content, run.worksheet, code_page=settings.encoding)
    operation = operation_named(run.operation)
    if settings.header_row is None:  # a run of an older version
        layout = find_layout(worksheets, [operation])
    else:  # the headings may be a vendor's own, of a profile that has changed since
        layout = Layout(worksheets[0], operation, settings.header_row, {}, (), settings.two_lines)
    return SourceSheet(sheet, content, layout, settings.options.into)

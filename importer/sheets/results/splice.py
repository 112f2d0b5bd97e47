"""Two result columns put into a vendor's own workbook, all else in it left byte for byte.

Rewritten are the one worksheet and, where they must know of the columns, its tables, the
workbook part (the name of its filter) and the styles (two colors, the looks of result cells).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import BinaryIO

from importer.model.errors import SheetError
from importer.sheets.results.extent import Extent, measure_extent, shared_texts
from importer.sheets.results.part_edits import (
    color_rules,
    edited_head,
    edited_tail,
    grown_filter,
    grown_name,
    grown_table,
    merged_areas,
    sheet_filter,
    table_area,
)
from importer.sheets.results.result_styles import ResultStyles
from importer.sheets.results.rewrite import ResultColumns, RowWriter, rewritten_sheet
from importer.sheets.sheet import ERROR_HEADING, LAST_COLUMN, STATUS_HEADING, Results
from importer.sheets.xlsx.edits import Area, attribute, outline, text_of
from importer.sheets.xlsx.package import Package, SpliceError, folded
from importer.sheets.xlsx.relations import links_of, sheets_of, workbook_part
from importer.sheets.xlsx.rows import Piece, SheetCell, cut_sheet

SIGNED = "The result no longer carries the workbook's digital signature, as its cells have changed."
NOT_SORTED = 'Sort "{}" by hand together with the result columns: its {} does not reach to them.'

HELD = 2**26  # bytes of a worksheet that is kept in memory between two passes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worksheet is in its package."""

    name: str
    index: int  # among the workbook's sheets, as its names count them
    part: str
    workbook: str
    beside: Mapping[str, str]  # kind -> part, of the workbook's other relations
    tables: tuple[str, ...]


def splice(
    source: BinaryIO, target: BinaryIO, results: Results, extent: Extent | None = None
) -> tuple[str, ...]:
    """Write the workbook with its results; what a person should hear.

    `extent` is what `first_extent` returned for it, if that ran before. Raises SpliceError, or
    what zipfile and zlib raise, where it cannot be done; the target is then of no use.
    """
    package = Package(source)
    place = find_worksheet(package, results.worksheet)
    pieces = pieces_of(package, place.part, twice=extent is None)
    if extent is None:
        name_columns = partial(heading_columns, package, place)
        extent = measure_extent(pieces(), results.header_row, name_columns)
    tables = {part: package.read(part) for part in place.tables}
    columns = place_columns(extent, results.header_row, tables.values())
    changes = Changes(package, place, extent, columns, results)
    changes.grow_filter()
    changes.grow_tables(tables)
    changes.style()
    package.write(target, changes.parts(pieces()))
    signed = any(name.startswith("_xmlsignatures/") for name in package.parts)
    return (*changes.notes, *([SIGNED] if signed else []))


def first_extent(source: BinaryIO, worksheet: str | None, header_row: int) -> Extent:
    """What a splice must know of the worksheet before it writes; raises as it does."""
    package = Package(source)
    place = find_worksheet(package, worksheet)
    pieces = cut_sheet(package.blocks(place.part))
    return measure_extent(pieces, header_row, partial(heading_columns, package, place))


def pieces_of(package: Package, part: str, *, twice: bool) -> Callable[[], Iterable[Piece]]:
    """The worksheet as often as it is asked for: kept in memory, or read anew where it is large."""
    if not twice or package.size(part) > HELD:
        return lambda: cut_sheet(package.blocks(part))
    kept = list(cut_sheet(package.blocks(part)))
    return lambda: kept


class Changes:
    """The parts to be rewritten, gathered."""

    def __init__(
        self,
        package: Package,
        place: Place,
        extent: Extent,
        columns: ResultColumns,
        results: Results,
    ) -> None:
        self.package, self.place, self.extent = package, place, extent
        self.columns, self.results = columns, results
        self.notes: list[str] = []
        self._parts: dict[str, bytes] = {}
        self._filters: tuple[Area, Area] | None = None
        self._colors = b""
        self._result_styles: dict[int, tuple[int, int]] = {}

    def parts(self, pieces: Iterable[Piece]) -> dict[str, Iterable[bytes]]:
        extent, place = self.extent, self.place
        rows = RowWriter(self.columns, self.results, extent, self._result_styles)
        head = edited_head(extent.head, self.columns, extent.last_row)
        tail = b"</%bsheetData>" % extent.prefix
        tail += edited_tail(extent.tail, self._filters, self._colors)
        sheet = rewritten_sheet(pieces, head, tail, rows.rewrite)
        small = {folded(part): [xml] for part, xml in self._parts.items()}
        return {**small, folded(place.part): sheet}

    def grow_filter(self) -> None:
        """Without it a sorted filter would leave the results behind on the wrong rows."""
        old = sheet_filter(self.extent.tail)
        new = grown_filter(self.extent, old, self.columns, self.results.header_row)
        if old and new:
            self._filters = old, new
            workbook = self.package.read(self.place.workbook)
            grown = grown_name(workbook, self.place.index, old, new)
            self._parts |= {self.place.workbook: grown} if grown != workbook else {}
        elif old and self._misses(old):
            self.notes.append(NOT_SORTED.format(self.place.name, "filter"))

    def grow_tables(self, tables: Mapping[str, bytes]) -> None:
        for part, table in tables.items():
            old = table_area(table)
            if old and self._misses(old):
                new = grown_table(table, old, self.columns)
                self._parts |= {part: new} if new else {}
                self.notes += [] if new else [NOT_SORTED.format(self.place.name, "table")]

    def _misses(self, used: Area) -> bool:
        """It sorts the rows under our headings, but not our columns."""
        return used.first_row == self.results.header_row and used.last_column < self.columns.last

    def style(self) -> None:
        """Nothing where the workbook has no styles to add to, or the worksheet no rows."""
        part = self.place.beside.get("styles")
        if part is None or self.extent.last_row <= self.results.header_row:
            return
        old = self.package.read(part)
        styles = ResultStyles(old)
        colors, self._result_styles = styles.colors(), styles.beside(self.extent.neighbors)
        new = styles.xml()
        self._parts |= {part: new} if new != old else {}
        self._colors = color_rules(self.extent, self.columns, self.results, colors)


def find_worksheet(package: Package, name: str | None) -> Place:
    """The worksheet of that name, or the first one. Raises SpliceError."""
    try:
        workbook = workbook_part(package)
        for index, sheet in enumerate(sheets_of(package, workbook)):
            if sheet.part and sheet.kind == "worksheet" and name in {None, sheet.name}:
                return _place(package, workbook, index, sheet.name, sheet.part)
    except SheetError as error:
        raise SpliceError(f"it {error}") from error
    raise SpliceError(f'it has no worksheet "{name}"')


def _place(package: Package, workbook: str, index: int, name: str, part: str) -> Place:
    beside = {link.kind: link.part for link in links_of(package, workbook)}
    tables = tuple(link.part for link in links_of(package, part) if link.kind == "table")
    return Place(name, index, part, workbook, beside, tables)


def place_columns(extent: Extent, header_row: int, tables: Iterable[bytes]) -> ResultColumns:
    """Columns of an earlier result, or the next ones right of all that is the vendor's."""
    used = [area for table in tables if (area := table_area(table))]
    used += [merged for merged in merged_areas(extent.tail) if merged.last_row >= header_row]
    last = max([extent.last_column, *(area.last_column for area in used)])
    ours = (STATUS_HEADING, ERROR_HEADING)
    missing = [heading for heading in ours if heading.casefold() not in extent.named]
    new = dict(enumerate(missing, start=last + 1))
    columns = extent.named | {heading.casefold(): column for column, heading in new.items()}
    if max(columns.values()) > LAST_COLUMN:
        raise SpliceError("it has no column left")
    status, error = columns[STATUS_HEADING.casefold()], columns[ERROR_HEADING.casefold()]
    last_heading = max(extent.headings, key=lambda cell: cell.column, default=None)
    style = attribute(last_heading.tag, "s") if last_heading else None  # ours match the vendor's
    return ResultColumns(status, error, new, style)


def heading_columns(package: Package, place: Place, cells: Iterable[SheetCell]) -> dict[str, int]:
    """The last column of each heading, headings casefolded."""
    wanted = {index for cell in cells if (index := shared_index(cell)) is not None}
    strings = place.beside.get("sharedStrings")
    shared = shared_texts(package.blocks(strings), wanted) if strings and wanted else {}
    columns = {}
    for cell in cells:
        index = shared_index(cell)
        text = shared.get(index, "") if index is not None else cell_text(cell)
        columns[text.strip().casefold()] = cell.column
    return columns


def shared_index(cell: SheetCell) -> int | None:
    text = cell_text(cell)
    is_shared = attribute(cell.tag, "t") == "s" and text.isascii() and text.isdigit()
    return int(text) if is_shared else None


def cell_text(cell: SheetCell) -> str:
    if attribute(cell.tag, "t") == "inlineStr":
        return text_of(cell.body)
    elements, _ = outline(cell.body)
    value = next((e for e in elements if e.name == "v"), None)
    return unescape(cell.body[value.inner : value.inner_end].decode()) if value else ""

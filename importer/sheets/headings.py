"""Finding the row of headings, the operation it is for, and the column of each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any, NamedTuple

from importer.model.cells import Cell, is_empty, shown
from importer.model.errors import ChoiceNeeded, SheetError
from importer.model.spelling import did_you_mean, key
from importer.operations.operation import Field, Operation
from importer.settings.vendor_profile import VendorProfile
from importer.sheets.sheet import OUR_HEADINGS, Worksheet

_DEEPEST = 50  # title rows above a table are few
_FEWEST = 2  # texts in a row of headings
_RESULT_KEYS = {*map(key, OUR_HEADINGS)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an operation's table is in a worksheet."""

    worksheet: Worksheet
    operation: Operation[Any]
    header_row: int
    columns: Mapping[str, int]  # field name -> position in worksheet.columns
    unknown: tuple[str, ...]  # headings that no field takes
    two_lines: bool = False  # the headings begin in the row above

    @property
    def rows(self) -> list[int]:
        """The numbers of the rows below the headings that hold anything of the vendor's."""
        skipped = result_columns(self.worksheet, self.header_row)
        empty: Sequence[int] = range(self.header_row, self.worksheet.height)
        for i, column in enumerate(self.worksheet.columns):
            if i not in skipped and empty:
                cells = [column[row] for row in empty]
                blank = {*filter(is_empty, {*cells})}  # each distinct cell is asked once
                empty = [*compress(empty, map(blank.__contains__, cells))] if blank else ()
        below = range(self.header_row + 1, self.worksheet.height + 1)
        without = {row + 1 for row in empty}
        return [row for row in below if row not in without] if without else [*below]

    @property
    def headings(self) -> dict[int, str]:
        """By their place in `worksheet.columns`, without those of an earlier result."""
        found = heading_of_two_lines if self.two_lines else headings_at
        return found(self.worksheet, self.header_row)

    def cells(self, field: str, rows: Sequence[int]) -> list[Cell]:
        """The field's cell of each of the rows, which are in sheet order."""
        column = self.worksheet.columns[self.columns[field]]
        if len(rows) > 1 and rows[-1] - rows[0] == len(rows) - 1:  # none is left out between
            return column[rows[0] - 1 : rows[-1]]
        return [column[row - 1] for row in rows]


def find_layout(
    worksheets: Sequence[Worksheet],
    operations: Sequence[Operation[Any]],
    profile: VendorProfile | None = None,
    platform: str | None = None,
) -> Layout:
    """The one table that fits one of the operations; where two fit alike, that of the platform.

    A field that the profile names a heading for is taken from that heading and from no other:
    what another one would fit by its title may be the vendor's own number.
    Raises SheetError where none fits (naming what the nearest lacks), ChoiceNeeded where more do.
    """
    vendor = profile or VendorProfile("")
    fits = [fit for worksheet in worksheets for fit in _fits(worksheet, operations, vendor)]
    complete = [fit for fit in fits if not fit.missing]
    if not complete:
        raise SheetError(_explain_misfit(worksheets, operations, fits, vendor))
    best = _best(complete, platform)
    if len(best) > 1:
        raise _choice(best)
    _refuse_doubled(best[0])
    return _with_row_faults(best[0].layout)


def _best(fits: Sequence["_Fit"], platform: str | None) -> list["_Fit"]:
    """Those that no other explains more than; of one worksheet, those of the platform."""
    best = [fit for fit in fits if not any(_explains_more(other, fit) for other in fits)]
    if len({id(fit.layout.worksheet) for fit in best}) > 1:
        return best
    return [fit for fit in best if fit.layout.operation.platform.name == platform] or best


def _with_row_faults(layout: Layout) -> Layout:
    """The layout, each line of a text file that has more fields than the headings noted.

    What a comma without quotes has shifted may still look sound, so the line is not trusted.
    """
    worksheet, text = layout.worksheet, layout.worksheet.text_format
    if text is None:
        return layout
    lines = worksheet.widths[layout.header_row - 1 - layout.two_lines : layout.header_row]
    most = max(lines)
    faults = {
        row: f"the line has {worksheet.widths[row - 1]} fields and the heading {most}; "
        f'a field that holds "{text.delimiter}" needs quotes'
        for row in layout.rows
        if worksheet.widths[row - 1] > most
        and any(column[row - 1] is not None for column in worksheet.columns[most:])
    }
    return replace(layout, worksheet=replace(worksheet, row_faults=faults))


@dataclass(frozen=True, slots=True)
class _Fit:
    """One row read as the headings of one operation."""

    layout: Layout
    missing: tuple[Field, ...]
    doubled: tuple[str, ...]  # headings that appear twice where a field would take them

    @property
    def taken(self) -> set[int]:
        return set(self.layout.columns.values())


def _explains_more(one: _Fit, other: _Fit) -> bool:
    """Both read the same worksheet, and the one takes all headings of the other and more."""
    return one.layout.worksheet is other.layout.worksheet and one.taken > other.taken


class HeadingRow(NamedTuple):
    """Texts that may be the headings, by their place in `worksheet.columns`."""

    row: int  # the number Excel shows; of two lines the lower one
    headings: Mapping[int, str]


def heading_rows(worksheet: Worksheet) -> list[HeadingRow]:
    """Each row that may be the headings, and each that may be with the row above it."""
    rows = range(1, min(worksheet.height, _DEEPEST) + 1)
    ways = (headings_at, heading_of_two_lines)
    return [
        HeadingRow(row, found) for way in ways for row in rows if (found := way(worksheet, row))
    ]


def headings_at(worksheet: Worksheet, row: int) -> dict[int, str]:
    """The row's texts, but for the headings of an earlier result."""
    texts = _texts(worksheet, row)
    return {i: text for i, text in texts.items() if key(text) not in _RESULT_KEYS}


def _fits(
    worksheet: Worksheet, operations: Sequence[Operation[Any]], profile: VendorProfile
) -> list[_Fit]:
    """For each operation the row of the worksheet that fits it best."""
    rows = _rows_to_try(worksheet, profile)
    one_line = [(row, texts, False) for row in rows if (texts := _texts(worksheet, row))]
    two_lines = [(r, texts, True) for r in rows if (texts := heading_of_two_lines(worksheet, r))]
    best = []
    for operation in operations:
        fits = [
            _fit(worksheet, operation, row, texts, profile, two_lines=both)
            for row, texts, both in one_line + two_lines
        ]
        fits = [fit for fit in fits if fit.taken]
        if fits:  # of equals the first row: headings are above their values
            best.append(max(fits, key=lambda fit: (-len(fit.missing), len(fit.taken))))
    return best


def _rows_to_try(worksheet: Worksheet, profile: VendorProfile) -> range:
    if profile.header_row is None:
        return range(1, min(worksheet.height, _DEEPEST) + 1)
    return range(profile.header_row, min(worksheet.height, profile.header_row) + 1)


def heading_of_two_lines(worksheet: Worksheet, row: int) -> dict[int, str]:
    """The headings of a row that go on from the row above: "Tracking" over "Number".

    A merged cell counts above each of its columns. A column with a text in only one of the two
    rows has that text. Empty where one of the rows has a single text, or none.
    """
    below = _texts(worksheet, row)
    above = _texts(worksheet, row - 1) if row > 1 and len(below) > 1 else {}
    for first, left, _, right in worksheet.merges:
        if first == row - 1 and left - 1 in above:
            places = range(left - 1, min(right, len(worksheet.columns)))
            above = dict.fromkeys(places, above[left - 1]) | above
    if len(above) < _FEWEST:
        return {}
    return {
        at: " ".join(filter(None, [above.get(at), below.get(at)]))
        for at in sorted({*above, *below})
    }


def _texts(worksheet: Worksheet, row: int) -> dict[int, str]:
    cells = ((i, column[row - 1]) for i, column in enumerate(worksheet.columns))
    return {i: shown(cell) for i, cell in cells if isinstance(cell, str) and not is_empty(cell)}


def _fit(
    worksheet: Worksheet,
    operation: Operation[Any],
    row: int,
    texts: Mapping[int, str],
    profile: VendorProfile,
    *,
    two_lines: bool = False,
) -> _Fit:
    columns, doubled = _match(operation, texts, profile)
    unused = (text for i, text in texts.items() if i not in columns.values())
    unknown = tuple(text for text in unused if key(text) not in _RESULT_KEYS)
    absent = [field for field in operation.fields if field.needed and field.name not in columns]
    missing = tuple(field for field in absent if profile.constant(field.title) is None)
    return _Fit(Layout(worksheet, operation, row, columns, unknown, two_lines), missing, doubled)


def _match(
    operation: Operation[Any], texts: Mapping[int, str], profile: VendorProfile
) -> tuple[dict[str, int], tuple[str, ...]]:
    """The column of each field, and the headings that more than one column has."""
    places_of: dict[str, list[int]] = {}
    for i, text in texts.items():
        places_of.setdefault(key(text), []).append(i)
    columns: dict[str, int] = {}
    doubled: list[str] = []
    for field in sorted(operation.fields, key=lambda f: profile.heading(f.title) is None):
        spellings = map(key, _spellings(field, profile))
        places = next((places_of[s] for s in spellings if s in places_of), [])
        free = [i for i in places if i not in columns.values()]
        if free:
            columns[field.name] = free[0]
            doubled += [texts[free[0]]] * (len(free) > 1)
    in_order = {f.name: columns[f.name] for f in operation.fields if f.name in columns}
    return in_order, tuple(doubled)


def _spellings(field: Field, profile: VendorProfile) -> Sequence[str]:
    """What the field's heading may say, best first; nothing that the profile has for another."""
    named = profile.heading(field.title)
    if named is not None:
        return (named,)
    others = {key(heading) for heading in profile.headings.values()}
    return [s for s in (field.title, *field.about.aliases) if key(s) not in others]


def result_columns(worksheet: Worksheet, header_row: int) -> set[int]:
    texts = _texts(worksheet, header_row)
    return {i for i, text in texts.items() if key(text) in _RESULT_KEYS}


def _explain_misfit(
    worksheets: Sequence[Worksheet],
    operations: Sequence[Operation[Any]],
    fits: Sequence[_Fit],
    profile: VendorProfile,
) -> str:
    name = worksheets[0].path.name
    if all(worksheet.height == 0 for worksheet in worksheets):
        return f"{name} has no cells with values"
    if not fits:
        example = operations[0]
        needed = ", ".join(f.title for f in example.fields if f.needed)
        return (
            f"{name}: no heading row was found in its first {_DEEPEST} rows; "
            f"{example.name}, for one, needs {needed}"
        )
    nearest = min(fits, key=lambda c: (len(c.missing), -len(c.taken)))
    layout = nearest.layout
    needs = ", ".join(_needed(f, profile) for f in nearest.missing)
    wanted = [profile.heading(f.title) or f.title for f in nearest.missing]
    offers = "".join(did_you_mean(heading, layout.unknown) for heading in wanted)
    return (
        f"{where(layout.worksheet)}, row {layout.header_row}: the headings best match "
        f"{layout.operation.name}, which also needs {needs}.{offers} Other headings there: "
        f"{', '.join(layout.unknown) or 'none'}"
    )


def _needed(field: Field, profile: VendorProfile) -> str:
    heading = profile.heading(field.title)
    if heading is None:
        return field.title
    return f'{field.title} (vendor {profile.name}\'s "{heading}")'


def _choice(chosen: Sequence[_Fit]) -> ChoiceNeeded:
    path = chosen[0].layout.worksheet.path
    sheets = sorted({str(c.layout.worksheet.name) for c in chosen})
    if len(sheets) > 1:
        listed = ", ".join(f'"{name}"' for name in sheets)
        return ChoiceNeeded(f"{path.name}: the worksheets {listed} all fit", "worksheet", sheets)
    names = sorted(c.layout.operation.name for c in chosen)
    reason = f"{where(chosen[0].layout.worksheet)} fits {' and '.join(names)}"
    return ChoiceNeeded(reason, "operation", names)


def _refuse_doubled(candidate: _Fit) -> None:
    if candidate.doubled:
        layout = candidate.layout
        raise SheetError(
            f'{where(layout.worksheet)}, row {layout.header_row}: "{candidate.doubled[0]}" is the '
            "heading of more than one column; rename all but the one to use"
        )


def where(worksheet: Worksheet) -> str:
    """The file, and the worksheet where there is one: `dock.xlsx, worksheet "Lines"`."""
    name = worksheet.path.name
    return name if worksheet.name is None else f'{name}, worksheet "{worksheet.name}"'

"""The rows of a table: which are data, which only look like it, and the notes on them.

Nothing is skipped silently: each row that is not sent has its own sentence.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress, pairwise

from importer.model.cells import Cell, is_empty, shown
from importer.model.cleaning import from_cell
from importer.model.spelling import key
from importer.sheets.headings import Layout, heading_of_two_lines, result_columns
from importer.sheets.sheet import LAST_ROW, column_letters

_TOTAL = re.compile(  # "10001 Total" is Excel's own; "Total Express" is a carrier
    r"(?:\S*\d\S* |grand |sub[- ]?|order |overall )?"
    r"(?:totals?|sums?|(?:gesamt|zwischen)?summe|gesamt)"
    r"(?:\W*|\W*\d.*|\W+(?:qty|quantity|units?|items?|lines?|rows?|pieces?|pcs|cartons?|boxes"
    r"|packages?|parcels?|weight|amount|cost|price|value|shipped|ordered|for|of|per|in|po|purchase"
    r")\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_AGAIN = "The headings again; nothing to send."
_MOST_NAMED = 8  # rows in a note
_LONGEST_COUNT = 5  # digits
_SAY_SO = ("total", "sum", "gesamt")
_LONGEST_TOTAL = 64  # characters that are checked


@dataclass(frozen=True, slots=True)
class TableRows:
    """`numbers` are rows of data, as Excel numbers them; `aside` the others, with why."""

    layout: Layout
    numbers: Sequence[int]
    aside: Mapping[int, str]
    notes: Sequence[str]


def rows_of_table(layout: Layout, *, visible_only: bool = False) -> TableRows:
    """The rows below the headings, told apart; its layout is the one `as_taken` gives."""
    merged, lines = _merge_notes(layout), _heading_lines(layout)
    layout = as_taken(layout)
    every = layout.rows
    reasons = {row: _not_data(layout, lines, row) for row in _odd(layout, lines, every)}
    aside = {row: reason for row, reason in reasons.items() if reason}
    if other := _another_table(layout, every, aside):
        strangers = _strangers(layout, other)
        aside |= dict.fromkeys(strangers, f"Part of another table, which begins in row {other[0]}.")
        layout = _doubtful(layout, _without(other, aside), other[0])
    numbers = _without(every, aside)
    hidden = _among(numbers, layout.worksheet.hidden_rows)
    skipped = hidden if visible_only else []
    notes = [*merged, *_reason_notes(aside), *_sight_notes(layout, numbers, hidden, skipped)]
    why = f"Hidden {_hidden_by(layout)} and skipped because of --visible-only."
    aside |= dict.fromkeys(skipped, why)
    return TableRows(layout, _without(numbers, skipped), aside, notes)


def _without(rows: Sequence[int], left_out: Collection[int]) -> Sequence[int]:
    known = {*left_out}
    return [row for row in rows if row not in known] if known else rows


def _hidden_by(layout: Layout) -> str:
    return "by a filter" if layout.worksheet.filtered else "in the sheet"


def _sight_notes(
    layout: Layout, numbers: Sequence[int], hidden: Sequence[int], skipped: Sequence[int]
) -> list[str]:
    """What is said of rows that are hidden or struck through."""
    struck = [r for r in _among(numbers, layout.worksheet.struck_rows) if r not in skipped]
    notes, by = [], _hidden_by(layout)
    if skipped:
        notes.append(f"skipped, hidden {by}: {_rows(hidden)}")
    elif hidden:
        notes.append(
            f"hidden {by} but still imported: {_rows(hidden)}; use --visible-only to skip them"
        )
    if struck:
        notes.append(f"struck through but still imported: {_rows(struck)}")
    return notes


def _among(numbers: Sequence[int], rows: frozenset[int]) -> list[int]:
    return [row for row in numbers if row in rows] if rows else []


def _heading_lines(layout: Layout) -> list[list[Cell]]:
    """The row of headings by column; of two lines each, and both in one, as `as_taken` has them."""
    rows = range(layout.header_row - layout.two_lines, layout.header_row + 1)
    lines = [[column[row - 1] for column in layout.worksheet.columns] for row in rows]
    if layout.two_lines:
        both = layout.headings
        lines.append([both.get(place) for place in range(len(layout.worksheet.columns))])
    return lines


def _odd(layout: Layout, lines: Sequence[Sequence[Cell]], every: Sequence[int]) -> list[int]:
    """The rows to check: the cell that names the order is empty, or is another word."""
    place = layout.columns.get(layout.operation.po)
    if place is None:
        return list(every)
    cells = layout.cells(layout.operation.po, every)
    headings = {key(shown(line[place])) for line in lines}
    texts = {cell for cell in {*cells} if isinstance(cell, str)}
    words: set[Cell] = {text for text in texts if _is_no_order(text, headings)} | {None}
    return [*compress(every, map(words.__contains__, cells))]


def _is_no_order(text: str, headings: Collection[str]) -> bool:
    if text.isdecimal():  # as most are, which is their key
        return text in headings
    return is_empty(text) or _is_total(text) or key(text) in headings


def _not_data(layout: Layout, lines: Sequence[Sequence[Cell]], row: int) -> str:
    """Why a row is no row of data; empty where it is one."""
    cells = {n: layout.worksheet.columns[i][row - 1] for n, i in layout.columns.items()}
    given = {name: cell for name, cell in cells.items() if not is_empty(cell)}
    if any(_is_heading(layout, given, line) for line in lines):
        return _AGAIN
    if _names_order(layout, given, row) or not _lacks_a_value(layout, cells):
        return ""
    is_total = any(map(_is_total, _leading(layout, row)))
    return "A total, not a line item; nothing to send." if is_total else ""


def _is_heading(layout: Layout, given: Mapping[str, Cell], line: Sequence[Cell]) -> bool:
    """Whether the row's cells, two at least, are those of a line of headings."""
    alike = (_same_text(cell, line[layout.columns[name]]) for name, cell in given.items())
    return len(given) > 1 and all(alike)


def _names_order(layout: Layout, given: Mapping[str, Cell], row: int) -> bool:
    """Whether it names an order or a parcel, and not only a total."""
    operation = layout.operation
    names = {operation.po, *operation.group_by} - {*(operation.tracking or ())}
    order = [given[name] for name in names if name in given]
    return not all(map(_is_total, order)) or _names_a_parcel(layout, row)


def _lacks_a_value(layout: Layout, cells: Mapping[str, Cell]) -> bool:
    needed = [f.name for f in layout.operation.fields if f.needed and f.name in layout.columns]
    return any(is_empty(cells[name]) or _is_total(cells[name]) for name in needed)


def _names_a_parcel(layout: Layout, row: int) -> bool:
    """Whether there is a tracking number, and not only a count of them."""
    name = layout.operation.tracking[0] if layout.operation.tracking else None
    if name is None or name not in layout.columns:
        return False
    return sum(map(str.isdigit, shown(layout.cells(name, [row])[0]))) > _LONGEST_COUNT


def _another_table(layout: Layout, every: Sequence[int], aside: Mapping[int, str]) -> list[int]:
    """The rows of another table below ours, its title and headings first; none where there is none.

    It begins below a blank row with headings: two words or more and no digit, as every row of
    data has one somewhere. It ends where our headings stand once more.
    """
    if not every or every[-1] - every[0] == len(every) - 1:
        return []  # no row is blank
    below_blank = (row for before, row in pairwise(every) if row > before + 1)
    for first in below_blank:
        headings = first + (len(_texts(layout, first)) == 1)  # below a title
        if headings not in aside and _are_headings(layout, headings):
            end = _ours_again(aside, first)
            return [row for row in every if first <= row < end]
    return []


def _ours_again(aside: Mapping[int, str], below: int) -> int:
    """The row where our headings appear again; past the grid where they do not."""
    return next((row for row, why in aside.items() if row > below and why == _AGAIN), LAST_ROW + 1)


def _texts(layout: Layout, row: int) -> list[Cell]:
    if row > layout.worksheet.height:
        return []
    skipped = result_columns(layout.worksheet, layout.header_row)
    columns = (c for place, c in enumerate(layout.worksheet.columns) if place not in skipped)
    return [c for column in columns if not is_empty(c := column[row - 1])]


def _are_headings(layout: Layout, row: int) -> bool:
    cells = _texts(layout, row)
    words = [c for c in cells if isinstance(c, str) and not any(map(str.isdigit, c))]
    return len(words) > 1 and len(words) == len(cells) and not _holds_a_choice(layout, row)


def _holds_a_choice(layout: Layout, row: int) -> bool:
    """Whether one of its cells is what our column takes, such as UPS: then it is no heading."""
    fields = (field for field in layout.operation.fields if field.about.choices)
    return any(
        not is_empty(cell) and key(shown(cell)) in map(key, field.about.choices)
        for field in fields
        if field.name in layout.columns
        for cell in layout.cells(field.name, [row])
    )


def _strangers(layout: Layout, rows: Sequence[int]) -> list[int]:
    """Its rows that cannot be ours: their cells name no parcel, and no order or without a digit."""
    at = layout.columns.get(layout.operation.po)
    order = layout.worksheet.columns[at] if at is not None else [None] * layout.worksheet.height
    return [
        row
        for row in rows
        if not any(map(str.isdigit, shown(order[row - 1]))) and not _names_a_parcel(layout, row)
    ]


def _doubtful(layout: Layout, rows: Sequence[int], begins: int) -> Layout:
    """The layout with a fault for each row that may be of either table."""
    why = (
        f"is below other headings, which begin in row {begins}, so it may be part of "
        "another table; move that table to its own worksheet"
    )
    worksheet = layout.worksheet
    faults = {**worksheet.row_faults, **dict.fromkeys(rows, why)}
    return replace(layout, worksheet=replace(worksheet, row_faults=faults))


def _same_text(cell: Cell, heading: Cell) -> bool:
    return isinstance(cell, str) and isinstance(heading, str) and key(cell) == key(heading)


def _leading(layout: Layout, row: int) -> list[Cell]:
    """The row's texts, up to its first number: a total says so before it counts."""
    texts: list[Cell] = []
    for column in layout.worksheet.columns:
        cell = column[row - 1]
        if is_empty(cell):
            continue
        if not isinstance(cell, str):
            break
        texts.append(cell)
    return texts


def _is_total(cell: Cell) -> bool:
    """
    >>> [_is_total(text) for text in ("Total", "Grand total: 7", "10001 Total", "Sub-total qty")]
    [True, True, True, True]
    >>> [_is_total(text) for text in ("Totally new", "Total Express", "Acme Total", 5)]
    [False, False, False, False]
    """
    if not isinstance(cell, str) or not any(word in cell.casefold() for word in _SAY_SO):
        return False
    return _TOTAL.fullmatch(from_cell(cell)[:_LONGEST_TOTAL]) is not None


def _reason_notes(aside: Mapping[int, str]) -> list[str]:
    """One note for each reason."""
    reasons: dict[str, list[int]] = {}
    for row, sentence in aside.items():
        reasons.setdefault(sentence, []).append(row)
    return [
        f"not sent, {sentence[0].lower()}{sentence[1:].split(';')[0].split(',')[0].rstrip('.')}: "
        f"{_rows(sorted(rows))}"
        for sentence, rows in reasons.items()
    ]


def as_taken(layout: Layout) -> Layout:
    """The layout with a merged cell's value in each of its rows, headings of two lines in one."""
    worksheet, merges = layout.worksheet, _merges(layout)
    if not merges and not layout.two_lines:
        return layout
    columns, held = [[*column] for column in worksheet.columns], {*layout.rows}
    for place, first, last in merges:
        for row in held.intersection(range(first + 1, last + 1)):
            columns[place][row - 1] = columns[place][first - 1]
    if layout.two_lines:
        for place, text in heading_of_two_lines(worksheet, layout.header_row).items():
            columns[place][layout.header_row - 1] = text
    taken = replace(worksheet, columns=columns)
    return replace(layout, worksheet=taken, two_lines=False)


def _merges(layout: Layout) -> list[tuple[int, int, int]]:
    """The column's place, the first and the last row of each cell merged over rows of the table."""
    worksheet = layout.worksheet
    found: list[tuple[int, int, int]] = []
    for first, left, last, right in sorted(worksheet.merges, key=lambda area: (area[1], area[0])):
        if (
            left == right <= len(worksheet.columns)
            and layout.header_row < first < last <= worksheet.height
            and not is_empty(worksheet.columns[left - 1][first - 1])
            and (not found or found[-1][0] < left - 1 or found[-1][2] < first)  # none over another
        ):
            found.append((left - 1, first, last))
    return found


def _merge_notes(layout: Layout) -> list[str]:
    """Notes on merged cells in the columns that are read."""
    used = set(layout.columns.values())
    notes = [
        f'"{shown(layout.worksheet.columns[place][first - 1])}" is one merged cell, '
        f"{column_letters(place + 1)}{first} to {column_letters(place + 1)}{last}: its value is "
        "used for each of its rows"
        for place, first, last in _merges(layout)
        if place in used
    ]
    more = len(notes) - _MOST_NAMED
    return [*notes[:_MOST_NAMED], *([f"and {more} more merged cells"] if more > 0 else [])]


def _rows(rows: Sequence[int]) -> str:
    named = ", ".join(map(str, rows[:_MOST_NAMED]))
    more = len(rows) - _MOST_NAMED
    word = "row" if len(rows) == 1 else "rows"
    return f"{word} {named}" + (f" and {more:,} more" if more > 0 else "")

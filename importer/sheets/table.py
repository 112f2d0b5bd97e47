"""The rows of a table: which are data, which only look like it, and what is said of them.

Nothing is left out in silence: each row that is not sent has a sentence of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from importer.cells import Cell, is_empty, shown
from importer.sheets.headings import Layout, heading_of_two_lines
from importer.sheets.sheet import column_letters
from importer.spelling import key

_TOTAL = re.compile(
    r"(?:grand |sub[- ]?|order |overall )?(?:totals?|sums?)\b|(?:gesamt)?summe\b|gesamt\b",
    re.IGNORECASE,
)
_AGAIN = "The headings once more; nothing to send."
_MOST_NAMED = 8  # rows in a note


@dataclass(frozen=True, slots=True)
class TableRows:
    """`numbers` are rows of data, as Excel numbers them; `aside` the others, with why."""

    layout: Layout
    numbers: Sequence[int]
    aside: Mapping[int, str]
    notes: Sequence[str]


def rows_of_table(layout: Layout, *, visible_only: bool = False) -> TableRows:
    """The rows below the headings, told apart; its layout is the one `as_taken` gives."""
    merged = _told(layout)
    layout = as_taken(layout)
    worksheet, every = layout.worksheet, layout.rows
    found = {row: _not_data(layout, row) for row in _odd(layout, every)}
    aside = {row: said for row, said in found.items() if said}
    other = _another_table(layout, every, aside)
    if other:
        strangers = _strangers(layout, other)
        aside |= dict.fromkeys(strangers, f"Of another table, which begins in row {other[0]}.")
        layout = _doubtful(layout, [row for row in other if row not in aside], other[0])
        worksheet = layout.worksheet
    numbers = [row for row in every if row not in aside]
    hidden = [row for row in numbers if row in worksheet.hidden_rows]
    struck = [row for row in numbers if row in worksheet.struck_rows]
    notes = [*merged, *_said(aside)]
    by = "by a filter" if worksheet.filtered else "in the sheet"
    if hidden and visible_only:
        aside |= dict.fromkeys(hidden, f"Hidden {by}, and left out as --visible-only asks.")
        numbers = [row for row in numbers if row not in worksheet.hidden_rows]
        notes.append(f"left out, hidden {by}: {_rows(hidden)}")
    elif hidden:
        notes.append(
            f"hidden {by}, and taken all the same: {_rows(hidden)}; --visible-only leaves them out"
        )
    if struck:
        notes.append(f"struck through, and taken all the same: {_rows(struck)}")
    return TableRows(layout, numbers, aside, notes)


def _odd(layout: Layout, every: Sequence[int]) -> list[int]:
    """The rows worth a closer look: the cell that names the order is empty, or is another word."""
    place = layout.columns.get(layout.operation.po)
    if place is None:
        return list(every)
    column = layout.worksheet.columns[place]
    heading = column[layout.header_row - 1]
    texts = {cell for cell in column if cell.__class__ is str}
    words: set[Cell] = {t for t in texts if is_empty(t) or _is_total(t) or _same_text(t, heading)}
    words.add(None)
    return [row for row in every if column[row - 1] in words]


def _not_data(layout: Layout, row: int) -> str:
    """Why a row is no row of data; empty where it is one."""
    cells = {name: column[row - 1] for name, column in _columns(layout).items()}
    headings = {name: column[layout.header_row - 1] for name, column in _columns(layout).items()}
    given = {name: cell for name, cell in cells.items() if not is_empty(cell)}
    alike = [name for name, cell in given.items() if _same_text(cell, headings[name])]
    if len(alike) > 1 and len(alike) == len(given):
        return _AGAIN
    operation = layout.operation
    order = [name for name in {operation.po, *operation.group_by} if name in given]
    needed = [f.name for f in operation.fields if f.needed and f.name in layout.columns]
    lacks = any(is_empty(cells[name]) or _is_total(cells[name]) for name in needed)
    names_no_order = all(_is_total(given[name]) for name in order)
    if names_no_order and lacks and any(_is_total(cell) for cell in _leading(layout, row)):
        return "A total, and no line of its own; nothing to send."
    return ""


def _another_table(layout: Layout, every: Sequence[int], aside: Mapping[int, str]) -> list[int]:
    """The rows of another table below ours, its title and headings first; none where there is none.

    It begins below a blank row with headings: two words or more and no digit, as every row of
    data has one somewhere. It ends where our headings stand once more.
    """
    for first in (row for before, row in pairwise(every) if row > before + 1):
        titled = len(_texts(layout, first)) == 1
        if _are_headings(_texts(layout, first + titled)) and first + titled not in aside:
            end = next((r for r, said in aside.items() if r > first and said == _AGAIN), None)
            return [row for row in every if first <= row and (end is None or row < end)]
    return []


def _texts(layout: Layout, row: int) -> list[Cell]:
    if row > layout.worksheet.height:
        return []
    return [c for column in layout.worksheet.columns if not is_empty(c := column[row - 1])]


def _are_headings(cells: Sequence[Cell]) -> bool:
    words = [c for c in cells if isinstance(c, str) and not any(map(str.isdigit, c))]
    return len(words) > 1 and len(words) == len(cells)


def _strangers(layout: Layout, rows: Sequence[int]) -> list[int]:
    """Its rows that cannot be ours: their cells name no order, or have no digit in them."""
    at = layout.columns.get(layout.operation.po)
    order = layout.worksheet.columns[at] if at is not None else [None] * layout.worksheet.height
    return [r for r in rows if not any(map(str.isdigit, shown(order[r - 1])))]


def _doubtful(layout: Layout, rows: Sequence[int], begins: int) -> Layout:
    """The layout with a fault for each row that may be of either table."""
    said = (
        f"stands below other headings, from row {begins} on, so it may be of another table; move "
        "that to a worksheet of its own"
    )
    worksheet = layout.worksheet
    faults = {**worksheet.row_faults, **dict.fromkeys(rows, said)}
    return replace(layout, worksheet=replace(worksheet, row_faults=faults))


def _columns(layout: Layout) -> dict[str, list[Cell]]:
    return {name: layout.worksheet.columns[i] for name, i in layout.columns.items()}


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
    >>> [_is_total(text) for text in ("Total", "Grand total:", "Totally new", "Sub-total", 5)]
    [True, True, False, True, False]
    """
    return isinstance(cell, str) and _TOTAL.match(cell.strip()) is not None


def _said(aside: Mapping[int, str]) -> list[str]:
    """One note for each reason."""
    reasons: dict[str, list[int]] = {}
    for row, sentence in aside.items():
        reasons.setdefault(sentence, []).append(row)
    return [
        f"not sent, {sentence[0].lower()}{sentence[1:].split(';')[0].split(',')[0].rstrip('.')}: "
        f"{_rows(rows)}"
        for sentence, rows in reasons.items()
    ]


def as_taken(layout: Layout) -> Layout:
    """The layout with a merged cell's value in each of its rows, headings of two lines in one."""
    worksheet, merges = layout.worksheet, _merges(layout)
    if not merges and not layout.two_lines:
        return layout
    columns = [[*column] for column in worksheet.columns]
    for place, first, last in merges:
        for row in range(first + 1, last + 1):
            if _texts(layout, row):
                columns[place][row - 1] = columns[place][first - 1]
    if layout.two_lines:
        for place, text in heading_of_two_lines(worksheet, layout.header_row).items():
            columns[place][layout.header_row - 1] = text
    return replace(layout, worksheet=replace(worksheet, columns=columns))


def _merges(layout: Layout) -> list[tuple[int, int, int]]:
    """The column's place, the first and the last row of each cell merged over rows of the table."""
    worksheet = layout.worksheet
    return [
        (left - 1, first, last)
        for first, left, last, right in worksheet.merges
        if left == right <= len(worksheet.columns)
        and layout.header_row < first < last <= worksheet.height
        and not is_empty(worksheet.columns[left - 1][first - 1])
    ]


def _told(layout: Layout) -> list[str]:
    """What is said of merged cells, where their column is one that is read."""
    used = set(layout.columns.values())
    notes = [
        f'"{shown(layout.worksheet.columns[place][first - 1])}" is one merged cell, '
        f"{column_letters(place + 1)}{first} to {column_letters(place + 1)}{last}: it is taken for "
        "each of its rows"
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

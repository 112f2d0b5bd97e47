"""A workbook by calamine: its worksheets, and the cells of one column by column."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import python_calamine as calamine

from importer.model.errors import SheetError
from importer.sheets.reading.container import PROTECTED
from importer.sheets.xlsx.expat import UNREADABLE

_AT_ONCE = 1_000  # rows


@dataclass(frozen=True, slots=True)
class Listed:
    """A worksheet as the workbook lists it."""

    name: str
    visible: bool
    number: int  # among all sheets, charts too, from 0


@dataclass(frozen=True, slots=True)
class CalamineTable:
    columns: list[list[Any]]  # from A; "" where a cell is empty
    filled: int  # rows that hold a value
    merges: list[tuple[int, int, int, int]]  # where calamine knows of them: in an .xls; from 1


class Book:
    """Opened when it is first asked; raises SheetError where calamine cannot read it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def _opened(self) -> Any:
        try:
            return calamine.CalamineWorkbook.from_filelike(io.BytesIO(self._content))
        except calamine.PasswordError as error:
            raise SheetError(PROTECTED) from error
        except MemoryError:
            raise
        except BaseException as error:  # PanicException is no Exception
            raise SheetError(UNREADABLE) from error

    def sheets(self) -> list[Listed]:
        visible, worksheet = calamine.SheetVisibleEnum.Visible, calamine.SheetTypeEnum.WorkSheet
        return [
            Listed(sheet.name, sheet.visible == visible, number)
            for number, sheet in enumerate(self._opened.sheets_metadata)
            if sheet.typ == worksheet
        ]

    def table(self, name: str) -> CalamineTable:
        """The cells of a worksheet; its rows begin in the first column that holds anything."""
        sheet = self._sheet(name)
        columns, filled = columns_of(sheet.iter_rows())
        left, height = (sheet.start or (0, 0))[1], len(columns[0]) if columns else 0
        merges = [
            (top + 1, first + 1, bottom + 1, last + 1)
            for (top, first), (bottom, last) in sheet.merged_cell_ranges or ()
        ]
        return CalamineTable([[""] * height for _ in range(left)] + columns, filled, merges)

    def _sheet(self, name: str) -> Any:
        try:
            return self._opened.get_sheet_by_name(name)
        except MemoryError:
            raise
        except BaseException as error:  # PanicException is no Exception
            raise SheetError(UNREADABLE) from error


def columns_of(rows: Iterable[list[Any]]) -> tuple[list[list[Any]], int]:
    """The cells by column, and how many rows hold a value."""
    columns: list[list[Any]] = []
    filled, stream = 0, iter(rows)
    while some := list(islice(stream, _AT_ONCE)):
        filled += sum(row.count("") < len(row) for row in some)
        columns = columns or [[] for _ in some[0]]
        for column, cells in zip(columns, zip(*some, strict=True), strict=True):
            column.extend(cells)
    return columns, filled


def chosen(sheets: list[Listed], wanted: str | None) -> tuple[list[Listed], list[str]]:
    """The worksheets to read, and notes on those that are not read; raises SheetError."""
    if wanted is not None:
        return _named(sheets, wanted), []
    if not sheets:
        raise SheetError(UNREADABLE)
    visible = [sheet for sheet in sheets if sheet.visible]
    if not visible:
        raise SheetError("has no visible worksheet; unhide the one to be read and save it")
    hidden = [sheet.name for sheet in sheets if not sheet.visible]
    return visible, [f'the hidden worksheet "{name}" was not read' for name in hidden]


def _named(sheets: list[Listed], wanted: str) -> list[Listed]:
    named = [sheet for sheet in sheets if sheet.name == wanted]
    if not named:
        names = ", ".join(sheet.name for sheet in sheets)
        raise SheetError(f'has no worksheet "{wanted}"; it has {names}')
    return named

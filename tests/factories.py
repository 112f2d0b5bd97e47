"""Rows and sheets of each operation, typical but for what a test changes."""

from collections.abc import Mapping
from typing import Any

from importer.columns import Value
from importer.columns.kind import read_column
from importer.model.cells import Cell
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.operations.operation import Field, Operation
from importer.runs.validate import Validation, validate

ORDER = "bf2a2717-dd70-5428-a688-98bdc4bcb7e7"
ITEM = "0ca0a452-2f7b-5a50-8b28-4e0b8d1fa742"


def example(operation: str) -> dict[str, Cell]:
    """The cells of the example row that an operation's columns and its template show."""
    fields = operations()[operation].fields
    return {f.name: f.about.example for f in fields if f.about.example is not None}


def typical(operation: str) -> dict[str, Value]:
    """The values of that row, as they are once they were read."""
    fields = {field.name: field for field in operations()[operation].fields}
    cells = example(operation)
    return {name: _read(fields[name], cell) for name, cell in cells.items()}


def _read(field: Field, cell: Cell) -> Value:
    (value,), wrong = read_column(field.kind, [cell], field.about)
    assert not wrong, wrong
    return value


def row(operation: str, number: int = 2, **changes: Any) -> Any:
    """One row of an operation, as it is once it was read."""
    return rows(operation, changes, first=number)[0]


def rows(operation: str, *changes: Mapping[str, Any], first: int = 2) -> list[Any]:
    """Rows of an operation, numbered from `first` on."""
    known = operations()[operation]
    values = _columns(known, typical(operation), changes)
    every = {field.name: values.get(field.name, [None] * len(changes)) for field in known.fields}
    return known.make_rows(ids(first, len(changes)), every)


def check(
    operation: str,
    *changes: Mapping[str, Cell],
    row_faults: Mapping[int, str] | None = None,
    **care: bool,
) -> Validation:
    """What validation makes of a sheet of typical rows, each with its changes, from row 2 on.

    Only the columns that a typical row fills or a change names are in the sheet.
    """
    known = operations()[operation]
    cells = _columns(known, example(operation), changes)
    return validate(known, ids(2, len(changes)), cells, row_faults, **care)


def problems(operation: str, *changes: Mapping[str, Cell]) -> list[tuple[int, str, str]]:
    """Each problem of such a sheet: row, column and sentence."""
    return [(p.row, p.column, p.message) for p in check(operation, *changes).problems]


def warnings(operation: str, *changes: Mapping[str, Cell]) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.message) for p in check(operation, *changes).warnings]


def ids(first: int, count: int) -> list[RowId]:
    """So many rows of a sheet, from one on."""
    return [RowId(row) for row in range(first, first + count)]


def _columns(
    known: Operation[Any], typical: Mapping[str, Any], changes: tuple[Mapping[str, Any], ...]
) -> dict[str, list[Any]]:
    named = [*typical, *(name for change in changes for name in change)]
    unknown = set(named) - {field.name for field in known.fields}
    assert not unknown, f"{known.name} has no {unknown}"
    return {name: [{**typical, **change}.get(name) for change in changes] for name in named}

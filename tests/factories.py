"""Rows and sheets of each operation, typical but for what a test changes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from importer.model.cells import Cell
from importer.operations import operations
from importer.operations.operation import Operation
from importer.runs.validate import Validation, validate

ORDER = "bf2a2717-dd70-5428-a688-98bdc4bcb7e7"
ITEM = "0ca0a452-2f7b-5a50-8b28-4e0b8d1fa742"

TYPICAL: Mapping[str, Mapping[str, Any]] = {
    "add_tracking": {
        "po_id": 10001,
        "tracking_number": "1Z999AA10123456784",
        "carrier": "UPS",
        "shipped_on": date(2026, 11, 20),
        "shipping_status": "Fully Shipped",
    },
    "update_items": {"po_id": 10001, "po_item_id": 100011, "qty_units_ordered": 24},
    "link_to_po": {
        "order_id": 50001,
        "existing_po_id": 10001,
        "order_item_id": 500011,
        "qty_for_po": 2,
    },
    "update_shipping": {"po_id": "se-101", "tracking_number": "1Z999AA10123456784"},
    "notify_shipped": {
        "sales_order_id": ORDER,
        "tracking_number": "9374869901600064074368",
        "carrier_code": "stamps_com",
    },
}


def row(operation: str, number: int = 2, **changes: Any) -> Any:
    """One row of an operation, as it is once it was read."""
    return rows(operation, changes, first=number)[0]


def rows(operation: str, *changes: Mapping[str, Any], first: int = 2) -> list[Any]:
    """Rows of an operation, numbered from `first` on."""
    known = operations()[operation]
    values = _columns(known, TYPICAL[operation], changes)
    every = {field.name: values.get(field.name, [None] * len(changes)) for field in known.fields}
    return known.make_rows(range(first, first + len(changes)), every)


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
    cells = _columns(known, TYPICAL[operation], changes)
    return validate(known, range(2, 2 + len(changes)), cells, row_faults, **care)


def problems(operation: str, *changes: Mapping[str, Cell]) -> list[tuple[int, str, str]]:
    """Each problem of such a sheet: row, column and sentence."""
    return [(p.row, p.column, p.message) for p in check(operation, *changes).problems]


def warnings(operation: str, *changes: Mapping[str, Cell]) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.message) for p in check(operation, *changes).warnings]


def _columns(
    known: Operation[Any], typical: Mapping[str, Any], changes: tuple[Mapping[str, Any], ...]
) -> dict[str, list[Any]]:
    named = [*typical, *(name for change in changes for name in change)]
    unknown = set(named) - {field.name for field in known.fields}
    assert not unknown, f"{known.name} has no {unknown}"
    return {name: [{**typical, **change}.get(name) for change in changes] for name in named}

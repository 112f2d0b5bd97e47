"""Quantities, prices and expected dates of items on Sellercloud purchase orders.

Source of all facts: "Update Purchase Order Items" and "Get Purchase Order Items",
developer.sellercloud.com.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from importer.columns import Identifier, Instant, Money, WholeNumber
from importer.columns.column import PO_ID_ALIASES, column, number_column, rule
from importer.model.calls import Call, absent, same_value
from importer.operations.operation import UNDO, Operation, Row, TakenBack, Unclear
from importer.platforms.sellercloud import Sellercloud

UNIT_FIELDS = ["qty_units_ordered", "unit_price"]
CASE_FIELDS = ["qty_cases_ordered", "qty_units_per_case", "case_price"]
THEIR_NAMES = {
    "qty_units_ordered": "QtyUnitsOrdered",
    "unit_price": "UnitPrice",
    "qty_cases_ordered": "QtyCasesOrdered",
    "qty_units_per_case": "QtyUnitsPerCase",
    "case_price": "CasePrice",
    "expected_delivery_date": "ExpectedDeliveryDate",
}
CHANGES = list(THEIR_NAMES)


class ItemRow(Row):
    po_id: Identifier = number_column(
        "PO ID", "Sellercloud's number of the purchase order", aliases=PO_ID_ALIASES, example=10001
    )
    po_item_id: Identifier = number_column(
        "PO Item ID",
        "Sellercloud's number of the line on the purchase order; not the SKU",
        aliases=["Item ID", "POItemID"],
        example=100011,
    )
    qty_units_ordered: WholeNumber | None = number_column(
        "Qty Units Ordered",
        "Only for a purchase order that is not in case mode",
        aliases=["Quantity", "Qty"],
        ge=0,
        example=24,
    )
    unit_price: Money | None = column(
        "Unit Price",
        "Only for a purchase order that is not in case mode",
        aliases=["Price", "Cost"],
        ge=0,
        example="5.25",
    )
    qty_cases_ordered: WholeNumber | None = number_column(
        "Qty Cases Ordered", "Only for a purchase order in case mode", ge=0
    )
    qty_units_per_case: WholeNumber | None = number_column(
        "Qty Units Per Case", "Only for a purchase order in case mode"
    )
    case_price: Money | None = column("Case Price", "Only for a purchase order in case mode", ge=0)
    expected_delivery_date: Instant | None = column(
        "Expected Delivery Date", aliases=["ETA"], example="2026-12-01"
    )

    @rule(
        "changes nothing: fill at least one of the quantities, prices or dates",
        at="po_item_id",
        looks_at=CHANGES,
    )
    def changes_something(cls, rows: pd.DataFrame) -> Any:
        return rows[CHANGES].notna().any(axis=1)

    @rule(
        "unit and case fields in one row; a purchase order is in case mode or it is not",
        at="qty_cases_ordered",
    )
    def units_or_cases(cls, rows: pd.DataFrame) -> Any:
        return ~(rows[UNIT_FIELDS].notna().any(axis=1) & rows[CASE_FIELDS].notna().any(axis=1))

    @rule(
        "item {po_item_id} appears more than once for PO {po_id} (rows {rows}); keep one",
        at="po_item_id",
        within=["po_id", "po_item_id"],
    )
    def item_once(cls, rows: pd.DataFrame) -> Any:
        line = ["po_id", "po_item_id"]
        return ~(rows.duplicated(line, keep=False) & rows[line].notna().all(axis=1))


class UpdateItems(Operation[ItemRow]):
    title = "Update items"
    summary = (
        "Changes quantities, prices and expected dates of items on Sellercloud purchase orders."
    )
    platform = Sellercloud
    row = ItemRow
    group_by = ("po_id",)
    repeatable = True  # the values are absolute: the same PUT again changes nothing
    verified = True  # one GET for each PO
    keys = ("po_id", "po_item_id")

    def touches(self, row: ItemRow) -> tuple[str, ...]:
        return (f"PO {row.po_id}",)

    def call(self, rows: Sequence[ItemRow]) -> Call:
        items = [{"ID": row.po_item_id, **changes(row)} for row in rows]
        return Call("PUT", f"PurchaseOrders/{rows[0].po_id}/Items", {"Items": items})

    def read_back(self, rows: Sequence[ItemRow]) -> Call:
        return Call("GET", f"PurchaseOrders/{rows[0].po_id}/Items")

    def is_applied(self, row: ItemRow, content: Any) -> bool | None:
        match content:
            case {"Items": list(items)}:
                item = items_of(content).get(str(row.po_item_id))
                if item is None:
                    return absent(content, items)
                wanted = {name: value for name, value in changes(row).items() if value is not None}
                return all(same_value(value, item.get(name)) for name, value in wanted.items())
            case _:
                return None

    def current(self, row: ItemRow, content: Any) -> Mapping[str, Any] | None:
        item = items_of(content).get(str(row.po_item_id))
        if item is None:
            if self.is_applied(row, content) is None:
                raise Unclear("the answer shows only a page of the items")
            return None
        return {name: item.get(theirs) for name, theirs in THEIR_NAMES.items()}

    def extras(self, rows: Sequence[ItemRow], content: Any) -> list[Mapping[str, Any]]:
        wanted = {str(row.po_item_id) for row in rows}
        return [
            {
                "PO Item ID": number,
                "Product": item.get("ProductID"),
                "Qty Units Ordered": item.get("QtyUnitsOrdered"),
            }
            for number, item in items_of(content).items()
            if number not in wanted
        ]

    def undoing(self) -> Operation[Any]:
        return RestoreItems()

    def taken_back(self, row: ItemRow, before: Mapping[str, Any] | None, content: Any) -> TakenBack:
        return self.restored(row, before, content)

    def subject(self, row: ItemRow) -> tuple[Any, ...]:
        return (row.po_id, row.po_item_id)


class RestoreItems(UpdateItems):
    title = "Restore items"
    summary = "Sets items of Sellercloud purchase orders to what they were before a run."
    name = f"{UNDO}update_items"


def items_of(content: Any) -> dict[str, Mapping[str, Any]]:
    """The items of a purchase order by their id, whatever came."""
    items = content.get("Items") if isinstance(content, Mapping) else None
    return {str(item.get("ID")): item for item in items or [] if isinstance(item, Mapping)}


def changes(row: ItemRow) -> dict[str, Any]:
    return {theirs: getattr(row, name) for name, theirs in THEIR_NAMES.items()}

"""Sales orders linked to Sellercloud purchase orders, existing or new.

Source of all facts: "Link Sales Order to PO (Crossdock)", developer.sellercloud.com.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from importer.columns import Identifier, Text, WholeNumber
from importer.columns.column import PO_ID_ALIASES, agreement, column, number_column, rule
from importer.model.calls import Call
from importer.operations.operation import Operation, Row
from importer.platforms.sellercloud import Sellercloud

WHOLE_ORDER = 0  # the value of an Order Item ID cell that says ALL; real ids begin at 1
PAIR = ["order_id", "existing_po_id", "new_po_company_id", "new_po_vendor_id"]
ITEM = [*PAIR, "order_item_id"]


class LinkRow(Row):
    order_id: Identifier = number_column(
        "Order ID",
        "Sellercloud's number of the sales order",
        aliases=["Sales Order ID", "Order Number", "Order #"],
        example=50001,
    )
    existing_po_id: Identifier | None = number_column(
        "Existing PO ID",
        "The purchase order to link to; or fill the two New PO columns",
        aliases=PO_ID_ALIASES,
        example=10001,
    )
    new_po_company_id: Identifier | None = number_column(
        "New PO Company ID",
        "With New PO Vendor ID: a purchase order is created",
        aliases=["Company ID"],
    )
    new_po_vendor_id: Identifier | None = number_column(
        "New PO Vendor ID",
        "With New PO Company ID: a purchase order is created",
        aliases=["Vendor ID"],
    )
    order_item_id: Identifier = number_column(
        "Order Item ID",
        "The order's item to link, or ALL for the whole order",
        words={"ALL": WHOLE_ORDER},
        ge=WHOLE_ORDER,
        example=500011,
        if_empty="is empty, which would link the whole order; write an item's id, or ALL",
    )
    qty_for_po: WholeNumber | None = number_column(
        "Qty For PO", "Needed with an Order Item ID", aliases=["Quantity", "Qty"], example=2
    )
    kit_product_id: Text | None = column(
        "Kit Product ID",
        "For a kit: one row for each product of the order item",
        aliases=["Bundle Product ID"],
        str_length={"max_value": 200},
    )
    kit_qty: WholeNumber | None = number_column(
        "Kit Qty", "Needed with a Kit Product ID", aliases=["Bundle Qty"]
    )

    @rule(
        "the row names no purchase order; fill Existing PO ID, or New PO Company ID and Vendor ID",
        at="existing_po_id",
        looks_at=["new_po_company_id", "new_po_vendor_id"],
    )
    def names_a_po(cls, rows: pd.DataFrame) -> Any:
        return rows[["existing_po_id", "new_po_company_id", "new_po_vendor_id"]].notna().any(axis=1)

    @rule(
        "the row names an existing purchase order and a new one; empty one or the other",
        at="existing_po_id",
    )
    def names_one_po(cls, rows: pd.DataFrame) -> Any:
        new = rows.new_po_company_id.notna() | rows.new_po_vendor_id.notna()
        return ~(rows.existing_po_id.notna() & new)

    @rule(
        "a new purchase order needs both New PO Company ID and New PO Vendor ID",
        at="new_po_company_id",
        looks_at=["new_po_vendor_id"],
    )
    def new_po_is_whole(cls, rows: pd.DataFrame) -> Any:
        return rows.new_po_company_id.notna() == rows.new_po_vendor_id.notna()

    @rule("is empty, and needed to link item {order_item_id}", at="qty_for_po")
    def item_has_quantity(cls, rows: pd.DataFrame) -> Any:
        return ~(rows.order_item_id > WHOLE_ORDER) | rows.qty_for_po.notna()

    @rule(
        "ALL links every item of the order in full; empty the quantity and kit columns",
        at="order_item_id",
    )
    def whole_order_has_no_parts(cls, rows: pd.DataFrame) -> Any:
        parts = rows[["qty_for_po", "kit_product_id", "kit_qty"]].notna().any(axis=1)
        return ~((rows.order_item_id == WHOLE_ORDER) & parts)

    @rule(
        "ALL is next to other rows of the same order and PO (rows {rows}); keep one or the other",
        at="order_item_id",
        within=PAIR,
        good_rows_only=True,
    )
    def whole_order_stands_alone(cls, rows: pd.DataFrame) -> Any:
        whole = rows.assign(whole=rows.order_item_id == WHOLE_ORDER)
        pairs = whole.groupby(PAIR, dropna=False)["whole"]
        return ~(pairs.transform("any") & (pairs.transform("size") > 1))

    @rule(
        "Kit Product ID and Kit Qty go together; fill both or none",
        at="kit_product_id",
        looks_at=["kit_qty"],
    )
    def kit_is_whole(cls, rows: pd.DataFrame) -> Any:
        return rows.kit_product_id.notna() == rows.kit_qty.notna()

    @rule(
        "item {order_item_id} appears more than once (rows {rows}), and not as products of one kit",
        at="order_item_id",
        looks_at=["kit_product_id"],
        within=ITEM,
    )
    def item_once(cls, rows: pd.DataFrame) -> Any:
        repeated = rows.duplicated([*ITEM, "kit_product_id"], keep=False)
        several = rows.duplicated(ITEM, keep=False)
        items = rows.order_id.notna() & (rows.order_item_id > WHOLE_ORDER)
        return ~(items & (repeated | (several & rows.kit_product_id.isna())))

    kit_rows_agree = agreement(
        "item {order_item_id} has more than one Qty For PO (rows {rows}); make them agree",
        at="qty_for_po",
        within=ITEM,
    )


class LinkToPo(Operation[LinkRow]):
    title = "Link orders to purchase orders"
    summary = (
        "Links Sellercloud sales orders, whole or by item, to existing or new purchase orders."
    )
    platform = Sellercloud
    row = LinkRow
    group_by = tuple(PAIR)
    po = "existing_po_id"
    repeatable = False  # linking adds quantities to the PO; with New PO each call creates one more

    reads_first = True  # an order linked before, in part, looks as if this call had linked it

    def touches(self, row: LinkRow) -> tuple[str, ...]:
        order = f"order {row.order_id}"
        return (order,) if row.existing_po_id is None else (order, f"PO {row.existing_po_id}")

    def atom(self, row: LinkRow) -> Hashable:
        if row.existing_po_id is None:
            return "new PO"  # a part sent by itself would create one more
        return row.order_item_id  # the products of one kit make one entry

    def call(self, rows: Sequence[LinkRow]) -> Call:
        first = rows[0]
        body: dict[str, Any] = (
            {"NewPo": {"CompanyID": first.new_po_company_id, "VendorID": first.new_po_vendor_id}}
            if first.existing_po_id is None
            else {"ExistingPo": {"PoID": first.existing_po_id}}
        )
        if first.order_item_id != WHOLE_ORDER:  # without Items the whole order is linked
            body["Items"] = linked_items(rows)
        return Call("POST", f"Orders/{first.order_id}/LinkToPo", body)

    def read_back(self, rows: Sequence[LinkRow]) -> Call | None:
        if rows[0].existing_po_id is None:
            return None  # a PO that this call created cannot be told from another
        return Call("GET", f"PurchaseOrders/{rows[0].existing_po_id}")

    def is_applied(self, row: LinkRow, content: Any) -> bool | None:
        # RelatedItems names the order, not its items.
        orders = related_orders(content)
        return None if orders is None else str(row.order_id) in orders

    def extras(self, rows: Sequence[LinkRow], content: Any) -> list[Mapping[str, Any]]:
        wanted = {str(row.order_id) for row in rows}
        return [{"Order ID": each} for each in related_orders(content) or [] if each not in wanted]


def related_orders(content: Any) -> list[str] | None:
    """The orders that a purchase order names; None where the answer names none of its kind."""
    related = content.get("RelatedItems") if isinstance(content, dict) else None
    if not isinstance(related, list):
        return None
    entries = (entry for entry in related if isinstance(entry, dict))
    return [str(e.get("ID")) for e in entries if str(e.get("RecordType")) == "Order"]


def linked_items(rows: Sequence[LinkRow]) -> list[dict[str, Any]]:
    """One entry an order item; the rows of a kit become its BundleItems."""
    items: dict[int, dict[str, Any]] = {}
    for row in rows:
        item = items.setdefault(
            row.order_item_id, {"OrderItemID": row.order_item_id, "QtyForPo": row.qty_for_po}
        )
        if row.kit_product_id is not None:
            product = {"ProductID": row.kit_product_id, "QtyForPo": row.kit_qty}
            item.setdefault("BundleItems", []).append(product)
    return list(items.values())

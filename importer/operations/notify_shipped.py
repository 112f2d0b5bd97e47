"""Notices to a sales order's source that it was shipped, through ShipEngine.

Source of all facts: "Notify The Order Source" and the pages on sales orders, docs.shipstation.com
(ShipEngine). The answer's body is undocumented, and nothing shows afterwards which tracking
number was notified: a lost answer cannot be resolved by a read back.
"""

from collections.abc import Hashable, Sequence
from typing import Any, NoReturn

import pandas as pd

from importer.columns import CarrierCode, Code, TrackingNumber, WholeNumber
from importer.columns.column import agreement, column, number_column, rule
from importer.model.calls import Call
from importer.operations.operation import Operation, Row, Unclear
from importer.platforms.shipengine import ShipEngine

UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
KNOWN_CODES = {
    "USPS": "stamps_com",
    "Stamps.com": "stamps_com",
    "FedEx": "fedex",
    "UPS": "ups",
    "DHL Express": "dhl_express",
}
PARCEL = ["sales_order_id", "tracking_number"]
ITEM = ["sales_order_id", "sales_order_item_id"]
NOT_A_UUID = "is not a ShipEngine id: they look like bf2a2717-dd70-5428-a688-98bdc4bcb7e7"


class NoticeRow(Row):
    sales_order_id: Code = column(
        "Sales Order ID",
        "ShipEngine's id of the sales order",
        aliases=["Order ID"],
        str_matches=UUID,
        if_other=NOT_A_UUID,
        example="bf2a2717-dd70-5428-a688-98bdc4bcb7e7",
    )
    tracking_number: TrackingNumber = column(
        "Tracking Number",
        "As the carrier prints it; format the column as Text",
        aliases=["Tracking #", "Tracking No", "Tracking"],
        example="9374869901600064074368",
    )
    carrier_code: CarrierCode = column(
        "Carrier Code",
        "ShipEngine's spelling of a carrier of your account; USPS becomes stamps_com",
        aliases=["Carrier", "Ship Via"],
        choices=KNOWN_CODES,
        example="stamps_com",
    )
    sales_order_item_id: Code | None = column(
        "Sales Order Item ID",
        "Empty: the whole order was shipped",
        aliases=["Item ID"],
        str_matches=UUID,
        if_other=NOT_A_UUID,
        example="0ca0a452-2f7b-5a50-8b28-4e0b8d1fa742",
    )
    quantity: WholeNumber | None = number_column(
        "Quantity",
        "Shipped of this item with this tracking number",
        aliases=["Qty", "Qty Shipped", "Quantity Shipped"],
        example=1,
    )
    quantity_ordered: WholeNumber | None = number_column(
        "Quantity Ordered",
        "Never sent: where it is there, the quantities of the item's rows may not exceed it",
        aliases=["Qty Ordered", "Ordered"],
    )

    @rule(
        "Sales Order Item ID and Quantity go together; fill both or none",
        at="quantity",
        looks_at=["sales_order_item_id"],
    )
    def item_has_quantity(cls, rows: pd.DataFrame) -> Any:
        return rows.sales_order_item_id.notna() == rows.quantity.notna()

    one_carrier = agreement(
        "the tracking number has more than one carrier for this order (rows {rows})",
        at="carrier_code",
        within=PARCEL,
    )

    @rule(
        "the item appears more than once for this tracking number (rows {rows}); keep one",
        at="sales_order_item_id",
        within=[*PARCEL, "sales_order_item_id"],
    )
    def item_once(cls, rows: pd.DataFrame) -> Any:
        parcel_item = [*PARCEL, "sales_order_item_id"]
        return ~(rows.duplicated(parcel_item, keep=False) & rows[parcel_item].notna().all(axis=1))

    @rule(
        "over-notified: a row without an item notifies the whole order, and rows {rows} notify it "
        "too; keep the one or the others",
        at="sales_order_id",
        within=["sales_order_id"],
        good_rows_only=True,
    )
    def whole_order_once(cls, rows: pd.DataFrame) -> Any:
        whole = rows.sales_order_id.notna() & rows.sales_order_item_id.isna()
        notified_whole = rows.sales_order_id.isin(rows.sales_order_id[whole])
        return ~(notified_whole & rows.duplicated(["sales_order_id"], keep=False))

    @rule(
        "over-notified: rows {rows} notify more of this item than its Quantity Ordered",
        at="quantity",
        within=ITEM,
        good_rows_only=True,
    )
    def not_more_than_ordered(cls, rows: pd.DataFrame) -> Any:
        items = rows.groupby(ITEM)
        return items["quantity"].transform("sum") <= items["quantity_ordered"].transform("min")


class NotifyShipped(Operation[NoticeRow]):
    title = "Notify that orders were shipped"
    summary = (
        "Tells the source of ShipEngine sales orders, whole or by item, that they were shipped."
    )
    platform = ShipEngine
    row = NoticeRow
    group_by = ("sales_order_id", "tracking_number")
    po = "sales_order_id"
    repeatable = False  # the source may write to the buyer each time
    most_rows = 1000
    tracking = ("tracking_number", "carrier_code")
    blames = {  # noqa: RUF012  (a ClassVar by the contract)
        name: name
        for name in ("tracking_number", "carrier_code", "sales_order_item_id", "quantity")
    }

    def touches(self, row: NoticeRow) -> tuple[str, ...]:
        return (f"order {row.sales_order_id}",)

    def atom(self, row: NoticeRow) -> Hashable:
        return row.tracking_number  # one parcel, one notice

    def call(self, rows: Sequence[NoticeRow]) -> Call:
        first = rows[0]
        body: dict[str, Any] = {
            "tracking_number": first.tracking_number,
            "carrier_code": first.carrier_code,
        }
        if first.sales_order_item_id is not None:
            body["sales_order_items"] = [
                {"sales_order_item_id": row.sales_order_item_id, "quantity": row.quantity}
                for row in rows
            ]
        return Call("POST", f"v-beta/sales_orders/{first.sales_order_id}/notify_shipped", body)

    def question(self, rows: Sequence[NoticeRow]) -> Call:
        return Call("GET", f"v-beta/sales_orders/{rows[0].sales_order_id}")

    def current(self, row: NoticeRow, content: Any) -> NoReturn:  # noqa: ARG002  (the contract)
        """Nothing shows which tracking number was notified; the order's status is all there is."""
        match content:
            case {"sales_order_status": {"fulfillment_status": str(status)}}:
                raise Unclear(f"ShipEngine calls the order {status}")
            case _:
                raise Unclear("ShipEngine shows no fulfilment status")

    def identity(self, row: NoticeRow) -> tuple[Any, ...]:
        return (row.sales_order_id, row.tracking_number, row.sales_order_item_id, row.quantity)

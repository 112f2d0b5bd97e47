"""Shipping details of ShipStation purchase orders.

Source of all facts: "Update purchase order shipping details", docs.shipstation.com (v2).
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from importer.columns import Capitals, Choice, Code, Instant, Text, TrackingNumber
from importer.columns.column import PO_ID_ALIASES, agreement, column, rule
from importer.model.calls import Call, same_value
from importer.operations.operation import UNDO, Operation, Row, TakenBack, Unclear
from importer.platforms.shipstation import ShipStation

PAYMENT_TERMS = {
    "None": "none",
    "Cash On Delivery": "cash_on_delivery",
    "Payment On Receipt": "payment_on_receipt",
    "Payment In Advance": "payment_in_advance",
    **{f"Net {days}": f"net_{days}" for days in (7, 15, 30, 45, 60)},
    "COD": "cash_on_delivery",
}
STATUSES = ("none", "unpaid", "partially_paid", "paid", "refunded", "credit_issued", "other")
PAYMENT_STATUSES = {status.replace("_", " ").title(): status for status in STATUSES}
DETAILS = [
    "order_date",
    "expected_delivery_date",
    "payment_terms",
    "payment_status",
    "currency_code",
    "shipping_carrier",
    "tracking_number",
    "reference_number",
    "note_to_supplier",
]  # the endpoint's own names, and ours


def one(name: str, title: str) -> Any:
    """The rule that the rows of a purchase order agree in a detail, where they name it."""
    message = f"{{po_id}} has more than one {title} (rows {{rows}}); a purchase order has only one"
    return agreement(message, at=name, within=["po_id"])


class ShippingRow(Row):
    po_id: Code = column(
        "PO ID",
        "ShipStation's id of the purchase order, which must be open",
        aliases=PO_ID_ALIASES,
        example="se-101",
    )
    order_date: Instant | None = column("Order Date", aliases=["PO Date"])
    expected_delivery_date: Instant | None = column(
        "Expected Delivery Date", aliases=["ETA"], example="2026-12-01"
    )
    payment_terms: Choice | None = column("Payment Terms", aliases=["Terms"], choices=PAYMENT_TERMS)
    payment_status: Choice | None = column("Payment Status", choices=PAYMENT_STATUSES)
    currency_code: Capitals | None = column(
        "Currency Code",
        "Three capital letters, ISO 4217",
        aliases=["Currency"],
        str_matches=r"^[A-Z]{3}$",
        if_other="is not a currency code: write three letters, such as USD",
    )
    shipping_carrier: Text | None = column(
        "Shipping Carrier",
        "In your own words",
        aliases=["Carrier", "Ship Via"],
        str_length={"max_value": 200},
        example="UPS",
    )
    tracking_number: TrackingNumber | None = column(
        "Tracking Number",
        "ShipStation keeps one for each purchase order",
        aliases=["Tracking #", "Tracking No", "Tracking"],
        example="1Z999AA10123456784",
    )
    reference_number: Text | None = column(
        "Reference Number", aliases=["Reference", "Ref"], str_length={"max_value": 200}
    )
    note_to_supplier: Text | None = column(
        "Note To Supplier", aliases=["Note", "Notes"], str_length={"max_value": 2000}
    )

    @rule("changes nothing: fill at least one column beside PO ID", at="po_id", looks_at=DETAILS)
    def changes_something(cls, rows: pd.DataFrame) -> Any:
        return rows[DETAILS].notna().any(axis=1)

    one_tracking_number = agreement(
        "{po_id} has several tracking numbers (rows {rows}), but ShipStation keeps only one: "
        "the last would overwrite the others",
        at="tracking_number",
        within=["po_id"],
    )
    one_order_date = one("order_date", "Order Date")
    one_expected_delivery_date = one("expected_delivery_date", "Expected Delivery Date")
    one_payment_terms = one("payment_terms", "Payment Terms")
    one_payment_status = one("payment_status", "Payment Status")
    one_currency_code = one("currency_code", "Currency Code")
    one_shipping_carrier = one("shipping_carrier", "Shipping Carrier")
    one_reference_number = one("reference_number", "Reference Number")
    one_note_to_supplier = one("note_to_supplier", "Note To Supplier")


class UpdateShipping(Operation[ShippingRow]):
    title = "Update shipping details"
    summary = (
        "Sets dates, payment, carrier, tracking and notes of open ShipStation purchase orders."
    )
    platform = ShipStation
    row = ShippingRow
    group_by = ("po_id",)
    repeatable = True  # the values are absolute: the same POST again changes nothing
    in_reply = True  # a 200 answers the whole purchase order
    tracking = ("tracking_number", "shipping_carrier")
    keys = ("po_id",)
    blames = {name: name for name in DETAILS}  # noqa: RUF012  (a ClassVar by the contract)

    def touches(self, row: ShippingRow) -> tuple[str, ...]:
        return (f"PO {row.po_id}",)

    def atom(self, row: ShippingRow) -> Hashable:
        return row.po_id  # rows of one PO agree, and are one set of details

    def call(self, rows: Sequence[ShippingRow]) -> Call:
        path = f"v2/purchase_orders/{rows[0].po_id}/shipping_details"
        return Call("POST", path, {name: wished(rows, name) for name in DETAILS})

    def read_back(self, rows: Sequence[ShippingRow]) -> Call:
        return Call("GET", f"v2/purchase_orders/{rows[0].po_id}")

    def is_applied(self, row: ShippingRow, content: Any) -> bool | None:
        if not isinstance(content, dict) or "purchase_order_id" not in content:
            return None
        wishes = ((name, getattr(row, name)) for name in DETAILS)
        return all(
            same_value(wanted, content.get(name)) for name, wanted in wishes if wanted is not None
        )

    def current(self, row: ShippingRow, content: Any) -> Mapping[str, Any] | None:
        if self.is_applied(row, content) is None:
            raise Unclear("the answer is no purchase order")
        return {name: content.get(name) for name in DETAILS}

    def undoing(self) -> Operation[Any]:
        return RestoreShipping()

    def taken_back(
        self, row: ShippingRow, before: Mapping[str, Any] | None, content: Any
    ) -> TakenBack:
        return self.restored(row, before, content)

    def subject(self, row: ShippingRow) -> tuple[Any, ...]:
        return (row.po_id,)


class RestoreShipping(UpdateShipping):
    title = "Restore shipping details"
    summary = "Sets details of ShipStation purchase orders to what they were before a run."
    name = f"{UNDO}update_shipping"


def wished(rows: Sequence[ShippingRow], name: str) -> Any:
    """The one value that the rows of a purchase order give for a field; None where none does."""
    return next((value for row in rows if (value := getattr(row, name)) is not None), None)

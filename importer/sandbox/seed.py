"""The data every sandbox starts with, always the same, so that sample sheets can use it."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from importer.sandbox.state import (
    CANCELLED,
    COMPLETED,
    Order,
    OrderItem,
    OrderSource,
    PurchaseOrder,
    PurchaseOrderItem,
    SalesOrder,
    State,
    TrackingEntry,
)

COMPANY = 101
VENDORS = (201, 202, 203, 204)
CARRIERS = ("stamps_com", "ups", "fedex", "dhl_express")  # connected to the ShipEngine account
WAREHOUSE = "se-900"
BEGUN = "2026-01-05T09:00:00.000Z"
EARLIER_TRACKING_NUMBER = "1Z999AA10123456784"  # on purchase order 10019 from the start

COMPLETED_PO, CANCELLED_PO, DROPSHIP_PO, TRACKED_PO = 10018, 10017, 10016, 10019
UNIT_MODE_POS, CASE_MODE_POS, MANY_POS = (
    range(10001, 10021),
    range(10021, 10027),
    range(20001, 20401),
)
KIT_ORDERS = (50011, 50012)

_QUANTITIES, _PRICES = (10, 20, 30, 40), (5.00, 7.50, 9.99, 12.25)
_SHIPSTATION_STATUSES = {
    113: "draft",
    114: "receiving",
    115: "received",
    116: "cancelled",
    117: "closed",
}


def seed() -> State:
    """The records in README and the samples, and 400 of each kind for load tests."""
    source = OrderSource(order_source_id())
    state = State(
        purchase_orders={po.id: po for po in _purchase_orders()},
        orders={n: _order(n) for n in (*range(50001, 50013), *range(60001, 60401))},
        shipstation_orders={
            f"se-{n}": _shipstation_order(n) for n in (*range(101, 118), *range(1001, 1401))
        },
        sales_orders={
            sales_order_id(n): _sales_order(n) for n in (*range(1, 13), *range(1001, 1401))
        },
        order_sources={source.id: source},
    )
    _set_special_cases(state.purchase_orders)
    return state


@cache
def sales_order_id(n: int) -> str:
    """The id of sales order 1..12 or 1001..1400."""
    return _uuid(f"sales_orders/{n}")


@cache
def sales_order_item_id(n: int, k: int) -> str:
    """The id of item 1..3 of sales order `n`; their quantities are 2, 3 and 5."""
    return _uuid(f"sales_orders/{n}/items/{k}")


@cache
def order_source_id() -> str:
    return _uuid("order_sources/1")


def _uuid(path: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"https://sandbox.example/{path}"))


def _purchase_orders() -> Iterable[PurchaseOrder]:
    for po_id in (*UNIT_MODE_POS, *MANY_POS):
        lines = zip(range(1, 5), _QUANTITIES, _PRICES, strict=True)
        items = [_unit_line(po_id * 10 + k, quantity, price) for k, quantity, price in lines]
        yield _purchase_order(po_id, items)
    for po_id in CASE_MODE_POS:
        yield _purchase_order(
            po_id, [_case_line(po_id * 10 + k) for k in range(1, 5)], case_mode=True
        )


def _purchase_order(
    po_id: int, items: list[PurchaseOrderItem], *, case_mode: bool = False
) -> PurchaseOrder:
    vendor = VENDORS[(po_id - 1) % 4]
    return PurchaseOrder(po_id, COMPANY, vendor, items, BEGUN, BEGUN, case_mode)


def _unit_line(item_id: int, quantity: int, price: float) -> PurchaseOrderItem:
    return PurchaseOrderItem(item_id, f"SKU-{item_id}", quantity, price)


def _case_line(item_id: int) -> PurchaseOrderItem:
    return PurchaseOrderItem(item_id, f"SKU-{item_id}", 48, 4.0, 4, 12, 48.0)


def _set_special_cases(purchase_orders: dict[int, PurchaseOrder]) -> None:
    purchase_orders[COMPLETED_PO].status = COMPLETED
    purchase_orders[CANCELLED_PO].status = CANCELLED
    purchase_orders[DROPSHIP_PO].dropship = True
    purchase_orders[TRACKED_PO].tracking.append(
        TrackingEntry(
            9_000_000, EARLIER_TRACKING_NUMBER, "UPS", None, "2026-01-08T12:00:00.000Z", 0
        )
    )


def _order(order_id: int) -> Order:
    items = [
        OrderItem(order_id * 10 + k, f"SKU-{order_id * 10 + k}", qty)
        for k, qty in enumerate((2, 3, 5), 1)
    ]
    if order_id in KIT_ORDERS:
        items[2] = OrderItem(order_id * 10 + 3, "KIT-1", 5, ["KIT-1-A", "KIT-1-B"])
    return Order(order_id, COMPANY, BEGUN, items)


def _shipstation_order(n: int) -> dict[str, Any]:
    return {
        "purchase_order_id": f"se-{n}",
        "order_number": f"11202026-{n if n > 1000 else n - 100:02}",
        "supplier_id": "se-567",
        "supplier_name": "Sandbox Supplies",
        "status": _SHIPSTATION_STATUSES.get(n, "open"),
        "order_date": BEGUN,
        "expected_delivery_date": None,
        "create_date": BEGUN,
        "modify_date": BEGUN,
        "payment_terms": "none",
        "payment_status": "none",
        "currency_code": "USD",
        "shipping_carrier": None,
        "tracking_number": None,
        "reference_number": f"REF-{n}",
        "warehouse_id": WAREHOUSE,
        "note_to_supplier": None,
        "products": [
            {"sku": f"SKU-{n}", "supplier_sku": f"SUPP-SKU-{n}", "quantity": 100, "cost": 9.99}
        ],
    }


def _sales_order(n: int) -> SalesOrder:
    items = {sales_order_item_id(n, k): quantity for k, quantity in enumerate((2, 3, 5), 1)}
    return SalesOrder(sales_order_id(n), f"#SB{n}", order_source_id(), items, BEGUN, BEGUN)

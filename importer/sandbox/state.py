"""The data of the three platforms that every route reads and writes; nothing secret."""

from dataclasses import asdict, dataclass, field
from typing import Any

# Sellercloud's codes for a purchase order, as a client uses them; documents confirm only 1.
STATUSES = ("Saved", "Ordered", "Pending", "Received", "Cancelled", "Completed")
SAVED, ORDERED, PENDING, RECEIVED, CANCELLED, COMPLETED = range(6)


@dataclass(slots=True)
class PurchaseOrderItem:
    """A line of a purchase order. In case mode the units are calculated from the cases."""

    id: int
    product_id: str
    qty_units: int
    unit_price: float
    qty_cases: int = 0
    units_per_case: int = 0
    case_price: float = 0.0
    qty_received: int = 0
    expected_delivery: str | None = None


@dataclass(slots=True)
class TrackingEntry:
    id: int
    tracking_number: str
    carrier: str
    other_carrier: str | None
    shipped_on: str | None
    shipping_status: int


@dataclass(slots=True)
class PurchaseOrder:
    id: int
    company_id: int
    vendor_id: int
    items: list[PurchaseOrderItem]
    created_on: str
    updated_on: str
    case_mode: bool = False
    dropship: bool = False
    status: int = ORDERED
    shipping_status: int = 0  # 0 None, 1 PartiallyShipped, 2 FullyShipped
    description: str = ""
    tracking: list[TrackingEntry] = field(default_factory=list)
    linked_orders: list[int] = field(default_factory=list)
    tracking_number: str | None = None  # of the single-tracking route
    shipped_via: str | None = None
    shipped_on: str | None = None


@dataclass(slots=True)
class OrderItem:
    id: int
    product_id: str
    qty: int
    components: list[str] = field(default_factory=list)  # of a kit
    po_id: int | None = None  # the purchase order it is linked to


@dataclass(slots=True)
class Order:
    id: int
    company_id: int
    order_date: str
    items: list[OrderItem]
    dropship_status: str = "None"


@dataclass(slots=True)
class LinkedItem:
    order_item_id: int
    po_item_id: int
    product_id: str
    quantity: int


@dataclass(slots=True)
class Link:
    """One LinkToPo call that was applied."""

    id: int
    order_id: int
    po_id: int
    new_po: bool
    items: list[LinkedItem]
    undone: bool = False


@dataclass(slots=True)
class OrderSource:
    id: str
    active: bool = True
    status: str = "idle"
    polls_left: int = 0
    last_refresh_attempt: str | None = None
    refresh_date: str | None = None


@dataclass(slots=True)
class SalesOrder:
    id: str
    number: str
    source_id: str
    items: dict[str, int]  # item id -> quantity ordered
    created_at: str
    modified_at: str
    fulfillment_status: str = "unfulfilled"
    cancelled: bool = False


@dataclass(slots=True)
class Notice:
    """One notify_shipped call that was applied: what the marketplace is told."""

    id: int
    sales_order_id: str
    tracking_number: str
    carrier_code: str
    items: dict[str, int]  # item id -> quantity announced
    whole_order: bool


@dataclass(slots=True)
class State:
    """`links` and `notices` have one record per effect, so that a test can count them."""

    purchase_orders: dict[int, PurchaseOrder] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    shipstation_orders: dict[str, dict[str, Any]] = field(default_factory=dict)  # as answered
    sales_orders: dict[str, SalesOrder] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    order_sources: dict[str, OrderSource] = field(default_factory=dict)
    next_id: int = 9_000_001
    next_po_id: int = 30_001

    def new_id(self) -> int:
        """A number that no tracking entry, line, link or notice has."""
        self.next_id += 1
        return self.next_id - 1

    def new_po_id(self) -> int:
        self.next_po_id += 1
        return self.next_po_id - 1

    def notices_of(self, sales_order_id: str) -> list[Notice]:
        return [notice for notice in self.notices if notice.sales_order_id == sales_order_id]

    def snapshot(self) -> dict[str, Any]:
        """A copy, ready for JSON."""
        return asdict(self)

"""Sellercloud's purchase order details and list, and order details; field names differ."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from importer.sandbox.platform_api import World
from importer.sandbox.sellercloud_api.links import order_of
from importer.sandbox.sellercloud_api.replies import purchase_order, refusal
from importer.sandbox.sellercloud_api.tracking import UNSET_DATE
from importer.sandbox.state import PurchaseOrder, PurchaseOrderItem
from importer.sandbox.wire import Answer, Request, json_answer

LARGEST_PAGE = 50  # more is silently reduced (Get Purchase Orders by View)


def purchase_order_detail(world: World, _request: Request, po_id: str) -> Answer:
    """Get Single Purchase Order, with the fields that clients read beyond its sample."""
    po = purchase_order(world, po_id)
    total = round(sum(item.qty_units * item.unit_price for item in po.items), 2)
    return json_answer(
        {
            "Purchase": _header(po),
            "VendorAndInvoice": {"PaymentTermID": 0, "InvoiceNumber": None, "InvoiceDate": None},
            "Statuses": _statuses(po),
            "Changes": {"CreatedOn": po.created_on, "UpdatedOn": po.updated_on},
            "TotalInfo": {"GrandTotal": total},
            "Items": [_detail_line(item) for item in po.items],
            "CustomColumns": [],
            "RelatedItems": [{"RecordType": "Order", "ID": each} for each in po.linked_orders],
        }
    )


def purchase_orders(world: World, request: Request) -> Answer:
    query = {name.lower().removeprefix("model."): text for name, text in request.query.items()}
    matches = [po for po in world.state.purchase_orders.values() if _wanted(world, po, query)]
    size = min(_whole(query.get("pagesize"), 10), LARGEST_PAGE)
    start = (_whole(query.get("pagenumber"), 1) - 1) * size
    rows = [_row(po) for po in matches[start : start + size]]
    return json_answer({"Items": rows, "TotalResults": len(matches)})


def order_detail(world: World, _request: Request, order_id: str) -> Answer:
    order = order_of(world, order_id)
    details = {
        "CompanyId": order.company_id,
        "OrderSourceOrderId": f"SB-{order.id}",
        "OrderDate": order.order_date,
        "DropshipStatus": order.dropship_status,
    }
    lines = [
        {
            "ID": item.id,
            "ProductID": item.product_id,
            "ProductIDOriginal": item.product_id,
            "Qty": item.qty,
            "LineTotal": item.qty * 10.0,
            "Items": [{"ProductID": product} for product in item.components],
        }
        for item in order.items
    ]
    total = {"GrandTotal": sum(item.qty for item in order.items) * 10.0}
    return json_answer(
        {"OrderID": order.id, "OrderDetails": details, "OrderItems": lines, "TotalInfo": total}
    )


def _header(po: PurchaseOrder) -> dict[str, Any]:
    return {
        "POId": po.id,
        "CompanyId": po.company_id,
        "VendorId": po.vendor_id,
        "OrderedOn": po.created_on,
        "RequestedOn": UNSET_DATE,
        "OrderType": 0,
        "POType": 1 if po.dropship else 0,
        "Description": po.description,
        "DefaultWarehouseID": 1,
        "ExpectedDelivery": UNSET_DATE,
        "CancelByDate": UNSET_DATE,
        "CurrencyCode": 0,
        "ReceivingStatus": 0,
        "Instructions": "",
        "CancelledPOID": None,
    }


def _statuses(po: PurchaseOrder) -> dict[str, int]:
    return {
        "Status": po.status,
        "ReceivingStatus": 0,
        "PaymentStatus": 0,
        "ShippingStatus": po.shipping_status,
    }


def _detail_line(item: PurchaseOrderItem) -> dict[str, Any]:
    return {
        "ID": item.id,
        "ProductID": item.product_id,
        "ProductName": f"Product {item.product_id}",
        "QtyOrdered": item.qty_units,
        "QtyReceived": item.qty_received,
        "QtyInContainer": 0,
        "QtyPerCase": item.units_per_case,
        "TotalCases": item.qty_cases,
        "UnitPrice": item.unit_price,
        "CostPerCase": item.case_price,
        "Items": [],
    }


def _row(po: PurchaseOrder) -> dict[str, Any]:
    last = po.tracking[-1] if po.tracking else None
    return {
        "ID": po.id,
        "PurchaseTitle": po.description,
        "CompanyID": po.company_id,
        "VendorID": po.vendor_id,
        "PurchaseOrderStatus": po.status,
        "PurchaseOrdersShippingStatus": po.shipping_status,
        "ReceivingStatus": 0,
        "PaymentStatus": 0,
        "TrackingNumber": last.tracking_number if last else po.tracking_number,
        "TrackingNumbers": [
            {
                "ShippedOn": entry.shipped_on or UNSET_DATE,
                "ShippingCarrier": entry.carrier,
                "TrackingNumber": entry.tracking_number,
            }
            for entry in po.tracking
        ],
        "ShippedOn": (last.shipped_on if last else po.shipped_on) or UNSET_DATE,
        "CourierService": last.carrier if last else po.shipped_via,
        "ExpectedDeliveryDate": UNSET_DATE,
        "LastRevisedOn": po.updated_on,
        "DropShipOrderNumber": None,
        "Items": [],
    }


_FILTERS: dict[str, Callable[[PurchaseOrder, str], bool]] = {
    "poids": lambda po, text: str(po.id) in _words(text),
    "companyidlist": lambda po, text: str(po.company_id) in _words(text),
    "postatuses": lambda po, text: str(po.status) in _words(text),
    "shippingstatuses": lambda po, text: str(po.shipping_status) in _words(text),
    "keyword": lambda po, text: text in str(po.id) or text in po.description,
    "createdatefrom": lambda po, text: _moment(po.created_on) >= _moment(text),
    "createdateto": lambda po, text: _moment(po.created_on) <= _moment(text),
    "updateddatefrom": lambda po, text: _moment(po.updated_on) >= _moment(text),
    "updateddateto": lambda po, text: _moment(po.updated_on) <= _moment(text),
}


def _wanted(world: World, po: PurchaseOrder, query: dict[str, str]) -> bool:
    if world.switches.list_filters_ignored:
        return True
    return all(_FILTERS[name](po, text) for name, text in query.items() if name in _FILTERS)


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",")}


def _whole(text: str | None, default: int) -> int:
    return max(int(text), 1) if text and text.isdecimal() else default


def _moment(text: str) -> datetime:
    """Query dates are mm/dd/yyyy, with or without hh:mm (REST Services Overview), or ISO."""
    for form in ("%m/%d/%Y %H:%M", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refusal(f'"{text}" is not a date.') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

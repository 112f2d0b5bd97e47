"""ShipStation v2's purchase orders: shipping details, status, one order, the list."""

import re
from typing import Any

from importer.sandbox.checks import BodyField, is_instant, is_string, one_of, unfit_fields
from importer.sandbox.envelope import (
    body_of,
    has_key,
    misfit,
    no_such_route,
    refusal,
    throttled,
    unauthorized,
)
from importer.sandbox.paging import page_answer
from importer.sandbox.platform_api import PlatformApi, Route, World
from importer.sandbox.wire import Answer, Request, instant, json_answer

KEY = "sandbox-shipstation-key"
STATUSES = ("draft", "open", "receiving", "received", "cancelled", "closed")
PAYMENT_TERMS = (
    *("none", "cash_on_delivery", "payment_on_receipt", "payment_in_advance"),
    *("net_7", "net_15", "net_30", "net_45", "net_60"),
)
PAYMENT_STATUSES = (
    *("none", "unpaid", "partially_paid", "paid", "refunded", "credit_issued", "other"),
)

# "Valid transitions" are required but not documented; these follow the order of the statuses.
_NEXT_STATUSES = {
    "draft": ("open", "cancelled"),
    "open": ("receiving", "received", "cancelled", "closed"),
    "receiving": ("received", "cancelled", "closed"),
    "received": ("closed",),
    "cancelled": (),
    "closed": (),
}
_SHIPPING_DETAILS = (
    BodyField("order_date", is_instant, "an ISO 8601 date and time", nullable=False),
    BodyField("expected_delivery_date", is_instant, "an ISO 8601 date and time", nullable=False),
    BodyField(
        "payment_terms", one_of(PAYMENT_TERMS), f"one of {', '.join(PAYMENT_TERMS)}", nullable=False
    ),
    BodyField(
        "payment_status",
        one_of(PAYMENT_STATUSES),
        f"one of {', '.join(PAYMENT_STATUSES)}",
        nullable=False,
    ),
    BodyField(
        "currency_code",
        lambda value: isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None,
        "an ISO 4217 code",
        nullable=False,
    ),
    *(
        BodyField(name, is_string, "a string", nullable=False)
        for name in ("shipping_carrier", "tracking_number", "reference_number", "note_to_supplier")
    ),
)
_STATUS = (
    BodyField("status", one_of(STATUSES[1:]), f"one of {', '.join(STATUSES[1:])}", required=True),
)
_ROW = (
    *("purchase_order_id", "order_number", "supplier_id", "supplier_name", "status"),
    *("order_date", "expected_delivery_date", "create_date", "modify_date"),
    *("reference_number", "warehouse_id"),
)
_FILTERS = ("order_number", "status", "warehouse_id", "reference_number")


def update_shipping_details(world: World, request: Request, po_id: str) -> Answer:
    """Sets the given fields, only in status open; returns the whole purchase order."""
    body = body_of(world, request)
    unfits = unfit_fields(body, _SHIPPING_DETAILS)
    if unfits:
        raise misfit(world, unfits)
    po = _purchase_order(world, po_id)
    if po["status"] != "open":
        raise _wrong_status(world, po, "Shipping details can only be updated in status open.")
    po.update({field.name: body[field.name] for field in _SHIPPING_DETAILS if field.name in body})
    po["modify_date"] = instant(world.clock())
    return json_answer(_detail(po))


def update_status(world: World, request: Request, po_id: str) -> Answer:
    body = body_of(world, request)
    unfits = unfit_fields(body, _STATUS)
    if unfits:
        raise misfit(world, unfits)
    po = _purchase_order(world, po_id)
    if body["status"] not in _NEXT_STATUSES[po["status"]]:
        raise _wrong_status(world, po, f"{po['status']} cannot become {body['status']}.")
    po |= {"status": body["status"], "modify_date": instant(world.clock())}
    return json_answer({"purchase_order_id": po["purchase_order_id"], "status": po["status"]})


def purchase_order(world: World, _request: Request, po_id: str) -> Answer:
    return json_answer(_detail(_purchase_order(world, po_id)))


def purchase_orders(world: World, request: Request) -> Answer:
    """Rows without carrier, tracking number and products; `links.next` is {} on the last page."""
    matches = [po for po in world.state.shipstation_orders.values() if _wanted(po, request)]
    return page_answer(world, request, matches, _row, name="purchase_orders", size=50)


def _purchase_order(world: World, po_id: str) -> dict[str, Any]:
    if not re.fullmatch(r"se-\d+", po_id):
        message = f'"{po_id}" is not a purchase order id.'
        field = ("purchase_order_id", po_id)
        raise refusal(world, 400, "invalid_identifier", message, field=field)
    po = world.state.shipstation_orders.get(po_id)
    if po is None:
        message = f"Purchase order {po_id} was not found."
        raise refusal(world, 404, "invalid_identifier", message, field=("purchase_order_id", po_id))
    return po


def _wrong_status(world: World, po: dict[str, Any], message: str) -> Exception:
    field = ("status", po["status"])
    return refusal(world, 400, "invalid_status", message, kind="business_rules", field=field)


def _row(po: dict[str, Any]) -> dict[str, Any]:
    return {name: po[name] for name in _ROW}


def _detail(po: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in po.items() if name != "supplier_name"}


def _wanted(po: dict[str, Any], request: Request) -> bool:
    since = request.query.get("create_date_start", "")
    asked = [name for name in _FILTERS if name in request.query]
    return po["create_date"] >= since and all(po[name] == request.query[name] for name in asked)


_PO = "/v2/purchase_orders"

SHIPSTATION = PlatformApi(
    name="shipstation",
    prefixes=("/v2/",),
    routes=(
        Route("POST", rf"{_PO}/([^/]+)/shipping_details", update_shipping_details, write=True),
        Route("POST", rf"{_PO}/([^/]+)/status", update_status, write=True),
        Route("GET", rf"{_PO}/([^/]+)", purchase_order),
        Route("GET", _PO, purchase_orders),
    ),
    is_signed_in=has_key(KEY),
    unauthorized=unauthorized,
    throttled=throttled,
    no_such_route=no_such_route,
    window_s=60,
    limit=lambda switches: switches.shipstation_per_minute,
)

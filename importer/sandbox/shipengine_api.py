"""ShipEngine's sales orders: the shipped notice, their order source, the carriers."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from importer.sandbox.checks import BodyField, is_quantity, is_string, is_text, unfit_fields
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
from importer.sandbox.seed import CARRIERS
from importer.sandbox.state import Notice, OrderSource, SalesOrder
from importer.sandbox.wire import Answer, Request, instant, json_answer

KEY = "sandbox-shipengine-key"


def _is_carrier_code(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", value) is not None


_NOTICE = (
    BodyField("tracking_number", is_text, "a string that is not empty", required=True),
    BodyField(
        "carrier_code", _is_carrier_code, "a carrier code in lower snake case", required=True
    ),
    BodyField("sales_order_items", lambda v: isinstance(v, list) and bool(v), "a list of items"),
)
_ITEM = (
    BodyField("sales_order_item_id", is_string, "a string", required=True),
    BodyField("quantity", is_quantity, "an integer of 1 or more", required=True),
)


def notify_shipped(world: World, request: Request, order_id: str) -> Answer:
    """Adds a notice; without items it covers everything that was not announced yet."""
    _check_plan(world)
    body = body_of(world, request)
    unfits = unfit_fields(body, _NOTICE)
    if unfits:
        raise misfit(world, unfits)
    order = _sales_order(world, order_id)
    _check_order(world, order)
    _check_carrier(world, body["carrier_code"])
    whole = body.get("sales_order_items") is None
    if whole:
        items = _left(world, order) or dict(order.items)
    else:
        items = _announced(world, order, body["sales_order_items"])
    _check_quantities(world, order, items)
    world.state.notices.append(
        Notice(
            world.state.new_id(),
            order.id,
            body["tracking_number"],
            body["carrier_code"],
            items,
            whole,
        )
    )
    return json_answer({}) if world.switches.notify_reply == 200 else Answer(204)


def sales_order(world: World, _request: Request, order_id: str) -> Answer:
    _check_plan(world)
    _poll(world)
    return json_answer(_as_answered(world, _sales_order(world, order_id)))


def sales_orders(world: World, request: Request) -> Answer:
    _check_plan(world)
    _poll(world)
    orders = [order for order in world.state.sales_orders.values() if _wanted(order, request)]
    by_change = request.query.get("sort_by") == "modified_at"
    orders.sort(
        key=lambda order: order.modified_at if by_change else order.created_at,
        reverse=request.query.get("sort_dir") == "desc",
    )
    return page_answer(
        world,
        request,
        orders,
        lambda order: _as_answered(world, order),
        name="sales_orders",
        size=25,
    )


def refresh_order_source(world: World, _request: Request, source_id: str) -> Answer:
    """idle -> preparing_update -> updating -> idle, one step per read of sales orders."""
    _check_plan(world)
    _check_id(world, "order_source_id", source_id)
    source = world.state.order_sources.get(source_id)
    if source is None:
        raise _missing(world, "order_source_id", source_id)
    _check_active(world, source)
    source.status = "preparing_update"
    source.polls_left = world.switches.refresh_polls
    source.last_refresh_attempt = instant(world.clock())
    if source.polls_left == 0:
        _finish_refresh(world, source)
    return json_answer(_source(source))


def carriers(_world: World, _request: Request) -> Answer:
    rows = [
        {"carrier_id": f"se-{n}", "carrier_code": code, "nickname": code, "friendly_name": code}
        for n, code in enumerate(CARRIERS, 701)
    ]
    return json_answer({"carriers": rows, "errors": []})


def _check_plan(world: World) -> None:
    if not world.switches.sales_orders_in_plan:
        message = "Sales orders need the Advanced plan or higher."
        raise refusal(world, 403, "invalid_billing_plan", message, kind="account_status")


def _check_id(world: World, name: str, value: str) -> None:
    try:
        UUID(value)
    except ValueError:
        message = f'"{value}" is not a valid {name}.'
        raise refusal(world, 400, "invalid_identifier", message, field=(name, value)) from None


def _missing(world: World, name: str, value: str) -> Exception:
    message = f"{value} was not found."
    return refusal(world, 404, "invalid_identifier", message, field=(name, value))


def _sales_order(world: World, order_id: str) -> SalesOrder:
    _check_id(world, "sales_order_id", order_id)
    order = world.state.sales_orders.get(order_id)
    if order is None:
        raise _missing(world, "sales_order_id", order_id)
    return order


def _check_order(world: World, order: SalesOrder) -> None:
    if order.cancelled:
        message = f"Sales order {order.id} is cancelled."
        raise refusal(world, 400, "invalid_status", message, kind="business_rules")
    _check_active(world, world.state.order_sources[order.source_id])


def _check_active(world: World, source: OrderSource) -> None:
    if not source.active:
        message = f"Order source {source.id} is not active."
        raise refusal(world, 400, "order_source_not_active", message, kind="business_rules")


def _check_carrier(world: World, code: str) -> None:
    if world.switches.unknown_carrier_refused and code not in CARRIERS:
        message = f"Carrier {code} is not connected."
        field = ("carrier_code", code)
        raise refusal(world, 400, "carrier_not_connected", message, field=field)


def _announced(world: World, order: SalesOrder, entries: list[Any]) -> dict[str, int]:
    """Item id -> quantity; an item named twice counts twice."""
    quantities: Counter[str] = Counter()
    for entry in entries:
        unfits = unfit_fields(entry if isinstance(entry, dict) else {}, _ITEM)
        if unfits:
            raise misfit(world, unfits)
        item_id = entry["sales_order_item_id"]
        if item_id not in order.items:
            message = f"Item {item_id} is not on sales order {order.id}."
            field = ("sales_order_item_id", item_id)
            raise refusal(world, 400, "invalid_identifier", message, field=field)
        quantities[item_id] += entry["quantity"]
    return dict(quantities)


def _notified(world: World, order: SalesOrder) -> Counter[str]:
    quantities: Counter[str] = Counter()
    for notice in world.state.notices_of(order.id):
        quantities.update(notice.items)
    return quantities


def _left(world: World, order: SalesOrder) -> dict[str, int]:
    notified = _notified(world, order)
    left = {each: quantity - notified[each] for each, quantity in order.items.items()}
    return {each: quantity for each, quantity in left.items() if quantity > 0}


def _check_quantities(world: World, order: SalesOrder, items: Mapping[str, int]) -> None:
    left = _left(world, order)
    too_many = [each for each, quantity in items.items() if quantity > left.get(each, 0)]
    if too_many and world.switches.over_notice_refused:
        message = f"Sales order {order.id} does not have this quantity left to ship."
        field = ("quantity", items[too_many[0]])
        raise refusal(
            world, 400, "invalid_field_value", message, kind="business_rules", field=field
        )


def _poll(world: World) -> None:
    """Each read of sales orders advances a refresh by one step."""
    for source in world.state.order_sources.values():
        if source.status == "idle":
            continue
        if source.polls_left == 0:
            _finish_refresh(world, source)
        else:
            source.status = "preparing_update" if source.polls_left > 1 else "updating"
            source.polls_left -= 1


def _finish_refresh(world: World, source: OrderSource) -> None:
    """Only now the sales orders show what the marketplace was told."""
    source.status, source.refresh_date = "idle", instant(world.clock())
    for order_id in {notice.sales_order_id for notice in world.state.notices}:
        order = world.state.sales_orders[order_id]
        status = "partially_fulfilled" if _left(world, order) else "fulfilled"
        if order.source_id == source.id and order.fulfillment_status != status:
            order.fulfillment_status = status
            order.modified_at = instant(world.clock())


def _wanted(order: SalesOrder, request: Request) -> bool:
    fields = {
        "order_source_id": order.source_id,
        "external_order_id": _external_id(order),
        "external_order_number": order.number,
        "payment_status": "paid",
        "fulfillment_status": order.fulfillment_status,
        "cancelled": str(order.cancelled).lower(),
    }
    moments = {
        "modified_at": order.modified_at,
        "created_at": order.created_at,
        "order_date": order.created_at,
    }
    query = request.query
    return (
        all(query.get(name, value) == value for name, value in fields.items())
        and all(query.get(f"{name}_start", "") <= value for name, value in moments.items())
        and all(query.get(f"{name}_end", "9") >= value for name, value in moments.items())
    )


def _external_id(order: SalesOrder) -> str:
    return order.number.removeprefix("#")


def _as_answered(world: World, order: SalesOrder) -> dict[str, Any]:
    """Without fulfilled quantity and tracking number: those cannot be read back."""
    return {
        "sales_order_id": order.id,
        "external_order_id": _external_id(order),
        "external_order_number": order.number,
        "order_source": _source(world.state.order_sources[order.source_id]),
        "sales_order_status": {
            "payment_status": "paid",
            "fulfillment_status": order.fulfillment_status,
            "is_cancelled": order.cancelled,
        },
        "order_date": order.created_at,
        "created_at": order.created_at,
        "modified_at": order.modified_at,
        "payment_details": {"grand_total": {"currency": "usd", "amount": 100.0}},
        "customer": {"name": "Sandbox Buyer"},
        "bill_to": {},
        "ship_to": {},
        "sales_order_items": [
            {
                "sales_order_item_id": item_id,
                "line_item_details": {"name": f"Item {k}", "sku": f"SKU-{_external_id(order)}-{k}"},
                "ship_to": {},
                "price_summary": {"unit_price": {"currency": "usd", "amount": 10.0}},
                "quantity": quantity,
            }
            for k, (item_id, quantity) in enumerate(order.items.items(), 1)
        ],
    }


def _source(source: OrderSource) -> dict[str, Any]:
    return {
        "order_source_id": source.id,
        "order_source_nickname": "Sandbox shop",
        "order_source_code": "sandbox",
        "order_source_friendly_name": "Sandbox shop",
        "refresh_info": {
            "status": source.status,
            "last_refresh_attempt": source.last_refresh_attempt,
            "refresh_date": source.refresh_date,
        },
        "active": source.active,
    }


_ORDERS = "/v-beta/sales_orders"

SHIPENGINE = PlatformApi(
    name="shipengine",
    prefixes=("/v-beta/", "/v1/"),
    routes=(
        Route("POST", rf"{_ORDERS}/([^/]+)/notify_shipped", notify_shipped, write=True),
        Route("GET", rf"{_ORDERS}/([^/]+)", sales_order),
        Route("GET", _ORDERS, sales_orders),
        Route("PUT", "/v-beta/order_sources/([^/]+)/refresh", refresh_order_source),
        Route("GET", "/v1/carriers", carriers),
    ),
    is_signed_in=has_key(KEY),
    unauthorized=unauthorized,
    throttled=throttled,
    no_such_route=no_such_route,
    window_s=60,
    limit=lambda switches: switches.shipengine_per_minute,
)

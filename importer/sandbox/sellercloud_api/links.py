"""Links Sellercloud orders to new or existing purchase orders, and removes links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from importer.sandbox.checks import BodyField, is_int, is_quantity, is_text
from importer.sandbox.platform_api import World
from importer.sandbox.seed import COMPANY, VENDORS
from importer.sandbox.sellercloud_api.replies import (
    body_of,
    entries_of,
    misfit,
    misfits,
    missing,
    open_purchase_order,
    refusal,
    success,
)
from importer.sandbox.state import (
    SAVED,
    Link,
    LinkedItem,
    Order,
    OrderItem,
    PurchaseOrder,
    PurchaseOrderItem,
)
from importer.sandbox.wire import Answer, Request, instant, json_answer

_NEW_PO = (
    BodyField("CompanyID", is_int, "an integer", required=True),
    BodyField("VendorID", is_int, "an integer", required=True),
)
_EXISTING_PO = (BodyField("PoID", is_int, "an integer", required=True),)
_ITEM = (
    BodyField("OrderItemID", is_int, "an integer", required=True),
    BodyField("QtyForPo", is_quantity, "an integer of 1 or more", required=True),
    BodyField("BundleItems", lambda value: isinstance(value, list), "a list of objects"),
)
_BUNDLE_ITEM = (
    BodyField("ProductID", is_text, "a string that is not empty", required=True),
    BodyField("QtyForPo", is_quantity, "an integer of 1 or more", required=True),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """An order item to link, with the products and quantities it adds to the purchase order."""

    item: OrderItem
    products: Mapping[str, int]


def link_to_po(world: World, request: Request, order_id: str) -> Answer:
    """Adds the chosen quantities to the purchase order; NewPo creates one with every call."""
    body = body_of(request)
    _check_target(body)
    order = order_of(world, order_id)
    if not world.switches.linking_enabled:
        raise refusal("Client setting Enable Linking Order to PO is not enabled.")
    choices = _choices(world, order, body)
    po = _target(world, body)
    linked = [line for choice in choices for line in _add_to_po(world, po, choice)]
    _relate(world, order, po, Link(world.state.new_id(), order.id, po.id, _is_new(body), linked))
    return success(world, po.id)


def set_dropship_status(world: World, request: Request) -> Answer:
    """None removes the linked products from their purchase orders; returns the changed ids."""
    body = body_of(request)
    status = body.get("DropshipStatus", body.get("Status"))  # the page has both names
    if not is_text(status):
        raise misfit({"DropshipStatus": ["The DropshipStatus field is required."]})
    named = [world.state.orders.get(each) for each in entries_of(body, "Orders") if is_int(each)]
    changed = [order for order in named if order and order.dropship_status != status]
    for order in changed:
        order.dropship_status = str(status)
        if status == "None":
            _undo(world, order)
    return json_answer([order.id for order in changed])


def order_of(world: World, order_id: str) -> Order:
    order = world.state.orders.get(int(order_id))
    if order is None:
        raise missing(world, f"Order {order_id}")
    return order


def _is_new(body: Mapping[str, Any]) -> bool:
    return body.get("NewPo") is not None


def _check_target(body: Mapping[str, Any]) -> None:
    if _is_new(body) == (body.get("ExistingPo") is not None):
        raise misfit({"": ["Exactly one of NewPo and ExistingPo is required."]})
    name, fields = ("NewPo", _NEW_PO) if _is_new(body) else ("ExistingPo", _EXISTING_PO)
    errors = misfits(body[name], fields, name)
    if errors:
        raise misfit(errors)


def _target(world: World, body: Mapping[str, Any]) -> PurchaseOrder:
    if _is_new(body):
        return _new_po(world, body["NewPo"]["CompanyID"], body["NewPo"]["VendorID"])
    po = open_purchase_order(world, body["ExistingPo"]["PoID"])
    if po.dropship:
        raise refusal(f"Purchase order {po.id} is a dropship PO; orders cannot be linked to it.")
    return po


def _new_po(world: World, company: int, vendor: int) -> PurchaseOrder:
    if company != COMPANY:
        raise refusal(f"Company {company} was not found.")
    if vendor not in VENDORS:
        raise refusal(f"Vendor {vendor} was not found.")
    now = instant(world.clock())
    po = PurchaseOrder(world.state.new_po_id(), company, vendor, [], now, now, status=SAVED)
    world.state.purchase_orders[po.id] = po
    return po


def _choices(world: World, order: Order, body: Mapping[str, Any]) -> list[Choice]:
    """Without Items, or with a single OrderItemID of null: everything not linked yet."""
    if body.get("Items") is None:
        return _whole_order(world, order)
    entries = entries_of(body, "Items")
    if any(isinstance(entry, dict) and entry.get("OrderItemID") is None for entry in entries):
        if len(entries) > 1:
            raise misfit(
                {"Items": ["OrderItemID null links everything and must be the only item."]}
            )
        return _whole_order(world, order)
    choices = [_choice(world, order, entry, f"Items[{n}]") for n, entry in enumerate(entries)]
    if len({choice.item.id for choice in choices}) < len(choices):
        raise refusal("An order item is named more than once.")
    return choices


def _whole_order(world: World, order: Order) -> list[Choice]:
    free = [item for item in order.items if item.po_id is None]
    if not free:
        raise refusal(f"All items of order {order.id} are already linked to a purchase order.")
    return [Choice(item, _products(world, item, item.qty)) for item in free]


def _choice(world: World, order: Order, entry: Any, where: str) -> Choice:
    errors = misfits(entry, _ITEM, where)
    if errors:
        raise misfit(errors)
    item = next((each for each in order.items if each.id == entry["OrderItemID"]), None)
    if item is None:
        raise refusal(f"Order item {entry['OrderItemID']} is not on order {order.id}.")
    if item.po_id is not None:
        raise refusal(f"Order item {item.id} is already linked to purchase order {item.po_id}.")
    if entry["QtyForPo"] > item.qty:
        raise refusal(f"Order item {item.id} has a quantity of {item.qty}.")
    bundle = _bundle(world, item, entry.get("BundleItems") or [], where)
    return Choice(item, bundle or _products(world, item, entry["QtyForPo"]))


def _bundle(world: World, item: OrderItem, entries: list[Any], where: str) -> dict[str, int]:
    """The page asks for the "Product ID of the Kit"; its components are accepted too."""
    if item.components and not entries and world.switches.kits_need_bundle_items:
        raise refusal(f"BundleItems is required: order item {item.id} is a kit.")
    for n, entry in enumerate(entries):
        errors = misfits(entry, _BUNDLE_ITEM, f"{where}.BundleItems[{n}]")
        if errors:
            raise misfit(errors)
        if not item.components or entry["ProductID"] not in (item.product_id, *item.components):
            raise refusal(f"{entry['ProductID']} is not a kit product of order item {item.id}.")
    return {entry["ProductID"]: entry["QtyForPo"] for entry in entries}


def _products(world: World, item: OrderItem, quantity: int) -> dict[str, int]:
    if item.components and not world.switches.kit_level_linking:
        return dict.fromkeys(item.components, quantity)
    return {item.product_id: quantity}


def _add_to_po(world: World, po: PurchaseOrder, choice: Choice) -> list[LinkedItem]:
    choice.item.po_id = po.id
    return [
        LinkedItem(choice.item.id, _line_with(world, po, product, quantity).id, product, quantity)
        for product, quantity in choice.products.items()
    ]


def _line_with(world: World, po: PurchaseOrder, product: str, quantity: int) -> PurchaseOrderItem:
    """Adds `quantity` to the line of a product; in case mode always to a new line."""
    same = [item for item in po.items if item.product_id == product and not po.case_mode]
    if same:
        same[0].qty_units += quantity
        return same[0]
    cases, per_case = (quantity, 1) if po.case_mode else (0, 0)
    line = PurchaseOrderItem(world.state.new_id(), product, quantity, 0.0, cases, per_case)
    po.items.append(line)
    return line


def _relate(world: World, order: Order, po: PurchaseOrder, link: Link) -> None:
    world.state.links.append(link)
    order.dropship_status = "Pending"
    if order.id not in po.linked_orders:
        po.linked_orders.append(order.id)
    po.description = _description(po)
    po.updated_on = instant(world.clock())


def _description(po: PurchaseOrder) -> str:
    """The Description lists the order numbers (help page Link an order to a PO)."""
    return f"Orders: {', '.join(map(str, po.linked_orders))}" if po.linked_orders else ""


def _undo(world: World, order: Order) -> None:
    for item in order.items:
        item.po_id = None
    for link in world.state.links:
        if link.order_id == order.id and not link.undone:
            link.undone = True
            _remove_from_po(world, world.state.purchase_orders[link.po_id], link)


def _remove_from_po(world: World, po: PurchaseOrder, link: Link) -> None:
    for linked in link.items:
        for line in po.items:
            if line.id == linked.po_item_id:
                line.qty_units -= linked.quantity
    po.items = [line for line in po.items if line.qty_units > 0]
    po.linked_orders = [each for each in po.linked_orders if each != link.order_id]
    po.description = _description(po)
    po.updated_on = instant(world.clock())

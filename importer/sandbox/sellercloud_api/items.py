"""The lines of a Sellercloud purchase order: reading them, and setting quantities and prices."""

from collections.abc import Mapping
from typing import Any

from importer.sandbox.checks import BodyField, is_instant, is_int, is_price, is_quantity
from importer.sandbox.platform_api import World
from importer.sandbox.sellercloud_api.replies import (
    body_of,
    entries_of,
    merged,
    misfit,
    misfits,
    open_purchase_order,
    purchase_order,
    refusal,
    success,
)
from importer.sandbox.state import RECEIVED, PurchaseOrder, PurchaseOrderItem
from importer.sandbox.wire import Answer, Request, instant, json_answer

_UNIT_FIELDS = {"QtyUnitsOrdered": "qty_units", "UnitPrice": "unit_price"}
_CASE_FIELDS = {
    "QtyCasesOrdered": "qty_cases",
    "QtyUnitsPerCase": "units_per_case",
    "CasePrice": "case_price",
}
_QUANTITIES = ("QtyUnitsOrdered", "QtyCasesOrdered", "QtyUnitsPerCase")
_ATTRIBUTES = {**_UNIT_FIELDS, **_CASE_FIELDS, "ExpectedDeliveryDate": "expected_delivery"}
_ENTRY = (
    BodyField("ID", is_int, "an integer", required=True),
    *(BodyField(name, is_quantity, "an integer of 1 or more") for name in _QUANTITIES),
    *(BodyField(name, is_price, "a number of 0 or more") for name in ("UnitPrice", "CasePrice")),
    BodyField("ExpectedDeliveryDate", is_instant, "an ISO 8601 date and time"),
)


def update_items(world: World, request: Request, po_id: str) -> Answer:
    """Values are absolute; null or missing fields and missing lines stay unchanged."""
    entries = entries_of(body_of(request), "Items")
    po = open_purchase_order(world, po_id)
    errors = [_errors(po, entry, f"Items[{n}]") for n, entry in enumerate(entries)]
    _reject_duplicates(entries)
    if any(errors) and not world.switches.partial_apply:
        raise misfit(merged(errors))
    good = [entry for entry, wrong in zip(entries, errors, strict=True) if not wrong]
    for entry in good:
        _set(_line(po, entry["ID"]), entry, case_mode=po.case_mode)
        po.updated_on = instant(world.clock())
    if any(errors):
        raise misfit(merged(errors), applied=bool(good))
    return success(world, po.id)


def items(world: World, _request: Request, po_id: str) -> Answer:
    po = purchase_order(world, po_id)
    lines = [_as_listed(item) for item in po.items]
    return json_answer({"PoCaseQtyEnabled": po.case_mode, "Items": lines})


def _reject_duplicates(entries: list[Any]) -> None:
    ids = [entry.get("ID") for entry in entries if isinstance(entry, dict)]
    twice = [each for each in ids if ids.count(each) > 1]
    if twice:
        raise refusal(f"Item {twice[0]} is named more than once.")


def _errors(po: PurchaseOrder, entry: Any, where: str) -> dict[str, list[str]]:
    errors = misfits(entry, _ENTRY, where)
    if errors:
        return errors
    refusals = _refusals(po, entry)
    return {where: refusals} if refusals else {}


def _refusals(po: PurchaseOrder, entry: Mapping[str, Any]) -> list[str]:
    if entry["ID"] not in {item.id for item in po.items}:
        return [f"Item {entry['ID']} is not on purchase order {po.id}."]
    given = [name for name in _ATTRIBUTES if entry.get(name) is not None]
    wrong_mode = _UNIT_FIELDS if po.case_mode else _CASE_FIELDS
    mode = "case" if po.case_mode else "unit"
    sentences = [
        f"{name} cannot be set on a purchase order in {mode} mode."
        for name in given
        if name in wrong_mode
    ]
    if po.status == RECEIVED and any(name in _QUANTITIES for name in given):
        sentences.append(f"Purchase order {po.id} is Received; its quantities cannot be changed.")
    received = _line(po, entry["ID"]).qty_received
    if (entry.get("QtyUnitsOrdered") or received) < received:
        sentences.append(f"{received} of item {entry['ID']} are already received.")
    return sentences


def _line(po: PurchaseOrder, item_id: int) -> PurchaseOrderItem:
    return next(item for item in po.items if item.id == item_id)


def _set(item: PurchaseOrderItem, entry: Mapping[str, Any], *, case_mode: bool) -> None:
    for name, attribute in _ATTRIBUTES.items():
        if entry.get(name) is not None:
            setattr(item, attribute, entry[name])
    if case_mode:  # units = cases x units per case; unit price = case price / units
        item.qty_units = item.qty_cases * item.units_per_case
        item.unit_price = round(item.case_price / item.units_per_case, 4)


def _as_listed(item: PurchaseOrderItem) -> dict[str, Any]:
    return {
        "ID": item.id,
        "ProductID": item.product_id,
        "ProductName": f"Product {item.product_id}",
        "QtyUnitsOrdered": item.qty_units,
        "UnitPrice": item.unit_price,
        "QtyCasesOrdered": item.qty_cases,
        "QtyUnitsPerCase": item.units_per_case,
        "CasePrice": item.case_price,
        "DiscountType": 0,
        "DiscountValue": 0,
        "ExpectedDeliveryDate": item.expected_delivery,
    }

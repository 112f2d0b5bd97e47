"""Tracking numbers of a Sellercloud purchase order: the list, or the single one."""

from typing import Any

from importer.sandbox.checks import BodyField, is_instant, is_int, is_string, is_text, one_of
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
from importer.sandbox.state import PurchaseOrder, TrackingEntry
from importer.sandbox.wire import Answer, Request, instant, json_answer

CARRIERS = ("UPS", "USPS", "FedEx", "DHL", "Other")
UNSET_DATE = "0001-01-01T00:00:00"  # what clients see if no date was set

_ENTRY = (
    BodyField("ShippedOn", is_instant, "an ISO 8601 date and time"),
    BodyField("ShippingCarrier", one_of(CARRIERS), f"one of {', '.join(CARRIERS)}", required=True),
    BodyField("OtherCarrier", is_string, "a string"),
    BodyField("TrackingNumber", is_text, "a string that is not empty", required=True),
    BodyField("ShippingStatus", one_of((0, 1, 2)), "0, 1 or 2", required=True),
)
_SINGLE = (
    BodyField("ShippedOn", is_instant, "an ISO 8601 date and time"),
    BodyField("ShippedViaCarrier", is_string, "a string"),
    BodyField("TrackingNumber", is_string, "a string"),
)


def add_tracking(world: World, request: Request, po_id: str) -> Answer:
    """Appends without checking for duplicates; the last entry's status counts."""
    entries = entries_of(body_of(request), "TrackingNumbers")
    po = _multiple(world, open_purchase_order(world, po_id))
    errors = [_misfits(world, entry, f"TrackingNumbers[{n}]") for n, entry in enumerate(entries)]
    if any(errors) and not world.switches.partial_apply:
        raise misfit(merged(errors))
    good = [entry for entry, wrong in zip(entries, errors, strict=True) if not wrong]
    for entry in good:
        _append(world, po, entry)
    if any(errors):
        raise misfit(merged(errors), applied=bool(good))
    return success(world, po.id)


def tracking(world: World, _request: Request, po_id: str) -> Answer:
    po = _multiple(world, purchase_order(world, po_id))
    return json_answer({"TrackingNumbers": [_as_listed(entry) for entry in po.tracking]})


def delete_tracking(world: World, request: Request, po_id: str) -> Answer:
    """A DELETE with a body: TrackingNumbersIDs, with the IDs from the GET."""
    ids = entries_of(body_of(request), "TrackingNumbersIDs")
    po = _multiple(world, open_purchase_order(world, po_id))
    known = {entry.id for entry in po.tracking}
    unknown = [each for each in ids if not is_int(each) or each not in known]
    if unknown:
        raise refusal(f"Tracking number {unknown[0]} was not found on purchase order {po.id}.")
    po.tracking = [entry for entry in po.tracking if entry.id not in ids]
    return success(world, po.id)


def set_single_tracking(world: World, request: Request, po_id: str) -> Answer:
    """Null or missing fields stay unchanged; it cannot set the shipping status."""
    body = body_of(request)
    errors = misfits(body, _SINGLE, "model")
    if errors:
        raise misfit(errors)
    po = open_purchase_order(world, po_id)
    if body.get("ShippedOn") is not None and po.shipping_status == 0:
        raise refusal("ShippedOn can only be updated if the PO Shipping status is not None.")
    po.shipped_on = body.get("ShippedOn") or po.shipped_on
    po.shipped_via = _given(body.get("ShippedViaCarrier"), po.shipped_via)
    po.tracking_number = _given(body.get("TrackingNumber"), po.tracking_number)
    po.updated_on = instant(world.clock())
    return success(world, po.id)


def _given(value: str | None, current: str | None) -> str | None:
    return current if value is None else value


def _multiple(world: World, po: PurchaseOrder) -> PurchaseOrder:
    if not world.switches.multiple_tracking_enabled:
        raise refusal("Client setting Enable Multiple Tracking Numbers On PO is not enabled.")
    return po


def _misfits(world: World, entry: Any, where: str) -> dict[str, list[str]]:
    errors = misfits(entry, _ENTRY, where)
    if errors:
        return errors
    if entry["ShippingCarrier"] == "Other" and not is_text(entry.get("OtherCarrier")):
        errors[f"{where}.OtherCarrier"] = ["OtherCarrier is required for carrier Other."]
    dated = entry["ShippingStatus"] != 0 or world.switches.unshipped_need_date
    if dated and entry.get("ShippedOn") is None:
        errors[f"{where}.ShippedOn"] = ["The ShippedOn field is required."]
    return errors


def _append(world: World, po: PurchaseOrder, entry: dict[str, Any]) -> None:
    status = entry["ShippingStatus"]
    po.tracking.append(
        TrackingEntry(
            world.state.new_id(),
            entry["TrackingNumber"],
            entry["ShippingCarrier"],
            entry.get("OtherCarrier") if entry["ShippingCarrier"] == "Other" else None,
            entry.get("ShippedOn") if status else None,  # no effect while the status is None
            status,
        )
    )
    po.shipping_status = status
    po.updated_on = instant(world.clock())


def _as_listed(entry: TrackingEntry) -> dict[str, Any]:
    """Does not include OtherCarrier and ShippingStatus."""
    return {
        "ID": entry.id,
        "ShippedOn": entry.shipped_on or UNSET_DATE,
        "ShippingCarrier": entry.carrier,
        "TrackingNumber": entry.tracking_number,
    }

"""Tracking numbers onto Sellercloud purchase orders.

Source of all facts: "Add PO Shipping Information (Multiple Tracking Numbers)" and the pages on
getting and deleting them, developer.sellercloud.com.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from importer.columns import Choice, Identifier, Instant, Text, TrackingNumber
from importer.columns.column import PO_ID_ALIASES, agreement, column, number_column, rule
from importer.model.calls import Call, absent
from importer.model.spelling import key
from importer.operations.operation import (
    UNDO,
    AlreadyUndone,
    CannotUndo,
    Operation,
    Row,
    TakenBack,
    Unclear,
)
from importer.platforms.sellercloud import Sellercloud

CARRIERS = ("UPS", "USPS", "FedEx", "DHL", "Other")
SHIPPING_STATUS_CODES = {"None": 0, "Partially Shipped": 1, "Fully Shipped": 2}
SHIPPING_STATUSES = {status: status for status in SHIPPING_STATUS_CODES}
SHIPPING_STATUSES |= {str(code): status for status, code in SHIPPING_STATUS_CODES.items()}
UNSET_YEAR = "0001-"  # of the date that .NET shows where there is none


class TrackingRow(Row):
    po_id: Identifier = number_column(
        "PO ID", "Sellercloud's number of the purchase order", aliases=PO_ID_ALIASES, example=10001
    )
    tracking_number: TrackingNumber = column(
        "Tracking Number",
        "As the carrier prints it; format the column as Text",
        aliases=["Tracking #", "Tracking No", "Tracking"],
        example="1Z999AA10123456784",
    )
    carrier: Choice = column(
        "Carrier",
        "Name any other carrier in Other Carrier",
        aliases=["Shipping Carrier", "Ship Via"],
        choices=CARRIERS,
        if_other="for another carrier, write Other here and {cell} in Other Carrier",
        example="UPS",
    )
    other_carrier: Text | None = column(
        "Other Carrier", "The carrier's name where Carrier is Other", str_length={"max_value": 100}
    )
    shipped_on: Instant | None = column(
        "Shipped On",
        "Needed unless Shipping Status is None",
        aliases=["Ship Date", "Date Shipped"],
        example="2026-11-20",
    )
    shipping_status: Choice = column(
        "Shipping Status",
        "The status of the whole purchase order: the same in all its rows",
        choices=SHIPPING_STATUSES,
        example="Fully Shipped",
    )

    @rule("Carrier is Other, so the carrier must be named here", at="other_carrier")
    def other_carrier_is_named(cls, rows: pd.DataFrame) -> Any:
        return (rows.carrier != "Other") | rows.other_carrier.notna()

    @rule(
        '"{other_carrier}" is only for Carrier Other, and Carrier is {carrier}; empty this cell',
        at="other_carrier",
    )
    def other_carrier_goes_with_other(cls, rows: pd.DataFrame) -> Any:
        return rows.other_carrier.isna() | rows.carrier.isna() | (rows.carrier == "Other")

    @rule(
        "Shipping Status is None, and Sellercloud keeps no ship date then; empty Shipped On or "
        "choose another status",
        at="shipped_on",
    )
    def unshipped_has_no_date(cls, rows: pd.DataFrame) -> Any:
        return (rows.shipping_status != "None") | rows.shipped_on.isna()

    @rule("is empty, and needed where Shipping Status is {shipping_status}", at="shipped_on")
    def shipped_has_a_date(cls, rows: pd.DataFrame) -> Any:
        shipped = rows.shipping_status.isin(["Partially Shipped", "Fully Shipped"])
        return ~shipped | rows.shipped_on.notna()

    @rule(
        '"{tracking_number}" appears more than once for PO {po_id} (rows {rows}); keep one',
        at="tracking_number",
        within=["po_id", "tracking_number"],
    )
    def listed_once(cls, rows: pd.DataFrame) -> Any:
        doubled = rows[rows.duplicated("tracking_number", keep=False)]  # few, of many
        listed = doubled.dropna(subset=["po_id", "tracking_number"])
        again = listed.duplicated(["po_id", "tracking_number"], keep=False)
        return ~again.reindex(rows.index, fill_value=False)

    one_status_for_a_po = agreement(
        "PO {po_id} has more than one Shipping Status (rows {rows}); a PO has only one",
        at="shipping_status",
        within=["po_id"],
    )

    @rule(
        '"{tracking_number}" is on more than one PO (rows {rows})',
        at="tracking_number",
        within=["tracking_number"],
        warning=True,
    )
    def on_one_po(cls, rows: pd.DataFrame) -> Any:
        doubled = rows[rows.duplicated("tracking_number", keep=False)]  # few, of many
        of_its_pos = doubled.groupby("tracking_number")["po_id"].transform("nunique")
        return of_its_pos.reindex(rows.index).fillna(1) <= 1


class AddTracking(Operation[TrackingRow]):
    title = "Add tracking numbers"
    summary = "Adds tracking numbers and shipping status to Sellercloud purchase orders."
    platform = Sellercloud
    row = TrackingRow
    group_by = ("po_id",)
    repeatable = False  # a second POST would list the parcel twice
    verified = True  # one GET for each PO
    tracking = ("tracking_number", "carrier")

    def touches(self, row: TrackingRow) -> tuple[str, ...]:
        return (f"PO {row.po_id}",)

    def call(self, rows: Sequence[TrackingRow]) -> Call:
        entries = [
            {
                # "Required", yet without effect while the status is None: left out then.
                "ShippedOn": row.shipped_on,
                "ShippingCarrier": row.carrier,
                "OtherCarrier": row.other_carrier,
                "TrackingNumber": row.tracking_number,
                "ShippingStatus": SHIPPING_STATUS_CODES[row.shipping_status],
            }
            for row in rows
        ]
        path = f"PurchaseOrders/{rows[0].po_id}/TrackingNumber/Multiple"
        return Call("POST", path, {"TrackingNumbers": entries})

    def read_back(self, rows: Sequence[TrackingRow]) -> Call:
        return Call("GET", f"PurchaseOrders/{rows[0].po_id}/TrackingNumber/Multiple")

    def is_applied(self, row: TrackingRow, content: Any) -> bool | None:
        # The list names neither Other Carrier nor the status; carrier and date may be the
        # platform's own wording, so the number alone tells.
        match content:
            case {"TrackingNumbers": list(entries)}:
                numbers = {number_of(entry) for entry in entries_of(content)}
                return key(row.tracking_number) in numbers or absent(content, entries)
            case _:
                return None

    def current(self, row: TrackingRow, content: Any) -> Mapping[str, Any] | None:
        applied = self.is_applied(row, content)
        if applied is None:
            raise Unclear("the answer shows only a page of the tracking numbers")
        if not applied:
            return None
        entry = next(e for e in entries_of(content) if number_of(e) == key(row.tracking_number))
        carrier = entry.get("ShippingCarrier")
        shipped_on = str(entry.get("ShippedOn") or "")
        return {
            "tracking_number": entry.get("TrackingNumber"),
            # A carrier that is Other may be listed by its own name.
            "carrier": row.carrier if carrier == row.other_carrier is not None else carrier,
            "shipped_on": None if shipped_on.startswith(UNSET_YEAR) else shipped_on or None,
        }

    def extras(self, rows: Sequence[TrackingRow], content: Any) -> list[Mapping[str, Any]]:
        """Other numbers of the purchase order, and the second entry of one that is listed twice."""
        ours, seen = {key(row.tracking_number) for row in rows}, set[str]()
        extras: list[Mapping[str, Any]] = []
        for entry in entries_of(content):
            number = number_of(entry)
            if number not in ours or number in seen:
                extras.append({
                    "Tracking Number": entry.get("TrackingNumber"),
                    "Carrier": entry.get("ShippingCarrier"),
                    "Note": "listed a second time" if number in ours else None,
                })  # fmt: skip
            seen.add(number)
        return extras

    def undoing(self) -> Operation[Any]:
        return RemoveTracking()

    def taken_back(
        self, row: TrackingRow, before: Mapping[str, Any] | None, content: Any
    ) -> TakenBack:
        """Only an entry that is listed once, with the row's carrier and date, is surely ours."""
        number = key(row.tracking_number)
        ours = [entry for entry in entries_of(content) if number_of(entry) == number]
        if not ours and self.is_applied(row, content) is False:
            raise AlreadyUndone("the tracking number is no longer on the purchase order")
        if len(ours) != 1:
            raise CannotUndo(
                f"the tracking number is listed {len(ours)} times on the purchase order, and it is "
                "unclear which of them this run added; remove it by hand"
            )
        if before:
            raise CannotUndo("the tracking number was there before this run, so it is left alone")
        self._must_be_unchanged(row, content)
        return TakenBack({
            "po_id": row.po_id,
            "tracking_number": row.tracking_number,
            "entry_id": ours[0].get("ID"),
        })  # fmt: skip

    def _must_be_unchanged(self, row: TrackingRow, content: Any) -> None:
        current, kinds = self.current(row, content) or {}, {f.name: f.kind for f in self.fields}
        for name in ("carrier", "shipped_on"):
            wanted, now = getattr(row, name), current.get(name)
            if wanted is not None and not kinds[name].same(wanted, now):
                raise CannotUndo(
                    f"it is listed with {now} now, and was sent with {wanted}: somebody has "
                    "changed it since, so it is left alone"
                )

    def identity(self, row: TrackingRow) -> tuple[Any, ...]:
        return (row.po_id, row.tracking_number)


class RemovalRow(Row):
    po_id: Identifier = number_column("PO ID")
    tracking_number: TrackingNumber = column("Tracking Number")
    entry_id: Identifier = column("Entry ID", "Sellercloud's number of the entry", ge=1)


class RemoveTracking(Operation[RemovalRow]):
    """An entry is removed by its own number, so one that somebody adds meanwhile is safe."""

    title = "Remove tracking numbers"
    summary = "Removes from Sellercloud purchase orders the tracking numbers that a run added."
    name = f"{UNDO}add_tracking"
    platform = Sellercloud
    row = RemovalRow
    group_by = ("po_id",)
    repeatable = False  # a second DELETE is refused, and would be taken for a failure
    verified = True

    def touches(self, row: RemovalRow) -> tuple[str, ...]:
        return (f"PO {row.po_id}",)

    def call(self, rows: Sequence[RemovalRow]) -> Call:
        # A DELETE with a body: "Delete PO Shipping Information (Multiple Tracking Numbers)".
        path = f"PurchaseOrders/{rows[0].po_id}/TrackingNumber/Multiple"
        return Call("DELETE", path, {"TrackingNumbersIDs": [row.entry_id for row in rows]})

    def read_back(self, rows: Sequence[RemovalRow]) -> Call:
        return Call("GET", f"PurchaseOrders/{rows[0].po_id}/TrackingNumber/Multiple")

    def is_applied(self, row: RemovalRow, content: Any) -> bool | None:
        match content:
            case {"TrackingNumbers": list(entries)}:
                there = str(row.entry_id) in {str(entry.get("ID")) for entry in entries_of(content)}
                gone = absent(content, entries)  # None: what came is only a page
                return False if there else (None if gone is None else True)
            case _:
                return None


def entries_of(content: Any) -> list[Mapping[str, Any]]:
    """The entries of the list of tracking numbers, whatever came."""
    entries = content.get("TrackingNumbers") if isinstance(content, Mapping) else None
    return [entry for entry in entries or [] if isinstance(entry, Mapping)]


def number_of(entry: Mapping[str, Any]) -> str:
    return key(str(entry.get("TrackingNumber")))

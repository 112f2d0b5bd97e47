"""Everything the platforms' documents leave open, with the most likely choice as default."""

from dataclasses import dataclass
from typing import Literal

from importer.sandbox.typed import check_types


@dataclass(frozen=True, slots=True)
class Switches:
    """The sandbox's behavior where documents say nothing. Raises ValueError for a wrong type."""

    latency_s: float = 0.0  # before each answer, like a network's
    unlimited: bool = False  # no limits at all, for measuring a client's own speed

    # Sellercloud
    success_body: Literal["empty", "text", "int", "json"] = (
        "empty"  # of a write; all occur in practice
    )
    missing_status: Literal[404, 400, 500] = 404  # for an unknown purchase order or order
    multiple_tracking_enabled: bool = True  # setting Enable Multiple Tracking Numbers On PO
    unshipped_need_date: bool = False  # ShippedOn is "required", and without effect at status None
    linking_enabled: bool = True  # setting Enable Linking Order to PO
    kit_level_linking: bool = False  # setting EnableOrderLinkToPOAtKitLevel: the kit, not its parts
    kits_need_bundle_items: bool = True  # a kit's order item is rejected without BundleItems
    partial_apply: bool = False  # the good entries of a rejected batch are applied
    list_filters_ignored: bool = False  # the list ignores filters
    token_lifetime_s: int = 1800  # expires_in; the documents say 1800 and 60 minutes
    sellercloud_per_hour: int = 10_800  # requests in any 3600 s, per address
    throttled_status: Literal[429, 400, 403, 500, 503, 200] = 429  # no document names it

    # ShipStation and ShipEngine
    shipstation_per_minute: int = 200  # requests in any 60 s, per account
    shipengine_per_minute: int = 200  # 20 with a key for ShipEngine's own sandbox
    error_source: str = "shipengine"  # ShipStation documents "ShipStation" but sends this
    notify_reply: Literal[204, 200] = 204  # of notify_shipped: an empty body or {}
    unknown_carrier_refused: bool = True  # a carrier_code that is not connected
    over_notice_refused: bool = True  # more of an item announced than was ordered
    sales_orders_in_plan: bool = True  # sales orders need the Advanced plan
    refresh_polls: int = 2  # reads of sales orders that still see a refresh in progress

    def __post_init__(self) -> None:
        check_types(self)

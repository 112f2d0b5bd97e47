"""The part of Sellercloud's REST API that purchase orders and their links need."""

from importer.sandbox.platform_api import PlatformApi, Route
from importer.sandbox.sellercloud_api.items import items, update_items
from importer.sandbox.sellercloud_api.links import link_to_po, set_dropship_status
from importer.sandbox.sellercloud_api.reads import (
    order_detail,
    purchase_order_detail,
    purchase_orders,
)
from importer.sandbox.sellercloud_api.replies import no_such_route, throttled, unauthorized
from importer.sandbox.sellercloud_api.sign_in import is_signed_in, server_by_team, sign_in
from importer.sandbox.sellercloud_api.tracking import (
    add_tracking,
    delete_tracking,
    set_single_tracking,
    tracking,
)

TOKEN_PATH = "/rest/api/token"  # noqa: S105  # an address
_PO = "/rest/api/PurchaseOrders"
_ORDERS = "/rest/api/Orders"

SELLERCLOUD = PlatformApi(
    name="sellercloud",
    prefixes=("/rest/", "/api/server-by-team"),
    routes=(
        Route("POST", TOKEN_PATH, sign_in, needs_sign_in=False),
        Route("GET", r"(?:/rest)?/api/server-by-team/?", server_by_team, needs_sign_in=False),
        Route("POST", rf"{_PO}/(\d{{1,10}})/TrackingNumber/Multiple", add_tracking, write=True),
        Route("GET", rf"{_PO}/(\d{{1,10}})/TrackingNumber/Multiple", tracking),
        Route(
            "DELETE", rf"{_PO}/(\d{{1,10}})/TrackingNumber/Multiple", delete_tracking, write=True
        ),
        Route("PUT", rf"{_PO}/(\d{{1,10}})/TrackingNumber", set_single_tracking, write=True),
        Route("PUT", rf"{_PO}/(\d{{1,10}})/Items", update_items, write=True),
        Route("GET", rf"{_PO}/(\d{{1,10}})/Items", items),
        Route("GET", rf"{_PO}/(\d{{1,10}})", purchase_order_detail),
        Route("GET", _PO, purchase_orders),
        Route("POST", rf"{_ORDERS}/(\d{{1,10}})/LinkToPo", link_to_po, write=True),
        Route("GET", rf"{_ORDERS}/(\d{{1,10}})", order_detail),
        Route("PUT", rf"{_ORDERS}/DropshipStatus", set_dropship_status, write=True),
    ),
    is_signed_in=is_signed_in,
    unauthorized=unauthorized,
    throttled=throttled,
    no_such_route=no_such_route,
    window_s=3600,
    limit=lambda switches: switches.sellercloud_per_hour,
)

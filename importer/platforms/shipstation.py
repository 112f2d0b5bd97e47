"""ShipStation API v2. Source of all facts: docs.shipstation.com."""

from importer.model.calls import Call
from importer.platforms.platform import KeyedPlatform


class ShipStation(KeyedPlatform):
    name = "shipstation"
    title = "ShipStation"
    base_url = "https://api.shipstation.com"
    probe = Call("GET", "v2/purchase_orders?page_size=1")

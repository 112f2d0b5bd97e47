"""ShipStation API v2. Source of all facts: docs.shipstation.com."""

from importer.platforms.platform import KeyedPlatform


class ShipStation(KeyedPlatform):
    name = "shipstation"
    title = "ShipStation"
    base_url = "https://api.shipstation.com"

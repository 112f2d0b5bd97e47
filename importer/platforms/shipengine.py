"""ShipEngine, now sold as the ShipStation API. Source of all facts: its reference and guides."""

from importer.model.calls import Call
from importer.platforms.platform import KeyedPlatform


class ShipEngine(KeyedPlatform):
    name = "shipengine"
    title = "ShipEngine"
    base_url = "https://api.shipengine.com"  # European accounts: https://api.eu.shipengine.com
    probe = Call("GET", "v1/carriers")

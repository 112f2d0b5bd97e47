"""Sellercloud, ShipStation v2 and ShipEngine on a loopback port, for rehearsals, demos and tests.

Written from the vendors' documents only, without any importer code, so that the two can disagree.
"""

from importer.sandbox.injected_faults import InjectedFault, InjectedFaults
from importer.sandbox.log import LogEntry
from importer.sandbox.seed import order_source_id, sales_order_id, sales_order_item_id
from importer.sandbox.sellercloud_api.sign_in import PASSWORD, USERNAME
from importer.sandbox.server import Sandbox, serve
from importer.sandbox.shipengine_api import KEY as SHIPENGINE_KEY
from importer.sandbox.shipstation_api import KEY as SHIPSTATION_KEY
from importer.sandbox.state import State
from importer.sandbox.switches import Switches

__all__ = [
    "PASSWORD",
    "SHIPENGINE_KEY",
    "SHIPSTATION_KEY",
    "USERNAME",
    "InjectedFault",
    "InjectedFaults",
    "LogEntry",
    "Sandbox",
    "State",
    "Switches",
    "order_source_id",
    "sales_order_id",
    "sales_order_item_id",
    "serve",
]

"""The web page at /sandbox: how to sign in, what data it has, the latest requests."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from typing import Protocol

from importer.sandbox.log import LogEntry
from importer.sandbox.sellercloud_api.sign_in import PASSWORD, USERNAME
from importer.sandbox.shipengine_api import KEY as SHIPENGINE_KEY
from importer.sandbox.shipstation_api import KEY as SHIPSTATION_KEY
from importer.sandbox.state import State
from importer.sandbox.switches import Switches

LAST = 50  # requests shown

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sandbox</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem }}
table {{ border-collapse: collapse }} td, th {{ padding: .15rem .8rem .15rem 0; text-align: left }}
</style></head><body>
<h1>Sandbox</h1>
<p>Sellercloud, ShipStation v2 and ShipEngine on this machine. Nothing leaves it.</p>
<h2>Sign in</h2>{accounts}
<h2>Data</h2>{counts}
<h2>Latest requests</h2>{requests}
<h2>Switches</h2>{switches}
<p>As JSON: <a href="/sandbox/log">log</a>, <a href="/sandbox/state">state</a>,
<a href="/sandbox/switches">switches</a>, <a href="/sandbox/faults">faults</a>.</p>
</body></html>
"""


class Shown(Protocol):
    """What the page shows of a sandbox."""

    @property
    def url(self) -> str: ...
    @property
    def state(self) -> State: ...
    @property
    def switches(self) -> Switches: ...
    @property
    def log(self) -> list[LogEntry]: ...


def page(sandbox: Shown) -> str:
    accounts = [
        ("Sellercloud", f"{sandbox.url}/rest", f"{USERNAME}, password {PASSWORD}"),
        ("ShipStation", sandbox.url, f"API-Key {SHIPSTATION_KEY}"),
        ("ShipEngine", sandbox.url, f"API-Key {SHIPENGINE_KEY}"),
    ]
    return _PAGE.format(
        accounts=_table(("platform", "address", "account"), accounts),
        counts=_table(("records", "count"), _counts(sandbox)),
        requests=_table(
            ("number", "platform", "method", "path", "status", "applied", "fault"),
            [
                (e.number, e.platform, e.method, e.path, e.status, e.applied, e.fault)
                for e in reversed(sandbox.log[-LAST:])
            ],
        ),
        switches=_table(("switch", "value"), asdict(sandbox.switches).items()),
    )


def _counts(sandbox: Shown) -> list[tuple[str, int]]:
    state = sandbox.state
    tracked = list(state.purchase_orders.values())  # requests keep coming in while this counts
    return [
        ("Sellercloud purchase orders", len(state.purchase_orders)),
        ("Sellercloud tracking numbers", sum(len(po.tracking) for po in tracked)),
        ("Sellercloud orders", len(state.orders)),
        ("Sellercloud links", len(state.links)),
        ("ShipStation purchase orders", len(state.shipstation_orders)),
        ("ShipEngine sales orders", len(state.sales_orders)),
        ("ShipEngine notices", len(state.notices)),
    ]


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    return f"<table><tr>{top}</tr>{''.join(map(_row, rows))}</table>"


def _row(cells: Sequence[object]) -> str:
    words = ("" if cell is None else str(cell) for cell in cells)
    return f"<tr>{''.join(f'<td>{escape(word)}</td>' for word in words)}</tr>"

"""Where faults are tried: a sheet of each operation, and what the sandbox holds afterwards."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from importer.model.options import ReadingOptions, UploadOptions
from importer.model.summary import Summary
from importer.operations.operation import Operation
from importer.runs.execute import Context
from importer.runs.upload import upload_sheet
from importer.sandbox import SHIPENGINE_KEY, SHIPSTATION_KEY, Sandbox

ORDER = "83682746-d117-5ecb-8e8e-40267bcc7608"
ITEM, OTHER_ITEM = "a8e864e0-2cfd-507f-8b27-d19818fd52eb", "50101bfa-488b-5e15-ba2b-ed764146293c"
HASTY_S = 0.4  # an account's time-out where no answer is to come

# Two rows that travel in one call, so that each row that is applied is one effect.
SHEETS = {
    "add_tracking": (
        "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status",
        "10001,1Z999AA10123456784,UPS,2026-11-19,2",
        "10001,A12345,FedEx,2026-11-19,2",
    ),
    "update_items": ("PO ID,PO Item ID,Qty Units Ordered", "10001,100011,24", "10001,100012,25"),
    "link_to_po": (
        "Order ID,Existing PO ID,Order Item ID,Qty For PO",
        "50001,10001,500011,1",
        "50001,10001,500012,2",
    ),
    "update_shipping": (
        "PO ID,Tracking Number,Reference Number",
        "se-101,1Z999AA10123456784,",
        "se-101,,R-77",
    ),
    "notify_shipped": (
        "Sales Order ID,Tracking Number,Carrier Code,Sales Order Item ID,Quantity",
        f"{ORDER},9374869901600064074368,stamps_com,{ITEM},1",
        f"{ORDER},9374869901600064074368,stamps_com,{OTHER_ITEM},1",
    ),
}


def tracking_entries(sandbox: Sandbox) -> int:
    return len(sandbox.state.purchase_orders[10001].tracking)


def items_changed(sandbox: Sandbox) -> int:
    quantities = [item.qty_units for item in sandbox.state.purchase_orders[10001].items]
    return (quantities[0] == 24) + (quantities[1] == 25)


def items_linked(sandbox: Sandbox) -> int:
    return sum(len(link.items) for link in sandbox.state.links)


def details_changed(sandbox: Sandbox) -> int:
    held = sandbox.state.shipstation_orders["se-101"]
    return (held["tracking_number"] is not None) + (held["reference_number"] == "R-77")


def items_notified(sandbox: Sandbox) -> int:
    return sum(sum(notice.items.values()) for notice in sandbox.state.notices)


EFFECTS: dict[str, Callable[[Sandbox], int]] = {
    "add_tracking": tracking_entries,
    "update_items": items_changed,
    "link_to_po": items_linked,
    "update_shipping": details_changed,
    "notify_shipped": items_notified,
}


SEND = httpx.HTTPTransport.handle_request


@dataclass(frozen=True)
class Bench:
    """A context, the sandbox it sends to, and a folder for sheets and their results."""

    context: Context
    sandbox: Sandbox
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def with_account(self, **changes: Any) -> "Bench":
        """The same with every account changed."""
        settings = self.context.settings
        accounts = {name: replace(a, **changes) for name, a in settings.accounts.items()}
        return replace(
            self, context=replace(self.context, settings=replace(settings, accounts=accounts))
        )

    def with_patience(self, **changes: Any) -> "Bench":
        return replace(
            self, context=replace(self.context, patience=replace(self.context.patience, **changes))
        )

    def sheet(self, *lines: str, name: str = "sheet.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def upload(self, operation: Operation[Any], *lines: str, **wishes: Any) -> Summary:
        """The operation's two rows, or other lines, sent with its platform's account."""
        path = self.sheet(*(lines or SHEETS[operation.name]), name=f"{operation.name}.csv")
        account = self.context.settings.account(operation.platform.name)
        return upload_sheet(
            path, UploadOptions(ReadingOptions(operation.name), **wishes), self.context, account
        )

    def unreachable(self, reason: str, *, path: str = "", method: str = "", skip: int = 0) -> None:
        """Lets one connection fail before a byte is sent; `skip` requests get through first."""
        seen = [0]

        def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            if re.search(path, request.url.path) and method in {"", request.method}:
                seen[0] += 1
                if seen[0] == skip + 1:
                    raise httpx.ConnectError(reason)
            return SEND(transport, request)

        self.monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)

    def reach(self) -> None:
        """All requests get through again."""
        self.monkeypatch.setattr(httpx.HTTPTransport, "handle_request", SEND)

    def effects(self, operation: Operation[Any]) -> int:
        return EFFECTS[operation.name](self.sandbox)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys, and the tokens that were given; the sandbox's password is a common word."""
        return (SHIPSTATION_KEY, SHIPENGINE_KEY, *self.sandbox._world.tokens)

    @property
    def written(self) -> bytes:
        """All that is left on disk: the journal with its log, the result."""
        files = [path for path in self.folder.iterdir() if path.suffix != ".toml"]
        return b"".join(path.read_bytes() for path in files if path.is_file())


# What a buyer should never read: names of exceptions and errors, markup, JSON, traces.
JARGON = re.compile(
    r"Traceback|Errno|[Hh]ttpx|httpcore|[A-Z]\w+(Error|Exception|Timeout)\b|Protocol|_ssl|\bNone\b"
    r"|[{}<>\\\n\t]"
)
LONGEST = 400
ENDS = re.compile(r"[.!?…]$")


def assert_told_well(bench: Bench, summary: Summary) -> None:
    """Each row has an outcome, what is wrong is said in sentences for a buyer, and no secret is."""
    assert sorted(summary.outcomes) == list(range(2, len(summary.outcomes) + 2))
    for outcome in summary.outcomes.values():
        if outcome.status in {"rejected", "unknown"}:
            assert outcome.sentence
        if outcome.status == "unsent":
            assert summary.stopped_by
    for sentence in sentences(summary):
        assert not JARGON.search(sentence), sentence
        assert ENDS.search(sentence), sentence
        assert len(sentence) <= LONGEST, sentence
        assert not [secret for secret in bench.secrets if secret in sentence]
    assert not [secret for secret in bench.secrets if secret.encode() in bench.written]
    assert summary.result is not None


def sentences(summary: Summary) -> list[str]:
    """All that a person reads of a run: next to its rows, and of the run as a whole."""
    said = [outcome.sentence for outcome in summary.outcomes.values()]
    return [sentence for sentence in [*said, summary.stopped_by] if sentence]

"""How fast calls go with the journal on, how well a shared limit is kept, how soon --help comes.

    python -m tests.benchmarks.sending [speed] [limit] [help]

Each part runs against a sandbox in a process of its own and prints a small table.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from threading import Timer
from typing import Any

import httpx

from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.journal import open_journal
from importer.model.options import ReadingOptions, UploadOptions
from importer.operations import operations
from importer.platforms import PLATFORMS
from importer.runs.execute import Context
from importer.runs.upload import upload_sheet
from importer.sandbox.seed import sales_order_id
from importer.settings.rate_limit import Limit
from importer.settings.settings import Settings, load_settings

WORKERS, LATENCY_S, CALLS = 16, 0.03, 3_200
PROCESSES, WORKERS_EACH, PER_MINUTE, SECONDS = 3, 6, 200, 90
HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
PARTS = ("speed", "limit", "help")


def main(words: Sequence[str]) -> None:
    if words[:1] == ["sender"]:  # one of the processes that share a limit
        folder, url, number, seconds = words[1:]
        _send_for(Path(folder), url, int(number), float(seconds))
        return
    measures = {"speed": _speed, "limit": _shared_limit, "help": _help}
    for part in words or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(f"{part}\n{_table(measures[part](Path(folder)))}\n\n")


# Calls a second, with the journal and without -----------------------------------------------------


def _speed(folder: Path) -> dict[str, str]:
    switches = [f"latency_s={LATENCY_S}", "unlimited=true"]
    bound = WORKERS / LATENCY_S
    with _sandbox(switches) as url:
        plain = _without_journal(url)
        journalled = _with_journal(url, folder)
    return {
        "workers / latency": f"{bound:.0f} calls/s",
        "threads over one httpx.Client": f"{plain:.0f} calls/s, {plain / bound:.1%}",
        "importer, journal on, synchronous=FULL": (
            f"{journalled:.0f} calls/s, {journalled / bound:.1%}"
        ),
        "what the journal and the rest cost": f"{1 - journalled / plain:.1%}",
    }


def _with_journal(url: str, folder: Path) -> float:
    sheet = folder / "sheet.csv"
    sheet.write_text("\n".join([HEADINGS, *(_line(n, "J") for n in range(CALLS))]) + "\n")
    spans: list[float] = []

    @contextmanager
    def stopwatch(_title: str, _rows: int) -> Iterator[Callable[[int], object]]:
        begun = time.perf_counter()
        yield lambda _: None
        spans.append(time.perf_counter() - begun)

    type(operations()["add_tracking"]).most_rows = 1  # a call for each row
    settings = _settings(folder, url, WORKERS, Limit(0, 0))
    with open_journal(folder / "journal.db") as journal:
        context = Context(settings, journal, environ=SECRETS, progress=stopwatch)
        options = UploadOptions(ReadingOptions("add_tracking"), verify=False)
        summary = upload_sheet(sheet, options, context, settings.account("sellercloud"))
    assert summary.statuses == {"sent": CALLS}, summary.statuses
    return CALLS / spans[0]


def _without_journal(url: str) -> float:
    """The same requests from as many threads, and nothing written down."""
    secrets = {"Username": SECRETS["SANDBOX_USERNAME"], "Password": SECRETS["SANDBOX_PASSWORD"]}
    limits = httpx.Limits(max_connections=WORKERS, max_keepalive_connections=WORKERS)
    with httpx.Client(base_url=f"{url}/rest/api", trust_env=False, limits=limits) as client:
        token = client.post("/token", json=secrets).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"

        def post(n: int) -> None:
            po_id, number, carrier, shipped_on, status = _line(n, "P").split(",")
            entry = {
                "ShippedOn": f"{shipped_on}T12:00:00.000Z",
                "ShippingCarrier": carrier,
                "TrackingNumber": number,
                "ShippingStatus": int(status),
            }
            path = f"/PurchaseOrders/{po_id}/TrackingNumber/Multiple"
            client.post(path, json={"TrackingNumbers": [entry]}).raise_for_status()

        begun = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(post, range(CALLS)))
        return CALLS / (time.perf_counter() - begun)


# Several processes under one limit ----------------------------------------------------------------


def _shared_limit(folder: Path) -> dict[str, str]:
    """Every process sends its own sheet; all share one journal, and so one pace."""
    command = [sys.executable, "-m", "tests.benchmarks.sending", "sender"]
    with _sandbox([f"shipengine_per_minute={PER_MINUTE}"]) as url:
        senders = [
            subprocess.Popen([*command, str(folder), url, str(number), str(SECONDS)])
            for number in range(PROCESSES)
        ]
        for sender in senders:
            sender.wait()
        writes = [e for e in _log(url) if e["path"].endswith("/notify_shipped")]
    taken = sorted(e["at"] for e in writes if e["status"] < 300)
    refused = sum(e["status"] == 429 for e in writes)
    span_s = taken[-1] - taken[0]
    rate = (len(taken) - 1) / span_s * 60
    return {
        "limit of the account": f"{PER_MINUTE} calls/minute, any 60 s",
        f"{PROCESSES} processes x {WORKERS_EACH} workers": f"{len(taken)} calls in {span_s:.1f} s",
        "429": str(refused),
        "share of the limit": f"{rate / PER_MINUTE:.1%}",
    }


def _send_for(folder: Path, url: str, number: int, seconds: float) -> None:
    own = folder / str(number)
    own.mkdir()
    orders = [sales_order_id(n) for n in range(1001 + number * 130, 1131 + number * 130)]
    sheet = own / "sheet.csv"
    lines = (f"{order},{number}A{i:05},ups" for i, order in enumerate(orders))
    sheet.write_text("\n".join(chain(["Sales Order ID,Tracking Number,Carrier Code"], lines)))
    settings = _settings(own, url, WORKERS_EACH, Limit(PER_MINUTE, 60))
    with open_journal(folder / "journal.db") as journal:
        context = Context(settings, journal, environ=SECRETS)
        timer = Timer(seconds, context.stop.set)
        timer.start()
        upload_sheet(
            sheet,
            UploadOptions(ReadingOptions("notify_shipped")),
            context,
            settings.account("shipengine"),
        )
        timer.cancel()


# How soon the command line is there ---------------------------------------------------------------


def _help(_folder: Path) -> dict[str, str]:
    click = _best([sys.executable, "-c", "import click"])
    ours = _best([sys.executable, "-m", "importer", "--help"])
    return {
        'python -c "import click"': f"{click * 1000:.0f} ms",
        "importer --help": f"{ours * 1000:.0f} ms",
    }


def _best(command: Sequence[str]) -> float:
    spans = []
    for _ in range(10):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        spans.append(time.perf_counter() - begun)
    return min(spans)


# Helpers ------------------------------------------------------------------------------------------


@contextmanager
def _sandbox(switches: Sequence[str]) -> Iterator[str]:
    """The address of a sandbox in a process of its own."""
    words = [word for switch in switches for word in ("--switch", switch)]
    command = [sys.executable, "-m", "importer.sandbox", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def _log(url: str) -> list[dict[str, Any]]:
    """What the sandbox was asked, its instants as seconds since 1970."""
    entries = httpx.get(f"{url}/sandbox/log", trust_env=False, timeout=30).json()
    return [e | {"at": datetime.fromisoformat(e["at"]).timestamp()} for e in entries]


def _settings(folder: Path, url: str, workers: int, limit: Limit) -> Settings:
    file = folder / "importer.toml"
    file.write_text(sandbox_settings_file(url))
    found = load_settings(file, PLATFORMS)
    accounts = {n: replace(a, workers=workers, limit=limit) for n, a in found.accounts.items()}
    return replace(found, accounts=accounts)


def _line(n: int, letter: str) -> str:
    return f"{20001 + n % 400},{letter}{n:07},UPS,2026-11-19,2"


def _table(figures: dict[str, str]) -> str:
    width = max(map(len, figures))
    return "\n".join(f"  {what:<{width}}  {figure}" for what, figure in figures.items())


if __name__ == "__main__":
    main(sys.argv[1:])

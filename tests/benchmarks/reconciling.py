"""How near reconciling comes to the fastest that an account's limit allows.

    python -m tests.benchmarks.reconciling [--pos 2000] [--limit 1800/minute]

The command runs in a process of its own, from its start to its last file, against a sandbox in
another. The floor is the calls at the pace the importer allows itself: 95 % of the limit.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.sandbox import Sandbox
from importer.sandbox.state import PurchaseOrder, TrackingEntry
from importer.settings.rate_limit import Limit

POS, LIMIT = 2_000, "1800/minute"  # ten times Sellercloud's own, to be done in a minute
FIRST_PO, COMPANY, VENDOR = 70_001, 101, 201
DAY = "2026-11-19"
AT_MOST = 1.03  # of the floor
SERVE = "serve"  # the word that makes this module the sandbox


def main(words: Sequence[str]) -> None:
    if words[:1] == [SERVE]:
        _serve(int(words[1]))
        return
    given = _parser().parse_args(words)
    limit = Limit.parse(given.limit)
    with tempfile.TemporaryDirectory() as name, _sandbox(given.pos) as url:
        folder = Path(name)
        _write_sheet(folder / "sheet.csv", given.pos)
        settings = sandbox_settings_file(url).replace('"unlimited"', f'"{given.limit}"')
        (folder / "importer.toml").write_text(settings, encoding="utf-8")
        span_s, report = _reconcile(folder)
        asked = _asked(url)
    verdicts = Counter(row["Verdict"] for row in report["tables"]["Rows"])
    floor_s = given.pos * limit.pace_s
    sys.stdout.write(
        f"{given.pos} purchase orders at {given.limit}\n"
        f"  GETs                {len(asked)}, of which {asked.count(429)} came too often\n"
        f"  verdicts            {dict(verdicts)}\n"
        f"  floor of the limit  {floor_s:.2f} s\n"
        f"  importer reconcile  {span_s:.2f} s\n"
        f"  above the floor     {span_s - floor_s:.2f} s, {span_s / floor_s - 1:.1%}; "
        f"{AT_MOST - 1:.0%} at most\n"
    )
    raise SystemExit(len(asked) != given.pos or span_s > floor_s * AT_MOST)


def _parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks.reconciling")
    words.add_argument("--pos", type=int, default=POS, help="purchase orders, one row each")
    words.add_argument("--limit", default=LIMIT, help="of the account, as importer.toml says it")
    return words


def _reconcile(folder: Path) -> tuple[float, dict[str, Any]]:
    """Seconds from the start of the process to its end, and what it said."""
    command = [sys.executable, "-m", "importer", "--config", "importer.toml"]
    words = ["reconcile", "sheet.csv", "--account", "sellercloud", "--json"]
    environ = {**os.environ, **SECRETS, "PYTHONPATH": os.pathsep.join(["", *sys.path])}
    begun = time.perf_counter()
    ended = subprocess.run(
        [*command, *words], cwd=folder, env=environ, check=True, stdout=subprocess.PIPE
    )
    return time.perf_counter() - begun, json.loads(ended.stdout)


def _asked(url: str) -> list[int]:
    """The status of each answer to a question about a purchase order."""
    entries = httpx.get(f"{url}/sandbox/log", trust_env=False, timeout=30).json()
    return [entry["status"] for entry in entries if entry["method"] == "GET"]


def _write_sheet(path: Path, pos: int) -> None:
    lines = ["PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"]
    lines += [f"{FIRST_PO + n},R{n:07},UPS,{DAY},2" for n in range(pos)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# The other process --------------------------------------------------------------------------------


@contextmanager
def _sandbox(pos: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.reconciling", SERVE, str(pos)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _serve(pos: int) -> None:
    """A sandbox that holds what the sheet says; the account's limit is the client's to keep."""
    with Sandbox(unlimited=True) as sandbox:
        for n in range(pos):
            entry = TrackingEntry(n + 1, f"R{n:07}", "UPS", None, f"{DAY}T12:00:00.000Z", 2)
            po = PurchaseOrder(FIRST_PO + n, COMPANY, VENDOR, [], DAY, DAY, tracking=[entry])
            sandbox.state.purchase_orders[po.id] = po
        sys.stdout.write(f"{sandbox.url}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)  # until it is terminated


if __name__ == "__main__":
    main(sys.argv[1:])

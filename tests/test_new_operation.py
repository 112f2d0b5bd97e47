"""An operation is one file: everything else about it is found, or written by one command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAME = "set_status"
OPERATION = '''\
"""The status of ShipStation purchase orders.

Source of all facts: "Update purchase order status", docs.shipstation.com (v2).
"""

from collections.abc import Sequence
from typing import Any

from importer.columns import Choice, Code
from importer.columns.column import column
from importer.model.calls import Call
from importer.operations.operation import Operation, Row
from importer.platforms.shipstation import ShipStation


class StatusRow(Row):
    po_id: Code = column("PO ID", "ShipStation's id of the purchase order", example="se-101")
    new_status: Choice = column(
        "New Status",
        choices={"Receiving": "receiving", "Received": "received", "Closed": "closed"},
        example="Receiving",
    )


class SetStatus(Operation[StatusRow]):
    title = "Set status"
    summary = "Moves ShipStation purchase orders on to another status."
    platform = ShipStation
    row = StatusRow
    group_by = ("po_id",)
    repeatable = False  # a second POST is refused: a status cannot become itself

    def touches(self, row: StatusRow) -> tuple[str, ...]:
        return (f"PO {row.po_id}",)

    def call(self, rows: Sequence[StatusRow]) -> Call:
        path = f"v2/purchase_orders/{rows[0].po_id}/status"
        return Call("POST", path, {"status": rows[0].new_status})

    def read_back(self, rows: Sequence[StatusRow]) -> Call:
        return Call("GET", f"v2/purchase_orders/{rows[0].po_id}")

    def is_applied(self, row: StatusRow, found: Any) -> bool | None:
        status = found.get("status") if isinstance(found, dict) else None
        return None if status is None else bool(status == row.new_status)
'''
STANDARD = (
    "tests/operations/test_operation.py",
    "tests/operations/test_every_operation.py",
    f"tests/operations/test_{NAME}.py",
    "tests/test_layers.py",
    "tests/test_readme.py",
    "tests/test_samples.py",
    "tests/sheets/results/test_templates.py",
)


@pytest.fixture
def house(tmp_path):
    """A copy of the checkout, with one operation more."""
    for name in ("importer", "samples", "templates", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "importer" / "operations" / f"{NAME}.py").write_text(OPERATION, encoding="utf-8")
    return tmp_path


def run(house, *words):
    environment = {**os.environ, "PYTHONPATH": str(house)}  # before the installed package
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=house, env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.slow
def test_a_sixth_operation_passes_every_test_with_no_other_file_edited(house):
    written = run(house, "tests.new_operation", NAME)
    tested = run(house, "pytest", "-q", "-p", "no:cacheprovider", *STANDARD)

    assert (written.returncode, written.stderr) == (0, "")
    assert tested.returncode == 0, tested.stdout
    assert written.stdout.splitlines() == [
        f"Check what it sends: samples/{NAME}.plan.json.",
        f"Check what it says: samples/{NAME}_mistakes.problems.json.",
        f"Add tests of its own rules: tests/operations/test_{NAME}.py.",
    ]
    assert (house / "tests" / "operations" / f"test_{NAME}.py").exists()
    assert NAME in (house / "importer" / "guide" / "columns.md").read_text(encoding="utf-8")

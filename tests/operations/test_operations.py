"""The files of importer/operations, found by themselves; one that is broken stops no other."""

import sys
from functools import cache

import pytest

from importer import operations as package
from importer.model.errors import UsageError
from importer.operations import operation_named, operations, unavailable

GOOD = list(operations())
SHEET = [
    "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status",
    "10001,1Z999AA10123456784,UPS,2026-11-20,Fully Shipped",
]
MODEL = """\
from importer.columns import Text
from importer.columns.column import column
from importer.operations.operation import Operation, Row
from importer.platforms.sellercloud import Sellercloud


class BrokenRow(Row):
    po_id: Text = column("PO ID")


class Broken(Operation[BrokenRow]):
    title = summary = "Broken"
    platform = Sellercloud
    row = BrokenRow
    group_by = ("po_id",)
    repeatable = False

    def call(self, rows): ...

    def touches(self, row): ...
"""
BROKEN = {
    "syntax": ("def call(\n", "broken.py, line 1: '(' was never closed (SyntaxError)"),
    "import": (
        "import json\nimport nowhere_at_all\n",
        "broken.py, line 2: No module named 'nowhere_at_all' (ModuleNotFoundError)",
    ),
    "name": ("LIMIT = MOST\n", "broken.py, line 1: name 'MOST' is not defined (NameError)"),
    "no operation": ("LIMIT = 5\n", "broken.py: it defines no Operation (TypeError)"),
    "a kind that is none": (MODEL.replace("po_id: Text", "po_id: 5"), "broken.py: "),
    "a column that is none": (
        MODEL.replace('("po_id",)', '("order_id",)'),
        "broken.py: BrokenRow has no column order_id (TypeError)",
    ),
    "nothing that it touches": (MODEL.replace("touches", "touched"), "broken.py: "),
    "not declared": (
        MODEL.replace("    repeatable = False\n", ""),
        "broken.py: Broken does not declare repeatable (TypeError)",
    ),
}


@pytest.fixture(params=BROKEN)
def broken(request, tmp_path, monkeypatch):
    """A file of operations that cannot be used; the sentence that says why."""
    text, why = BROKEN[request.param]
    folder = tmp_path / "operations"
    folder.mkdir()
    (folder / "broken.py").write_text(text)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    monkeypatch.setattr(package, "_read_files", cache(package._read_files.__wrapped__))
    yield f"operation broken is not available: importer/operations/{why}"
    sys.modules.pop("importer.operations.broken", None)


def test_a_broken_file_leaves_the_other_operations_and_says_why(broken):
    assert list(operations()) == GOOD
    assert list(unavailable()) == ["broken"]
    assert unavailable()["broken"].startswith(broken)


def test_every_file_of_the_package_can_be_used():
    assert unavailable() == {}


def test_who_asks_for_a_broken_operation_by_name_is_told_why(broken, console):
    with pytest.raises(UsageError, match="broken is not available"):
        operation_named("Broken")

    ended = console("operations", "broken")

    assert ended.status == 2
    assert ended.err.startswith(f"importer: {broken}")


def test_commands_work_without_the_broken_operation(broken, console, sheet, tmp_path):
    listed = console("operations")
    checked = console("check", str(sheet(*SHEET)), "--json")

    assert (listed.status, checked.status) == (0, 0)
    assert all(f"{name}  (" in listed.out for name in GOOD)
    assert listed.err.startswith(f"importer: {broken}")
    assert "broken" not in checked.err


def test_a_vendor_of_a_broken_operation_stops_no_other_sheet(broken, console, sheet, tmp_path):
    settings = tmp_path / "importer.toml"
    settings.write_text('[vendors.acme]\noperation = "broken"\n')
    path = str(sheet(*SHEET))

    checked = console("--config", str(settings), "check", path)
    asked = console("--config", str(settings), "check", path, "--vendor", "acme")

    assert checked.status == 0
    assert asked.status == 2
    assert asked.err.startswith(f"importer: {path}: {broken}")

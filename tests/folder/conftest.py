"""A drop folder of two vendors on two accounts of the sandbox, and passes that do not wait."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from importer.folder.layout import FolderLayout
from importer.folder.passes import PassResult, run_pass
from importer.folder.rules import init_folder, load_folder
from importer.runs.execute import Context

RULES = """
settle = 0

[inbox.north]
operation = "add_tracking"
account = "sellercloud"

[inbox.south]
operation = "update_shipping"
account = "shipstation"
"""
TRACKING = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"


def tracking(*numbers: str, po: int = 10001) -> str:
    return "\n".join([TRACKING, *(f"{po},{n},UPS,2026-11-19,2" for n in numbers)]) + "\n"


def shipping(number: int = 101, tracking: str = "A12345") -> str:
    return f"PO ID,Carrier,Tracking Number\nse-{number},UPS,{tracking}\n"


@dataclass
class Drop:
    """A drop folder, and what people do with it."""

    layout: FolderLayout
    context: Context
    rules: str = RULES

    def put(self, name: str, text: str | bytes) -> Path:
        path = self.layout.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, context: Context | None = None, sleep=lambda _: None, wait_s=0.0) -> PassResult:
        (self.layout.root / "folder.toml").write_text(self.rules, encoding="utf-8")
        context = context or self.context
        settings = load_folder(self.layout.root, context.settings)
        return run_pass(self.layout, settings, context, sleep=sleep, wait_s=wait_s)

    @property
    def filed(self) -> dict[str, list[str]]:
        """Names below done/ and attention/, without the day."""
        return {
            where: sorted(p.name for p in (self.layout.root / where).glob("*/*"))
            for where in ("done", "attention")
        }

    @property
    def left(self) -> list[Path]:
        """What is in working/ besides the locks."""
        return [path for path in self.layout.working.glob("*") if not path.name.startswith(".")]


def fates(done: PassResult) -> dict[str, str]:
    return {result.name: result.fate.value for result in done.results}


def sentence_of(name: str, result: PassResult) -> str:
    return next(each.sentence for each in result.results if each.name == name)


@pytest.fixture
def drop(context, tmp_path) -> Drop:
    init_folder(tmp_path / "drop")
    return Drop(FolderLayout(tmp_path / "drop"), context)

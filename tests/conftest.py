"""The sandbox, and a context from which sheets are uploaded to it without much waiting."""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest

from importer import cli
from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.journal import open_journal
from importer.model.stop import Stop
from importer.operations import operations
from importer.platforms import PLATFORMS
from importer.runs.execute import Context
from importer.sandbox import Sandbox
from importer.sending.task import Patience
from importer.settings.settings import load_settings
from tests.ended import Ended

hypothesis.settings.register_profile(
    "importer",
    deadline=None,  # a busy machine is no fault
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("importer")

QUICK = Patience(back_off_s=0.01, read_back_after_s=0.02, beat_every_s=0.5, held_s=0.2)


@pytest.fixture
def sandbox():
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def settings(sandbox, tmp_path):
    """One account on each platform of the sandbox, without a limit, and quick to settle."""
    file = tmp_path / "importer.toml"
    file.write_text(sandbox_settings_file(sandbox.url))
    found = load_settings(file, PLATFORMS)
    unlimited = PLATFORMS["shipstation"].limit.parse("unlimited")
    accounts = {
        name: replace(account, limit=unlimited, settle_s=0.2)
        for name, account in found.accounts.items()
    }
    return replace(found, accounts=accounts)


@pytest.fixture
def context(settings, tmp_path):
    with open_journal(tmp_path / "journal.db") as journal:
        yield Context(settings, journal, environ=SECRETS, stop=Stop(), patience=QUICK)


@pytest.fixture(params=list(operations()))
def operation(request):
    return operations()[request.param]


@pytest.fixture
def sheet(tmp_path):
    """Writes a csv sheet of the given lines into the test's folder."""

    def write(*lines: str, name: str = "sheet.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def pytest_addoption(parser):
    parser.addoption(
        "--rewrite-snapshots",
        action="store_true",
        help="write what each test shows into its snapshot file instead of comparing the two",
    )


@pytest.fixture
def snapshot(request, tmp_path):
    """Compares a text with the file kept for this test, in `snapshots/` next to its module.

    `pytest --rewrite-snapshots` writes the file; read the diff before committing it. The test's
    own folder shows as TMP; `varying` maps further patterns to the word to show in their place.
    A test that compares more than one text gives each a `name`.
    """
    folder = request.path.parent / "snapshots" / request.path.stem
    test = re.sub(r"[^\w.,=-]+", "_", request.node.name).strip("_")

    def compare(text: str, name: str = "", varying: Mapping[str, str] | None = None) -> None:
        for pattern, word in {re.escape(str(tmp_path)): "TMP", **(varying or {})}.items():
            text = re.sub(pattern, word, text)
        file = folder / f"{test}{name and f'-{name}'}.txt"
        if request.config.getoption("rewrite_snapshots"):
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        assert file.exists(), f"no {file}; pytest --rewrite-snapshots writes it"
        assert text == file.read_text(encoding="utf-8")

    return compare


SLOW = ("tests/sending/faults/", "tests/test_kills.py")


@pytest.fixture
def console(monkeypatch, capsys):
    """Runs the console script's own function on some words."""

    def run(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["importer", *words])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        return Ended(status, *capsys.readouterr())

    return run


def pytest_collection_modifyitems(items):
    """What takes a minute is left out of the everyday run: `pytest -m slow` runs it."""
    for item in items:
        if any(part in item.path.as_posix() for part in SLOW):
            item.add_marker(pytest.mark.slow)

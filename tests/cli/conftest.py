import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from importer import cli
from importer.demo.demo import SECRETS, sandbox_settings_file
from tests.ended import Ended
from tests.folder.conftest import RULES

HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"


GOOD = "10001,1Z999AA10123456784,UPS,2026-11-19,2"


BAD = "10002,1Z999AA10123456785,Fedx,2026-11-19,2"


REFUSED = "10018,1Z999AA10123456786,UPS,2026-11-19,2"  # a completed purchase order


HANG_S = 300  # after which a process never ends


@pytest.fixture
def folder(sandbox, tmp_path, monkeypatch):
    """A folder to work in, with the settings and the secrets for the sandbox."""
    settings = sandbox_settings_file(sandbox.url)
    quick = settings.replace('limit = "unlimited"', 'limit = "unlimited"\nsettle = 0.1')
    (tmp_path / "importer.toml").write_text(f'journal = "journal.db"\n\n{quick}')
    monkeypatch.chdir(tmp_path)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    return tmp_path


@pytest.fixture
def importer(folder, console):
    return console


@pytest.fixture
def start(folder):
    """Starts `python -m importer` as a process of its own."""
    processes = []

    def begin(*words: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "importer", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": ROOT, **environment},
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


ROOT = str(Path(cli.__file__).parents[2])


def ended(process: subprocess.Popen[bytes]) -> Ended:
    out, err = process.communicate(timeout=HANG_S)
    return Ended(process.returncode, _text(out), _text(err))


def _text(content: bytes) -> str:
    return content.decode().replace("\r\n", "\n")


@pytest.fixture
def run(sandbox, tmp_path, monkeypatch):
    """Runs `importer folder ...` in a folder with settings and a drop folder in it."""
    monkeypatch.chdir(tmp_path)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    settings = 'journal = "journal.db"\n' + sandbox_settings_file(sandbox.url)
    Path("importer.toml").write_text(settings, encoding="utf-8")

    def invoke(*words):
        return CliRunner().invoke(cli.cli, ["folder", *words])

    invoke("init", "drop")
    Path("drop/folder.toml").write_text(RULES, encoding="utf-8")
    return invoke


def put(name, text):
    path = Path("drop/inbox") / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")

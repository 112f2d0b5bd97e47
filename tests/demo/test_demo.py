"""The demo of every operation, and the settings to work with the sandbox."""

import sys

from importer.demo.demo import (
    SECRETS,
    new_folder,
    run_demo,
    sandbox_settings,
    sandbox_settings_file,
)
from importer.operations import operations
from importer.runs.execute import silent


def test_the_demo_shows_each_operation_and_then_a_sheet_with_mistakes(tmp_path, snapshot):
    lines = []

    status = run_demo(tmp_path / "demo", lines.append, silent)

    text = "\n".join(lines)
    shown = {name: f" {name} " for name in operations()}
    assert status == 0
    assert all(cell in text for cell in shown.values())
    others = [cell for name, cell in shown.items() if name != "add_tracking"]
    kept = [line for line in text.splitlines() if not any(cell in line for cell in others)]
    snapshot("\n".join(kept), varying={r" {2,}": "  ", r"\d+ writes": "N writes"})


def test_a_folder_in_use_is_left_alone_and_a_numbered_one_is_made(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")

    assert new_folder(tmp_path / "demo") == tmp_path / "demo-2"
    assert new_folder(tmp_path / "demo-2") == tmp_path / "demo-2"  # still empty


def test_sandbox_prints_what_can_be_saved_and_pasted():
    said = sandbox_settings("http://127.0.0.1:1")

    pasted = "$env:" if sys.platform == "win32" else "export "
    lines = [line for line in said.splitlines() if line.startswith(pasted)]
    assert [line.removeprefix(pasted).partition("=")[0].strip() for line in lines] == list(SECRETS)
    assert "Save this as importer.toml in your working folder:" in said
    assert sandbox_settings_file("http://127.0.0.1:1") in said

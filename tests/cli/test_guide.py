import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from importer.cli.guide import topics

ROOT = Path(__file__).parents[2]


def test_without_a_topic_every_page_is_listed_with_its_title(console):
    ended = console("guide")

    listed = [line.split()[0] for line in ended.out.splitlines() if line]
    assert listed[:-1] == topics()
    assert "nights        Nightly runs: a drop folder, local or remote\n" in ended.out
    assert ended.status == 0


def test_a_topic_is_shown_without_the_marks_of_its_source(console):
    ended = console("guide", "nights")

    assert ended.out.startswith("# Nightly runs: a drop folder, local or remote\n")
    assert "sftp://" in ended.out
    assert "<!--" not in ended.out


def test_a_topic_that_is_not_there_is_answered_with_those_that_are(console):
    ended = console("guide", "nigths")

    assert ended.status == 2
    assert ended.err.startswith('importer: the guide has no page "nigths"; the topics are columns,')
    assert ended.err.endswith(" Did you mean nights?\n")


@pytest.mark.slow
def test_a_wheel_shows_the_guide_too(tmp_path):
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, ROOT]
    subprocess.run(words, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")

    shown = subprocess.run(
        [sys.executable, "-m", "importer", "guide", "undo"],
        cwd=tmp_path / "installed",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert shown.stdout == (ROOT / "importer" / "guide" / "undo.md").read_text(encoding="utf-8")

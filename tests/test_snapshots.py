"""No snapshot outlives its test."""

from pathlib import Path

import pytest

SNAPSHOTS = sorted(Path(__file__).parent.rglob("snapshots/*/*.txt"))


@pytest.mark.parametrize("file", SNAPSHOTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_snapshot_belongs_to_a_test_of_the_module_it_is_named_for(file):
    module = file.parents[2] / f"{file.parent.name}.py"

    tests = [
        line.removeprefix("def ").partition("(")[0]
        for line in module.read_text(encoding="utf-8").splitlines()
        if line.startswith("def test_")
    ]

    assert any(file.stem.startswith(test) for test in tests)

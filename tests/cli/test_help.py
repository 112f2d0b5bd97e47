"""What --help says: short enough for a terminal, and with examples that run."""

import re

import pytest
from click.testing import CliRunner

from importer.cli import cli
from tests.pages import workplace

ENDLESS = re.compile("importer (sandbox|demo|.*--watch)")  # or slow: they have tests of their own
FIRST = {"template": 1, "check": 2, "plan": 3, "upload": 4}  # the others need a sheet, or a run
EXAMPLE = re.compile(r"^  (importer \w.*?)(   .*)?$", re.MULTILINE)


def commands(group=cli, path=()):
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


EVERY = {
    " ".join(path) or "importer": words for words, (path, _) in ((p, (p, c)) for p, c in commands())
}
EACH = pytest.mark.parametrize("path", EVERY.values(), ids=EVERY)


def help_of(path, width=80):
    return (
        CliRunner()
        .invoke(cli, [*path, "--help"], prog_name="importer", terminal_width=width)
        .output
    )


@EACH
def test_help_fits_a_terminal_and_cuts_nothing_short(path):
    shown = help_of(path)

    assert max(map(len, shown.splitlines())) <= 80
    assert not re.search(r"[a-z]\.\.\.$", shown, re.MULTILINE)


@EACH
def test_help_is_one_line_and_an_example(path):
    usage, sentence, examples, *_ = help_of(path).split("\n\n")

    assert usage.startswith("Usage: importer")
    assert re.fullmatch(r"  [A-Z].*\.", sentence)
    assert EXAMPLE.match(examples)


@EACH
def test_a_default_is_told_in_one_way(path):
    assert not re.search(r"\[default|Else |; else ", help_of(path))


def test_every_example_runs():
    shown = [line for path in EVERY.values() for line, _ in EXAMPLE.findall(help_of(path))]
    lines = [line for line in dict.fromkeys(shown) if not ENDLESS.match(line)]
    lines.sort(key=lambda line: FIRST.get(line.split()[1], 9))

    with workplace():
        ended = {line: CliRunner().invoke(cli, line.split()[1:]) for line in lines}

    failed = {
        line: f"{result.exception} {result.output}"
        for line, result in ended.items()
        if result.exit_code > 1 or not isinstance(result.exception, SystemExit | None)
    }
    assert failed == {}

"""The README says what the code does. Run as a script, this file writes its tables anew."""

import fnmatch
import re
import shutil
import sys
import tomllib
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner

from importer.cli import cli
from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.model import summary as summaries
from importer.model.outcomes import Status
from importer.platforms import PLATFORMS
from importer.reports.terminal.operation_lines import readme_tables
from importer.settings import settings as settings_module
from importer.settings import vendor_profile as profiles
from importer.settings.settings import load_settings

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
OPEN, CLOSE = "<!-- operations -->", "<!-- /operations -->"
EACH_COMMAND = pytest.mark.parametrize("name", list(cli.commands))


def text() -> str:
    return README.read_text(encoding="utf-8")


def with_tables(readme: str) -> str:
    before, rest = readme.split(OPEN)
    return f"{before}{OPEN}\n\n{readme_tables()}\n\n{CLOSE}{rest.split(CLOSE)[1]}"


def table(heading: str) -> list[list[str]]:
    """The rows of the table whose heading begins with a word, cell by cell."""
    lines = iter(text().splitlines())
    next(line for line in lines if line.startswith(f"| {heading} |"))
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text(), re.DOTALL | re.MULTILINE)


def words_in_code(column: str) -> list[str]:
    return re.findall(r"`([^`]+)`", column)


def test_the_tables_of_operations_are_those_of_the_code():
    assert text() == with_tables(text()), "run: python tests/test_readme.py"


@EACH_COMMAND
def test_every_command_is_documented(name):
    documented = [words_in_code(row[0])[0].split()[1] for row in table("command")]

    assert name in documented


@EACH_COMMAND
def test_every_option_is_documented(name):
    for parameter in (*cli.params, *cli.commands[name].params):
        if isinstance(parameter, click.Option) and parameter.name != "version":
            spelt = parameter.opts[-1]
            assert re.search(rf"`[^`\n]*{spelt}\b[^`\n]*`", text()), f"{name} {spelt}"


def example_lines() -> list[str]:
    """Every `importer ...` line of the help texts and of the README."""
    helps = [cli.help or "", *(command.help or "" for command in cli.commands.values())]
    shown = [line.strip() for help_ in helps for line in help_.splitlines()]
    typed = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
    quoted = [word for word in words_in_code(text()) if "NAME" not in word and "..." not in word]
    lines = [line.split("  ")[0] for line in (*shown, *typed, *quoted)]
    return sorted({line for line in lines if line.startswith("importer ")})


@pytest.mark.parametrize("line", example_lines())
def test_every_example_is_understood(line):
    words = line.split()[1:]

    result = CliRunner().invoke(cli, [*words, "--help"])

    assert result.exit_code == 0, result.output


def test_the_exit_statuses_are_those_of_the_code():
    names = ("EVERYTHING_SETTLED", "NEEDS_ATTENTION", "NOTHING_SENT", "SOME_UNKNOWN")
    words = ("every row is sent", "some row needs attention", "nothing was sent", "is unknown")

    for row, name, said in zip(table("exit status"), names, words, strict=True):
        assert row[0] == str(getattr(summaries, name))
        assert said in row[1]


def test_the_statuses_of_a_row_are_those_of_the_code():
    assert [row[0] for row in table("status")] == [f"`{status}`" for status in Status]


def test_the_keys_are_those_that_settings_accept():
    kept = {f"{name}_{place}" for platform in PLATFORMS.values() for name in platform.credentials
            for place in ("env", "keyring")}  # fmt: skip
    accounts = {*settings_module._ACCOUNT_KEYS, "server", *kept}
    accepted = {*settings_module._TOP_KEYS, *accounts, *profiles.KEYS}

    named = [key for row in table("key") for key in words_in_code(row[0])]

    assert sorted(named) == sorted(accepted)


@pytest.mark.parametrize("block", blocks("toml"))
def test_the_settings_shown_are_accepted(block, tmp_path):
    file = tmp_path / "importer.toml"
    file.write_text(block, encoding="utf-8")

    assert set(load_settings(file, PLATFORMS).accounts) == set(tomllib.loads(block)["accounts"])


def test_what_it_links_to_is_there():
    links = re.findall(r"\]\(([^)]+)\)", text())

    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_each_of_the_two_commands_is_one_line():
    lines = [line for line in text().splitlines() if line.startswith("python3 -m venv ")]

    assert [line.rpartition("/")[2] for line in lines] == ["importer demo", "pytest -n auto"]


@pytest.fixture
def folder(sandbox, tmp_path, monkeypatch):
    """A folder to work in, with the samples, and the settings and secrets for the sandbox."""
    monkeypatch.chdir(tmp_path)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    own = 'journal = "journal.db"\n' + sandbox_settings_file(sandbox.url)
    Path("importer.toml").write_text(own, encoding="utf-8")
    shutil.copytree(ROOT / "samples", "samples")


@pytest.mark.usefixtures("folder")
def test_the_script_sends_its_sheet(sandbox):
    (script,) = blocks("python")

    exec(script)  # noqa: S102  (the README's own)

    assert all(write.applied for write in sandbox.writes)
    assert Path("samples/add_tracking.result.xlsx").exists()


@pytest.mark.usefixtures("folder")
def test_what_is_shown_of_a_sheet_is_what_the_commands_say():
    for block in blocks("console"):
        typed, _, shown = block.partition("\n")
        words = typed.removeprefix("$ importer ").split()
        if words[1].endswith(".fix.xlsx"):
            mend(Path(words[1]))
        said = CliRunner().invoke(cli, words).stdout.replace("\\", "/")
        pattern = re.sub(r"([\[\]?*])", r"[\1]", shown).replace("  ...\n", "*")
        assert fnmatch.fnmatchcase(said, pattern), said


def mend(fix: Path) -> None:
    """What the README tells of: FedEx in row 7, and 10008 in row 9."""
    workbook = openpyxl.load_workbook(fix)
    worksheet = workbook["Shipping log"]
    left = {cell.value: cell.column for cell in worksheet[1]}
    below = {cell.value: cell.row for cell in worksheet["A"]}
    worksheet.cell(below[7], left["Carrier"]).value = "FedEx"
    worksheet.cell(below[9], left["PO Number"]).value = 10008
    workbook.save(fix)


if __name__ == "__main__":
    README.write_text(with_tables(text()), encoding="utf-8")
    sys.stdout.write("The tables of README.md are those of the code.\n")

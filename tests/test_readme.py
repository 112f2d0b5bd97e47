"""README.md and the guide say what the code does.

`python -m tests.test_readme` makes again what they paste: tables of the code, outputs of commands.
"""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from importer.cli import cli
from importer.cli.guide import GUIDE, topics
from importer.folder.rules import FILE_NAME as FOLDER_FILE
from importer.folder.rules import load_folder
from importer.model import summary as summaries
from importer.model.outcomes import Status
from importer.platforms import PLATFORMS
from importer.settings import accounts as accounts_module
from importer.settings import settings as settings_module
from importer.settings import vendor_profile as profiles
from importer.settings.settings import load_settings
from tests.pages import PAGES, README, ROOT, made_again, make_pages_again

EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
LONGEST_README = 200  # lines
NAMED = (ast.FunctionDef, ast.ClassDef)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def topic(name: str) -> str:
    return text(GUIDE / f"{name}.md")


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table whose heading begins with a word, cell by cell."""
    lines = iter(topic(page).splitlines())
    next(line for line in lines if line.startswith(f"| {heading} |"))
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}.*?\n(.*?)^```$", text(page), re.DOTALL | re.MULTILINE)


def every_block(language: str) -> list[str]:
    return [block for page in PAGES for block in blocks(page, language)]


def words_in_code(words: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", words)


@EACH_PAGE
def test_what_a_page_pastes_is_what_the_code_gives(page):
    assert text(page) == made_again(text(page)), "run: python -m tests.test_readme"


def test_the_readme_is_short():
    assert len(text(README).splitlines()) <= LONGEST_README


def test_each_of_the_two_commands_is_one_line():
    lines = [line for line in text(README).splitlines() if line.startswith("python3 -m venv ")]

    assert [line.rpartition("/")[2] for line in lines] == ["importer demo", "pytest -n auto"]


def test_the_readme_links_every_page_of_the_guide():
    linked = re.findall(r"\]\(importer/guide/([\w-]+)\.md\)", text(README))

    assert sorted(set(linked)) == topics()


@EACH_PAGE
def test_what_a_page_links_to_is_there(page):
    links = re.findall(r"\]\(([^)]+)\)", text(page))

    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@EACH_PAGE
def test_the_files_of_the_code_that_a_page_names_are_there(page):
    named = [
        word for word in words_in_code(text(page)) if re.match(r"(importer|tests|samples)/", word)
    ]

    assert [
        word for word in named if "NAME" not in word and not list(ROOT.glob(word.split("::")[0]))
    ] == []


def walks() -> dict[str, list[tuple[str, str]]]:
    """The walks of the page for developers: heading -> file and name, step by step."""
    parts = topic("developers").split("\n## ")
    steps = {
        part.partition("\n")[0]: re.findall(
            r"^\d+\. `?([^`]+)`?(?:, `)?([^`]*)", part, re.MULTILINE
        )
        for part in parts
    }
    return {heading: found for heading, found in steps.items() if found}


@pytest.mark.parametrize("walk", walks().values(), ids=walks())
def test_a_walk_enters_each_file_once_and_finds_there_what_it_names(walk):
    files = [file for file, _ in walk]
    defined = [
        {node.name for node in ast.parse(text(ROOT / file)).body if isinstance(node, NAMED)}
        for file in files
    ]

    assert len(set(files)) == len(files)
    assert [step for step, names in zip(walk, defined, strict=True) if step[1] not in names] == []


def test_there_are_five_walks():
    assert len(walks()) == 5


def example_lines() -> list[str]:
    """Every `importer ...` line of the help texts and of the pages."""
    helps = [cli.help or "", *(command.help or "" for command in cli.commands.values())]
    shown = [line.strip() for help_ in helps for line in help_.splitlines()]
    blocks_of_lines = (*every_block("console"), *every_block("sh"))
    typed = [line.removeprefix("$ ") for block in blocks_of_lines for line in block.splitlines()]
    quoted = [word for page in PAGES for word in words_in_code(text(page))]
    lines = [line.split("  ")[0] for line in (*shown, *typed, *quoted)]
    return sorted({line for line in lines if line.startswith("importer ") and is_example(line)})


def is_example(line: str) -> bool:
    """A line to type, with no word in capitals to fill in."""
    return not re.search(r"\.\.\.|\[|\b[A-Z]{2,}\b", line)


@pytest.mark.parametrize("line", example_lines())
def test_every_example_is_understood(line):
    words = line.split()[1:]

    result = CliRunner().invoke(cli, [*words, "--help"])

    assert result.exit_code == 0, result.output


def test_the_exit_statuses_are_those_of_the_code():
    names = ("EVERYTHING_SETTLED", "NEEDS_ATTENTION", "NOTHING_SENT", "SOME_UNKNOWN")
    words = ("every row is sent", "some row needs attention", "nothing was sent", "is unknown")

    rows = table("statuses", "exit status")

    for row, name, meaning in zip(rows, names, words, strict=True):
        assert row[0] == str(getattr(summaries, name))
        assert meaning in row[1]


def test_the_statuses_of_a_row_are_those_of_the_code():
    rows = table("statuses", "status")

    assert [row[0] for row in rows] == [f"`{status}`" for status in Status]


def test_the_keys_are_those_that_settings_accept():
    kept = {f"{name}_{place}" for platform in PLATFORMS.values() for name in platform.credentials
            for place in ("env", "keyring")}  # fmt: skip
    accounts = {*accounts_module._ACCOUNT_KEYS, "server", *kept}
    accepted = {*settings_module._TOP_KEYS, *accounts, *profiles.KEYS}

    named = [key for row in table("settings", "key") for key in words_in_code(row[0])]

    assert sorted(named) == sorted(accepted)


@pytest.mark.parametrize("block", blocks(GUIDE / "settings.md", "toml"))
def test_the_settings_shown_are_accepted(block, tmp_path):
    file = tmp_path / "importer.toml"
    file.write_text(block, encoding="utf-8")

    assert set(load_settings(file, PLATFORMS).accounts) == set(tomllib.loads(block)["accounts"])


@pytest.mark.parametrize("block", blocks(GUIDE / "nights.md", "toml"))
def test_the_settings_of_a_folder_shown_are_accepted(block, tmp_path):
    (tmp_path / FOLDER_FILE).write_text(block, encoding="utf-8")
    file = tmp_path / "importer.toml"
    file.write_text(blocks(GUIDE / "settings.md", "toml")[0], encoding="utf-8")

    rules = load_folder(tmp_path, load_settings(file, PLATFORMS)).rules

    assert {rule.name for rule in rules} == set(tomllib.loads(block).get("inbox", {}))


if __name__ == "__main__":
    make_pages_again()
    sys.stdout.write("README.md and the guide paste what the code gives.\n")

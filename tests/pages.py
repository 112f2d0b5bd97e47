"""What README.md and the guide paste: tables of the code, and what commands print.

`python -m tests.test_readme` makes all of it again. A page marks a table by its maker's name,

    <!-- made: columns -->
    ...
    <!-- /made -->

and a block of `console` is run, command by command, in a folder with the samples and a sandbox.
```` ```console lines=1-4,9 ```` shows these lines of the output and "..." for the others;
`<!-- step: NAME -->` does what a person would do between two commands.
"""

import ast
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from inspect import cleandoc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import click
import openpyxl
from click.testing import CliRunner

from importer.cli import cli
from importer.cli.guide import GUIDE, title_of, topics
from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.folder import rules
from importer.operations import operations
from importer.operations.operation import Operation
from importer.reports.terminal.operation_lines import holds
from importer.sandbox import Sandbox
from tests.test_layers import DEPTHS, FILES

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *(GUIDE / f"{topic}.md" for topic in topics())]
URL = "http://127.0.0.1:8765"  # of the sandbox, whatever port a run of it had

_TABLE = re.compile(r"<!-- made: (\w+) -->\n.*?<!-- /made -->", re.DOTALL)
_STEP = re.compile(
    r"<!-- step: (?P<step>\w+) -->|"
    r"^```console(?: lines=(?P<lines>\S+))?\n(?P<block>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


def make_pages_again() -> None:
    for page in PAGES:
        page.write_text(made_again(page.read_text(encoding="utf-8")), encoding="utf-8")


def made_again(page: str) -> str:
    """The page with its tables and outputs as the code gives them now."""
    with_tables = _TABLE.sub(_table, page)
    if not _STEP.search(with_tables):
        return with_tables
    with workplace() as sandbox:
        return _STEP.sub(lambda step: _taken(step, sandbox), with_tables)


@contextmanager
def workplace() -> Iterator[Sandbox]:
    """A folder with the samples, the settings and secrets for a sandbox, and that sandbox."""
    with Sandbox() as sandbox, TemporaryDirectory() as folder, chdir(folder):
        own = 'journal = "journal.db"\n' + sandbox_settings_file(sandbox.url)
        Path("importer.toml").write_text(own, encoding="utf-8")
        shutil.copytree(ROOT / "samples", "samples")
        with patch.dict(os.environ, SECRETS):
            yield sandbox


def _table(mark: re.Match[str]) -> str:
    return f"<!-- made: {mark[1]} -->\n\n{MAKERS[mark[1]]()}\n\n<!-- /made -->"


def _taken(step: re.Match[str], sandbox: Sandbox) -> str:
    if step["step"]:
        STEPS[step["step"]]()
        return step[0]
    parts = []
    for line in step["block"].splitlines():
        if line.startswith("$ importer "):
            shown = printed(line.removeprefix("$ importer ").split(), sandbox)
            parts.append(f"{line}\n{_some_lines(shown, step['lines'])}")
    heading = step[0].partition("\n")[0]
    return f"{heading}\n{''.join(parts)}```"


def printed(words: Sequence[str], sandbox: Sandbox) -> str:
    result = CliRunner().invoke(cli, words)
    assert isinstance(result.exception, SystemExit | None), result.output
    return steady(result.stdout.replace(sandbox.url, URL))


def steady(text: str) -> str:
    """The output without what differs from run to run: times, this folder, this machine."""
    text = text.replace(f"{Path.cwd()}{os.sep}", "").replace("\\", "/")
    text = re.sub(r"\d{4}-\d\d-\d\d (\d\d:\d\d)(:\d\d)?", _at_nine, text)
    return re.sub(r"UTC by \S+ on \S+", "UTC by buyer on desk", text)


def _at_nine(instant: re.Match[str]) -> str:
    return f"2026-11-20 09:30{':00' if instant[2] else ''}"


def _some_lines(text: str, wanted: str | None) -> str:
    """
    >>> _some_lines("a\\nb\\nc\\nd\\n", "1,3-")
    'a\\n  ...\\nc\\nd\\n'
    """
    lines = text.splitlines(keepends=True)
    if wanted is None:
        return text
    numbers = _numbers(wanted, len(lines))
    shown = []
    for number, line in enumerate(lines, start=1):
        if number in numbers:
            shown.append(line)
        elif not shown or shown[-1] != "  ...\n":
            shown.append("  ...\n")
    return "".join(shown)


def _numbers(wanted: str, last: int) -> set[int]:
    numbers: set[int] = set()
    for part in wanted.split(","):
        first, dash, end = part.partition("-")
        numbers |= set(range(int(first), int(end or (last if dash else first)) + 1))
    return numbers


def correct_two_rows() -> None:
    """FedEx in row 7, and 10008 in row 9."""
    fix = Path("samples/add_tracking_mistakes.fix.xlsx")
    workbook = openpyxl.load_workbook(fix)
    worksheet = workbook["Shipping log"]
    columns = {cell.value: cell.column for cell in worksheet[1]}
    rows = {cell.value: cell.row for cell in worksheet["A"]}
    worksheet.cell(rows[7], columns["Carrier"]).value = "FedEx"
    worksheet.cell(rows[9], columns["PO Number"]).value = 10008
    workbook.save(fix)


STEPS: Mapping[str, Callable[[], None]] = {"correct_two_rows": correct_two_rows}


def operations_table() -> str:
    rows = [
        [
            f"`{operation.name}`",
            operation.platform.title,
            f"the rows of one {_group(operation)}",
            "yes" if operation.repeatable else "no",
        ]
        for operation in operations().values()
    ]
    return _markdown(["operation", "platform", "one call holds", "can be repeated"], rows)


def _group(operation: Operation[Any]) -> str:
    titles = {field.name: field.title for field in operation.fields}
    return ", ".join(titles[name] for name in operation.group_by)


def columns_tables() -> str:
    parts = []
    for operation in operations().values():
        rows = [
            [
                field.title,
                "yes" if field.needed else "",
                ", ".join(holds(field)),
                ", ".join(field.about.aliases),
                field.about.description,
            ]
            for field in operation.fields
        ]
        titles = ["column", "required", "holds", "also called", "note"]
        parts += [f"## {operation.name}", operation.summary, _markdown(titles, rows)]
    return "\n\n".join(parts)


def commands_table() -> str:
    rows = [
        [f"`importer {name}`", command.get_short_help_str(200)]
        for name, command in cli.commands.items()
    ]
    return _markdown(["command", "does"], rows)


def options_tables() -> str:
    """Each command as its help describes it."""
    parts = ["## Before the command", _options_of(cli.params)]
    for name, command in _every_command("importer", cli):
        words, _, examples = cleandoc(command.help or "").partition("\b\n")
        usage = " ".join(command.collect_usage_pieces(click.Context(command)))
        parts += [f"## {name}", words.strip(), f"`{name} {usage}`"]
        if any(isinstance(option, click.Option) for option in command.params):
            parts.append(_options_of(command.params))
        if examples:
            parts.append(f"```sh\n{examples.strip()}\n```")
    return "\n\n".join(parts)


def _every_command(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            own = command.commands.get("pass")
            yield f"{path} {name}", own or command
            inner = click.Group(commands={n: c for n, c in command.commands.items() if c != own})
            yield from _every_command(f"{path} {name}", inner)
        else:
            yield f"{path} {name}", command


def _options_of(parameters: Iterable[click.Parameter]) -> str:
    context = click.Context(cli)
    records = (
        parameter.get_help_record(context)
        for parameter in parameters
        if isinstance(parameter, click.Option)
    )
    return _markdown(
        ["option", "does"], [[f"`{record[0]}`", record[1]] for record in records if record]
    )


def folder_settings() -> str:
    """The folder.toml that `importer folder init drop` writes."""
    return f"```toml\n{rules.TEMPLATE.replace('{name}', 'drop').rstrip()}\n```"


def rooms_table() -> str:
    """The folders from the top down, with the first sentence of each one's docstring."""
    rows = [
        [str(level), f"`{room}`", _purpose(room)]
        for room, level in DEPTHS.items()
        if room != "__main__"
    ]
    return _markdown(["level", "room", "has"], rows)


def _purpose(room: str) -> str:
    docstring = ast.get_docstring(ast.parse(FILES[room].read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0].removesuffix(".").removesuffix(":")


def list_of_topics() -> str:
    return "\n".join(
        f"- [{topic}](importer/guide/{topic}.md): {title_of(topic)}" for topic in topics()
    )


MAKERS: Mapping[str, Callable[[], str]] = {
    "operations": operations_table,
    "columns": columns_tables,
    "commands": commands_table,
    "options": options_tables,
    "folder_settings": folder_settings,
    "rooms": rooms_table,
    "topics": list_of_topics,
}


def _markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)

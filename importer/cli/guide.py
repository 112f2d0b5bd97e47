"""The command guide: the pages of importer/guide, in the terminal."""

import re
from pathlib import Path

import click

from importer.model.errors import UsageError

GUIDE = Path(__file__).parents[1] / "guide"


@click.command(short_help="Read the guide: columns, settings, nightly runs, and more.")
@click.argument("topic", required=False)
def guide(topic: str | None) -> None:
    """Read one page of the guide, or list its topics.

    \b
    importer guide nights
    """
    if topic is None:
        click.echo("\n".join(f"{name:<14}{title_of(name)}" for name in topics()))
        click.echo("\nRead one with: importer guide TOPIC")
    else:
        click.echo_via_pager(_page(topic))


def topics() -> list[str]:
    return sorted(page.stem for page in GUIDE.glob("*.md"))


def title_of(topic: str) -> str:
    """The page's heading."""
    first, _, _ = _text(topic).partition("\n")
    return first.removeprefix("# ")


def _page(topic: str) -> str:
    if topic not in topics():
        from importer.model.spelling import did_you_mean

        hint = did_you_mean(topic, topics())
        raise UsageError(
            f'the guide has no page "{topic}"; the topics are {", ".join(topics())}.{hint}'
        )
    return re.sub(r"<!-- .*? -->\n+|!\[.*?\]\(.*?\)\n+", "", _text(topic)).rstrip()


def _text(topic: str) -> str:
    return (GUIDE / f"{topic}.md").read_text(encoding="utf-8")

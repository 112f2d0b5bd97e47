"""The command folder: sheets put into an inbox are sent and filed away."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from importer.cli.parameters import AS_JSON, Session, days_of, pass_session
from importer.cli.working import opened_context

DIRECTORY = click.argument(
    "directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path)
)


class _PassByDefault(click.Group):
    """`folder DIR` is `folder pass DIR`."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {"--help", "-h", *self.commands}:
            args = ["pass", *args]
        return super().parse_args(context, args)


def _until(text: str) -> datetime:
    """The next such time of day, in local time."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if not match:
        raise click.BadParameter(f'"{text}" is not a time like 06:00')
    now = datetime.now().astimezone()
    at = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    return at if at > now else at + timedelta(days=1)


@click.group(cls=_PassByDefault)
def folder() -> None:
    """Send the sheets in a folder, nightly or as they arrive.

    \b
    importer folder init drop
    importer folder drop
    importer folder status drop
    """


@folder.command()
@DIRECTORY
def init(directory: Path) -> None:
    """Create the folders and a commented folder.toml.

    \b
    importer folder init drop
    """
    from importer.folder.rules import init_folder

    file = init_folder(directory)
    click.echo(f"Describe each vendor's sheets in {file}, then put them into {directory / 'inbox'}")


@folder.command()
@DIRECTORY
@AS_JSON
@pass_session
def status(session: Session, directory: Path, as_json: bool) -> None:
    """Show when it last ran, what is waiting, what needs attention.

    \b
    importer folder status drop
    """
    from importer.folder.layout import FolderLayout
    from importer.folder.rules import load_folder
    from importer.folder.status import folder_status

    load_folder(directory, session.settings())
    values = folder_status(FolderLayout(directory))
    click.echo(json.dumps(values, indent=2) if as_json else _status_lines(values))


def _status_lines(values: dict[str, Any]) -> str:
    last = values["last_pass"]
    when = f"{last['ended_at']}, exit status {last['exit_status']}" if last else "none yet"
    oldest = f", the oldest since {values['oldest']}" if values["oldest"] else ""
    return "\n".join([
        f"last pass     {when}",
        f"waiting       {values['waiting']}{oldest}",
        f"in attention  {values['in_attention']}",
        f"being sent    {values['being_worked_on']}",
        f"next          {values['next_at'] or 'as scheduled'}",
    ])  # fmt: skip


@folder.command("pass", hidden=True)
@DIRECTORY
@click.option("--once", is_flag=True, help="Run once (the default).")
@click.option("--watch", is_flag=True, help="Keep running.")
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.IntRange(1),
    default=60,
    help="Time between passes with --watch (default: 60).",
)
@click.option("--until", metavar="06:00", type=_until, help="Start nothing after this time.")
@click.option("--keep", metavar="90d", type=days_of, help="Zip the days that are older.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Log on stderr, a line per file (default: text).",
)
@AS_JSON
@pass_session
def one_pass(
    session: Session,
    directory: Path,
    once: bool,
    watch: bool,
    every: int,
    until: datetime | None,
    keep: int | None,
    log_format: str,
    as_json: bool,
) -> None:
    """Send the complete files in DIR/inbox and file them away.

    \b
    importer folder drop
    importer folder drop --watch --until 06:00
    """
    if once and watch:
        raise click.UsageError("choose --once or --watch, not both.")
    from importer.cli.folder_pass import archive_days, logged, run_and_report
    from importer.folder.layout import FolderLayout
    from importer.folder.passes import stopped_at
    from importer.folder.rules import load_folder

    settings = load_folder(directory, session.settings())
    layout = FolderLayout(directory)
    worst, printed, again = 0, "", every if watch else None
    with logged(log_format), opened_context(session) as context, stopped_at(context, until):
        while True:
            status, printed = run_and_report(
                layout, settings, context, again, printed, as_json=as_json
            )
            worst = max(worst, status)
            if keep is not None:
                archive_days(layout, keep)
            if not watch or context.stop.wait(every):
                raise SystemExit(worst)

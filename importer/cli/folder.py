"""The command folder: sheets put into an inbox are sent and filed away."""

import json
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.parameters import AS_JSON, Session, days_of, pass_session
from importer.cli.working import opened_context
from importer.model.errors import ImporterError

if TYPE_CHECKING:
    from importer.folder.layout import FolderLayout
    from importer.folder.notices import TroubleChanges
    from importer.folder.passes import PassResult
    from importer.folder.rules import FolderSettings
    from importer.runs.execute import Context

DIRECTORY = click.argument(
    "directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path)
)


class _PassByDefault(click.Group):
    """`folder DIR` is `folder pass DIR`."""

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["pass", *args]
        return super().resolve_command(context, args)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """An option before DIR is the pass's own."""
        known = {"--help", "-h", *self.commands}
        if args and args[0] not in known:
            args = ["pass", *args]
        return super().parse_args(context, args)


def _until(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """The next such time of day, in local time."""
    if text is None:
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if not found:
        raise click.BadParameter(f'"{text}" is not a time like 06:00')
    now = datetime.now().astimezone()
    at = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
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
    told = folder_status(FolderLayout(directory))
    click.echo(json.dumps(told, indent=2) if as_json else _status_lines(told))


def _status_lines(told: dict[str, Any]) -> str:
    last = told["last_pass"]
    when = f"{last['ended_at']}, exit status {last['exit_status']}" if last else "none yet"
    oldest = f", the oldest since {told['oldest']}" if told["oldest"] else ""
    return "\n".join([
        f"last pass     {when}",
        f"waiting       {told['waiting']}{oldest}",
        f"in attention  {told['in_attention']}",
        f"being sent    {told['being_worked_on']}",
        f"next          {told['next_at'] or 'as scheduled'}",
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
@click.option("--until", metavar="06:00", callback=_until, help="Start nothing after this time.")
@click.option("--keep", metavar="90d", callback=days_of, help="Zip the days that are older.")
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
    from importer.folder.layout import FolderLayout
    from importer.folder.passes import stopped_at
    from importer.folder.rules import load_folder

    if once and watch:
        raise click.UsageError("choose --once or --watch, not both.")
    settings = load_folder(directory, session.settings())
    layout = FolderLayout(directory)
    worst, said = 0, ""
    with _logged(log_format), opened_context(session) as context, stopped_at(context, until):
        while True:
            again = every if watch else None
            done, said = _pass(layout, settings, context, again, said, as_json=as_json)
            worst = max(worst, done.exit_status)
            if keep is not None:
                _archive(layout, keep)
            if not watch or context.stop.wait(every):
                break
    raise SystemExit(worst)


def _pass(
    layout: "FolderLayout",
    settings: "FolderSettings",
    context: "Context",
    every: int | None,
    said: str,
    *,
    as_json: bool,
) -> "tuple[PassResult, str]":
    """One pass, and what it said; one of many that finds nothing new after `said` is silent."""
    from importer.folder.morning_report import with_unreported
    from importer.folder.notices import changes, is_wanted, save_notified
    from importer.folder.passes import run_pass
    from importer.folder.status import heartbeat, save_pass

    with heartbeat(layout):
        watching = {} if every is None else {"wait_s": 0.0}  # it comes again soon
        done = run_pass(layout, settings, context, sleep=context.stop.wait, **watching)
        told = with_unreported(layout, done)
        what = changes(layout, told)
        files = _page(layout, done, context) if told.moved or what.begun or what.ended else []
    if is_wanted(settings.notify, what, told):
        _tell(layout, settings, what, told, files)
    else:
        save_notified(layout, what)
    again = None if every is None else done.ended_at + timedelta(seconds=every)
    save_pass(layout, done, again)
    lines = _lines(told, files)
    if as_json:
        click.echo(json.dumps(_as_json(told, files)))
    elif every is None or (lines != said and (told.results or told.trouble)):
        click.echo(lines)
    return done, lines


def _page(layout: "FolderLayout", done: "PassResult", context: "Context") -> list[Path]:
    """A page that cannot be written is said; what was done is done."""
    from importer.folder.morning_report import write_morning_report

    try:
        return write_morning_report(layout, done, context.journal, context.settings)
    except (ImporterError, OSError, ValueError) as error:
        logging.getLogger("importer.folder").warning("no page was written: %s", error)
        return []


def _tell(
    layout: "FolderLayout",
    settings: "FolderSettings",
    what: "TroubleChanges",
    done: "PassResult",
    files: Sequence[Path],
) -> None:
    """A notice that cannot be sent is said, and tried again by the next pass."""
    from importer.folder.notices import save_notified, send_notices

    text = _lines(done, files)
    failed = send_notices(settings.notify, what, text.splitlines()[0], text, files)
    for why in failed:
        logging.getLogger("importer.folder").warning("nobody was told: %s", why)
    if not failed:
        save_notified(layout, what)


def _lines(done: "PassResult", files: Sequence[Path]) -> str:
    counts: dict[str, int] = {}
    for result in done.results:
        counts[result.fate.value] = counts.get(result.fate.value, 0) + 1
    said = ", ".join(f"{count} {fate}" for fate, count in counts.items()) or "nothing came"
    number = len(done.results)
    lines = [f"{number} file{'' if number == 1 else 's'}: {said}"]
    told = [f"{result.name}: {result.fate}: {result.sentence}" for result in done.results]
    lines += [f"  {' '.join(each.split())}" for each in told]
    lines += [f"  {trouble.sentence}" for trouble in done.trouble]
    lines += [f"  {file.suffix[1:]}: {file}" for file in files]
    return "\n".join(lines)


def _as_json(done: "PassResult", files: Sequence[Path]) -> dict[str, Any]:
    return {
        "begun_at": done.begun_at.isoformat(),
        "ended_at": done.ended_at.isoformat(),
        "exit_status": done.exit_status,
        "trouble": [trouble.sentence for trouble in done.trouble],
        "files": [
            {
                "name": result.name,
                "account": result.account,
                "fate": result.fate.value,
                "said": result.sentence,
                "run": result.run,
                "statuses": result.rows,
                "filed": [str(file) for file in result.files],
            }
            for result in done.results
        ],
        "report": [str(file) for file in files],
    }


def _archive(layout: "FolderLayout", keep: int) -> None:
    from importer.folder.archive import archive

    try:
        for zipped in archive(layout, keep):
            click.echo(f"  put away: {zipped}", err=True)
    except (OSError, ValueError) as error:  # what is in no proved zip stands where it was
        logging.getLogger("importer.folder").warning("not everything was put away: %s", error)


@contextmanager
def _logged(form: str) -> Iterator[None]:
    """The importer's own log, a line an event, for as long as the block lasts."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Json() if form == "json" else logging.Formatter("%(levelname)s %(message)s")
    )
    logger = logging.getLogger("importer")
    level, propagates = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if form == "json" else logging.WARNING)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagates


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds"),
            "level": record.levelname.lower(),
            "said": record.getMessage(),
        }
        names = ("event", "file", "fate", "account", "run", "rows", "files", "exit_status")
        told |= {
            name: value for name in names if (value := getattr(record, name, None)) is not None
        }
        return json.dumps(told, ensure_ascii=True)

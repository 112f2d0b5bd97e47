"""The command folder: sheets put into an inbox are sent and filed away."""

import json
import logging
import re
from collections import Counter
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

log = logging.getLogger("importer.folder")
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
    worst, printed = 0, ""
    with _logged(log_format), opened_context(session) as context, stopped_at(context, until):
        while True:
            again = every if watch else None
            result, printed = _pass(layout, settings, context, again, printed, as_json=as_json)
            worst = max(worst, result.exit_status)
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
    printed: str,
    *,
    as_json: bool,
) -> "tuple[PassResult, str]":
    """One pass and its text, which is printed with --watch only if it differs from `printed`."""
    from importer.folder.morning_report import with_unreported
    from importer.folder.notices import changes, is_wanted, save_notified
    from importer.folder.passes import run_pass
    from importer.folder.status import heartbeat, save_pass

    with heartbeat(layout):
        watching = {} if every is None else {"wait_s": 0.0}  # the next pass comes soon
        result = run_pass(layout, settings, context, sleep=context.stop.wait, **watching)
        reported = with_unreported(layout, result)
        trouble = changes(layout, reported)
        is_news = reported.moved or trouble.begun or trouble.ended
        files = _write_page(layout, result, context) if is_news else []
    if is_wanted(settings.notify, trouble, reported):
        _notify(layout, settings, trouble, reported, files)
    else:
        save_notified(layout, trouble)
    save_pass(layout, result, None if every is None else result.ended_at + timedelta(seconds=every))
    text = _text(reported, files)
    if as_json:
        click.echo(json.dumps(_as_json(reported, files)))
    elif every is None or (text != printed and (reported.results or reported.trouble)):
        click.echo(text)
    return result, text


def _write_page(layout: "FolderLayout", result: "PassResult", context: "Context") -> list[Path]:
    """A report page that cannot be written is reported; the pass itself counts."""
    from importer.folder.morning_report import write_morning_report

    try:
        return write_morning_report(layout, result, context.journal, context.settings)
    except (ImporterError, OSError, ValueError) as error:
        log.warning("the report page could not be written: %s", error)
        return []


def _notify(
    layout: "FolderLayout",
    settings: "FolderSettings",
    trouble: "TroubleChanges",
    result: "PassResult",
    files: Sequence[Path],
) -> None:
    """A notice that cannot be sent is reported; the next pass tries again."""
    from importer.folder.notices import save_notified, send_notices

    text = _text(result, files)
    failures = send_notices(settings.notify, trouble, text.splitlines()[0], text, files)
    for why in failures:
        log.warning("a notice could not be sent: %s", why)
    if not failures:
        save_notified(layout, trouble)


def _text(result: "PassResult", files: Sequence[Path]) -> str:
    from importer.reports.terminal.words import counted

    fates = Counter(each.fate.value for each in result.results)
    counts = ", ".join(f"{count} {fate}" for fate, count in fates.items())
    files_line = f"{counted(len(result.results), 'file')}: {counts}"
    sentences = [f"{each.name}: {each.fate}: {each.sentence}" for each in result.results]
    lines = [files_line if fates else "No files arrived"]
    lines += [f"  {' '.join(sentence.split())}" for sentence in sentences]
    lines += [f"  {trouble.sentence}" for trouble in result.trouble]
    lines += [f"  {file.suffix[1:]}: {file}" for file in files]
    return "\n".join(lines)


def _as_json(result: "PassResult", files: Sequence[Path]) -> dict[str, Any]:
    return {
        "begun_at": result.begun_at.isoformat(),
        "ended_at": result.ended_at.isoformat(),
        "exit_status": result.exit_status,
        "trouble": [trouble.sentence for trouble in result.trouble],
        "files": [
            {
                "name": each.name,
                "account": each.account,
                "fate": each.fate.value,
                "said": each.sentence,
                "run": each.run,
                "statuses": each.rows,
                "filed": [str(file) for file in each.files],
            }
            for each in result.results
        ],
        "report": [str(file) for file in files],
    }


def _archive(layout: "FolderLayout", keep: int) -> None:
    from importer.folder.archive import archive

    try:
        for zipped in archive(layout, keep):
            click.echo(f"  archived: {zipped}", err=True)
    except (OSError, ValueError) as error:  # only files with a verified copy were deleted
        log.warning("not all days could be archived: %s", error)


@contextmanager
def _logged(form: str) -> Iterator[None]:
    """Logs to stderr, a line per event, while the block runs."""
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
        values = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds"),
            "level": record.levelname.lower(),
            "said": record.getMessage(),
        }
        names = ("event", "file", "fate", "account", "run", "rows", "files", "exit_status")
        values |= {
            name: value for name in names if (value := getattr(record, name, None)) is not None
        }
        return json.dumps(values, ensure_ascii=True)

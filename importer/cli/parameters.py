"""Options that several commands share, and the settings and journal of one command."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from importer.journal import Journal
    from importer.model.options import Share
    from importer.settings.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def share(text: str) -> "Share":
    from importer.model.options import Share

    try:
        return Share.parse(text)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f'"{text}" is not a number of rows or like 20%') from None


def days_of(text: str) -> int:
    days = text.removesuffix("d")
    if not days.isdecimal():
        raise click.BadParameter(f'"{text}" is not a number of days, like 90d')
    return int(days)


SHEETS = click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
OPERATION = click.option(
    "--operation", metavar="NAME", help="Operation (default: detected from the headings)."
)
WORKSHEET = click.option(
    "--worksheet", metavar="NAME", help="Worksheet (default: the one that fits)."
)
FOLDER = click.Path(file_okay=False, path_type=Path)
INTO = click.option(
    "-o", "into", metavar="DIR", type=FOLDER, help="Folder of results (default: next to the sheet)."
)
ACCOUNT = click.option(
    "--account", metavar="NAME", help="Account of importer.toml (default: the vendor's)."
)
VENDOR = click.option(
    "--vendor", metavar="NAME", help="Vendor profile (default: detected from the headings)."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
RUNS = click.argument("runs", nargs=-1, type=int, metavar="[RUN]...")


def flag(name: str, help_: str) -> Callable[[Command], Command]:
    return click.option(name, is_flag=True, help=help_)


def at_least_one(name: str, help_: str) -> Callable[[Command], Command]:
    return click.option(name, metavar="N", type=click.IntRange(min=1), help=help_)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say how a sheet is read; the command gets them as `reading`."""

    @OPERATION
    @WORKSHEET
    @VENDOR
    @flag("--split", "Read several tracking numbers from one cell.")
    @flag("--visible-only", "Skip rows that are hidden in the sheet.")
    @flag("--infer-carrier", "Fill an empty carrier from the tracking number.")
    @flag("--strict-tracking", "Do not send rows with a doubtful tracking number.")
    @wraps(command)
    def with_reading(*args: Any, **words: Any) -> None:
        from importer.model.options import ReadingOptions

        command(*args, reading=_made(ReadingOptions, words), **words)

    return with_reading


def upload_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds INTO, the reading options and what to send; the command gets all of it as `options`."""

    @INTO
    @reading_options
    @flag("--whole-po", "Do not send any row of a PO that has a bad row.")
    @flag("--strict", "Do not send anything if a row is bad.")
    @flag("--again", "Send rows again that an earlier run has sent.")
    @flag("--undoable", "Save current values first, for importer undo.")
    @click.option(
        "--verify/--no-verify",
        default=None,
        help="Read back what was sent (default: by operation).",
    )
    @click.option(
        "--stop-after",
        metavar="N|N%",
        type=share,
        help="Stop after N rejected rows, or N% of the rows.",
    )
    @wraps(command)
    def with_options(*args: Any, **words: Any) -> None:
        from importer.model.options import UploadOptions

        command(*args, options=_made(UploadOptions, words), **words)

    return with_options


def _made(kind: type[Any], words: dict[str, Any]) -> Any:
    """A dataclass of those words that are its fields, which are taken out of `words`."""
    from dataclasses import fields

    return kind(**{f.name: words.pop(f.name) for f in fields(kind) if f.name in words})


def patience_options(command: Command) -> Command:
    """Adds the options that say how long and how often to try."""
    for option in (
        at_least_one("--max-refusals", "Stop after N identical rejections in a row (default: 10)."),
        at_least_one("--max-lost", "Stop after N lost answers in a row (default: 3)."),
        at_least_one("--isolate-limit", "Calls spent on finding a call's bad rows (default: 40)."),
        flag("--no-wait", "Leave lost answers to the next run."),
    ):
        command = option(command)
    return command


class Session:
    """The options before the command; settings and journal are opened when it needs them."""

    def __init__(self, config: Path | None, journal: str | None) -> None:
        self._config = config
        self._journal = journal

    def settings(self) -> "Settings":
        from importer.platforms import PLATFORMS
        from importer.settings.settings import load_settings

        return load_settings(self._config, PLATFORMS)

    def journal(self, settings: "Settings") -> "Journal":
        from importer.journal import open_journal
        from importer.settings.settings import journal_location

        return open_journal(journal_location(settings, self._journal))


pass_session = click.make_pass_decorator(Session)


def account_name(session: Session, account: str | None, vendor: str | None) -> str:
    """The account asked for, or the one in the vendor's profile."""
    if account is None and vendor is not None:
        account = session.settings().vendor(vendor).account
    if account is None:
        raise click.MissingParameter(
            ctx=click.get_current_context(), param_hint="'--account'", param_type="option"
        )
    return account

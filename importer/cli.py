"""The command line: words in, words and exit status out; what is heavy is imported inside."""

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from importer import __version__
from importer.errors import ImporterError, RunBusy, SettingsError, SheetError, UsageError

if TYPE_CHECKING:
    from importer.journal import Journal
    from importer.preparation import Share
    from importer.run import Desk
    from importer.settings import Settings
    from importer.stopping import Stop
    from importer.summaries import Summary

Command = TypeVar("Command", bound=Callable[..., Any])
Values = TypeVar("Values")

POSITIVE = click.IntRange(min=1)


def _share(_context: click.Context, _option: click.Parameter, text: str | None) -> "Share | None":
    from importer.preparation import Share

    try:
        return None if text is None else Share.parse(text)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f'"{text}" is neither a number of rows nor like 20%') from None


def _days(_context: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    days = (text or "").removesuffix("d")
    if text is not None and not days.isdecimal():
        raise click.BadParameter(f'"{text}" is not a number of days, like 90d')
    return int(days) if days else None


SHEETS = click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
OPERATION = click.option("--operation", metavar="NAME", help="Else found from the headings.")
WORKSHEET = click.option("--worksheet", metavar="NAME", help="Else the one that fits.")
FOLDER = click.Path(file_okay=False, path_type=Path)
INTO = click.option("-o", "into", metavar="DIR", type=FOLDER, help="Else beside the sheet.")
ACCOUNT = click.option("--account", metavar="NAME", help="From importer.toml; else the vendor's.")
VENDOR = click.option("--vendor", metavar="NAME", help="Else the one whose headings they are.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on stdout, for machines.")


def PATIENCE(command: Command) -> Command:  # noqa: N802  (one of the options above)
    """How long and how often to try."""
    for option in (
        click.option(
            "--max-refusals",
            metavar="N",
            type=POSITIVE,
            help="Stop at so many equal refusals in a row: 10.",
        ),
        click.option(
            "--max-lost",
            metavar="N",
            type=POSITIVE,
            help="Stop at so many lost answers in a row: 3.",
        ),
        click.option(
            "--isolate-limit",
            metavar="N",
            type=POSITIVE,
            help="Writes to find the bad rows of a call: 40.",
        ),
        click.option("--no-wait", is_flag=True, help="Leave lost answers for the next run."),
    ):
        command = option(command)
    return command


RUNS = click.argument("runs", nargs=-1, type=int, metavar="[RUN]...")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="importer")
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Settings; else ./importer.toml.",
)
@click.option("--journal", metavar="PATH-OR-URL", help="Where every call is written down.")
@click.pass_context
def cli(context: click.Context, config: Path | None, journal: str | None) -> None:
    """Vendors' sheets to Sellercloud, ShipStation and ShipEngine, every row accounted for.

    \b
    importer demo                                     try it, without any account
    importer check dock.xlsx                          what is wrong with a sheet
    importer upload dock.xlsx --account acme          send it, and get it back with outcomes
    """
    context.obj = _Options(config, journal)


class _Options:
    """What the words before the command say; opened when a command needs it."""

    def __init__(self, config: Path | None, journal: str | None) -> None:
        self._config = config
        self._journal = journal

    def settings(self) -> "Settings":
        from importer.platforms import PLATFORMS
        from importer.settings import load_settings

        return load_settings(self._config, PLATFORMS)

    def journal(self, settings: "Settings") -> "Journal":
        from importer.journal import open_journal
        from importer.settings import journal_location

        return open_journal(journal_location(settings, self._journal))


def OPTIONS(command: Command) -> Command:  # noqa: N802  (used like those above)
    """Hands the words before the command to it."""
    return cast("Command", click.make_pass_decorator(_Options)(command))


@cli.command()
@click.argument("operation", required=False)
@AS_JSON
def operations(operation: str | None, as_json: bool) -> None:
    """List what can be done, or just one operation, and each one's columns.

    \b
    importer operations add_tracking
    """
    from importer.listings import operations_as_json, operations_table
    from importer.operations import operation as named
    from importer.operations import operations as every

    found = [named(operation)] if operation else list(every().values())
    if as_json:
        click.echo(json.dumps(operations_as_json(found), indent=2))
    else:
        click.echo(operations_table(found))


@cli.command()
@click.argument("operation")
@click.option(
    "-o", "path", metavar="PATH", help="A file, or a folder with / at its end; else here."
)
def template(operation: str, path: str | None) -> None:
    """Write a blank workbook with headings, notes and drop-downs; never over a file.

    \b
    importer template add_tracking -o dock.xlsx
    """
    from importer.operations import operation as named
    from importer.sheets.templates import write_template

    found = named(operation)
    target = _template_place(path or ".", f"{found.name}.xlsx")
    if target.exists():
        raise UsageError(f"{target} is there already; name another with -o")
    write_template(found, target)
    click.echo(f"{target} is a blank sheet for {found.name}")


def _template_place(path: str, name: str) -> Path:
    """The file itself, or its place in a folder; one named with a slash at its end is made."""
    target = Path(path)
    if path.endswith(("/", os.sep)):
        target.mkdir(parents=True, exist_ok=True)
    return target / name if target.is_dir() else target


@cli.command()
@SHEETS
@OPERATION
@WORKSHEET
@VENDOR
@INTO
@AS_JSON
@OPTIONS
def check(
    options: _Options,
    sheets: Sequence[Path],
    operation: str | None,
    worksheet: str | None,
    vendor: str | None,
    into: Path | None,
    as_json: bool,
) -> None:
    """Write sheets back with all that is wrong; send nothing.

    \b
    importer check samples/add_tracking.xlsx
    """
    from importer.preparation import Wish
    from importer.run import check_sheet

    wish = Wish(operation, worksheet, into, vendor=vendor)
    settings = options.settings()
    _each(sheets, lambda sheet: check_sheet(sheet, wish, settings), as_json=as_json)


@cli.command()
@SHEETS
@ACCOUNT
@OPERATION
@WORKSHEET
@VENDOR
@AS_JSON
@OPTIONS
def plan(
    options: _Options,
    sheets: Sequence[Path],
    account: str | None,
    operation: str | None,
    worksheet: str | None,
    vendor: str | None,
    as_json: bool,
) -> None:
    """Show the exact calls and how long they take, as if nothing had been sent before.

    \b
    importer plan samples/add_tracking.xlsx --account acme
    """
    from importer.preparation import Wish
    from importer.run import plan_sheet

    settings = options.settings()
    found = settings.account(_account_name(options, account, vendor))
    wish = Wish(operation, worksheet, vendor=vendor)
    _each(sheets, lambda sheet: plan_sheet(sheet, wish, settings, found), as_json=as_json)


@cli.command()
@SHEETS
@ACCOUNT
@INTO
@OPERATION
@WORKSHEET
@VENDOR
@click.option("--whole-po", is_flag=True, help="A bad row holds back the others of its PO.")
@click.option("--strict", is_flag=True, help="A bad row holds back the whole sheet.")
@click.option("--again", is_flag=True, help="Send even what an earlier run has sent.")
@click.option("--verify/--no-verify", default=None, help="Read back at the end what was sent.")
@click.option(
    "--stop-after", metavar="N|N%", callback=_share, help="Stop when so many rows are refused."
)
@PATIENCE
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), help="Calls side by side.")
@AS_JSON
@OPTIONS
def upload(
    options: _Options,
    sheets: Sequence[Path],
    account: str | None,
    into: Path | None,
    operation: str | None,
    worksheet: str | None,
    vendor: str | None,
    whole_po: bool,
    strict: bool,
    again: bool,
    verify: bool | None,
    stop_after: "Share | None",
    workers: int | None,
    as_json: bool,
    **patience: Any,
) -> None:
    """Send sheets; write them back with an outcome in each row.

    \b
    importer upload samples/add_tracking.xlsx --account acme
    """
    from importer.preparation import Wish
    from importer.run import upload_sheet

    account = _account_name(options, account, vendor)
    with _desk(options, account, workers, **patience) as desk:
        found = desk.settings.account(account)
        wish = Wish(
            operation=operation,
            worksheet=worksheet,
            into=into,
            whole_po=whole_po,
            strict=strict,
            again=again,
            verify=verify,
            stop_after=stop_after,
            vendor=vendor,
        )
        _each(
            sheets,
            lambda sheet: upload_sheet(sheet, wish, desk, found),
            as_json=as_json,
            desk=desk,
        )


@cli.command("map")
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--vendor", metavar="NAME", required=True, help="Whose sheet it is.")
@OPERATION
@WORKSHEET
@click.option("--account", metavar="NAME", help="The one to send this vendor's sheets to.")
@click.option("--yes", is_flag=True, help="Ask nothing, and take only what is sure.")
@OPTIONS
def map_vendor(
    options: _Options,
    sheet: Path,
    vendor: str,
    operation: str | None,
    worksheet: str | None,
    account: str | None,
    yes: bool,
) -> None:
    """Learn how a vendor's sheets look, and write it into importer.toml.

    \b
    importer map dock.xlsx --vendor north
    """
    from importer.map_sheet import MapWish, map_sheet
    from importer.summaries import EVERYTHING_SETTLED, NEEDS_ATTENTION

    wish = MapWish(vendor, operation, account, worksheet)
    mapped = map_sheet(sheet, wish, options.settings(), None if yes else _Asked(), click.echo)
    said = "holds" if mapped.written else "is as it was, without"
    click.echo(f"{mapped.file} {said} vendor {vendor}")
    if mapped.left:
        click.echo(f"importer: no column is known for {', '.join(mapped.left)}", err=True)
    raise SystemExit(NEEDS_ATTENTION if mapped.left or not mapped.written else EVERYTHING_SETTLED)


@cli.command()
@RUNS
@click.option("--take-over", is_flag=True, help="Even from a process that seems to be at work.")
@click.option("--abandon", is_flag=True, help="Give the runs named up: send nothing more of them.")
@PATIENCE
@AS_JSON
@OPTIONS
def resume(
    options: _Options,
    runs: Sequence[int],
    take_over: bool,
    abandon: bool,
    as_json: bool,
    **patience: Any,
) -> None:
    """Finish the runs named, or all that were interrupted.

    \b
    importer resume
    """
    from importer.run import abandon_run, interrupted_runs, resume_run

    if abandon and not runs:
        raise click.UsageError("--abandon needs the number of a run.")
    with _desk(options, **patience) as desk:
        if abandon:
            for number in runs:
                click.echo(abandon_run(number, desk.journal))
            return
        numbers = list(runs)
        for run, newer in interrupted_runs(desk.journal) if not runs else ():
            if newer is None:
                numbers.append(run.id)
            else:
                click.echo(
                    f"importer: {run.file_name} has come again since run {run.id}, as run "
                    f"{newer.id}, so run {run.id} is left alone; importer resume {run.id} goes on "
                    f"with it, importer resume --abandon {run.id} gives it up.",
                    err=True,
                )
        if not numbers and not as_json:
            click.echo("No run was interrupted.")
        _each(
            numbers,
            lambda run: resume_run(run, desk, take_over=take_over),
            as_json=as_json,
            desk=desk,
        )


@cli.command()
@click.option("--most", metavar="N", default=20, show_default=True, help="How many, newest first.")
@click.option(
    "--prune", metavar="DAYS", callback=_days, help="Forget bodies and answers older than 90d."
)
@AS_JSON
@OPTIONS
def runs(options: _Options, most: int, prune: int | None, as_json: bool) -> None:
    """List the runs that the journal holds, or forget the bodies of old ones.

    \b
    importer runs
    """
    from importer.listings import run_as_json, runs_table

    with options.journal(options.settings()) as journal:
        if prune is not None:
            number = journal.prune(journal.now() - timedelta(days=prune))
            click.echo(f"bodies and answers of {number} runs are forgotten; what was sent is not")
            return
        found = [(run, journal.counts(run.id)) for run in journal.runs(most)]
        now = journal.now()
    if as_json:
        for run, counts in found:
            click.echo(json.dumps(run_as_json(run, counts)))
    else:
        click.echo(runs_table(found, now))


@cli.command()
@click.argument("run", type=int)
@click.option("--call", metavar="N", type=int, help="One call with its bodies and answers.")
@AS_JSON
@OPTIONS
def show(options: _Options, run: int, call: int | None, as_json: bool) -> None:
    """Tell what one run sent, when, and what was answered.

    \b
    importer show 17
    """
    from importer.listings import call_story, run_story, story_as_json

    with options.journal(options.settings()) as journal:
        if as_json:
            click.echo(json.dumps(story_as_json(journal, run, call), indent=2))
        else:
            click.echo(run_story(journal, run) if call is None else call_story(journal, run, call))


@cli.command()
@click.option("--test", metavar="NAME", help="Sign in to this account, and send nothing else.")
@AS_JSON
@OPTIONS
def accounts(options: _Options, test: str | None, as_json: bool) -> None:
    """List the accounts set up, or try to sign in to one.

    \b
    importer accounts --test acme
    """
    from importer.listings import accounts_as_json, accounts_table
    from importer.run import try_account

    settings = options.settings()
    if test is not None:
        click.echo(try_account(settings.account(test), os.environ))
    elif as_json:
        click.echo(json.dumps(accounts_as_json(settings), indent=2))
    else:
        click.echo(accounts_table(settings))


@cli.command()
@click.option("--port", metavar="N", default=8765, show_default=True, help="0: any free one.")
def sandbox(port: int) -> None:
    """Play the three platforms on 127.0.0.1, for rehearsal.

    \b
    importer sandbox --port 8765
    """
    from importer.rehearsal import sandbox_settings
    from importer.sandbox import serve

    try:
        serve(port, on_ready=lambda url: click.echo(sandbox_settings(url)))
    except OSError as error:
        raise UsageError(f"port {port}: {error.strerror}; --port 0 takes any free one") from None


@cli.command()
@click.option("-o", "into", metavar="DIR", type=FOLDER, default=Path("demo"), show_default=True)
def demo(into: Path) -> None:
    """Send the samples to an embedded sandbox, by every operation.

    \b
    importer demo
    """
    from importer.rehearsal import run_demo, spelt

    raise SystemExit(run_demo(into, click.echo, _progress, spelt(sys.argv[0])))


# Around the commands ----------------------------------------------------------------------------


def main() -> None:
    """The console script: whatever a person can cause ends in a sentence and an exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        _show_wrong_usage(error)
        raise SystemExit(2) from None
    except ImporterError as error:
        click.echo(f"importer: {error}", err=True)
        raise SystemExit(2) from None
    except (click.Abort, KeyboardInterrupt):
        click.echo("importer: stopped", err=True)
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:  # a folder that takes no file, a full disk
        place = f'"{error.filename}": ' if error.filename else ""
        click.echo(f"importer: {place}{error.strerror or error}", err=True)
        raise SystemExit(2) from None


def _show_wrong_usage(error: click.ClickException) -> None:
    if len(sys.argv) == 1:  # no word at all: the help itself
        error.show()
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "importer"
    said = error.format_message()
    stop = "" if said.endswith((".", "?", "!")) else "."
    click.echo(f"importer: {said}{stop} See {command} --help.", err=True)


def _account_name(options: _Options, account: str | None, vendor: str | None) -> str:
    """The account asked for, else the one that the vendor's profile names."""
    if account is None and vendor is not None:
        account = options.settings().vendor(vendor).account
    if account is None:
        raise click.MissingParameter(
            ctx=click.get_current_context(), param_hint="'--account'", param_type="option"
        )
    return account


class _Asked:
    """Whoever sits at the terminal."""

    def choose(self, question: str, answers: Sequence[str]) -> int | None:
        click.echo(question, err=True)
        for number, answer in enumerate(answers, start=1):
            click.echo(f"  {number}  {answer}", err=True)
        kind = click.IntRange(0, len(answers))
        chosen: int = click.prompt("  Number, or 0 for none", type=kind, default=0, err=True)
        return chosen - 1 if chosen else None

    def write(self, question: str) -> str:
        text: str = click.prompt(
            f"{question} Empty for none", default="", show_default=False, err=True
        )
        return text

    def agree(self, question: str) -> bool:
        return click.confirm(question, err=True)


T = TypeVar("T", Path, int)


def _each(
    subjects: Sequence[T],
    work: "Callable[[T], Summary]",
    *,
    as_json: bool,
    desk: "Desk | None" = None,
) -> None:
    """Works on each sheet or run, says what became of it, and exits with the gravest status.

    `desk` is the one that sends, where something is sent.
    """
    from importer.listings import left, refused_line, summary_lines
    from importer.summaries import exit_status

    summaries = []
    for subject in subjects:
        if desk is not None and desk.stop.is_set():
            summary = _not_taken_up(subject, f"{_name(subject)} was not begun: the command stopped")
        else:
            try:
                summary = work(subject)
            except (SheetError, UsageError, SettingsError, RunBusy) as error:
                summary = _not_taken_up(subject, str(error))  # one sheet never stops the others
        summaries.append(summary)
        if as_json:
            click.echo(json.dumps(summary.as_json()))
        elif summary.error is None:
            click.echo(summary_lines(summary, left(desk.journal, summary) if desk else 0))
        if summary.error is not None:
            click.echo(refused_line(summary, sends=desk is not None), err=True)
    raise SystemExit(exit_status(summaries))


def _not_taken_up(subject: Path | int, sentence: str) -> "Summary":
    from importer.summaries import Summary

    run = subject if isinstance(subject, int) else None
    return Summary(Path(str(subject)), run=run, error=sentence)


def _name(subject: Path | int) -> str:
    return f"run {subject}" if isinstance(subject, int) else subject.name


@contextmanager
def _desk(
    options: _Options,
    account: str | None = None,
    workers: int | None = None,
    *,
    no_wait: bool = False,
    isolate_limit: int | None = None,
    max_lost: int | None = None,
    max_refusals: int | None = None,
) -> "Iterator[Desk]":
    from dataclasses import replace

    from importer.breaker import Bounds
    from importer.delivery import Patience
    from importer.run import Desk

    bounds = _with(Bounds(), doubts=max_lost, refusals=max_refusals)
    patience = _with(
        Patience(wait_to_settle=not no_wait, bounds=bounds), isolate_limit=isolate_limit
    )

    settings = options.settings()
    if account is not None and workers is not None:
        found = replace(settings.account(account), workers=workers)
        settings = replace(settings, accounts={**settings.accounts, account: found})
    if account is not None:  # said once, before any sheet is read
        settings.account(account).credentials(os.environ)
    with options.journal(settings) as journal, _stopped_by_signals() as stop:
        yield Desk(settings, journal, stop=stop, patience=patience, progress=_progress)


def _with(values: Values, **changes: Any) -> Values:
    """The frozen values with those changed that were given."""
    from dataclasses import replace

    given = {name: value for name, value in changes.items() if value is not None}
    changed: Values = replace(cast("Any", values), **given)
    return changed


@contextmanager
def _stopped_by_signals() -> "Iterator[Stop]":
    """Ctrl-C and a polite kill end the run cleanly; a second Ctrl-C ends the process at once."""
    from importer.stopping import Stop

    stop, asked = Stop(), threading.Event()
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def ask(number: int, _frame: object) -> None:
        if asked.is_set() and number == signal.SIGINT:
            os._exit(130)  # as a power cut would; the journal is made for that
        stop.set()
        asked.set()
        with suppress(OSError):  # the terminal may be gone
            click.echo("\nstopping: calls in flight are finished, no more are begun", err=True)

    before = {name: signal.signal(getattr(signal, name), ask) for name in names}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def _progress(title: str, rows: int) -> Iterator[Callable[[int], object]]:
    """A bar on a terminal, nothing elsewhere."""
    from tqdm import tqdm

    with tqdm(total=rows, desc=title, unit="row", disable=None, leave=False) as bar:
        yield bar.update

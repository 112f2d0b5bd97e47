"""Around the work of a command: each sheet or run in turn, signals, progress, exit status."""

import gc
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from importer.cli.parameters import Session
from importer.model.errors import (
    ChoiceNeeded,
    ImporterError,
    RunBusy,
    SettingsError,
    SheetError,
    UsageError,
)

if TYPE_CHECKING:
    from importer.model.stop import Stop
    from importer.model.summary import Summary
    from importer.runs.execute import Context

Values = TypeVar("Values")
T = TypeVar("T", Path, int)


def each(
    subjects: Sequence[T],
    work: "Callable[[T], Summary]",
    *,
    as_json: bool,
    context: "Context | None" = None,
) -> None:
    """Works on each sheet or run, says what became of it, and exits with the gravest status.

    `context` is the one that sends, where something is sent.
    """
    from importer.model.summary import exit_status
    from importer.reports.terminal.sheet_lines import left, summary_lines

    summaries = []
    for subject in subjects:
        if context is not None and context.stop.is_set():
            summary = _not_processed(
                subject, f"{_name(subject)} was not begun: the command stopped"
            )
        elif (source := _source(subject, subjects)) is not None:
            both = f"{_name(subject)} is made from {source.name}, which is named as well"
            summary = _not_processed(subject, f"{both}; name one of them")
        else:
            try:
                summary = work(subject)
            except (SheetError, UsageError, SettingsError, RunBusy) as error:
                summary = _not_processed(subject, _named(subject, error))  # the others go on
        summaries.append(summary)
        if as_json:
            click.echo(json.dumps(summary.as_json()))
        elif summary.error is None:
            click.echo(summary_lines(summary, left(context.journal, summary) if context else 0))
        if summary.error is not None:
            unsent = context is not None and isinstance(subject, Path)
            click.echo(f"importer: {summary.error}{_NOTHING_SENT * unsent}", err=True)
    raise SystemExit(exit_status(summaries))


_NOTHING_SENT = " (nothing was sent)"


def _named(subject: Path | int, error: ImporterError) -> str:
    """With the sheet it is about, which a SheetError names itself."""
    sentence = sentence_of(error)
    about_sheet = isinstance(error, SheetError) or isinstance(subject, int)
    return sentence if about_sheet else f"{subject}: {sentence}"


def sentence_of(error: ImporterError) -> str:
    """What went wrong; where something has to be chosen, by which option."""
    if isinstance(error, ChoiceNeeded):
        return f"{error.reason}; choose one with --{error.what}"
    return str(error)


def load_meanwhile(*modules: str) -> None:
    """Loads what is needed later while other work waits."""

    def load() -> None:
        gc.freeze()  # what is loaded for good is not looked through again and again
        for module in modules:
            import_module(module)

    threading.Thread(target=load).start()


def read_ahead(sheets: Sequence[Path], worksheet: str | None) -> None:
    """Begins to read the first sheet while what works on it is loaded, which takes as long."""
    from importer.sheets.reading.worksheets import read_ahead

    read_ahead(sheets[0], worksheet)


def _not_processed(subject: Path | int, sentence: str) -> "Summary":
    from importer.model.summary import Summary

    run = subject if isinstance(subject, int) else None
    return Summary(Path(str(subject)), run=run, error=sentence)


def _source(subject: Path | int, subjects: Sequence[Path | int]) -> Path | None:
    """The sheet that a result or a fix file was made from, where a *.xlsx names both."""
    from importer.runs.result import source_named

    sheets = [each for each in subjects if isinstance(each, Path)]
    return source_named(subject, sheets) if isinstance(subject, Path) else None


def _name(subject: Path | int) -> str:
    return f"run {subject}" if isinstance(subject, int) else subject.name


@contextmanager
def opened_context(
    session: Session,
    account: str | None = None,
    workers: int | None = None,
    *,
    no_wait: bool = False,
    isolate_limit: int | None = None,
    max_lost: int | None = None,
    max_refusals: int | None = None,
) -> "Iterator[Context]":
    from dataclasses import replace

    from importer.runs.execute import Context
    from importer.sending.breaker import Bounds
    from importer.sending.task import Patience

    bounds = _with(Bounds(), doubts=max_lost, refusals=max_refusals)
    patience = _with(
        Patience(wait_to_settle=not no_wait, bounds=bounds), isolate_limit=isolate_limit
    )

    settings = session.settings()
    if account is not None and workers is not None:
        found = replace(settings.account(account), workers=workers)
        settings = replace(settings, accounts={**settings.accounts, account: found})
    if account is not None:  # said once, before any sheet is read
        settings.account(account).credentials(os.environ)
    with session.journal(settings) as journal, stopped_by_signals() as stop:
        yield Context(settings, journal, stop=stop, patience=patience, progress=progress)


def _with(values: Values, **changes: Any) -> Values:
    """The frozen values with those changed that were given."""
    from dataclasses import replace

    given = {name: value for name, value in changes.items() if value is not None}
    changed: Values = replace(cast("Any", values), **given)
    return changed


@contextmanager
def stopped_by_signals() -> "Iterator[Stop]":
    """Ctrl-C and a polite kill end the run cleanly; a second Ctrl-C ends the process at once."""
    from importer.model.stop import Stop

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
def progress(title: str, rows: int) -> Iterator[Callable[[int], object]]:
    """A bar on a terminal, nothing elsewhere."""
    from tqdm import tqdm

    with tqdm(total=rows, desc=title, unit="row", disable=None, leave=False) as bar:
        yield bar.update

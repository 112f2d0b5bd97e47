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
from typing import TYPE_CHECKING, Any, TypeVar

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

T = TypeVar("T", Path, int)


def each(
    subjects: Sequence[T],
    work: "Callable[[T], Summary]",
    context: "Context | None" = None,
    *,
    as_json: bool,
) -> None:
    """Works on each sheet or run, prints its summary, and exits with the worst status.

    `context` is given where something is sent.
    """
    from importer.model.summary import exit_status
    from importer.reports.terminal.sheet_lines import left, summary_lines

    summaries = []
    for subject in subjects:
        error = _why_left_out(subject, subjects, context)
        try:
            summary = _not_processed(subject, error) if error else work(subject)
        except (SheetError, UsageError, SettingsError, RunBusy) as wrong:
            summary = _not_processed(subject, _named(subject, wrong))  # the others go on
        summaries.append(summary)
        if as_json:
            click.echo(json.dumps(summary.as_json()))
        elif summary.error is None:
            click.echo(summary_lines(summary, left(context.journal, summary) if context else 0))
        if summary.error is not None:
            unsent = " (nothing was sent)" if context and isinstance(subject, Path) else ""
            click.echo(f"importer: {summary.error}{unsent}", err=True)
    raise SystemExit(exit_status(summaries))


def _why_left_out(
    subject: Path | int, subjects: Sequence[Path | int], context: "Context | None"
) -> str | None:
    """The command was stopped, or a *.xlsx names a result or a fix file and its source too."""
    from importer.runs.result import source_named

    name = subject.name if isinstance(subject, Path) else f"run {subject}"
    if context is not None and context.stop.is_set():
        return f"{name} was not begun: the command stopped"
    sheets = [each for each in subjects if isinstance(each, Path)]
    source = source_named(subject, sheets) if isinstance(subject, Path) else None
    if source is None:
        return None
    return f"{name} is made from {source.name}, which is named as well; name one of them"


def _not_processed(subject: Path | int, sentence: str) -> "Summary":
    from importer.model.summary import Summary

    run = subject if isinstance(subject, int) else None
    return Summary(Path(str(subject)), run=run, error=sentence)


def _named(subject: Path | int, error: ImporterError) -> str:
    """With the sheet it is about, which a SheetError names itself."""
    sentence = sentence_of(error)
    about_sheet = isinstance(error, SheetError) or isinstance(subject, int)
    return sentence if about_sheet else f"{subject}: {sentence}"


def sentence_of(error: ImporterError) -> str:
    """What went wrong and, where something has to be chosen, with which option."""
    if isinstance(error, ChoiceNeeded):
        return f"{error.reason}; choose one with --{error.what}"
    return str(error)


def load_meanwhile(*modules: str) -> None:
    """Loads what is needed later while other work waits."""

    def load() -> None:
        gc.freeze()  # modules stay loaded, so they are not scanned for garbage
        for module in modules:
            import_module(module)

    threading.Thread(target=load).start()


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

    bounds = Bounds(**_given(doubts=max_lost, refusals=max_refusals))
    isolate = _given(isolate_limit=isolate_limit)
    patience = Patience(wait_to_settle=not no_wait, bounds=bounds, **isolate)
    settings = session.settings()
    if account is not None:
        to = replace(settings.account(account), **_given(workers=workers))
        settings = replace(settings, accounts={**settings.accounts, account: to})
        to.credentials(os.environ)  # a missing secret is reported before any sheet is read
    with session.journal(settings) as journal, stopped_by_signals() as stop:
        yield Context(settings, journal, stop=stop, patience=patience, progress=progress)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


@contextmanager
def stopped_by_signals() -> "Iterator[Stop]":
    """Ctrl-C and SIGTERM end the run cleanly; a second Ctrl-C ends the process at once."""
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

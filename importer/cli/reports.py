"""Commands that look back: reconcile, report."""

import json
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.parameters import AS_JSON, INTO, RUNS, Session, pass_session, reading_options
from importer.cli.working import load_meanwhile, progress, sentence_of, stopped_by_signals
from importer.model.errors import SettingsError, SheetError, SignInRefused, UsageError

if TYPE_CHECKING:
    from importer.journal import Journal, RunRecord
    from importer.model.options import ReadingOptions
    from importer.model.stop import Stop
    from importer.reconcile.reconcile import Subject
    from importer.reports.model import Report
    from importer.settings.accounts import Account
    from importer.settings.settings import Settings


def _since(text: str) -> datetime:
    """A day, or a number of days or hours back."""
    if match := re.fullmatch(r"([0-9]{1,4})([dh])", text):
        hours = int(match[1]) * (24 if match[2] == "d" else 1)
        return datetime.now(UTC) - timedelta(hours=hours)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise click.BadParameter(f'"{text}" is not like 7d, 12h or 2026-11-20') from None


SINCE = click.option(
    "--since", metavar="7d", type=_since, help="Runs of the last 7d or 12h, or since 2026-11-20."
)


@click.command()
@click.argument("sheets", nargs=-1, type=click.Path(path_type=Path))
@click.option("--account", metavar="NAME", help="Account to compare with (default: the vendor's).")
@click.option(
    "--run",
    "runs",
    metavar="N",
    type=int,
    multiple=True,
    help="Run of the journal; may be repeated.",
)
@SINCE
@reading_options
@INTO
@click.option("--csv", "as_csv", is_flag=True, help="Write the rows as csv too.")
@AS_JSON
@pass_session
def reconcile(
    session: Session,
    sheets: Sequence[Path],
    account: str | None,
    runs: Sequence[int],
    since: datetime | None,
    reading: "ReadingOptions",
    into: Path | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Compare sheets or runs with the platform; send nothing.

    \b
    importer reconcile samples/add_tracking.xlsx --account sellercloud
    importer reconcile --since 7d
    """
    from importer.model.summary import EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT

    if sheets and (runs or since):
        raise click.UsageError("name sheets or runs, not both.")
    settings = session.settings()
    if sheets:
        work = _of_sheets(sheets, settings, account, reading)
    elif runs or since or reading.vendor:
        work = _of_runs(session, settings, runs, since, reading.vendor, account)
    else:
        raise click.UsageError("name sheets, or --run N, or --since 7d, or --vendor NAME.")
    statuses = [EVERYTHING_SETTLED]
    with session.journal(settings) as journal, stopped_by_signals() as stop:
        for stem, to, subject in work:
            try:
                made, attention = _reconciled(subject(), settings.account(to), journal, stop)
            except (SheetError, SettingsError, UsageError, SignInRefused) as error:
                click.echo(f"importer: {sentence_of(error)}", err=True)
                statuses.append(NOTHING_SENT)
                continue
            path = (into or stem.parent) / f"{stem.name}.reconcile"
            _write(made, path, as_csv=as_csv, as_json=as_json)
            statuses.append(NEEDS_ATTENTION if attention else EVERYTHING_SETTLED)
    raise SystemExit(max(statuses))


# What to call the files of a report, the account to compare with, and the rows, read when needed.
Work = list[tuple[Path, str, "Callable[[], Subject]"]]


def _of_sheets(
    sheets: Sequence[Path], settings: "Settings", account: str | None, reading: "ReadingOptions"
) -> Work:
    if account is None and reading.vendor is not None:
        account = settings.vendor(reading.vendor).account
    if account is None:
        raise click.UsageError("--account is needed to compare a sheet.")
    from importer.model.options import UploadOptions
    from importer.reconcile.reconcile import subject_of_sheet

    options = UploadOptions(reading).for_platform(settings.account(account).platform)
    return [
        (sheet.parent / sheet.stem, account, partial(subject_of_sheet, sheet, options, settings))
        for sheet in sheets
    ]


def _of_runs(
    session: Session,
    settings: "Settings",
    numbers: Sequence[int],
    since: datetime | None,
    vendor: str | None,
    account: str | None,
) -> Work:
    from importer.operations.operation import UNDO
    from importer.reconcile.reconcile import Subject, subjects_of_runs

    with session.journal(settings) as journal:
        chosen = [
            run
            for run in _runs(journal, numbers, since, vendor)
            if account in {None, run.account} and (numbers or not run.operation.startswith(UNDO))
        ]
        if not chosen:
            raise UsageError("the journal has no such run")
        by_account = subjects_of_runs(journal, chosen)
    label = "-".join(f"run-{number}" for number in numbers) or "runs"

    def work(name: str, subject: Subject) -> tuple[Path, str, Callable[[], Subject]]:
        path = f"{label}.{name}.{subject.operation.name}".replace(" ", "-")
        return Path(path), name, lambda: subject

    return [work(name, subject) for name, subjects in by_account.items() for subject in subjects]


def _runs(
    journal: "Journal", numbers: Sequence[int], since: datetime | None, vendor: str | None
) -> "list[RunRecord]":
    runs = [journal.run(number) for number in numbers] if numbers else journal.runs(10_000)
    return [
        run
        for run in runs
        if (since is None or run.created_at >= since)
        and (vendor is None or run.settings.vendor == vendor)
    ]


def _reconciled(
    subject: "Subject", account: "Account", journal: "Journal", stop: "Stop"
) -> "tuple[Report, int]":
    from importer.reconcile import reconcile as reconciling
    from importer.sending.read_back import Access

    credentials = account.credentials(os.environ)
    load_meanwhile("importer.reports.reconcile_report", "importer.reports.report_files")
    with progress(f"reading back from {account.name}", len(subject.rows)) as advance:
        access = Access(account, credentials, journal, stop)
        result = reconciling.reconcile(subject, access, on_read=advance)
    from importer.reports.reconcile_report import report_of

    return report_of(result), result.attention


def _write(report: "Report", name: Path, *, as_csv: bool = False, as_json: bool) -> list[Path]:
    """Writes a report's files and prints what is in them."""
    from importer.reports.machine import report_as_json
    from importer.reports.report_files import write_report
    from importer.reports.terminal.report_lines import report_lines

    files = write_report(report, name, as_csv=as_csv)
    if as_json:
        click.echo(json.dumps(report_as_json(report) | {"files": [str(file) for file in files]}))
    else:
        click.echo(report_lines(report, files))
    return files


def _night(text: str) -> datetime:
    """Noon of the day, in local time."""
    try:
        return datetime.fromisoformat(text).replace(hour=12, minute=0, second=0).astimezone()
    except ValueError:
        raise click.BadParameter(f'"{text}" is not a day like 2026-11-20') from None


@click.command()
@RUNS
@click.option(
    "--night", metavar="DATE", type=_night, help="Runs from noon of DATE to noon of the next day."
)
@SINCE
@click.option("--vendor", metavar="NAME", help="Runs of this vendor.")
@click.option(
    "-o",
    "path",
    metavar="PATH",
    default="report",
    type=click.Path(path_type=Path),
    help="Name of the files (default: ./report).",
)
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser.")
@AS_JSON
@pass_session
def report(
    session: Session,
    runs: Sequence[int],
    night: datetime | None,
    since: datetime | None,
    vendor: str | None,
    path: Path,
    opened: bool,
    as_json: bool,
) -> None:
    """Write a page about runs: what was sent and what is open.

    \b
    importer report 1
    importer report --since 30d
    """
    from importer.reports.run_report import report_of
    from importer.reports.run_stats import days, stories

    if not (runs or night or since or vendor):
        raise click.UsageError("name runs, or --night DATE, or --since 30d, or --vendor NAME.")
    settings = session.settings()
    with session.journal(settings) as journal:
        chosen = _runs(journal, runs, night or since, vendor)
        if night is not None:
            chosen = [run for run in chosen if run.created_at < night + timedelta(days=1)]
        if not chosen:
            raise UsageError("the journal has no such run")
        now = journal.now()
        made = report_of(
            _subject(runs, night, since, vendor),
            stories(journal, chosen, settings),
            days(journal, now),
            now,
        )
    files = _write(made, _without_suffix(path), as_json=as_json)
    if opened:
        click.launch(files[0].resolve().as_uri())


def _subject(
    runs: Sequence[int], night: datetime | None, since: datetime | None, vendor: str | None
) -> str:
    parts = [f"run {number}" for number in runs]
    if night is not None:
        parts.append(f"the night of {night:%Y-%m-%d}")
    if since is not None:
        parts.append(f"since {since:%Y-%m-%d %H:%M} UTC")
    if vendor is not None:
        parts.append(f"vendor {vendor}")
    return ", ".join(parts)


def _without_suffix(path: Path) -> Path:
    """
    >>> _without_suffix(Path("night.html")).name, _without_suffix(Path("acme.v2")).name
    ('night', 'acme.v2')
    """
    return path.with_suffix("") if path.suffix in {".html", ".xlsx"} else path

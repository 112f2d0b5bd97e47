"""Commands about earlier runs: resume, undo, runs, show."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.parameters import (
    AS_JSON,
    INTO,
    RUNS,
    Session,
    days_of,
    flag,
    pass_session,
    patience_options,
)
from importer.cli.working import each, opened_context

if TYPE_CHECKING:
    from importer.journal import Journal


@click.command()
@RUNS
@flag("--take-over", "Even if another process seems to be working on it.")
@flag("--abandon", "Close the given runs; send nothing more of them.")
@patience_options
@AS_JSON
@pass_session
def resume(
    session: Session,
    /,
    runs: Sequence[int],
    take_over: bool,
    abandon: bool,
    as_json: bool,
    **patience: Any,
) -> None:
    """Finish the given runs, or all that were interrupted.

    \b
    importer resume
    """
    from importer.runs.upload import abandon_run
    from importer.undo import resume_any

    if abandon and not runs:
        raise click.UsageError("--abandon needs the number of a run.")
    with opened_context(session, **patience) as context:
        if abandon:
            for number in runs:
                click.echo(abandon_run(number, context.journal))
            return
        numbers = list(runs) or _interrupted(context.journal)
        if not numbers and not as_json:
            click.echo("No run was interrupted.")
        each(
            numbers,
            lambda run: resume_any(run, context, take_over=take_over),
            context,
            as_json=as_json,
        )


def _interrupted(journal: "Journal") -> list[int]:
    """The interrupted runs; those whose sheet was sent again are skipped, and named."""
    from importer.runs.upload import interrupted_runs

    numbers = []
    for run, newer in interrupted_runs(journal):
        if newer is None:
            numbers.append(run.id)
        else:
            click.echo(
                f"importer: run {run.id} was skipped because {run.file_name} was sent again "
                f"in run {newer.id}; importer resume {run.id} finishes it, "
                f"importer resume --abandon {run.id} closes it.",
                err=True,
            )
    return numbers


@click.command()
@click.argument("run", type=int)
@click.option("--dry-run", is_flag=True, help="Show the calls; only read from the platform.")
@INTO
@AS_JSON
@pass_session
def undo(session: Session, /, run: int, dry_run: bool, into: Path | None, as_json: bool) -> None:
    """Undo a run, as far as the platform allows.

    \b
    importer undo 1 --dry-run
    """
    from importer.undo import undo_run

    with opened_context(session) as context:
        each(
            [run],
            lambda number: undo_run(number, context, dry_run=dry_run, into=into),
            context,
            as_json=as_json,
        )


@click.command()
@click.option("--most", metavar="N", default=20, help="Number of runs, newest first (default: 20).")
@click.option(
    "--prune",
    metavar="DAYS",
    type=days_of,
    help="Delete bodies and replies older than DAYS, like 90d.",
)
@AS_JSON
@pass_session
def runs(session: Session, most: int, prune: int | None, as_json: bool) -> None:
    """List the runs, or delete the bodies of old ones.

    \b
    importer runs
    """
    from importer.reports.terminal.run_lines import run_as_json, runs_table

    with session.journal(session.settings()) as journal:
        if prune is not None:
            number = journal.prune(journal.now() - timedelta(days=prune))
            click.echo(f"deleted the bodies and replies of {number} runs; what was sent is kept")
            return
        counted = [(run, journal.counts(run.id)) for run in journal.runs(most)]
        now = journal.now()
    if as_json:
        for run, counts in counted:
            click.echo(json.dumps(run_as_json(run, counts)))
    else:
        click.echo(runs_table(counted, now))


@click.command()
@click.argument("run", type=int)
@click.option("--call", metavar="N", type=int, help="Show one call with its bodies and replies.")
@AS_JSON
@pass_session
def show(session: Session, run: int, call: int | None, as_json: bool) -> None:
    """Show what a run sent, when, and what the platform replied.

    \b
    importer show 1
    """
    from importer.reports.terminal.run_lines import call_story, run_story, story_as_json

    with session.journal(session.settings()) as journal:
        if as_json:
            click.echo(json.dumps(story_as_json(journal, run, call), indent=2))
        else:
            click.echo(run_story(journal, run) if call is None else call_story(journal, run, call))

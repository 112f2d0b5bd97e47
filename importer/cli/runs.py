"""Commands about runs that were: resume, undo, runs, show."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.parameters import AS_JSON, INTO, OPTIONS, PATIENCE, RUNS, Options, days_of
from importer.cli.working import each, opened_desk

if TYPE_CHECKING:
    from importer.model.summary import Summary
    from importer.runs.execute import Desk


@click.command()
@RUNS
@click.option("--take-over", is_flag=True, help="Even from a process that seems to be at work.")
@click.option("--abandon", is_flag=True, help="Give the runs named up: send nothing more of them.")
@PATIENCE
@AS_JSON
@OPTIONS
def resume(
    options: Options,
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
    from importer.runs.upload import abandon_run, interrupted_runs

    if abandon and not runs:
        raise click.UsageError("--abandon needs the number of a run.")
    with opened_desk(options, **patience) as desk:
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
        each(
            numbers,
            lambda run: _resumed(run, desk, take_over=take_over),
            as_json=as_json,
            desk=desk,
        )


def _resumed(number: int, desk: "Desk", *, take_over: bool) -> "Summary":
    from importer.runs.upload import resume_run
    from importer.undo import resume_undo

    run = desk.journal.run(number)
    if run.settings.get("undoes"):
        return resume_undo(run, desk, take_over=take_over)
    return resume_run(number, desk, take_over=take_over)


@click.command()
@click.argument("run", type=int)
@click.option("--dry-run", is_flag=True, help="Show the calls, and send only questions.")
@INTO
@AS_JSON
@OPTIONS
def undo(options: Options, run: int, dry_run: bool, into: Path | None, as_json: bool) -> None:
    """Take back what a run did, as far as the platform allows.

    \b
    importer undo 17 --dry-run
    """
    from importer.undo import undo_run

    with opened_desk(options) as desk:
        each(
            [run],
            lambda number: undo_run(number, desk, dry_run=dry_run, into=into),
            as_json=as_json,
            desk=desk,
        )


@click.command()
@click.option("--most", metavar="N", default=20, show_default=True, help="How many, newest first.")
@click.option(
    "--prune", metavar="DAYS", callback=days_of, help="Forget bodies and answers older than 90d."
)
@AS_JSON
@OPTIONS
def runs(options: Options, most: int, prune: int | None, as_json: bool) -> None:
    """List the runs that the journal holds, or forget the bodies of old ones.

    \b
    importer runs
    """
    from importer.reports.terminal.run_lines import run_as_json, runs_table

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


@click.command()
@click.argument("run", type=int)
@click.option("--call", metavar="N", type=int, help="One call with its bodies and answers.")
@AS_JSON
@OPTIONS
def show(options: Options, run: int, call: int | None, as_json: bool) -> None:
    """Tell what one run sent, when, and what was answered.

    \b
    importer show 17
    """
    from importer.reports.terminal.run_lines import call_story, run_story, story_as_json

    with options.journal(options.settings()) as journal:
        if as_json:
            click.echo(json.dumps(story_as_json(journal, run, call), indent=2))
        else:
            click.echo(run_story(journal, run) if call is None else call_story(journal, run, call))

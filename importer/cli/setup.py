"""Commands that need no sheet and no journal: what can be done, and where it is rehearsed."""

import json
import os
import sys
from pathlib import Path

import click

from importer.cli.parameters import AS_JSON, FOLDER, SESSION, Session
from importer.cli.working import progress
from importer.model.errors import UsageError


@click.command()
@click.argument("operation", required=False)
@AS_JSON
def operations(operation: str | None, as_json: bool) -> None:
    """List what can be done, or just one operation, and each one's columns.

    \b
    importer operations add_tracking
    """
    from importer.operations import operation_named as named
    from importer.operations import operations as every
    from importer.operations import unavailable
    from importer.reports.terminal.operation_lines import operations_as_json, operations_table

    found = [named(operation)] if operation else list(every().values())
    if as_json:
        click.echo(json.dumps(operations_as_json(found), indent=2))
    else:
        click.echo(operations_table(found))
    for sentence in () if operation else unavailable().values():
        click.echo(f"importer: {sentence}", err=True)


@click.command()
@click.argument("operation")
@click.option(
    "-o", "path", metavar="PATH", help="A file, or a folder with / at its end; else here."
)
def template(operation: str, path: str | None) -> None:
    """Write a blank workbook with headings, notes and drop-downs; never over a file.

    \b
    importer template add_tracking -o dock.xlsx
    """
    from importer.operations import operation_named as named
    from importer.sheets.results.templates import write_template

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


@click.command()
@click.option("--test", metavar="NAME", help="Sign in to this account, and send nothing else.")
@AS_JSON
@SESSION
def accounts(session: Session, test: str | None, as_json: bool) -> None:
    """List the accounts set up, or try to sign in to one.

    \b
    importer accounts --test acme
    """
    from importer.reports.terminal.account_lines import accounts_as_json, accounts_table
    from importer.runs.execute import try_account

    settings = session.settings()
    if test is not None:
        click.echo(try_account(settings.account(test), os.environ))
    elif as_json:
        click.echo(json.dumps(accounts_as_json(settings), indent=2))
    else:
        click.echo(accounts_table(settings))


@click.command()
@click.option("--port", metavar="N", default=8765, show_default=True, help="0: any free one.")
def sandbox(port: int) -> None:
    """Play the three platforms on 127.0.0.1, for rehearsal.

    \b
    importer sandbox --port 8765
    """
    from importer.demo.demo import sandbox_settings
    from importer.sandbox import serve

    try:
        serve(port, on_ready=lambda url: click.echo(sandbox_settings(url)))
    except OSError as error:
        raise UsageError(f"port {port}: {error.strerror}; --port 0 takes any free one") from None


@click.command()
@click.option("-o", "into", metavar="DIR", type=FOLDER, help="Else demo, or demo-night.")
@click.option("--night", is_flag=True, help="A drop folder's night: forty files of eight vendors.")
def demo(into: Path | None, night: bool) -> None:
    """Send the samples to an embedded sandbox, by every operation.

    \b
    importer demo
    importer demo --night
    """
    if night:
        from importer.demo.night import run_night

        raise SystemExit(run_night(into or Path("demo-night"), click.echo))
    from importer.demo.demo import command_to_type, run_demo

    command = command_to_type(sys.argv[0])
    raise SystemExit(run_demo(into or Path("demo"), click.echo, progress, command))

"""Commands that need no sheet and no journal: operations, accounts, sandbox, demo."""

import json
import os
import sys
from pathlib import Path

import click

from importer.cli.parameters import AS_JSON, FOLDER, Session, pass_session
from importer.cli.working import progress
from importer.model.errors import UsageError


@click.command()
@click.argument("operation", required=False)
@AS_JSON
def operations(operation: str | None, as_json: bool) -> None:
    """List the operations with their columns, or only one.

    \b
    importer operations add_tracking
    """
    from importer.operations import operation_named as named
    from importer.operations import operations as every
    from importer.operations import unavailable
    from importer.reports.terminal.operation_lines import operations_as_json, operations_table

    listed = [named(operation)] if operation else list(every().values())
    if as_json:
        click.echo(json.dumps(operations_as_json(listed), indent=2))
    else:
        click.echo(operations_table(listed))
    for sentence in () if operation else unavailable().values():
        click.echo(f"importer: {sentence}", err=True)


@click.command()
@click.argument("operation")
@click.option(
    "-o", "path", metavar="PATH", default=".", help="File, or folder ending in / (default: here)."
)
def template(operation: str, path: str) -> None:
    """Write a blank workbook for an operation.

    \b
    importer template add_tracking -o dock.xlsx
    """
    from importer.operations import operation_named
    from importer.sheets.results.templates import write_template

    known = operation_named(operation)
    target = Path(path)
    if path.endswith(("/", os.sep)):
        target.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        target /= f"{known.name}.xlsx"
    if target.exists():
        raise UsageError(f"{target} already exists; choose another name with -o")
    write_template(known, target)
    click.echo(f"{target} is a blank sheet for {known.name}")


@click.command()
@click.option("--test", metavar="NAME", help="Sign in to this account; send nothing else.")
@AS_JSON
@pass_session
def accounts(session: Session, test: str | None, as_json: bool) -> None:
    """List the accounts, or test signing in to one.

    \b
    importer accounts --test sellercloud
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
@click.option("--port", metavar="N", default=8765, help="Port; 0 is any free one (default: 8765).")
def sandbox(port: int) -> None:
    """Run a local sandbox of the three platforms.

    \b
    importer sandbox --port 0
    """
    from importer.demo.demo import sandbox_settings
    from importer.sandbox import serve

    try:
        serve(port, on_ready=lambda url: click.echo(sandbox_settings(url)))
    except OSError as error:
        raise UsageError(f"port {port}: {error.strerror}; --port 0 picks a free one") from None


@click.command()
@click.option(
    "-o", "into", metavar="DIR", type=FOLDER, help="Folder (default: demo, or demo-night)."
)
@click.option("--night", is_flag=True, help="A night of a drop folder: 40 files of 8 vendors.")
def demo(into: Path | None, night: bool) -> None:
    """Send the samples of every operation to a local sandbox.

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

"""Commands about sheets: check, plan, upload, map."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.parameters import (
    ACCOUNT,
    AS_JSON,
    INTO,
    OPERATION,
    PATIENCE,
    SESSION,
    SHEETS,
    WORKSHEET,
    Session,
    account_name,
    reading_options,
    share,
)
from importer.cli.working import each, opened_context, read_ahead

if TYPE_CHECKING:
    from importer.model.options import ReadingOptions, Share


@click.command()
@SHEETS
@reading_options
@INTO
@AS_JSON
@SESSION
def check(
    session: Session,
    sheets: Sequence[Path],
    reading: "ReadingOptions",
    into: Path | None,
    as_json: bool,
) -> None:
    """Write sheets back with all that is wrong; send nothing.

    \b
    importer check samples/add_tracking.xlsx
    """
    read_ahead(sheets, reading.worksheet)
    from importer.model.options import UploadOptions
    from importer.runs.check import check_sheet

    options, settings = UploadOptions(reading, into), session.settings()
    each(sheets, lambda sheet: check_sheet(sheet, options, settings), as_json=as_json)


@click.command()
@SHEETS
@ACCOUNT
@reading_options
@AS_JSON
@SESSION
def plan(
    session: Session,
    sheets: Sequence[Path],
    account: str | None,
    reading: "ReadingOptions",
    as_json: bool,
) -> None:
    """Show the exact calls and how long they take, as if nothing had been sent before.

    \b
    importer plan samples/add_tracking.xlsx --account acme
    """
    read_ahead(sheets, reading.worksheet)
    from importer.model.options import UploadOptions
    from importer.runs.upload import plan_sheet

    settings, options = session.settings(), UploadOptions(reading)
    to = settings.account(account_name(session, account, reading.vendor))
    each(sheets, lambda sheet: plan_sheet(sheet, options, settings, to), as_json=as_json)


@click.command()
@SHEETS
@ACCOUNT
@INTO
@reading_options
@click.option("--whole-po", is_flag=True, help="A bad row holds back the others of its PO.")
@click.option("--strict", is_flag=True, help="A bad row holds back the whole sheet.")
@click.option("--again", is_flag=True, help="Send even what an earlier run has sent.")
@click.option("--undoable", is_flag=True, help="Keep what the platform held, for importer undo.")
@click.option("--verify/--no-verify", default=None, help="Read back at the end what was sent.")
@click.option(
    "--stop-after", metavar="N|N%", callback=share, help="Stop when so many rows are refused."
)
@PATIENCE
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), help="Calls side by side.")
@AS_JSON
@SESSION
def upload(
    session: Session,
    sheets: Sequence[Path],
    account: str | None,
    reading: "ReadingOptions",
    into: Path | None,
    whole_po: bool,
    strict: bool,
    again: bool,
    undoable: bool,
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
    read_ahead(sheets, reading.worksheet)
    from importer.model.options import UploadOptions
    from importer.runs.upload import upload_sheet

    options = UploadOptions(
        reading,
        into=into,
        whole_po=whole_po,
        strict=strict,
        again=again,
        undoable=undoable,
        verify=verify,
        stop_after=stop_after,
    )
    account = account_name(session, account, reading.vendor)
    with opened_context(session, account, workers, **patience) as context:
        to = context.settings.account(account)
        each(
            sheets,
            lambda sheet: upload_sheet(sheet, options, context, to),
            as_json=as_json,
            context=context,
        )


@click.command("map")
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--vendor", metavar="NAME", required=True, help="Whose sheet it is.")
@OPERATION
@WORKSHEET
@click.option("--account", metavar="NAME", help="The one to send this vendor's sheets to.")
@click.option("--yes", is_flag=True, help="Ask nothing, and take only what is sure.")
@SESSION
def map_vendor(
    session: Session,
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
    from importer.model.summary import EVERYTHING_SETTLED, NEEDS_ATTENTION
    from importer.vendors.map_sheet import MapOptions, map_sheet

    options = MapOptions(vendor, operation, account, worksheet)
    mapped = map_sheet(sheet, options, session.settings(), None if yes else _Asked(), click.echo)
    said = "holds" if mapped.written else "is as it was, without"
    click.echo(f"{mapped.file} {said} vendor {vendor}")
    if mapped.left:
        click.echo(f"importer: no column is known for {', '.join(mapped.left)}", err=True)
    raise SystemExit(NEEDS_ATTENTION if mapped.left or not mapped.written else EVERYTHING_SETTLED)


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

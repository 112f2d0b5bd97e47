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
    SHEETS,
    WORKSHEET,
    Session,
    account_name,
    pass_session,
    patience_options,
    reading_options,
    upload_options,
)
from importer.cli.working import each, opened_context

if TYPE_CHECKING:
    from importer.model.options import ReadingOptions, UploadOptions


@click.command()
@SHEETS
@reading_options
@INTO
@AS_JSON
@pass_session
def check(
    session: Session,
    /,
    sheets: Sequence[Path],
    reading: "ReadingOptions",
    into: Path | None,
    as_json: bool,
) -> None:
    """Check sheets and write back what is wrong; send nothing.

    \b
    importer check samples/add_tracking.xlsx
    """
    from importer.sheets.reading.worksheets import read_ahead

    read_ahead(sheets[0], reading.worksheet)  # while the other modules are loaded
    from importer.model.options import UploadOptions
    from importer.runs.check import check_sheet

    options, settings = UploadOptions(reading, into), session.settings()
    each(sheets, lambda sheet: check_sheet(sheet, options, settings), as_json=as_json)


@click.command()
@SHEETS
@ACCOUNT
@reading_options
@AS_JSON
@pass_session
def plan(
    session: Session,
    /,
    sheets: Sequence[Path],
    account: str | None,
    reading: "ReadingOptions",
    as_json: bool,
) -> None:
    """Show the exact calls for a sheet and how long they take.

    \b
    importer plan samples/add_tracking.xlsx --account sellercloud
    """
    from importer.sheets.reading.worksheets import read_ahead

    read_ahead(sheets[0], reading.worksheet)  # while the other modules are loaded
    from importer.model.options import UploadOptions
    from importer.runs.upload import plan_sheet

    settings, options = session.settings(), UploadOptions(reading)
    to = settings.account(account_name(session, account, reading.vendor))
    each(sheets, lambda sheet: plan_sheet(sheet, options, settings, to), as_json=as_json)


@click.command()
@SHEETS
@ACCOUNT
@upload_options
@patience_options
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 64),
    help="Calls in parallel (default: as in the settings).",
)
@AS_JSON
@pass_session
def upload(
    session: Session,
    /,
    sheets: Sequence[Path],
    account: str | None,
    options: "UploadOptions",
    workers: int | None,
    as_json: bool,
    **patience: Any,
) -> None:
    """Send sheets and write each row's outcome back.

    \b
    importer upload samples/add_tracking.xlsx --account sellercloud
    """
    from importer.sheets.reading.worksheets import read_ahead

    read_ahead(sheets[0], options.reading.worksheet)  # while the other modules are loaded
    from importer.runs.upload import upload_sheet

    account = account_name(session, account, options.reading.vendor)
    with opened_context(session, account, workers, **patience) as context:
        to = context.settings.account(account)
        each(
            sheets,
            lambda sheet: upload_sheet(sheet, options, context, to),
            context,
            as_json=as_json,
        )


@click.command("map")
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--vendor", metavar="NAME", required=True, help="Name of the vendor.")
@OPERATION
@WORKSHEET
@click.option("--account", metavar="NAME", help="Account for this vendor's sheets.")
@click.option("--yes", is_flag=True, help="Ask nothing; save only what is certain.")
@pass_session
def map_vendor(
    session: Session,
    /,
    sheet: Path,
    vendor: str,
    operation: str | None,
    worksheet: str | None,
    account: str | None,
    yes: bool,
) -> None:
    """Learn a vendor's headings and save them in importer.toml.

    \b
    importer map samples/add_tracking_mistakes.xlsx --vendor north --yes
    """
    from importer.model.summary import EVERYTHING_SETTLED, NEEDS_ATTENTION
    from importer.vendors.map_sheet import MapOptions, map_sheet

    options = MapOptions(vendor, operation, account, worksheet)
    mapped = map_sheet(sheet, options, session.settings(), None if yes else _Terminal(), click.echo)
    if mapped.written:
        click.echo(f"{mapped.file} now has vendor {vendor}")
    else:
        click.echo(f"{mapped.file} is unchanged; vendor {vendor} was not added")
    if mapped.left:
        click.echo(f"importer: no column was found for {', '.join(mapped.left)}", err=True)
    raise SystemExit(NEEDS_ATTENTION if mapped.left or not mapped.written else EVERYTHING_SETTLED)


class _Terminal:
    """The person at the terminal."""

    def choose(self, question: str, answers: Sequence[str]) -> int | None:
        click.echo(question, err=True)
        for number, answer in enumerate(answers, start=1):
            click.echo(f"  {number}  {answer}", err=True)
        kind = click.IntRange(0, len(answers))
        chosen: int = click.prompt("  Number, or 0 for none", type=kind, default=0, err=True)
        return chosen - 1 if chosen else None

    def write(self, question: str) -> str:
        text: str = click.prompt(
            f"{question} Leave empty to skip", default="", show_default=False, err=True
        )
        return text

    def agree(self, question: str) -> bool:
        return click.confirm(question, err=True)

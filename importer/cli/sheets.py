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
    TRACKING,
    VENDOR,
    WORKSHEET,
    Session,
    account_name,
    share,
)
from importer.cli.working import each, opened_context, read_ahead

if TYPE_CHECKING:
    from importer.model.options import Share


@click.command()
@SHEETS
@OPERATION
@WORKSHEET
@VENDOR
@INTO
@TRACKING
@AS_JSON
@SESSION
def check(
    session: Session,
    sheets: Sequence[Path],
    operation: str | None,
    worksheet: str | None,
    vendor: str | None,
    into: Path | None,
    strict_tracking: bool,
    visible_only: bool,
    split: bool,
    infer_carrier: bool,
    as_json: bool,
) -> None:
    """Write sheets back with all that is wrong; send nothing.

    \b
    importer check samples/add_tracking.xlsx
    """
    read_ahead(sheets, worksheet)
    from importer.model.options import UploadOptions
    from importer.runs.check import check_sheet

    options = UploadOptions(
        operation,
        worksheet,
        into,
        vendor=vendor,
        strict_tracking=strict_tracking,
        visible_only=visible_only,
        split=split,
        infer_carrier=infer_carrier,
    )
    settings = session.settings()
    each(sheets, lambda sheet: check_sheet(sheet, options, settings), as_json=as_json)


@click.command()
@SHEETS
@ACCOUNT
@OPERATION
@WORKSHEET
@VENDOR
@TRACKING
@AS_JSON
@SESSION
def plan(
    session: Session,
    sheets: Sequence[Path],
    account: str | None,
    operation: str | None,
    worksheet: str | None,
    vendor: str | None,
    strict_tracking: bool,
    visible_only: bool,
    split: bool,
    infer_carrier: bool,
    as_json: bool,
) -> None:
    """Show the exact calls and how long they take, as if nothing had been sent before.

    \b
    importer plan samples/add_tracking.xlsx --account acme
    """
    read_ahead(sheets, worksheet)
    from importer.model.options import UploadOptions
    from importer.runs.upload import plan_sheet

    settings = session.settings()
    found = settings.account(account_name(session, account, vendor))
    options = UploadOptions(
        operation,
        worksheet,
        vendor=vendor,
        strict_tracking=strict_tracking,
        visible_only=visible_only,
        split=split,
        infer_carrier=infer_carrier,
    )
    each(sheets, lambda sheet: plan_sheet(sheet, options, settings, found), as_json=as_json)


@click.command()
@SHEETS
@ACCOUNT
@INTO
@OPERATION
@WORKSHEET
@VENDOR
@click.option("--whole-po", is_flag=True, help="A bad row holds back the others of its PO.")
@click.option("--strict", is_flag=True, help="A bad row holds back the whole sheet.")
@click.option("--again", is_flag=True, help="Send even what an earlier run has sent.")
@click.option("--undoable", is_flag=True, help="Keep what the platform held, for importer undo.")
@click.option("--verify/--no-verify", default=None, help="Read back at the end what was sent.")
@click.option(
    "--stop-after", metavar="N|N%", callback=share, help="Stop when so many rows are refused."
)
@TRACKING
@PATIENCE
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), help="Calls side by side.")
@AS_JSON
@SESSION
def upload(
    session: Session,
    sheets: Sequence[Path],
    account: str | None,
    into: Path | None,
    operation: str | None,
    worksheet: str | None,
    vendor: str | None,
    whole_po: bool,
    strict: bool,
    again: bool,
    undoable: bool,
    verify: bool | None,
    stop_after: "Share | None",
    workers: int | None,
    strict_tracking: bool,
    visible_only: bool,
    split: bool,
    infer_carrier: bool,
    as_json: bool,
    **patience: Any,
) -> None:
    """Send sheets; write them back with an outcome in each row.

    \b
    importer upload samples/add_tracking.xlsx --account acme
    """
    read_ahead(sheets, worksheet)
    from importer.model.options import UploadOptions
    from importer.runs.upload import upload_sheet

    account = account_name(session, account, vendor)
    with opened_context(session, account, workers, **patience) as context:
        found = context.settings.account(account)
        options = UploadOptions(
            operation=operation,
            worksheet=worksheet,
            into=into,
            whole_po=whole_po,
            strict=strict,
            again=again,
            undoable=undoable,
            verify=verify,
            stop_after=stop_after,
            vendor=vendor,
            strict_tracking=strict_tracking,
            visible_only=visible_only,
            split=split,
            infer_carrier=infer_carrier,
        )
        each(
            sheets,
            lambda sheet: upload_sheet(sheet, options, context, found),
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

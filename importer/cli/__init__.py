"""The command line: words in, words and exit status out; heavy imports are inside commands."""

import gc
import sys
from pathlib import Path

import click

from importer.cli import folder, guide, reports, runs, setup, sheets
from importer.cli.parameters import Session
from importer.cli.working import sentence_of
from importer.model.errors import ImporterError
from importer.model.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="importer")
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Settings file (default: ./importer.toml).",
)
@click.option(
    "--journal", metavar="PATH-OR-URL", help="Journal of every call (default: as in the settings)."
)
@click.pass_context
def cli(context: click.Context, config: Path | None, journal: str | None) -> None:
    """Send vendors' sheets to Sellercloud, ShipStation and ShipEngine.

    \b
    importer demo                                try it, no account needed
    importer check samples/add_tracking.xlsx     see what is wrong with a sheet
    importer upload samples/add_tracking.xlsx --account sellercloud
    """
    import logging  # only a command needs it: --help is instant

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    context.obj = Session(config, journal)


COMMANDS = (
    setup.operations,
    setup.template,
    sheets.check,
    sheets.plan,
    sheets.upload,
    sheets.map_vendor,
    runs.resume,
    runs.undo,
    runs.runs,
    runs.show,
    folder.folder,
    reports.reconcile,
    reports.report,
    setup.accounts,
    setup.sandbox,
    setup.demo,
    guide.guide,
)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """The console script: whatever a user can cause ends in a sentence and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8
    try:
        cli.main(prog_name="importer", standalone_mode=False)
    except click.ClickException as error:
        _show_wrong_usage(error)
        raise SystemExit(2) from None
    except ImporterError as error:
        click.echo(f"importer: {sentence_of(error)}", err=True)
        raise SystemExit(2) from None
    except (click.Abort, KeyboardInterrupt):
        click.echo("importer: stopped", err=True)
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:  # a read-only folder, a full disk
        place = f'"{error.filename}": ' if error.filename else ""
        click.echo(f"importer: {place}{error.strerror or error}", err=True)
        raise SystemExit(2) from None
    finally:
        gc.freeze()  # a large sheet is not scanned for garbage once more at exit


def _show_wrong_usage(error: click.ClickException) -> None:
    if len(sys.argv) == 1:  # nothing but "importer": the help itself
        error.show()
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "importer"
    message = error.format_message()
    stop = "" if message.endswith((".", "?", "!")) else "."
    click.echo(f"importer: {message}{stop} See {command} --help.", err=True)

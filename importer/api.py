"""The two calls that a script needs; the command line says the same with more words."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from importer.journal import open_journal
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.summary import Summary
from importer.platforms import PLATFORMS
from importer.runs import check as checking
from importer.runs import upload as run
from importer.runs.execute import Context
from importer.settings.settings import journal_location, load_settings


def check_sheet(
    sheet: str | Path, *, into: str | Path | None = None, config: Path | None = None, **options: Any
) -> Summary:
    """Says what is wrong with a sheet and writes its result; sends nothing.

    `options` holds further fields of `UploadOptions`. Raises ImporterError.
    """
    return checking.check_sheet(
        Path(sheet), _options(into, options), load_settings(config, PLATFORMS)
    )


def import_sheet(
    sheet: str | Path,
    account: str,
    *,
    into: str | Path | None = None,
    config: Path | None = None,
    journal: str | None = None,
    **options: Any,
) -> Summary:
    """Sends what is good of a sheet to an account of importer.toml, and writes its result.

    `options` holds further fields of `preparation.UploadOptions`. What became of each row is in the
    summary's `outcomes`. Raises ImporterError where nothing was begun.
    """
    settings = load_settings(config, PLATFORMS)
    found = settings.account(account)
    with open_journal(journal_location(settings, journal)) as opened:
        context = Context(settings, opened)
        return run.upload_sheet(Path(sheet), _options(into, options), context, found)


def _options(into: str | Path | None, options: dict[str, Any]) -> UploadOptions:
    reading = {f.name: options.pop(f.name) for f in fields(ReadingOptions) if f.name in options}
    folder = None if into is None else Path(into)
    return UploadOptions(ReadingOptions(**reading), into=folder, **options)

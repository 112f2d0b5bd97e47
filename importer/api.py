"""The functions for scripts; the command line does the same with more words.

All of them take `config`, the settings file (default: importer.toml here or in the user's
settings folder), and those that send take `journal`, a path or a database URL (default: as in
the settings file). A row is known by the number that Excel shows.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias, TypedDict, Unpack

from importer.journal import open_journal
from importer.model.errors import UsageError
from importer.model.options import ReadingOptions, Share, UploadOptions
from importer.model.summary import Summary
from importer.platforms import PLATFORMS
from importer.runs import check, upload
from importer.runs.execute import Context
from importer.settings.settings import Settings, journal_location, load_settings
from importer.undo import resume_any

PathLike: TypeAlias = str | os.PathLike[str]


class ReadingKeywords(TypedDict, total=False):
    """How a sheet is read: the options of `importer check`."""

    operation: str | None
    worksheet: str | None
    vendor: str | None
    strict_tracking: bool
    visible_only: bool
    infer_carrier: bool
    split: bool
    unattended: bool  # refuse a layout that a person should confirm


class UploadKeywords(ReadingKeywords, total=False):
    """What is sent of a sheet: the options of `importer upload`."""

    whole_po: bool
    strict: bool
    again: bool
    verify: bool | None
    stop_after: int | str | None  # rejected rows, or a percentage like "20%"
    undoable: bool


def check_sheet(
    sheet: PathLike,
    *,
    into: PathLike | None = None,
    config: PathLike | None = None,
    **options: Unpack[ReadingKeywords],
) -> Summary:
    """Reads a sheet, writes its result with what is wrong, and sends nothing.

    `problems` of the summary has the row, column, value and message of each problem, `result` the
    file that was written: next to the sheet, or in the folder `into`. Needs no account.

    Raises SheetError if the sheet cannot be read, ChoiceNeeded if it can be read in several ways,
    UsageError if an option does not fit it, and SettingsError.

    Example:
        summary = check_sheet("samples/add_tracking_mistakes.xlsx", into="checked")
        for problem in summary.problems:
            print(problem.row, problem.column, problem.value, problem.message)
    """
    return check.check_sheet(Path(sheet), _options(into, options), _settings(config))


def plan_sheet(
    sheet: PathLike,
    account: str,
    *,
    config: PathLike | None = None,
    **options: Unpack[ReadingKeywords],
) -> Summary:
    """The calls that `import_sheet` would send to an account without earlier runs; sends nothing.

    `plan` of the summary has the method, path, JSON body and rows of each call, `minutes` how long
    they take at the account's limit. Raises what `check_sheet` raises.

    Example:
        summary = plan_sheet("samples/add_tracking.xlsx", "sellercloud")
        for call in summary.plan or ():
            print(call.method, call.path, call.sheet_rows)
    """
    settings = _settings(config)
    return upload.plan_sheet(
        Path(sheet), _options(None, options), settings, settings.account(account)
    )


def import_sheet(
    sheet: PathLike,
    account: str,
    *,
    into: PathLike | None = None,
    config: PathLike | None = None,
    journal: str | None = None,
    **options: Unpack[UploadKeywords],
) -> Summary:
    """Sends the good rows of a sheet to an account of importer.toml, and writes its result.

    Of the summary, `outcomes` has the status and sentence of each row, `statuses` how many rows
    have which, `result` and `fix` the files that were written, `run` the number of the run,
    `stopped_by` why it stopped early, and `exit_status` that of the command. A sheet whose run was
    interrupted is continued.

    Nothing was sent if this raises: SheetError, UsageError or SettingsError as in `check_sheet`,
    SettingsError also for a missing secret, JournalError if the journal cannot be opened, RunBusy
    if another process is sending this sheet. Trouble with the platform is no exception: the rows
    that were not sent are `unsent`, and `resume_run` sends them.

    Example:
        summary = import_sheet("samples/add_tracking.xlsx", "sellercloud", stop_after="20%")
        for row, outcome in summary.outcomes.items():
            if outcome.status is Status.REJECTED:
                print(row, outcome.sentence)
    """
    with _context(config, journal) as context:
        to = context.settings.account(account)
        return upload.upload_sheet(Path(sheet), _options(into, options), context, to)


def resume_run(
    run: int, *, take_over: bool = False, config: PathLike | None = None, journal: str | None = None
) -> Summary:
    """Finishes a run that was interrupted: sends what is unsent, reads back what is unknown.

    The rows come from the journal, so the sheet is not needed; without it there is no result file.
    `take_over` takes the run from a process that is known to be gone. Raises JournalError if there
    is no such run, RunBusy if another process is working on it, and SettingsError.

    Example:
        summary = resume_run(1)
        print(summary.statuses, summary.exit_status)
    """
    with _context(config, journal) as context:
        return resume_any(run, context, take_over=take_over)


def _settings(config: PathLike | None) -> Settings:
    return load_settings(None if config is None else Path(config), PLATFORMS)


@contextmanager
def _context(config: PathLike | None, journal: str | None) -> Iterator[Context]:
    settings = _settings(config)
    with open_journal(journal_location(settings, journal)) as opened:
        yield Context(settings, opened)


def _options(into: PathLike | None, keywords: UploadKeywords | ReadingKeywords) -> UploadOptions:
    given: dict[str, Any] = {**keywords}
    reading = {f.name: given.pop(f.name) for f in fields(ReadingOptions) if f.name in given}
    if (stop_after := given.pop("stop_after", None)) is not None:
        try:
            given["stop_after"] = Share.parse(str(stop_after))
        except (ValueError, ZeroDivisionError):
            reason = f'stop_after "{stop_after}" is not a number of rows or like 20%'
            raise UsageError(reason) from None
    return UploadOptions(
        ReadingOptions(**reading), into=None if into is None else Path(into), **given
    )

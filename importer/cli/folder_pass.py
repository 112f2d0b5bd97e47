"""One pass of the command folder: page, notices and what is printed and logged."""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from importer.folder.archive import archive
from importer.folder.layout import FolderLayout
from importer.folder.morning_report import with_unreported, write_morning_report
from importer.folder.notices import TroubleChanges, changes, is_wanted, save_notified, send_notices
from importer.folder.passes import PassResult, run_pass
from importer.folder.rules import FolderSettings
from importer.folder.status import heartbeat, save_pass
from importer.model.errors import ImporterError
from importer.reports.terminal.words import counted
from importer.runs.execute import Context

log = logging.getLogger("importer.folder")


def run_and_report(
    layout: FolderLayout,
    settings: FolderSettings,
    context: Context,
    every: int | None,
    printed: str,
    *,
    as_json: bool,
) -> tuple[int, str]:
    """Exit status and text of one pass; with --watch the text is printed only if it is new."""
    with heartbeat(layout):
        watching = {} if every is None else {"wait_s": 0.0}  # the next pass comes soon
        result = run_pass(layout, settings, context, sleep=context.stop.wait, **watching)
        reported = with_unreported(layout, result)
        trouble = changes(layout, reported)
        is_news = reported.moved or trouble.begun or trouble.ended
        files = _write_page(layout, result, context) if is_news else []
    text = _text(reported, files)
    _notify(layout, settings, trouble, reported, text, files)
    save_pass(layout, result, None if every is None else result.ended_at + timedelta(seconds=every))
    if as_json:
        click.echo(json.dumps(_as_json(reported, files)))
    elif every is None or (text != printed and (reported.results or reported.trouble)):
        click.echo(text)
    return result.exit_status, text


def _write_page(layout: FolderLayout, result: PassResult, context: Context) -> list[Path]:
    """A report page that cannot be written is reported; the pass itself counts."""
    try:
        return write_morning_report(layout, result, context.journal, context.settings)
    except (ImporterError, OSError, ValueError) as error:
        log.warning("the report page could not be written: %s", error)
        return []


def _notify(
    layout: FolderLayout,
    settings: FolderSettings,
    trouble: TroubleChanges,
    result: PassResult,
    text: str,
    files: Sequence[Path],
) -> None:
    """A notice that cannot be sent is reported; the next pass tries again."""
    failures = []
    if is_wanted(settings.notify, trouble, result):
        failures = send_notices(settings.notify, trouble, text.partition("\n")[0], text, files)
    for why in failures:
        log.warning("a notice could not be sent: %s", why)
    if not failures:
        save_notified(layout, trouble)


def _text(result: PassResult, files: Sequence[Path]) -> str:
    fates = Counter(each.fate.value for each in result.results)
    counts = ", ".join(f"{count} {fate}" for fate, count in fates.items())
    lines = [f"{counted(len(result.results), 'file')}: {counts}" if fates else "No files arrived"]
    sentences = (f"{each.name}: {each.fate}: {each.sentence}" for each in result.results)
    lines += [f"  {' '.join(sentence.split())}" for sentence in sentences]
    lines += [f"  {trouble.sentence}" for trouble in result.trouble]
    lines += [f"  {file.suffix[1:]}: {file}" for file in files]
    return "\n".join(lines)


def _as_json(result: PassResult, files: Sequence[Path]) -> dict[str, Any]:
    return {
        "begun_at": result.begun_at.isoformat(),
        "ended_at": result.ended_at.isoformat(),
        "exit_status": result.exit_status,
        "trouble": [trouble.sentence for trouble in result.trouble],
        "files": [
            {
                "name": each.name,
                "account": each.account,
                "fate": each.fate.value,
                "said": each.sentence,
                "run": each.run,
                "statuses": each.rows,
                "filed": [str(file) for file in each.files],
            }
            for each in result.results
        ],
        "report": [str(file) for file in files],
    }


def archive_days(layout: FolderLayout, keep: int) -> None:
    try:
        for zipped in archive(layout, keep):
            click.echo(f"  archived: {zipped}", err=True)
    except (OSError, ValueError) as error:  # only files with a verified copy were deleted
        log.warning("not all days could be archived: %s", error)


@contextmanager
def logged(form: str) -> Iterator[None]:
    """Logs to stderr, a line per event, while the block runs."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(levelname)s %(message)s")
    handler.setFormatter(_Json() if form == "json" else text)
    logger = logging.getLogger("importer")
    level, propagates = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if form == "json" else logging.WARNING)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagates


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        values = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds"),
            "level": record.levelname.lower(),
            "said": record.getMessage(),
        }
        names = ("event", "file", "fate", "account", "run", "rows", "files", "exit_status")
        extra = {name: getattr(record, name, None) for name in names}
        values |= {name: value for name, value in extra.items() if value is not None}
        return json.dumps(values, ensure_ascii=True)

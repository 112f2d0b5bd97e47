"""The morning report of a pass, and the index of all nights."""

import json
from dataclasses import replace
from pathlib import Path

from importer.folder.layout import FolderLayout
from importer.folder.one_file import UNREPORTED, Fate, unreported
from importer.folder.passes import PassResult
from importer.journal import Journal
from importer.model.files import write_text
from importer.reports.html_page import page
from importer.reports.model import Report, ReportColumn, ReportLine, ReportTable, Tone
from importer.reports.report_files import write_report
from importer.reports.run_report import report_of
from importer.reports.run_stats import days, stories
from importer.settings.settings import Settings

_TONES = {  # the gravest first
    Fate.ATTENTION: Tone.ATTENTION,
    Fate.UNFINISHED: Tone.NOTE,
    Fate.HELD: Tone.NOTE,
    Fate.WAITING: Tone.PLAIN,
    Fate.SEEN_BEFORE: Tone.PLAIN,
    Fate.DONE: Tone.GOOD,
}
_NIGHTS = "nights.json"


def write_morning_report(
    layout: FolderLayout, result: PassResult, journal: Journal, settings: Settings
) -> list[Path]:
    """Writes the report of a pass and rewrites the index of all nights; returns the report's files.

    The report covers every filed file that is on no other page, those of a killed pass included.
    """
    with layout.filing_lock():
        reported = with_unreported(layout, result)
        report = _report(layout, reported, journal, settings)
        name = f"{result.ended_at.astimezone():%Y-%m-%d-%H%M}"
        files = write_report(report, layout.reports / name)
        _write_index(layout, report, reported, files[0])
        (layout.reports / UNREPORTED).unlink(missing_ok=True)
    return files


def with_unreported(layout: FolderLayout, result: PassResult) -> PassResult:
    """The pass with every file that is on no page yet, without files that another page shows."""
    still_there = [each for each in result.results if not each.files]
    return replace(result, results=[*unreported(layout), *still_there])


def _report(
    layout: FolderLayout, result: PassResult, journal: Journal, settings: Settings
) -> Report:
    numbers = {each.run for each in result.results if each.run is not None}
    found = stories(journal, map(journal.run, numbers), settings)
    without_run = (each for each in result.of(Fate.ATTENTION) if each.run is None)
    unprocessed = [(each.name, each.sentence) for each in without_run]
    unprocessed += [(trouble.subject, trouble.sentence) for trouble in result.trouble]
    when = f"{result.ended_at.astimezone():%Y-%m-%d %H:%M}"
    subject = f"drop folder {layout.root.resolve().name}, {when}"
    history = days(journal, result.ended_at)
    report = report_of(subject, found, history, result.ended_at, unprocessed)
    return replace(report, tables=[_files(layout, result), *report.tables])


def _files(layout: FolderLayout, result: PassResult) -> ReportTable:
    """What became of the files, shown before what became of their rows."""
    ordered = sorted(result.results, key=lambda each: [*_TONES].index(each.fate))
    lines = [
        ReportLine(
            [each.name, each.fate.value, each.account, each.sentence,
             each.files[0].relative_to(layout.root).as_posix() if each.files else None],
            _TONES[each.fate],
        )
        for each in ordered
    ]  # fmt: skip
    columns = [*map(ReportColumn, ("File", "Result", "Account", "Details", "Moved to"))]
    return ReportTable("Files", columns, lines, "All files of this pass.", "No files arrived.")


def _write_index(layout: FolderLayout, report: Report, result: PassResult, page_file: Path) -> None:
    """reports/index.html: a line for each night with a link to its page, the newest first."""
    kept = layout.reports / _NIGHTS
    line = [
        page_file.name, f"{report.made_at:%Y-%m-%d %H:%M}", len(result.moved),
        len(result.of(Fate.ATTENTION)), report.headline,
    ]  # fmt: skip
    lines = [line, *(json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else [])]
    write_text(kept, json.dumps(lines))
    titles = ("Page", "Ended (UTC)", "Files", "Need attention", "Summary")
    columns = map(ReportColumn, titles, ("link", "text", "number", "number", "text"))
    nights = ReportTable("Nights", [*columns], [ReportLine(each) for each in lines])
    index = replace(
        report, title="Nights", subject=str(layout.root.resolve()), facts=[], charts=[],
        tables=[nights],
    )  # fmt: skip
    write_text(layout.reports / "index.html", page(index))

"""The morning after a pass: its page, and the index of all nights."""

import json
from dataclasses import replace
from pathlib import Path

from importer.folder.claim_notes import write_text
from importer.folder.layout import FolderLayout
from importer.folder.one_file import UNTOLD, Fate, untold
from importer.folder.passes import Pass
from importer.journal import Journal
from importer.reports.html_page import page
from importer.reports.model import Report, ReportColumn, ReportLine, ReportTable, Tone
from importer.reports.report_files import write_report
from importer.reports.run_report import report_of
from importer.reports.run_stats import days, stories
from importer.settings.settings import Settings

_TONES = {
    Fate.DONE: Tone.GOOD,
    Fate.ATTENTION: Tone.ATTENTION,
    Fate.UNFINISHED: Tone.NOTE,
    Fate.HELD: Tone.NOTE,
}
_GRAVEST_FIRST = (
    *(Fate.ATTENTION, Fate.UNFINISHED, Fate.HELD, Fate.WAITING),
    *(Fate.SEEN_BEFORE, Fate.DONE),
)
_NIGHTS = "nights.json"


def write_night(
    places: FolderLayout, done: Pass, journal: Journal, settings: Settings
) -> list[Path]:
    """Writes the report of a pass, and the index of all nights anew; the files of the report.

    It tells of each file that was filed and stands on no other page, those of a pass that was
    killed too.
    """
    with places.alone():
        told = story(places, done)
        report = _report(places, told, journal, settings)
        name = f"{done.ended_at.astimezone():%Y-%m-%d-%H%M}"
        files = write_report(report, places.reports / name)
        _write_index(places, report, told, files[0])
        (places.reports / UNTOLD).unlink(missing_ok=True)
    return files


def story(places: FolderLayout, done: Pass) -> Pass:
    """The pass with all that no page tells of yet, and without what another page tells."""
    return replace(done, handled=[*untold(places), *(h for h in done.handled if not h.files)])


def _report(places: FolderLayout, done: Pass, journal: Journal, settings: Settings) -> Report:
    runs = [journal.run(n) for n in {h.run for h in done.handled} if n is not None]
    found = stories(journal, runs, settings)
    refused = [(h.name, h.sentence) for h in done.of(Fate.ATTENTION) if h.run is None]
    refused += [(trouble.subject, trouble.sentence) for trouble in done.trouble]
    when = f"{done.ended_at.astimezone():%Y-%m-%d %H:%M}"
    subject = f"drop folder {places.root.resolve().name}, {when}"
    report = report_of(subject, found, days(journal, done.ended_at), done.ended_at, refused)
    return replace(report, tables=[_files(places, done), *report.tables])


def _files(places: FolderLayout, done: Pass) -> ReportTable:
    """What became of each file comes before what became of its rows."""
    lines = [
        ReportLine(
            [h.name, h.fate.value, h.account, h.sentence,
             h.files[0].relative_to(places.root).as_posix() if h.files else None],
            _TONES.get(h.fate, Tone.PLAIN),
        )
        for h in sorted(done.handled, key=lambda h: _GRAVEST_FIRST.index(h.fate))
    ]  # fmt: skip
    columns = [
        ReportColumn(title) for title in ("File", "Fate", "Account", "What is said", "Filed as")
    ]
    return ReportTable("Files", columns, lines, "Each file of this pass.", "No file came.")


def _write_index(places: FolderLayout, report: Report, done: Pass, night: Path) -> None:
    """reports/index.html: a line for each night, the newest first, with its page."""
    kept = places.reports / _NIGHTS
    line = [
        night.name, f"{report.made_at:%Y-%m-%d %H:%M}", len(done.moved),
        len(done.of(Fate.ATTENTION)), report.headline,
    ]  # fmt: skip
    lines = [line, *(json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else [])]
    write_text(kept, json.dumps(lines))
    columns = [
        ReportColumn("Page", "link"),
        ReportColumn("Ended (UTC)"),
        ReportColumn("Files", "number"),
        ReportColumn("In attention", "number"),
        ReportColumn("What is said"),
    ]
    nights = ReportTable("Nights", columns, [ReportLine(each) for each in lines])
    index = replace(
        report, title="Nights", subject=str(places.root.resolve()), facts=[], charts=[],
        tables=[nights],
    )  # fmt: skip
    write_text(places.reports / "index.html", page(index))

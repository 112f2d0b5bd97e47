"""One claimed file: sent or held for a person, told in a text beside it, and filed away."""

import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from importer.folder.arrival import agrees, companions
from importer.folder.claim_notes import (
    ClaimNotes,
    claim_notes_of,
    keep_claim_notes,
    tries,
    write_text,
)
from importer.folder.layout import Claimed, FolderLayout
from importer.folder.reachable import why_held
from importer.folder.rules import Rule
from importer.journal import RunRecord, RunState, this_process
from importer.model.cells import printable
from importer.model.errors import ImporterError, SheetError, UsageError
from importer.model.outcomes import Status
from importer.model.row_numbers import by_sheet_row
from importer.model.summary import EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, Summary
from importer.operations.operation import UNDO
from importer.reports.terminal.sheet_lines import summary_lines
from importer.runs.execute import Context
from importer.runs.journal_rows import sha256
from importer.runs.upload import upload_sheet
from importer.settings.settings import Account
from importer.sheets.reading.worksheets import read_content

log = logging.getLogger("importer.folder")
UNTOLD = "untold.jsonl"
_MOST_TRIES = 3
_OPTION = re.compile(r"--(account|operation|vendor|worksheet)\b")


class Fate(StrEnum):
    """What became of a file in one pass."""

    DONE = "done"  # all of it is in
    ATTENTION = "attention"  # a person has to look
    SEEN_BEFORE = "seen before"  # the same bytes were sent by an earlier run
    UNFINISHED = "unfinished"  # it was begun; the next pass goes on with it
    HELD = "held"  # its account or the time did not allow it; it stays in the inbox
    WAITING = "waiting"  # it is not whole yet; it stays in the inbox


@dataclass(frozen=True, slots=True)
class FileResult:
    """`files` are where the original and what goes with it stand now, the original first."""

    name: str  # below inbox/
    account: str | None
    fate: Fate
    sentence: str
    summary: Summary | None = None
    run: int | None = None
    rows: Mapping[str, int] = field(default_factory=dict)  # how many have which status
    files: tuple[Path, ...] = ()
    stops: bool = False  # the account's other files wait too

    @property
    def exit_status(self) -> int:
        if self.summary is not None:
            return self.summary.exit_status
        match self.fate:
            case Fate.DONE | Fate.SEEN_BEFORE | Fate.WAITING:
                return EVERYTHING_SETTLED
            case Fate.HELD | Fate.UNFINISHED:
                return NEEDS_ATTENTION
            case Fate.ATTENTION:
                return NOTHING_SENT


def process_file(
    claimed: Claimed, rule: Rule | None, account: str | None, context: Context, places: FolderLayout
) -> FileResult:
    """Sends a file by its rule and files it; whatever is wrong with it is said, never raised.

    `account` is the one it was claimed for.
    """
    begun = claim_notes_of(claimed)
    if begun is not None:  # a pass ended while it filed it
        with places.alone():
            begun = replace(begun, names=places.names_again(claimed, begun.names))
            told = _told_again(claimed, begun, account, context)
            return _put_away(claimed, told, begun, context, places)
    name, number = printable(str(claimed.name)), tries(claimed)
    try:
        if number > _MOST_TRIES:
            often = f"the program ended {_MOST_TRIES} times while it worked on this file"
            handled = FileResult(name, account, Fate.ATTENTION, f"{often}; look at it first")
        else:
            handled = _sent(claimed, rule, account, context)
    except (SheetError, UsageError) as error:
        handled = FileResult(name, account, Fate.ATTENTION, _in_its_rule(str(error)))
    except ImporterError as error:  # of the settings or the journal, not of the file
        handled = FileResult(name, account, Fate.UNFINISHED, str(error), stops=True)
    except Exception as error:  # a fault of our own: one file never stops the night
        log.exception("%s was given up", name)
        said = f"the importer itself failed ({type(error).__name__}); its log tells why"
        handled = FileResult(name, account, Fate.ATTENTION, said)
    if handled.fate is Fate.UNFINISHED:  # it stays where the next pass finds it
        tries(claimed, orderly=True)
        return handled
    return _filed(claimed, handled, context, places)


def _sent(claimed: Claimed, rule: Rule | None, account: str | None, context: Context) -> FileResult:
    name = printable(str(claimed.name))

    def for_a_person(why: str) -> FileResult:
        return FileResult(name, account, Fate.ATTENTION, f"{why}; nothing was sent")

    if rule is None:
        return for_a_person("no rule of folder.toml claims it")
    if account is None or rule.account is None:
        return for_a_person(f"rule {rule.name} names no account")
    if rule.account != account:
        return for_a_person(f"it was taken for account {account}, and is {rule.account}'s now")
    if agrees(claimed.path, companions(claimed.out / claimed.path.name)) is False:
        return for_a_person("its bytes are not those of the checksum beside it")
    to, came = context.settings.account(account), sha256(read_content(claimed.path))
    runs = _runs_of(came, to, context)
    ours = [run for run in runs if run.file_path == str(claimed.path.resolve())]
    if ours and ours[0].state is RunState.FINISHED:  # a pass ended before it filed it
        return _judged(name, _summary_of(ours[0], claimed, context), to, context)
    before = next((run for run in runs if run.state is RunState.FINISHED), None)
    if not ours and before is not None and not _taken_back(before, context):
        return FileResult(name, account, Fate.SEEN_BEFORE, _seen(before, context))
    take_over = bool(ours) and _began_here(ours[0])
    options = replace(rule.options, into=claimed.out, take_over=take_over)
    handled = _judged(name, upload_sheet(claimed.path, options, context, to), to, context)
    if sha256(read_content(claimed.path)) == came:
        return handled
    said = f"{handled.sentence}; it was changed while its rows were sent: put it in again, whole"
    return replace(handled, fate=Fate.ATTENTION, sentence=said)


def _runs_of(digest: str, account: Account, context: Context) -> list[RunRecord]:
    """Runs that sent these very bytes to the account's present address, newest first."""
    found = context.journal.runs_of_bytes(digest, account.name)
    return [
        run
        for run in found
        if run.settings.get("address") == account.base_url and not run.operation.startswith(UNDO)
    ]


def _taken_back(run: RunRecord, context: Context) -> bool:
    """Whether an undo has taken rows of the run back: what is put in again after it is meant."""
    return any(row.outcome.taken_back for row in context.journal.rows(run.id))


def _began_here(run: RunRecord) -> bool:
    """By a pass that was killed: the lock on the account's files is ours, so whoever held it on
    this machine has ended. Of another machine only its silence tells."""
    return run.owner.partition("@")[2] == this_process().partition("@")[2]


def _seen(before: RunRecord, context: Context) -> str:
    when = f"{before.created_at:%Y-%m-%d %H:%M} UTC"
    said = f"the same bytes came as {before.file_name} and were sent by run {before.id} on {when}"
    left = sum(n for status, n in context.journal.counts(before.id).items() if not status.settled)
    also = f"; of that run {left:,} rows still need a person" if left else ""
    return f"{printable(said)}{also}; nothing was sent"


def _judged(name: str, summary: Summary, account: Account, context: Context) -> FileResult:
    """Done, for a person, or to be gone on with: where its account or the time stopped it."""
    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    said = f"{counts}; {summary.stopped_by}" if summary.stopped_by else counts
    waits = Status.UNSENT in {outcome.status for outcome in summary.outcomes.values()}
    stops = waits and (
        context.stop.is_set()
        or (bool(summary.stopped_by) and why_held(account, context) is not None)
    )
    fate = Fate.DONE if summary.exit_status == EVERYTHING_SETTLED else Fate.ATTENTION
    return FileResult(
        name,
        account.name,
        Fate.UNFINISHED if stops else fate,
        said,
        summary,
        summary.run,
        summary.statuses,
        stops=stops,
    )


def _summary_of(run: RunRecord, claimed: Claimed, context: Context) -> Summary:
    """What a finished run has come to, by the journal."""
    return Summary(
        sheet=claimed.path,
        worksheet=run.worksheet,
        operation=run.operation,
        account=run.account,
        run=run.id,
        outcomes=by_sheet_row(context.journal.outcomes(run.id)),
        calls=len(context.journal.calls(run.id)),
        result=Path(run.result_path) if run.result_path else None,
    )


def _filed(
    claimed: Claimed, handled: FileResult, context: Context, places: FolderLayout
) -> FileResult:
    """Beside the file go its result, its fix file, and a text for people without Excel."""
    where = "attention" if handled.fate is Fate.ATTENTION else "done"
    day = f"{datetime.now().astimezone():%Y-%m-%d}"
    itself = claimed.path.suffix.lower() == ".txt"
    if claimed.again:
        said = f"{handled.sentence}; taken up after a pass that was cut short"
        handled = replace(handled, sentence=said)
    try:
        text = claimed.out / f"{claimed.path.stem}{'.said' * itself}.txt"
        text.touch()  # it needs a name too
        with places.alone():  # between a free name and its taking
            names = places.free_names(claimed, where, day)
            write_text(text, _told(handled, names))
            filing = ClaimNotes(handled.fate.value, handled.sentence, handled.run, names)
            keep_claim_notes(claimed, filing)
            return _put_away(claimed, handled, filing, context, places)
    except OSError as error:
        return _unfiled(handled, error)


def _put_away(
    claimed: Claimed,
    handled: FileResult,
    filing: ClaimNotes,
    context: Context,
    places: FolderLayout,
) -> FileResult:
    """Moves everything to its place, the file itself last, and tells the journal before that:
    `show` and `resume` look there."""
    try:
        files = places.file_beside(claimed, filing.names)
        if filing.run is not None:
            result = next((f for f in files[1:] if ".result" in f.name), None)
            context.journal.filed(
                filing.run, str(files[0].resolve()), str(result.resolve()) if result else None
            )
        handled = replace(handled, files=tuple(files))
        note_untold(places, handled)
        places.file_itself(claimed, files[0])
        places.forget(claimed)
    except (ImporterError, OSError) as error:
        return _unfiled(handled, error)
    return handled


def note_untold(places: FolderLayout, handled: FileResult) -> None:
    """Kept until a page tells of it, whichever pass writes that; one at a time."""
    files = [file.relative_to(places.root).as_posix() for file in handled.files]
    line = {"name": handled.name, "account": handled.account, "fate": handled.fate.value,
            "sentence": handled.sentence, "run": handled.run, "rows": handled.rows,
            "files": files}  # fmt: skip
    places.reports.mkdir(exist_ok=True)
    with (places.reports / UNTOLD).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def untold(places: FolderLayout) -> list[FileResult]:
    """Files that were filed and stand on no page yet, those of a killed pass too."""
    try:
        lines = (places.reports / UNTOLD).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found: dict[Path, FileResult] = {}
    for line in lines:
        with suppress(ValueError):  # a line that a power cut broke off
            kept = json.loads(line)
            files = tuple(places.root / file for file in kept["files"])
            fate = Fate(kept["fate"])
            found[files[0]] = FileResult(**kept | {"fate": fate, "files": files})
    return [*found.values()]


def _unfiled(handled: FileResult, error: Exception) -> FileResult:
    said = f"{handled.sentence}; it could not be filed yet: {error}"
    return replace(handled, fate=Fate.UNFINISHED, sentence=said)


def _told_again(
    claimed: Claimed, filing: ClaimNotes, account: str | None, context: Context
) -> FileResult:
    summary = None
    if filing.run is not None:
        summary = _summary_of(context.journal.run(filing.run), claimed, context)
    name = printable(str(claimed.name))
    rows = summary.statuses if summary else {}
    return FileResult(name, account, Fate(filing.fate), filing.sentence, summary, filing.run, rows)


def _in_its_rule(sentence: str) -> str:
    """
    >>> _in_its_rule("dock.csv fits two; choose one with --operation")
    "dock.csv fits two; choose one with operation in folder.toml's rule"
    """
    return _OPTION.sub(r"\1 in folder.toml's rule", sentence)


def _told(handled: FileResult, names: Mapping[str, str]) -> str:
    lines = [f"{handled.name}: {handled.fate}", handled.sentence]
    if handled.summary is not None:
        lines += ["", summary_lines(_beside(handled.summary, names))]
    return "\n".join(lines) + "\n"


def _beside(summary: Summary, names: Mapping[str, str]) -> Summary:
    """The summary by the names its files have once they stand beside the text that tells it."""

    def beside(file: Path) -> Path:
        return Path(Path(names.get(file.name, file.name)).name)

    return replace(
        summary,
        sheet=beside(summary.sheet),
        result=summary.result and beside(summary.result),
        fix=summary.fix and beside(summary.fix),
    )

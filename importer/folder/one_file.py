"""One claimed file: sent or set aside for a person, explained in a text, and filed away."""

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from importer.folder.arrival import companions, matches_companions
from importer.folder.claim_notes import ClaimNotes, count_try, keep_notes, notes_of, reset_tries
from importer.folder.layout import Claimed, FolderLayout, move
from importer.folder.reachable import why_unreachable
from importer.folder.rules import Rule
from importer.journal import RunRecord, RunState, this_process
from importer.model.cleaning import printable
from importer.model.errors import ChoiceNeeded, ImporterError, SheetError, UsageError
from importer.model.files import write_text
from importer.model.outcomes import Status
from importer.model.sheet_rows import by_sheet_row
from importer.model.summary import EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, Summary
from importer.operations.operation import UNDO
from importer.reports.terminal.sheet_lines import summary_lines
from importer.runs.execute import Context
from importer.runs.journal_rows import sha256
from importer.runs.upload import upload_sheet
from importer.settings.accounts import Account
from importer.sheets.reading.worksheets import read_content

log = logging.getLogger("importer.folder")
UNREPORTED = "untold.jsonl"
_MOST_TRIES = 3


class Fate(StrEnum):
    """What became of a file in one pass."""

    DONE = "done"  # every row was accepted
    ATTENTION = "attention"  # somebody has to look at it
    SEEN_BEFORE = "seen before"  # an earlier run has sent the same bytes
    UNFINISHED = "unfinished"  # it was started; the next pass continues
    HELD = "held"  # its account or the time limit did not allow it; it stays in the inbox
    WAITING = "waiting"  # it is not complete yet; it stays in the inbox


@dataclass(frozen=True, slots=True)
class FileResult:
    """`files` are the paths of the original and of the files next to it, the original first."""

    name: str  # below inbox/
    account: str | None
    fate: Fate
    sentence: str
    summary: Summary | None = None
    run: int | None = None
    rows: Mapping[str, int] = field(default_factory=dict)  # number of rows by status
    files: tuple[Path, ...] = ()
    stops_account: bool = False  # the account's other files wait too

    @property
    def exit_status(self) -> int:
        if self.summary is not None:
            return self.summary.exit_status
        if self.fate is Fate.ATTENTION:
            return NOTHING_SENT
        waits = self.fate in {Fate.HELD, Fate.UNFINISHED}
        return NEEDS_ATTENTION if waits else EVERYTHING_SETTLED


@dataclass(frozen=True, slots=True)
class _Job:
    claimed: Claimed
    rule: Rule | None
    account: str | None  # the one the file was claimed for
    context: Context
    layout: FolderLayout

    @property
    def name(self) -> str:
        return printable(str(self.claimed.name))

    def result(self, fate: Fate, sentence: str, summary: Summary | None = None) -> FileResult:
        result = FileResult(self.name, self.account, fate, sentence, summary)
        return replace(result, run=summary.run, rows=summary.statuses) if summary else result


def process_file(
    claimed: Claimed, rule: Rule | None, account: str | None, context: Context, layout: FolderLayout
) -> FileResult:
    """Sends a file by its rule and files it; any problem is part of the result, never raised.

    `account` is the one the file was claimed for.
    """
    job = _Job(claimed, rule, account, context, layout)
    notes = notes_of(claimed)
    if notes is not None:  # an earlier pass was interrupted while filing it
        return _resume_filing(job, notes)
    result = _try_to_send(job)
    if result.fate is Fate.UNFINISHED:  # it stays where the next pass finds it
        reset_tries(claimed)
        return result
    return _file_away(job, result)


def _try_to_send(job: _Job) -> FileResult:
    try:
        if count_try(job.claimed) > _MOST_TRIES:
            crashed = f"the importer crashed {_MOST_TRIES} times on this file"
            return job.result(Fate.ATTENTION, f"{crashed}; check the file before sending it again")
        return _send(job)
    except ChoiceNeeded as error:
        sentence = f"{error.reason}; set {error.what} in its rule of folder.toml"
        return job.result(Fate.ATTENTION, sentence)
    except (SheetError, UsageError) as error:
        return job.result(Fate.ATTENTION, str(error))
    except ImporterError as error:  # of the settings or the journal, not of the file
        return replace(job.result(Fate.UNFINISHED, str(error)), stops_account=True)
    except Exception as error:  # a bug of ours: one file never stops the night
        log.exception("%s failed", job.name)
        sentence = f"internal error ({type(error).__name__}); see the log for details"
        return job.result(Fate.ATTENTION, sentence)


def _send(job: _Job) -> FileResult:
    refusal = _why_not_sent(job)
    if job.rule is None or job.account is None or refusal:
        return job.result(Fate.ATTENTION, f"{refusal}; nothing was sent")
    path, account = job.claimed.path, job.context.settings.account(job.account)
    digest = sha256(read_content(path))
    runs = _runs_of(digest, account, job.context)
    own = next((run for run in runs if run.file_path == str(path.resolve())), None)
    earlier = _result_of_earlier(job, own, runs, account)
    if earlier is not None:
        return earlier
    options = replace(job.rule.options, into=job.claimed.out, take_over=_ran_here(own))
    result = _file_result(job, upload_sheet(path, options, job.context, account), account)
    if sha256(read_content(path)) == digest:
        return result
    changed = "the file changed while its rows were being sent: put the complete file in again"
    return replace(result, fate=Fate.ATTENTION, sentence=f"{result.sentence}; {changed}")


def _result_of_earlier(
    job: _Job, own: RunRecord | None, runs: Sequence[RunRecord], account: Account
) -> FileResult | None:
    """If a pass was interrupted before it filed the sheet, or if another file had these bytes."""
    if own is not None:
        finished = own.state is RunState.FINISHED
        return _file_result(job, _summary_of(own, job), account) if finished else None
    other = next((run for run in runs if run.state is RunState.FINISHED), None)
    if other is None:
        return None
    rows = job.context.journal.rows(other.id)
    if any(row.outcome.undone_by is not None for row in rows):
        return None  # put in again after an undo, so it is meant to be sent again
    return job.result(Fate.SEEN_BEFORE, _sent_before(other, job.context))


def _why_not_sent(job: _Job) -> str | None:
    rule = job.rule
    if rule is None:
        return "no rule in folder.toml matches this file"
    if job.account is None or rule.account is None:
        return f"rule {rule.name} has no account"
    if rule.account != job.account:
        now = f"its rule now says account {rule.account}"
        return f"it was claimed for account {job.account}, but {now}"
    extras = companions(job.claimed.out / job.claimed.path.name)
    if matches_companions(job.claimed.path, extras) is False:
        return "the file does not match its checksum file"
    return None


def _runs_of(digest: str, account: Account, context: Context) -> list[RunRecord]:
    """Runs that sent these very bytes to the account's present address, newest first."""
    return [
        run
        for run in context.journal.runs_of_bytes(digest, account.name)
        if run.settings.address == account.base_url and not run.operation.startswith(UNDO)
    ]


def _ran_here(run: RunRecord | None) -> bool:
    """Whether a killed pass of this machine began it: we have the lock on the account's files, so
    that process has ended. A run of another machine counts as alive until its heartbeat stops."""
    return run is not None and run.owner.partition("@")[2] == this_process().partition("@")[2]


def _sent_before(earlier: RunRecord, context: Context) -> str:
    when = f"{earlier.created_at:%Y-%m-%d %H:%M} UTC"
    same = f"identical to {earlier.file_name}, which run {earlier.id} sent on {when}"
    open_rows = context.journal.counts(earlier.id).attention
    also = f"; rows of that run that still need attention: {open_rows:,}" if open_rows else ""
    return f"{printable(same)}{also}; nothing was sent"


def _file_result(job: _Job, summary: Summary, account: Account) -> FileResult:
    sentence = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    if summary.stopped_by:
        sentence = f"{sentence}; {summary.stopped_by}"
    stops = _is_to_continue(summary, account, job.context)
    fate = Fate.DONE if summary.exit_status == EVERYTHING_SETTLED else Fate.ATTENTION
    result = job.result(Fate.UNFINISHED if stops else fate, sentence, summary)
    return replace(result, stops_account=stops)


def _is_to_continue(summary: Summary, account: Account, context: Context) -> bool:
    """Whether the account or the time limit stopped the run, so that the next pass continues it."""
    if not any(outcome.status is Status.UNSENT for outcome in summary.outcomes.values()):
        return False
    if context.stop.is_set():
        return True
    return bool(summary.stopped_by) and why_unreachable(account, context) is not None


def _summary_of(run: RunRecord, job: _Job) -> Summary:
    """The summary of a finished run, from the journal."""
    return Summary(
        sheet=job.claimed.path,
        worksheet=run.worksheet,
        operation=run.operation,
        account=run.account,
        run=run.id,
        outcomes=by_sheet_row(job.context.journal.outcomes(run.id)),
        calls=len(job.context.journal.calls(run.id)),
        result=Path(run.result_path) if run.result_path else None,
    )


def _file_away(job: _Job, result: FileResult) -> FileResult:
    """With the file go its result, its fix file, and a text for people without Excel."""
    where = "attention" if result.fate is Fate.ATTENTION else "done"
    day = f"{datetime.now().astimezone():%Y-%m-%d}"
    if job.claimed.resumed:
        result = replace(result, sentence=f"{result.sentence}; resumed after an interrupted pass")
    try:
        is_text = job.claimed.path.suffix.lower() == ".txt"  # the sheet itself has that name
        text = job.claimed.out / f"{job.claimed.path.stem}{'.notes' * is_text}.txt"
        text.touch()  # so that it gets a free name too
        with job.layout.filing_lock():  # from finding the free names to taking them
            names = job.layout.free_names(job.claimed, where, day)
            write_text(text, _text(result, names))
            notes = ClaimNotes(result.fate.value, result.sentence, result.run, names)
            keep_notes(job.claimed, notes)
            return _move_all(job, result, notes)
    except OSError as error:
        return _not_filed(result, error)


def _resume_filing(job: _Job, notes: ClaimNotes) -> FileResult:
    run = None if notes.run is None else job.context.journal.run(notes.run)
    summary = _summary_of(run, job) if run else None
    result = job.result(Fate(notes.fate), notes.sentence, summary)
    with job.layout.filing_lock():
        notes = replace(notes, names=job.layout.remaining_names(job.claimed, notes.names))
        return _move_all(job, result, notes)


def _move_all(job: _Job, result: FileResult, notes: ClaimNotes) -> FileResult:
    """Moves everything to its place, the sheet last. The journal learns the new paths before that:
    `show` and `resume` read them there."""
    try:
        files = job.layout.move_extras(job.claimed, notes.names)
        if notes.run is not None:
            result_file = next((f for f in files[1:] if ".result" in f.name), None)
            result_path = str(result_file.resolve()) if result_file else None
            job.context.journal.filed(notes.run, str(files[0].resolve()), result_path)
        result = replace(result, files=tuple(files))
        record_unreported(job.layout, result)
        move(job.claimed.path, files[0])
        job.layout.clear_claim(job.claimed)
    except (ImporterError, OSError) as error:
        return _not_filed(result, error)
    return result


def _not_filed(result: FileResult, error: Exception) -> FileResult:
    sentence = f"{result.sentence}; could not be filed yet: {error}"
    return replace(result, fate=Fate.UNFINISHED, sentence=sentence)


def record_unreported(layout: FolderLayout, result: FileResult) -> None:
    """Kept until a report page of any pass shows it; call it under the filing lock."""
    names = ("name", "account", "fate", "sentence", "run", "rows")
    files = [file.relative_to(layout.root).as_posix() for file in result.files]
    line = {name: getattr(result, name) for name in names} | {"files": files}
    layout.reports.mkdir(exist_ok=True)
    with (layout.reports / UNREPORTED).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def unreported(layout: FolderLayout) -> list[FileResult]:
    """Files that were filed but are on no report page yet, those of a killed pass included."""
    try:
        lines = (layout.reports / UNREPORTED).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    results: dict[Path, FileResult] = {}
    for line in lines:
        with suppress(ValueError):  # a line cut off by a power failure
            kept = json.loads(line)
            files = tuple(layout.root / file for file in kept["files"])
            results[files[0]] = FileResult(**kept | {"fate": Fate(kept["fate"]), "files": files})
    return [*results.values()]


def _text(result: FileResult, names: Mapping[str, str]) -> str:
    """The result in words, with the names that the files have after they were filed."""
    lines = [f"{result.name}: {result.fate}", result.sentence]
    if result.summary is not None:
        files = {key: getattr(result.summary, key) for key in ("sheet", "result", "fix")}
        filed: dict[str, Any] = {
            key: Path(Path(names.get(file.name, file.name)).name)
            for key, file in files.items()
            if file is not None
        }
        lines += ["", summary_lines(replace(result.summary, **filed))]
    return "\n".join(lines) + "\n"

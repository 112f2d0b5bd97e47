"""One claimed file: sent or held for a person, told in a text beside it, and filed away."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from importer.carrying import Desk
from importer.entries import sha256
from importer.errors import ImporterError, RunBusy
from importer.folder.arrival import agrees, companions
from importer.folder.places import Claimed, Places, beside_of
from importer.folder.rules import Rule
from importer.journal import RunRecord, RunState
from importer.listings.sheets import summary_lines
from importer.outcomes import Status
from importer.preparation import Wish
from importer.run import upload_sheet
from importer.sheets.regular_file import read_content
from importer.sheets.results import written
from importer.summaries import EVERYTHING_SETTLED, NOTHING_SENT, Summary


class Fate(StrEnum):
    """What became of a file in one pass."""

    DONE = "done"  # all of it is in
    ATTENTION = "attention"  # a person has to look
    SEEN_BEFORE = "seen before"  # the same bytes were sent by an earlier run
    UNFINISHED = "unfinished"  # the pass ended before it; the next goes on with it
    HELD = "held"  # it stays in the inbox


@dataclass(frozen=True, slots=True)
class Handled:
    """`files` are where the original and what goes with it stand now."""

    name: str  # below inbox/
    account: str | None
    fate: Fate
    sentence: str
    summary: Summary | None = None
    files: tuple[Path, ...] = ()

    @property
    def exit_status(self) -> int:
        if self.summary is not None:
            return self.summary.exit_status
        calm = {Fate.SEEN_BEFORE}
        return EVERYTHING_SETTLED if self.fate in calm else NOTHING_SENT


def handle(claimed: Claimed, rule: Rule | None, desk: Desk, places: Places) -> Handled:
    """Sends a file by its rule and files it; whatever is wrong with it is said, never raised."""
    try:
        handled = _sent(claimed, rule, desk)
    except RunBusy as error:  # whoever works on it files nothing, so the next pass does
        return Handled(
            str(claimed.name), rule.account if rule else None, Fate.UNFINISHED, str(error)
        )
    except (ImporterError, OSError) as error:
        account = rule.account if rule else None
        handled = Handled(str(claimed.name), account, Fate.ATTENTION, _words(error))
    if handled.fate is Fate.UNFINISHED:  # it stays where the next pass finds it
        return handled
    return _filed(claimed, handled, desk, places)


def _sent(claimed: Claimed, rule: Rule | None, desk: Desk) -> Handled:
    name = str(claimed.name)
    if rule is None or rule.account is None:
        why = (
            "no rule of folder.toml claims it"
            if rule is None
            else f"rule {rule.name} names no account"
        )
        return Handled(name, None, Fate.ATTENTION, f"{why}; nothing was sent")
    if agrees(claimed.path, _companions(claimed)) is False:
        return Handled(
            name, rule.account, Fate.ATTENTION,
            "its bytes are not those of the checksum beside it; nothing was sent",
        )  # fmt: skip
    before = _sent_before(claimed, rule.account, desk)
    if before is not None:
        return Handled(
            name,
            rule.account,
            Fate.SEEN_BEFORE,
            f"the same bytes came as {before.file_name} and were sent by run {before.id} on "
            f"{before.created_at:%Y-%m-%d %H:%M} UTC; nothing was sent",
        )
    return _uploaded(claimed, rule, desk)


def _companions(claimed: Claimed) -> list[Path]:
    """They were moved to where its results are written, and are filed with them."""
    return companions(beside_of(claimed.path) / claimed.path.name)


def _sent_before(claimed: Claimed, account: str, desk: Desk) -> RunRecord | None:
    """The finished run of these very bytes; not for a file whose own run was cut short."""
    found = desk.journal.runs_of_bytes(sha256(read_content(claimed.path)), account)
    finished = [run for run in found if run.state is RunState.FINISHED]
    ours = [run for run in finished if claimed.again and Path(run.file_path) == claimed.path]
    return None if not finished or ours else finished[0]


def _uploaded(claimed: Claimed, rule: Rule, desk: Desk) -> Handled:
    out = beside_of(claimed.path)
    out.mkdir(exist_ok=True)
    wish = Wish(
        operation=rule.operation,
        worksheet=rule.worksheet,
        vendor=rule.vendor,
        into=out,
        stop_after=rule.stop_after,
        unattended=True,
        take_over=claimed.again,  # its pass held the account's lock, which is ours now
    )
    account = desk.settings.account(rule.account or "")
    summary = upload_sheet(claimed.path, wish, desk, account)
    fate = Fate.DONE if summary.exit_status == EVERYTHING_SETTLED else Fate.ATTENTION
    waits = Status.UNSENT in {outcome.status for outcome in summary.outcomes.values()}
    if waits and desk.stop.is_set():
        fate = Fate.UNFINISHED
    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    return Handled(str(claimed.name), account.name, fate, counts, summary)


def _filed(claimed: Claimed, handled: Handled, desk: Desk, places: Places) -> Handled:
    """Beside the file go its result, its fix file, and a text for people without Excel."""
    where = "attention" if handled.fate is Fate.ATTENTION else "done"
    day = f"{datetime.now().astimezone():%Y-%m-%d}"
    out = beside_of(claimed.path)
    try:
        out.mkdir(exist_ok=True)
        itself = claimed.path.suffix.lower() == ".txt"
        _write_text(out / f"{claimed.path.stem}{'.said' * itself}.txt", _told(handled))
        files = places.file_away(claimed, where, day)
    except OSError as error:
        return replace(
            handled, fate=Fate.UNFINISHED, sentence=f"{handled.sentence}; {_words(error)}"
        )
    _note(handled, files, desk)
    return replace(handled, files=tuple(files))


def _note(handled: Handled, files: list[Path], desk: Desk) -> None:
    """The journal is told where sheet and result stand now: `show` and `resume` find them."""
    summary = handled.summary
    if summary is None or summary.run is None:
        return
    result = next((file for file in files if ".result" in file.name), None)
    with suppress(ImporterError):
        desk.journal.filed(
            summary.run, str(files[0].resolve()), None if result is None else str(result.resolve())
        )


def _told(handled: Handled) -> str:
    lines = [f"{handled.name}: {handled.fate}", handled.sentence]
    if handled.summary is not None:
        lines += ["", summary_lines(handled.summary)]
    return "\n".join(lines) + "\n"


def _write_text(path: Path, text: str) -> None:
    content = text.encode("utf-8", "backslashreplace")

    def write(file: BinaryIO) -> tuple[str, ...]:
        file.write(content)
        return ()

    written(path, write)


def _words(error: Exception) -> str:
    """
    >>> _words(PermissionError(13, "Permission denied", "dock.xlsx"))
    '"dock.xlsx": Permission denied'
    """
    if isinstance(error, OSError):
        place = f'"{error.filename}": ' if error.filename else ""
        return f"{place}{error.strerror or error}"
    return str(error)

"""One pass over a drop folder: what is whole is taken, account by account, and filed away."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex

from importer.folder.arrival import Arrival, arrivals, is_still, why_not_whole
from importer.folder.layout import Claimed, FolderLayout
from importer.folder.one_file import Fate, FileResult, process_file
from importer.folder.reachable import why_held
from importer.folder.remote import fetch_each
from importer.folder.rules import FolderSettings
from importer.model.cells import printable
from importer.model.errors import ImporterError
from importer.model.summary import EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN
from importer.runs.execute import Context

log = logging.getLogger("importer.folder")
_LOOK_EVERY_S = 0.5
_GRAVITY = (EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Of an account or of the folder itself; the same `subject` as long as it lasts."""

    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass has come to."""

    begun_at: datetime
    ended_at: datetime
    handled: Sequence[FileResult]
    trouble: Sequence[Trouble] = ()

    @property
    def exit_status(self) -> int:
        statuses = [handled.exit_status for handled in self.handled]
        statuses += [NOTHING_SENT] * bool(self.trouble)
        return max(statuses, key=_GRAVITY.index, default=EVERYTHING_SETTLED)

    def of(self, *fates: Fate) -> list[FileResult]:
        return [handled for handled in self.handled if handled.fate in fates]

    @property
    def moved(self) -> list[FileResult]:
        """The files that did not just stay in the inbox."""
        return self.of(Fate.DONE, Fate.ATTENTION, Fate.SEEN_BEFORE, Fate.UNFINISHED)


@dataclass
class _Found:
    """Gathered by the threads of the accounts."""

    handled: list[FileResult] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, handled: FileResult) -> None:
        with self.lock:
            self.handled.append(handled)
        log.info(
            "%s: %s, %s", handled.name, handled.fate, handled.sentence,
            extra={"event": "file", "file": handled.name, "fate": handled.fate.value,
                   "account": handled.account, "run": handled.run,
                   "rows": handled.rows},
        )  # fmt: skip

    def hold(self, files: Iterable[Arrival], account: str | None, fate: Fate, why: str) -> None:
        """Files that stay in the inbox; one that is gone was taken by another pass."""
        for file in files:
            if file.path.is_symlink() or file.path.exists():
                self.add(FileResult(printable(str(file.name)), account, fate, why))

    def say(self, subject: str, sentence: str) -> None:
        with self.lock:
            self.trouble.append(Trouble(subject, sentence))
        log.warning("%s", sentence)


def run_pass(
    places: FolderLayout,
    settings: FolderSettings,
    context: Context,
    *,
    sleep: Callable[[float], object] = time.sleep,
    wait_s: float = 60,
) -> Pass:
    """Takes up what was left, then what is whole; one account's files in order of arrival.

    Files of different accounts go side by side. One bad file, or one account that cannot sign
    in, stops nothing else. Where another pass has an account's files, this one waits `wait_s`
    for it to end, as it may have been killed. `context.stop` ends the pass: what was begun goes on
    next time.
    """
    begun_at, found = datetime.now(UTC), _Found()
    groups: dict[str | None, list[Arrival]] = {rule.account: [] for rule in settings.rules}
    groups.setdefault(None, [])
    fetch_each(settings.rules, places, context.environ, settings.settle_s, sleep, found.say)
    for arrival in _whole(places, settings, found, sleep):
        groups[_account_of(arrival, settings)].append(arrival)
    for account in places.accounts() - groups.keys():
        found.say(
            f"account {account}",
            f"working/ holds files of account {account}, which no rule of folder.toml names any "
            "more; name it in a rule, or move them into the inbox",
        )
    with ThreadPoolExecutor(len(groups), thread_name_prefix="account") as pool:
        for account, files in groups.items():
            work = _Work(account, files, places, settings, context, found)
            pool.submit(_guarded, work, wait_s)
    done = Pass(begun_at, datetime.now(UTC), found.handled, found.trouble)
    fates = {fate.value: len(done.of(fate)) for fate in Fate if done.of(fate)}
    log.info(
        "pass over %s: %s files, exit status %s", places.root, len(done.handled), done.exit_status,
        extra={"event": "pass", "files": fates, "exit_status": done.exit_status},
    )  # fmt: skip
    return done


def _account_of(arrival: Arrival, settings: FolderSettings) -> str | None:
    rule = settings.rule(arrival.name)
    return rule.account if rule else None


def _whole(
    places: FolderLayout,
    settings: FolderSettings,
    found: _Found,
    sleep: Callable[[float], object],
) -> Iterator[Arrival]:
    """The files that stayed as they were for the time to settle, or whose companion agrees."""
    before = {arrival.path: arrival for arrival in arrivals(places.inbox)}
    if any(why_not_whole(arrival, None) for arrival in before.values()):
        sleep(settings.settle_s)
    for arrival in arrivals(places.inbox):
        why = why_not_whole(arrival, before.get(arrival.path))
        if why is None:
            yield arrival
        else:
            found.hold([arrival], _account_of(arrival, settings), Fate.WAITING, why)


@dataclass(frozen=True, slots=True)
class _Work:
    account: str | None
    files: Sequence[Arrival]
    places: FolderLayout
    settings: FolderSettings
    context: Context
    found: _Found

    @property
    def subject(self) -> str:
        return f"account {self.account}"


def _guarded(work: _Work, wait_s: float) -> None:
    """A fault of our own is said, and stops no other account."""
    try:
        _when_free(work, time.monotonic() + wait_s)
    except (ImporterError, OSError) as error:
        work.found.say(work.subject, f"account {work.account}: {error}")
    except Exception:  # the other accounts go on
        log.exception("the files of account %s were given up", work.account)
        said = f"the importer itself failed at account {work.account}; its log tells why"
        work.found.say(work.subject, said)


def _when_free(work: _Work, until: float) -> None:
    """Takes the account's files in hand, once no other pass has them there."""
    while True:
        with work.places.held(work.account) as ours:
            if ours:
                _in_turn(work)
                return
        if time.monotonic() >= until or work.context.stop.wait(_LOOK_EVERY_S):
            break
    why = "another pass is at work on the files of its account"
    work.found.hold(work.files, work.account, Fate.WAITING, why)


def _in_turn(work: _Work) -> None:
    """What was left first, then in order of arrival, until the account or the time stops it."""
    left, files = work.places.left_over(work.account), list(work.files)
    why = _why_held(work) if left or files else None
    while why is None and (left or files):
        if work.context.stop.is_set():
            why = "its time was up before it was begun"
            break
        claimed = left.pop(0) if left else _claim(files.pop(0), work)
        if claimed is None:
            continue
        rule = work.settings.rule(claimed.name)
        handled = process_file(claimed, rule, work.account, work.context, work.places)
        work.found.add(handled)
        if handled.stops and not work.context.stop.is_set():
            why = _after(handled, work)
    for claimed in left:
        name = printable(str(claimed.name))
        work.found.add(FileResult(name, work.account, Fate.UNFINISHED, f"it waits: {why}"))
    work.found.hold(files, work.account, Fate.HELD, str(why))


def _why_held(work: _Work) -> str | None:
    if work.account is None:
        return None
    why = why_held(work.context.settings.account(work.account), work.context)
    if why is not None:
        work.found.say(work.subject, f"{why}; the files of account {work.account} wait")
    return why


def _after(handled: FileResult, work: _Work) -> str:
    """Why the others wait: they may depend on what the file before them was to do."""
    said = f"{handled.name}: {handled.sentence}; the files of account {work.account} wait for it"
    work.found.say(work.subject, said)
    return f"{handled.name} is to go first"


def _claim(arrival: Arrival, work: _Work) -> Claimed | None:
    """The file, claimed as its turn comes; None where it stays in the inbox, which is said."""
    number = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{token_hex(2)}"
    try:
        claimed = work.places.claim(arrival, work.account, number)
    except OSError as error:
        why = f"it cannot be taken: {error.strerror or error}"
        work.found.hold([arrival], work.account, Fate.HELD, why)
        return None
    if claimed is None or is_still(claimed.path, arrival):
        return claimed
    work.places.write_result(claimed)  # else it goes on next time
    work.found.hold([arrival], work.account, Fate.WAITING, "it is still changing")
    return None


@contextmanager
def stopped_at(context: Context, until: datetime | None) -> Iterator[None]:
    """Sets the context's stop at an instant: runs end cleanly, what is left goes on next time."""
    if until is None:
        yield
        return
    wait_s = max(0.0, (until - datetime.now(until.tzinfo)).total_seconds())
    timer = threading.Timer(wait_s, context.stop.set)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

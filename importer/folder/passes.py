"""One pass over a drop folder: complete files are sent account by account, then filed away."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex

from importer.folder.arrival import Arrival, arrivals, is_unchanged, why_incomplete
from importer.folder.layout import Claimed, FolderLayout
from importer.folder.one_file import Fate, FileResult, process_file
from importer.folder.reachable import why_unreachable
from importer.folder.remote import fetch_each
from importer.folder.rules import FolderSettings
from importer.model.cleaning import printable
from importer.model.errors import ImporterError
from importer.model.summary import EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN
from importer.runs.execute import Context

log = logging.getLogger("importer.folder")
_RETRY_LOCK_S = 0.5
_GRAVITY = (EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Of an account or of the folder itself; keeps its `subject` as long as it lasts."""

    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PassResult:
    begun_at: datetime
    ended_at: datetime
    results: Sequence[FileResult]
    trouble: Sequence[Trouble] = ()

    @property
    def exit_status(self) -> int:
        statuses = [result.exit_status for result in self.results]
        statuses += [NOTHING_SENT] * bool(self.trouble)
        return max(statuses, key=_GRAVITY.index, default=EVERYTHING_SETTLED)

    def of(self, *fates: Fate) -> list[FileResult]:
        return [result for result in self.results if result.fate in fates]

    @property
    def moved(self) -> list[FileResult]:
        """The files that did not just stay in the inbox."""
        return self.of(Fate.DONE, Fate.ATTENTION, Fate.SEEN_BEFORE, Fate.UNFINISHED)


@dataclass
class _Collector:
    """Collects the results of all account threads."""

    results: list[FileResult] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, result: FileResult) -> None:
        with self.lock:
            self.results.append(result)
        log.info(
            "%s: %s, %s", result.name, result.fate, result.sentence,
            extra={"event": "file", "file": result.name, "fate": result.fate.value,
                   "account": result.account, "run": result.run,
                   "rows": result.rows},
        )  # fmt: skip

    def leave(self, files: Iterable[Arrival], account: str | None, fate: Fate, why: str) -> None:
        """For files that stay in the inbox; another pass took those that are gone."""
        for file in files:
            if file.path.is_symlink() or file.path.exists():
                self.add(FileResult(printable(str(file.name)), account, fate, why))

    def report(self, subject: str, sentence: str) -> None:
        with self.lock:
            self.trouble.append(Trouble(subject, sentence))
        log.warning("%s", sentence)


def run_pass(
    layout: FolderLayout,
    settings: FolderSettings,
    context: Context,
    *,
    sleep: Callable[[float], object] = time.sleep,
    wait_s: float = 60,
) -> PassResult:
    """Continues interrupted files, then sends complete ones, in order of arrival by account.

    Accounts run side by side; a bad file or an account that cannot sign in stops nothing else.
    While another pass has an account's files, this one waits up to `wait_s` for it to end.
    `context.stop` ends the pass: the next one continues what has begun.
    """
    begun_at, collector = datetime.now(UTC), _Collector()
    fetch_each(settings.rules, layout, context.environ, settings.settle_s, sleep, collector.report)
    groups = _by_account(layout, settings, collector, sleep)
    for account in layout.claimed_accounts() - groups.keys():
        _report_orphaned(account, collector)
    with ThreadPoolExecutor(len(groups), thread_name_prefix="account") as pool:
        for account, files in groups.items():
            queue = _AccountQueue(account, files, layout, settings, context, collector)
            pool.submit(_guarded, queue, wait_s)
    result = PassResult(begun_at, datetime.now(UTC), collector.results, collector.trouble)
    _log_pass(layout, result)
    return result


def _by_account(
    layout: FolderLayout,
    settings: FolderSettings,
    collector: _Collector,
    sleep: Callable[[float], object],
) -> dict[str | None, list[Arrival]]:
    groups: dict[str | None, list[Arrival]] = {rule.account: [] for rule in settings.rules}
    groups.setdefault(None, [])
    for arrival in _complete_files(layout, settings, collector, sleep):
        groups[_account_of(arrival, settings)].append(arrival)
    return groups


def _account_of(arrival: Arrival, settings: FolderSettings) -> str | None:
    rule = settings.rule(arrival.name)
    return rule.account if rule else None


def _complete_files(
    layout: FolderLayout,
    settings: FolderSettings,
    collector: _Collector,
    sleep: Callable[[float], object],
) -> Iterator[Arrival]:
    """The files that did not change while they settled, or that match their companions."""
    before = {arrival.path: arrival for arrival in arrivals(layout.inbox)}
    if any(why_incomplete(arrival, None) for arrival in before.values()):
        sleep(settings.settle_s)
    for arrival in arrivals(layout.inbox):
        why = why_incomplete(arrival, before.get(arrival.path))
        if why is None:
            yield arrival
        else:
            collector.leave([arrival], _account_of(arrival, settings), Fate.WAITING, why)


def _report_orphaned(account: str | None, collector: _Collector) -> None:
    collector.report(
        f"account {account}",
        f"working/ contains files for account {account}, which no rule in folder.toml uses "
        "anymore; add a rule for it or move the files back to the inbox",
    )


def _log_pass(layout: FolderLayout, result: PassResult) -> None:
    fates = {fate.value: len(result.of(fate)) for fate in Fate if result.of(fate)}
    number, status = len(result.results), result.exit_status
    log.info(
        "pass over %s: %s files, exit status %s", layout.root, number, status,
        extra={"event": "pass", "files": fates, "exit_status": status},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _AccountQueue:
    account: str | None
    files: Sequence[Arrival]
    layout: FolderLayout
    settings: FolderSettings
    context: Context
    collector: _Collector

    def report(self, sentence: str) -> None:
        self.collector.report(f"account {self.account}", sentence)

    def leave(self, files: Iterable[Arrival], fate: Fate, why: str) -> None:
        self.collector.leave(files, self.account, fate, why)


def _guarded(queue: _AccountQueue, wait_s: float) -> None:
    """A bug of ours is reported and stops no other account."""
    try:
        _wait_for_lock(queue, time.monotonic() + wait_s)
    except (ImporterError, OSError) as error:
        queue.report(f"account {queue.account}: {error}")
    except Exception:  # the other accounts continue
        log.exception("the files of account %s failed", queue.account)
        queue.report(
            f"internal error while processing account {queue.account}; see the log for details"
        )


def _wait_for_lock(queue: _AccountQueue, until: float) -> None:
    """Processes the account's files as soon as no other pass is doing so."""
    while True:
        with queue.layout.account_lock(queue.account) as acquired:
            if acquired:
                _process_in_turn(queue)
                return
        if time.monotonic() >= until or queue.context.stop.wait(_RETRY_LOCK_S):
            break
    queue.leave(queue.files, Fate.WAITING, "another pass is processing this account's files")


def _process_in_turn(queue: _AccountQueue) -> None:
    """Interrupted files first, then in order of arrival, until something stops the account."""
    claims, files = queue.layout.unfinished_claims(queue.account), list(queue.files)
    why = _why_unreachable(queue) if claims or files else None
    while why is None and (claims or files):
        why = _process_next(claims, files, queue)
    for claimed in claims:
        name = printable(str(claimed.name))
        result = FileResult(name, queue.account, Fate.UNFINISHED, f"waiting: {why}")
        queue.collector.add(result)
    queue.leave(files, Fate.HELD, str(why))


def _process_next(claims: list[Claimed], files: list[Arrival], queue: _AccountQueue) -> str | None:
    """Why the account's other files wait, if they do: they may depend on this one."""
    if queue.context.stop.is_set():
        return "the time limit was reached before it was started"
    claimed = claims.pop(0) if claims else _claim(files.pop(0), queue)
    if claimed is None:
        return None
    rule = queue.settings.rule(claimed.name)
    result = process_file(claimed, rule, queue.account, queue.context, queue.layout)
    queue.collector.add(result)
    if not result.stops_account or queue.context.stop.is_set():
        return None
    others = f"the other files for account {queue.account} wait until it is finished"
    queue.report(f"{result.name}: {result.sentence}; {others}")
    return f"{result.name} has to be finished first"


def _why_unreachable(queue: _AccountQueue) -> str | None:
    if queue.account is None:
        return None
    account = queue.context.settings.account(queue.account)
    why = why_unreachable(account, queue.context)
    if why is not None:
        queue.report(f"{why}; the files for account {queue.account} are waiting")
    return why


def _claim(arrival: Arrival, queue: _AccountQueue) -> Claimed | None:
    """Claims a file when its turn comes; None, with the reason reported, if it has to wait."""
    number = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{token_hex(2)}"
    try:
        claimed = queue.layout.claim(arrival, queue.account, number)
    except OSError as error:
        queue.leave([arrival], Fate.HELD, f"it cannot be moved: {error.strerror or error}")
        return None
    if claimed is None or is_unchanged(claimed.path, arrival):
        return claimed
    queue.layout.return_to_inbox(claimed)  # if that fails, the next pass continues with it
    queue.leave([arrival], Fate.WAITING, "it is still changing")
    return None


@contextmanager
def stopped_at(context: Context, until: datetime | None) -> Iterator[None]:
    """Sets the context's stop at an instant: runs end cleanly, the next pass does the rest."""
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

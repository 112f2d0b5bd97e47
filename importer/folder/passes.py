"""One pass over a drop folder: complete files are sent account by account, then filed away."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex

from importer.folder.arrival import Arrival, arrivals, is_unchanged, why_incomplete
from importer.folder.layout import Claimed, FolderLayout
from importer.folder.one_file import Fate, FileResult, process_file
from importer.folder.reachable import why_unreachable
from importer.folder.remote import Sleep, fetch_each
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
class _Pass:
    """One pass, with what the threads of its accounts have come to so far."""

    layout: FolderLayout
    settings: FolderSettings
    context: Context
    sleep: Sleep
    wait_s: float
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

    def run(self) -> None:
        fetch_each(self.settings, self.layout, self.context.environ, self.sleep, self.report)
        groups: dict[str | None, list[Arrival]] = {r.account: [] for r in self.settings.rules}
        groups.setdefault(None, [])
        for arrival in self._complete_files():
            groups[self.settings.account(arrival.name)].append(arrival)
        for account in self.layout.claimed_accounts() - groups.keys():
            files = f"working/ contains files for account {account}"
            todo = "add a rule for it or move the files back to the inbox"
            why = "which no rule in folder.toml uses anymore"
            self.report(f"account {account}", f"{files}, {why}; {todo}")
        with ThreadPoolExecutor(len(groups), thread_name_prefix="account") as pool:
            for account, files_of_account in groups.items():
                pool.submit(self._guarded, account, files_of_account)

    def _complete_files(self) -> Iterator[Arrival]:
        """The files that did not change while they settled, or that match their companions."""
        before = {arrival.path: arrival for arrival in arrivals(self.layout.inbox)}
        if any(why_incomplete(arrival, None) for arrival in before.values()):
            self.sleep(self.settings.settle_s)
        for arrival in arrivals(self.layout.inbox):
            why = why_incomplete(arrival, before.get(arrival.path))
            if why is None:
                yield arrival
            else:
                self.leave([arrival], self.settings.account(arrival.name), Fate.WAITING, why)

    def _guarded(self, account: str | None, files: list[Arrival]) -> None:
        """A bug of ours is reported and stops no other account."""
        subject = f"account {account}"
        try:
            self._wait_for_lock(account, files)
        except (ImporterError, OSError) as error:
            self.report(subject, f"{subject}: {error}")
        except Exception:  # the other accounts continue
            log.exception("the files of account %s failed", account)
            what = f"internal error while processing {subject}"
            self.report(subject, f"{what}; see the log for details")

    def _wait_for_lock(self, account: str | None, files: list[Arrival]) -> None:
        """Processes the account's files as soon as no other pass is doing so."""
        until = time.monotonic() + self.wait_s
        while True:
            with self.layout.account_lock(account) as acquired:
                if acquired:
                    self._process_in_turn(account, files)
                    return
            if time.monotonic() >= until or self.context.stop.wait(_RETRY_LOCK_S):
                break
        self.leave(files, account, Fate.WAITING, "another pass is processing this account's files")

    def _process_in_turn(self, account: str | None, files: list[Arrival]) -> None:
        """Interrupted files first, then in order of arrival, until something stops the account."""
        claims = self.layout.unfinished_claims(account)
        why = self._why_unreachable(account) if claims or files else None
        while why is None and (claims or files):
            why = self._process_next(claims, files, account)
        for claimed in claims:
            name = printable(str(claimed.name))
            self.add(FileResult(name, account, Fate.UNFINISHED, f"waiting: {why}"))
        self.leave(files, account, Fate.HELD, str(why))

    def _why_unreachable(self, account: str | None) -> str | None:
        if account is None:
            return None
        why = why_unreachable(self.context.settings.account(account), self.context)
        if why is not None:
            subject = f"account {account}"
            self.report(subject, f"{why}; the files for {subject} are waiting")
        return why

    def _process_next(
        self, claims: list[Claimed], files: list[Arrival], account: str | None
    ) -> str | None:
        """Why the account's other files wait, if they do: they may depend on this one."""
        if self.context.stop.is_set():
            return "the time limit was reached before it was started"
        claimed = claims.pop(0) if claims else self._claim(files.pop(0), account)
        if claimed is None:
            return None
        rule = self.settings.rule(claimed.name)
        result = process_file(claimed, rule, account, self.context, self.layout)
        self.add(result)
        if not result.stops_account or self.context.stop.is_set():
            return None
        others = f"the other files for account {account} wait until it is finished"
        self.report(f"account {account}", f"{result.name}: {result.sentence}; {others}")
        return f"{result.name} has to be finished first"

    def _claim(self, arrival: Arrival, account: str | None) -> Claimed | None:
        """Claims a file when its turn comes; None, with the reason reported, if it has to wait."""
        number = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{token_hex(2)}"
        try:
            claimed = self.layout.claim(arrival, account, number)
        except OSError as error:
            why = f"it cannot be moved: {error.strerror or error}"
            self.leave([arrival], account, Fate.HELD, why)
            return None
        if claimed is None or is_unchanged(claimed.path, arrival):
            return claimed
        self.layout.return_to_inbox(claimed)  # if that fails, the next pass continues with it
        self.leave([arrival], account, Fate.WAITING, "it is still changing")
        return None


def run_pass(
    layout: FolderLayout,
    settings: FolderSettings,
    context: Context,
    *,
    sleep: Sleep = time.sleep,
    wait_s: float = 60,
) -> PassResult:
    """Continues interrupted files, then sends complete ones, in order of arrival by account.

    Accounts run side by side; a bad file or an account that cannot sign in stops nothing else.
    While another pass has an account's files, this one waits up to `wait_s` for it to end.
    `context.stop` ends the pass: the next one continues what has begun.
    """
    begun_at, current = datetime.now(UTC), _Pass(layout, settings, context, sleep, wait_s)
    current.run()
    result = PassResult(begun_at, datetime.now(UTC), current.results, current.trouble)
    fates = {fate.value: len(result.of(fate)) for fate in Fate if result.of(fate)}
    number, status = len(result.results), result.exit_status
    log.info(
        "pass over %s: %s files, exit status %s", layout.root, number, status,
        extra={"event": "pass", "files": fates, "exit_status": status},
    )  # fmt: skip
    return result


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

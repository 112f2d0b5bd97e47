"""One pass over a drop folder: what is whole is taken, account by account, and filed away."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

from importer.carrying import Desk, try_account
from importer.errors import ImporterError
from importer.folder.arrival import Arrival, agrees, arrivals, companions, is_held_open
from importer.folder.handling import Fate, Handled, handle
from importer.folder.places import Claimed, Places
from importer.folder.rules import FolderSettings, Rule
from importer.summaries import EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN

log = logging.getLogger("importer.folder")
_GRAVITY = (EVERYTHING_SETTLED, NEEDS_ATTENTION, NOTHING_SENT, SOME_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass has come to. `trouble` is said of accounts and of the folder itself."""

    begun_at: datetime
    ended_at: datetime
    handled: Sequence[Handled]
    trouble: Sequence[str] = ()

    @property
    def exit_status(self) -> int:
        statuses = [handled.exit_status for handled in self.handled]
        statuses += [NOTHING_SENT] * bool(self.trouble)
        return max(statuses, key=_GRAVITY.index, default=EVERYTHING_SETTLED)

    def of(self, fate: Fate) -> list[Handled]:
        return [handled for handled in self.handled if handled.fate is fate]


@dataclass
class _Found:
    """Gathered by the threads of the accounts."""

    handled: list[Handled] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, handled: Handled) -> None:
        with self.lock:
            self.handled.append(handled)
        summary = handled.summary
        log.info(
            "%s: %s, %s", handled.name, handled.fate, handled.sentence,
            extra={"file": handled.name, "fate": handled.fate.value, "account": handled.account,
                   "run": None if summary is None else summary.run,
                   "rows": {} if summary is None else summary.statuses},
        )  # fmt: skip

    def say(self, sentence: str) -> None:
        with self.lock:
            self.trouble.append(sentence)
        log.warning("%s", sentence)


def run_pass(
    places: Places,
    settings: FolderSettings,
    desk: Desk,
    *,
    sleep: Callable[[float], object] = time.sleep,
) -> Pass:
    """Takes up what was left, then what is whole; one account's files in order of arrival.

    Files of different accounts go side by side. One bad file, or one account that cannot sign
    in, stops nothing else. `desk.stop` ends the pass: what was begun goes on next time.
    """
    begun_at, found = datetime.now(UTC), _Found()
    whole = _whole(places, settings, sleep)
    groups: dict[str | None, list[tuple[Arrival, Rule | None]]] = {}
    for account in {rule.account for rule in settings.rules} | {None}:
        groups[account] = []
    for arrival in whole:
        rule = settings.rule(arrival.name)
        groups[rule.account if rule else None].append((arrival, rule))
    with ThreadPoolExecutor(max(1, len(groups)), thread_name_prefix="account") as pool:
        work = [
            pool.submit(_account, account, files, places, settings, desk, found)
            for account, files in groups.items()
        ]
        for future in work:
            future.result()
    return Pass(begun_at, datetime.now(UTC), found.handled, found.trouble)


def _whole(
    places: Places, settings: FolderSettings, sleep: Callable[[float], object]
) -> list[Arrival]:
    """The files that stayed as they were for the time to settle, or whose companion agrees."""
    before = {found.path: found.state for found in arrivals(places.inbox)}
    if any(agrees(path, companions(path)) is None for path in before):
        sleep(settings.settle_s)
    return [
        found
        for found in arrivals(places.inbox)
        if (before.get(found.path) == found.state or agrees(found.path, companions(found.path)))
        and not is_held_open(found.path)
    ]


def _account(
    account: str | None,
    files: Sequence[tuple[Arrival, Rule | None]],
    places: Places,
    settings: FolderSettings,
    desk: Desk,
    found: _Found,
) -> None:
    """All files of one account, in turn; a fault of our own is said and stops no other account."""
    try:
        with places.held(account) as ours:
            if not ours:
                if files:
                    found.say(
                        f"another pass is at work on the files of account {account}; "
                        f"{_counted(len(files))} left to it"
                    )
                return
            left = [(claimed, settings.rule(claimed.name)) for claimed in places.left_over(account)]
            if (left or files) and _can_sign_in(account, desk, found, len(left) + len(files)):
                _in_turn(chain(left, _claims(files, account, places)), places, desk, found)
    except (ImporterError, OSError) as error:
        found.say(f"account {account}: {error}")
    except Exception:
        log.exception("the files of account %s were given up", account)
        found.say(f"the importer itself failed at files of account {account}; its log tells why")


def _claims(
    files: Sequence[tuple[Arrival, Rule | None]], account: str | None, places: Places
) -> Iterator[tuple[Claimed, Rule | None]]:
    """Claimed one by one, as their turn comes."""
    for number, (arrival, rule) in enumerate(files):
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{number:04}"
        claimed = places.claim(arrival, account, stamp)
        if claimed is not None:
            yield claimed, rule


def _in_turn(
    files: Iterator[tuple[Claimed, Rule | None]], places: Places, desk: Desk, found: _Found
) -> None:
    for claimed, rule in files:
        found.add(handle(claimed, rule, desk, places))
        if desk.stop.is_set():
            return


def _can_sign_in(account: str | None, desk: Desk, found: _Found, files: int) -> bool:
    if account is None:
        return True
    try:
        try_account(desk.settings.account(account), desk.environ)
    except ImporterError as error:
        found.say(f"{str(error).removesuffix('.')}; {_counted(files)} held in the inbox")
        return False
    return True


def _counted(files: int) -> str:
    return f"{files} file{'' if files == 1 else 's'}"


@contextmanager
def stopped_at(desk: Desk, until: datetime | None) -> Iterator[None]:
    """Sets the desk's stop at an instant: runs end cleanly, what is left goes on next time."""
    if until is None:
        yield
        return
    wait_s = max(0.0, (until - datetime.now(until.tzinfo)).total_seconds())
    timer = threading.Timer(wait_s, desk.stop.set)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

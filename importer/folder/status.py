"""What a monitor asks a drop folder: when it last ran, what waits, what needs a person."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from importer.folder.arrival import arrivals
from importer.folder.claim_notes import write_text
from importer.folder.layout import FolderLayout
from importer.folder.one_file import Fate
from importer.folder.passes import Pass

_LAST, _HEARTBEAT = "last-pass.json", "heartbeat"
_BEAT_S = 10.0


def note_pass(places: FolderLayout, done: Pass, next_at: datetime | None = None) -> None:
    """Keeps what `folder_status` tells of the last pass."""
    told = {
        "begun_at": done.begun_at.isoformat(),
        "ended_at": done.ended_at.isoformat(),
        "exit_status": done.exit_status,
        "files": {fate.value: len(done.of(fate)) for fate in Fate if done.of(fate)},
        "trouble": [trouble.sentence for trouble in done.trouble],
        "next_at": None if next_at is None else next_at.isoformat(),
    }
    write_text(places.reports / _LAST, json.dumps(told, indent=2))


def last_pass(places: FolderLayout) -> Mapping[str, Any] | None:
    """What the last pass noted; None where there is none, or none that can be read."""
    try:
        found = json.loads((places.reports / _LAST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def folder_status(places: FolderLayout) -> dict[str, Any]:
    """The status as JSON holds it; instants in ISO 8601."""
    waiting = arrivals(places.inbox)
    last = last_pass(places)
    oldest = min((arrival.arrived_ns for arrival in waiting), default=None)
    return {
        "last_pass": last,
        "heartbeat_at": _modified(places.reports / _HEARTBEAT),
        "waiting": len(waiting),
        "oldest": None if oldest is None else _instant(oldest / 1e9),
        "being_worked_on": _count(places.working),
        "in_attention": _count(places.root / "attention"),
        "next_at": last.get("next_at") if last else None,
    }


def _count(folder: Path) -> int:
    """Sheets, and not what was written beside them."""
    made = (".result", ".fix")
    return sum(
        path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.suffix not in {".txt", ".zip", ".md5", ".sha256", ".done"}
        and not any(mark in path.stem for mark in made)
        for path in folder.rglob("*")
    )


@contextmanager
def beating(places: FolderLayout) -> Iterator[None]:
    """Touches the heartbeat file as long as the block lasts."""
    ended = threading.Event()
    file = places.reports / _HEARTBEAT

    def beat() -> None:
        while True:
            with suppress(OSError):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
            if ended.wait(_BEAT_S):
                return

    thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _modified(path: Path) -> str | None:
    try:
        return _instant(path.stat().st_mtime)
    except OSError:
        return None


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

"""Status for monitoring: when the last pass ran, what is waiting, what needs attention."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from importer.folder.arrival import arrivals
from importer.folder.layout import FolderLayout
from importer.folder.one_file import Fate
from importer.folder.passes import PassResult
from importer.model.files import read_object, write_text

_LAST, _HEARTBEAT = "last-pass.json", "heartbeat"
_BEAT_S = 10.0


def save_pass(layout: FolderLayout, result: PassResult, next_at: datetime | None = None) -> None:
    """Keeps what `folder_status` shows of the last pass."""
    values = {
        "begun_at": result.begun_at.isoformat(),
        "ended_at": result.ended_at.isoformat(),
        "exit_status": result.exit_status,
        "files": {fate.value: len(result.of(fate)) for fate in Fate if result.of(fate)},
        "trouble": [trouble.sentence for trouble in result.trouble],
        "next_at": None if next_at is None else next_at.isoformat(),
    }
    write_text(layout.reports / _LAST, json.dumps(values, indent=2))


def last_pass(layout: FolderLayout) -> Mapping[str, Any] | None:
    """What the last pass saved; None if there is none or it cannot be read."""
    return read_object(layout.reports / _LAST) or None


def folder_status(layout: FolderLayout) -> dict[str, Any]:
    """The status, ready for JSON; instants in ISO 8601."""
    waiting = arrivals(layout.inbox)
    last = last_pass(layout)
    oldest = min((arrival.arrived_ns for arrival in waiting), default=None)
    return {
        "last_pass": last,
        "heartbeat_at": _modified(layout.reports / _HEARTBEAT),
        "waiting": len(waiting),
        "oldest": None if oldest is None else _instant(oldest / 1e9),
        "being_worked_on": _count(layout.working),
        "in_attention": _count(layout.root / "attention"),
        "next_at": last.get("next_at") if last else None,
    }


def _count(folder: Path) -> int:
    """Counts sheets, without the files that were written for them."""
    return sum(
        path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.suffix not in {".txt", ".zip", ".md5", ".sha256", ".done"}
        and not (".result" in path.stem or ".fix" in path.stem)
        for path in folder.rglob("*")
    )


@contextmanager
def heartbeat(layout: FolderLayout) -> Iterator[None]:
    """Touches the heartbeat file while the block runs."""
    ended = threading.Event()
    file = layout.reports / _HEARTBEAT

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

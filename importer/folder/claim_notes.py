"""What is noted beside a claimed file, so that the next pass goes on where one was cut short."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from importer.folder.layout import Claimed
from importer.model.files import written

_FILING, _TRIES = ".filing.json", ".tries"


@dataclass(frozen=True, slots=True)
class ClaimNotes:
    """What became of a file, and where it and all beside it are to go, below the root."""

    fate: str
    sentence: str
    run: int | None
    names: Mapping[str, str]


def claim_notes_of(claimed: Claimed) -> ClaimNotes | None:
    """The filing that was begun; None where none was."""
    try:
        return ClaimNotes(**json.loads((claimed.out / _FILING).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # written whole or not at all
        return None


def keep_claim_notes(claimed: Claimed, filing: ClaimNotes) -> None:
    """Notes a filing before the first file is moved; raises OSError."""
    write_text(claimed.out / _FILING, json.dumps(asdict(filing)))


def tries(claimed: Claimed, *, orderly: bool = False) -> int:
    """How often this file was taken up without an end, this time too; begins anew if `orderly`."""
    file = claimed.out / _TRIES
    claimed.out.mkdir(exist_ok=True)
    if orderly:
        file.unlink(missing_ok=True)
        return 0
    number = len(file.read_bytes()) if file.exists() else 0
    file.write_bytes(b"." * (number + 1))
    return number + 1


def write_text(path: Path, text: str) -> None:
    """Written whole or not at all; raises OSError."""

    def write(file: BinaryIO) -> tuple[str, ...]:
        file.write(text.encode("utf-8", "backslashreplace"))
        return ()

    written(path, write)

"""What is kept next to a claimed file, so that the next pass can continue an interrupted one."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from importer.folder.layout import Claimed
from importer.model.files import read_object, write_text

_NOTES, _TRIES = ".filing.json", ".tries"


@dataclass(frozen=True, slots=True)
class ClaimNotes:
    """What became of a file, and where it and the files next to it go, below the root."""

    fate: str
    sentence: str
    run: int | None
    names: Mapping[str, str]


def notes_of(claimed: Claimed) -> ClaimNotes | None:
    """The notes of a filing that has begun, or None."""
    values = read_object(claimed.out / _NOTES)  # written whole or not at all
    try:
        return ClaimNotes(**values)
    except TypeError:
        return None


def keep_notes(claimed: Claimed, notes: ClaimNotes) -> None:
    """Written before the first file is moved; raises OSError."""
    write_text(claimed.out / _NOTES, json.dumps(asdict(notes)))


def count_try(claimed: Claimed) -> int:
    """How often work on this file has begun without coming to an end, this time included."""
    file = claimed.out / _TRIES
    claimed.out.mkdir(exist_ok=True)
    number = len(file.read_bytes()) if file.exists() else 0
    file.write_bytes(b"." * (number + 1))
    return number + 1


def reset_tries(claimed: Claimed) -> None:
    (claimed.out / _TRIES).unlink(missing_ok=True)

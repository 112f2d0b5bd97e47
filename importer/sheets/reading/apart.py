"""Has a workbook read in a process of its own, within limits of memory and time."""

import marshal
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from importer.model.errors import SheetError
from importer.sheets.reading.container import Form
from importer.sheets.reading.process import start

MEMORY = 2**30  # bytes that any workbook may take
SECONDS = 10  # of the processor
_PATIENCE = 3  # seconds on the clock for each of the processor, which others use too
_MEMORY_PER_BYTE, _SECONDS_PER_MEGABYTE = 26, 1  # more for large files
_READER = "importer.sheets.reading.child_main"
_DAMAGED = (
    "cannot be read: the reader crashed, as it does on files that are damaged or made to do "
    "harm; open it in Excel and save it again as .xlsx"
)


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int
    seconds: int

    @classmethod
    def of(cls, content: bytes) -> "Limits":
        """A million rows of 8 columns come in 50 MB, and take 1 GB and 20 seconds."""
        return cls(
            max(MEMORY, _MEMORY_PER_BYTE * len(content)),
            SECONDS + _SECONDS_PER_MEGABYTE * (len(content) >> 20),
        )


def read_apart(
    content: bytes, form: Form, worksheet: str | None, limits: Limits | None = None
) -> list[dict[str, Any]]:
    """The child's answer, worksheet by worksheet; raises SheetError with what is wrong.

    What breaks the child is read once more with care: the file may get a sentence of its own.
    """
    limits = limits or Limits.of(content)
    head = {"form": form.value, "worksheet": worksheet, **asdict(limits)}
    answer = _ask({**head, "careful": False}, content, limits)
    if answer is _BROKE and form is Form.XLSX:
        answer = _ask({**head, "careful": True}, content, limits)
    if answer is _BROKE:
        raise SheetError(_DAMAGED)
    if isinstance(answer, str):
        raise SheetError(answer)
    if answer is None:
        raise SheetError(
            f"needs more than {limits.memory >> 20:,} MB of memory to be read; split it, or save "
            "only its table as .csv"
        )
    return [_restored(sheet) for sheet in answer]


def _ask(head: dict[str, Any], content: bytes, limits: Limits) -> Any:
    """Worksheets, a refusal, None for too little memory, or `_BROKE`; raises SheetError."""
    try:
        child = start(_READER, head, content, subprocess.PIPE)
    except OSError as error:
        raise SheetError(
            f"cannot be read: no process could be started ({error.strerror}); make room for "
            "temporary files, close other programs, and try again"
        ) from error
    with child:
        try:
            answer, _ = child.communicate(timeout=limits.seconds * _PATIENCE)
        except subprocess.TimeoutExpired as expired:
            raise SheetError(_too_slow(limits)) from expired
        finally:
            child.kill()
    try:
        return marshal.loads(answer)  # noqa: S302  (it builds plain values, never objects)
    except (EOFError, ValueError, TypeError) as error:
        if child.returncode in _OUT_OF_TIME:
            raise SheetError(_too_slow(limits)) from error
        return _BROKE


_BROKE = object()  # the child ended without an answer
_OUT_OF_TIME = {-24, -9}  # SIGXCPU, SIGKILL: what the system sends at the end of the time


def _too_slow(limits: Limits) -> str:
    return (
        f"takes more than {limits.seconds} seconds to read; split it, or save only its table as "
        ".csv"
    )


_RESTORED: dict[str, Callable[[Any], Any]] = {
    "date": date.fromordinal,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda microseconds: timedelta(microseconds=microseconds),
}


def _restored(sheet: dict[str, Any]) -> dict[str, Any]:
    """The worksheet with its dates back in their cells."""
    for number, kind, places, cells in sheet["moments"]:
        column = sheet["columns"][number]
        known = {cell: _RESTORED[kind](cell) for cell in set(cells)}
        for place, cell in zip(places, cells, strict=True):
            column[place] = known[cell]
    return sheet

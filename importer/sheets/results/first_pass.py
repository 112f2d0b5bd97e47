"""The first pass over a large worksheet, in another process while its rows are validated."""

import marshal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cached_property
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any
from weakref import finalize

from importer.sheets.reading.container import unwrapped
from importer.sheets.reading.process import start
from importer.sheets.results.extent import Extent
from importer.sheets.results.splice import first_extent
from importer.sheets.sheet import Worksheet
from importer.sheets.xlsx.rows import SheetCell

LARGE = 2**21  # bytes of a workbook: a smaller one is scanned before a process has started


def begin_first_pass(content: bytes, worksheet: Worksheet, header_row: int) -> "FirstPass | None":
    """Begins, where it is worth a process; the splice itself reports what is wrong."""
    content = unwrapped(content)
    if worksheet.form == "xlsx" and len(content) >= LARGE:
        with suppress(OSError):
            return FirstPass(content, worksheet.name, header_row)
    return None


class FirstPass:
    """A process at work."""

    def __init__(self, content: bytes, worksheet: str | None, header_row: int) -> None:
        head = {"worksheet": worksheet, "header_row": header_row}
        self._answer = TemporaryFile()  # noqa: SIM115  (closed when nobody wants it any more)
        finalize(self, self._answer.close)
        self._process = start(__name__, head, content, self._answer)
        finalize(self, _end, self._process)

    @cached_property
    def extent(self) -> Extent | None:
        """Its result, waited for; None where it fails."""
        if self._process.wait() != 0:
            return None
        self._answer.seek(0)
        found = marshal.load(self._answer)  # noqa: S302  (it builds plain values, never objects)
        headings = [SheetCell(**cell) for cell in found.pop("headings")]
        return Extent(headings=headings, **found)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def main(head: dict[str, Any]) -> None:
    content = BytesIO(sys.stdin.buffer.read())
    extent = first_extent(content, head["worksheet"], head["header_row"])
    marshal.dump(asdict(extent), sys.stdout.buffer)

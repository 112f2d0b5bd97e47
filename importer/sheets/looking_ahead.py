"""The first look at a large worksheet, taken by another process while its rows are validated."""

import marshal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cached_property
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from weakref import finalize

import importer
from importer.sheets.container import unwrapped
from importer.sheets.sheet import Worksheet
from importer.sheets.splice import first_look
from importer.sheets.splice_look import Extent
from importer.sheets.splice_rows import SheetCell

LARGE = 2**21  # bytes of a workbook: a smaller one is looked at before a process has started
_START = (
    "import marshal, sys; head = marshal.load(sys.stdin.buffer); sys.path[:] = head['path']; "
    "from importer.sheets.looking_ahead import main; main(head)"
)


def look_ahead(content: bytes, worksheet: Worksheet, header_row: int) -> "Look | None":
    """Begins, where it is worth a process; what is wrong is said by whoever looks in earnest."""
    content = unwrapped(content)
    if worksheet.form == "xlsx" and len(content) >= LARGE:
        with suppress(OSError):
            return Look(content, worksheet.name, header_row)
    return None


class Look:
    """A process at work. Files carry the words: a pipe would want a thread that feeds it."""

    def __init__(self, content: bytes, worksheet: str | None, header_row: int) -> None:
        path = [str(Path(importer.__file__).parent.parent), *filter(None, sys.path)]
        head = {"path": path, "worksheet": worksheet, "header_row": header_row}
        self._answer = TemporaryFile()  # noqa: SIM115  (closed when nobody wants it any more)
        finalize(self, self._answer.close)
        with TemporaryFile() as question:
            question.writelines([marshal.dumps(head), content])
            question.seek(0)
            self._process = subprocess.Popen(  # noqa: S603  (this interpreter, these words)
                [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START],
                stdin=question,
                stdout=self._answer,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        finalize(self, _end, self._process)

    @cached_property
    def extent(self) -> Extent | None:
        """What it finds, waited for; None where it fails."""
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
    extent = first_look(content, head["worksheet"], head["header_row"])
    marshal.dump(asdict(extent), sys.stdout.buffer)

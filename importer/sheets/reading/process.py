"""A process of this interpreter that is given a workbook, and what to know of it."""

import marshal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

_CHECKOUT = Path(__file__).resolve().parents[3]  # or site-packages: where the package is
_START = (
    "import marshal, sys; head = marshal.load(sys.stdin.buffer); sys.path[:] = head['path']; "
    "from {} import main; main(head)"
)


def start(
    module: str, head: Mapping[str, Any], content: bytes, answer: BinaryIO | int
) -> subprocess.Popen[bytes]:
    """Begins `main(head)` of that module, with the content on standard input; raises OSError.

    It starts in the time of a bare interpreter, if the module imports little. A file carries the
    words, as a pipe would want a thread that feeds it.
    """
    path = [str(_CHECKOUT), *filter(None, sys.path)]
    with TemporaryFile() as question:
        question.writelines([marshal.dumps({**head, "path": path}), content])
        question.seek(0)
        return subprocess.Popen(  # noqa: S603  (this interpreter, these words)
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START.format(module)],
            stdin=question,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

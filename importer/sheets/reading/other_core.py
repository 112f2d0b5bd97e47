"""Work done in a copy of this process, on another core, where the system can make one."""

import marshal
import os
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from importer.model.errors import SheetError


def begin(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begins the work; the function returned waits for its result, or raises its SheetError.

    The result is plain values that `marshal` knows. Without fork (Windows), or beside other
    threads, the work is done when its result is asked for.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return work
    answer, pipe = os.pipe()
    copy = os.fork()
    if copy == 0:
        _answer(work, pipe)
    os.close(pipe)

    def result() -> Any:
        with os.fdopen(answer, "rb") as reply:
            content = reply.read()
        os.waitpid(copy, 0)
        try:
            value, refusal = marshal.loads(content)  # noqa: S302  (it builds plain values)
        except (EOFError, ValueError, TypeError):  # the copy died: this process may fare better
            return work()
        if refusal is not None:
            raise SheetError(refusal)
        return value

    return result


def _answer(work: Callable[[], Any], pipe: int) -> NoReturn:
    try:
        try:
            reply: tuple[Any, str | None] = (work(), None)
        except SheetError as error:
            reply = (None, str(error))
        with os.fdopen(pipe, "wb") as answer:
            marshal.dump(reply, answer)
    finally:
        os._exit(0)  # whatever else happened, this process must not go on as its original

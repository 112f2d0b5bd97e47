"""What can be done: each file next to this one is one operation, found by itself."""

import logging
import pkgutil
import traceback
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from importer.model.errors import UsageError
from importer.model.spelling import did_you_mean, key
from importer.operations.operation import UNDO, Operation

log = logging.getLogger(__name__)


def operations() -> dict[str, Operation[Any]]:
    """Every operation by its name, in alphabetical order."""
    return _read_files()[0]


def unavailable() -> Mapping[str, str]:
    """The name of each file that cannot be used -> a sentence that names the file and the reason.

    An error in one file leaves the other operations working.
    """
    return _read_files()[1]


def why_unavailable(name: str) -> str | None:
    """The sentence about the file of that name, however spelled; None where it can be used."""
    return next((why for file, why in unavailable().items() if key(file) == key(name)), None)


def operation_named(name: str) -> Operation[Any]:
    """The operation of that name, however spelled: add_tracking, add-tracking, "Add Tracking".

    What takes the rows of another back has its name after "undo": "undo add_tracking".
    Raises UsageError where there is none, with the reason where its file cannot be used.
    """
    if name.startswith(UNDO):
        undoing = operation_named(name.removeprefix(UNDO)).undoing()
        if undoing is not None:
            return undoing
    for known in operations().values():
        if key(known.name) == key(name):
            return known
    raise UsageError(
        why_unavailable(name)
        or f'"{name}" is not an operation; there are {", ".join(operations())}.'
        f"{did_you_mean(name, operations())}"
    )


@cache
def _read_files() -> tuple[dict[str, Operation[Any]], dict[str, str]]:
    """Each file's operation, and why a file has none."""
    usable, unusable = {}, {}
    for name in sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "operation"):
        try:
            usable[name] = _defined_in(f"{__name__}.{name}")
        except Exception as error:  # its own code may raise anything; the other files still work
            log.debug("operation %s is not available", name, exc_info=True)
            unusable[name] = _why_unavailable(name, error)
    return usable, unusable


def _defined_in(module: str) -> Operation[Any]:
    """The first operation of a module, its model read. Raises whatever the module raises."""
    for defined in vars(import_module(module)).values():
        own = getattr(defined, "__module__", "") == module
        if own and isinstance(defined, type) and issubclass(defined, Operation):
            operation = defined()
            operation.check_declared()
            return operation
    raise TypeError("it defines no Operation")


def _why_unavailable(name: str, error: Exception) -> str:
    file = f"{name}.py"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).name == file]
    message = str(error)
    if isinstance(error, SyntaxError):
        lines, message = [error.lineno], error.msg
    line = f", line {lines[-1]}" if lines else ""
    return (
        f"operation {name} is not available: importer/operations/{file}{line}: "
        f"{message} ({type(error).__name__})"
    )

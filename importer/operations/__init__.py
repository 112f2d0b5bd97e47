"""What can be done: each file beside this one is one operation, found by itself."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from importer.model.errors import UsageError
from importer.model.spelling import did_you_mean, key
from importer.operations.operation import UNDO, Operation


@cache
def operations() -> dict[str, Operation[Any]]:
    """Every operation by its name, in alphabetical order."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "operation")
    found = (_defined_in(f"{__name__}.{name}") for name in names)
    return {operation.name: operation for operation in found}


def _defined_in(module: str) -> Operation[Any]:
    classes = vars(import_module(module)).values()
    return next(
        cls()
        for cls in classes
        if isinstance(cls, type) and issubclass(cls, Operation) and cls.__module__ == module
    )


def operation_named(name: str) -> Operation[Any]:
    """The operation of that name, however spelt: add_tracking, add-tracking, "Add Tracking".

    What takes the rows of another back has its name after "undo": "undo add_tracking".
    """
    if name.startswith(UNDO):
        undoing = operation_named(name.removeprefix(UNDO)).undoing()
        if undoing is not None:
            return undoing
    for known in operations().values():
        if key(known.name) == key(name):
            return known
    raise UsageError(
        f'"{name}" is not an operation; there are {", ".join(operations())}.'
        f"{did_you_mean(name, operations())}"
    )

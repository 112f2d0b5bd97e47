"""Vendors' sheets to purchase-order platforms, every row accounted for.

For scripts: `check_sheet`, `plan_sheet`, `import_sheet` and `resume_run` return a `Summary`; what
they raise is an `ImporterError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from importer.model.version import __version__

__all__ = [
    "Call",
    "ChoiceNeeded",
    "ImporterError",
    "Outcome",
    "Problem",
    "Status",
    "Summary",
    "__version__",
    "check_sheet",
    "import_sheet",
    "plan_sheet",
    "resume_run",
]

if TYPE_CHECKING:
    from importer.api import check_sheet, import_sheet, plan_sheet, resume_run
    from importer.model.calls import Call
    from importer.model.errors import ChoiceNeeded, ImporterError
    from importer.model.outcomes import Outcome, Problem, Status
    from importer.model.summary import Summary

_MODULES = {
    "importer.api": ("check_sheet", "import_sheet", "plan_sheet", "resume_run"),
    "importer.model.calls": ("Call",),
    "importer.model.errors": ("ChoiceNeeded", "ImporterError"),
    "importer.model.outcomes": ("Outcome", "Problem", "Status"),
    "importer.model.summary": ("Summary",),
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: pandas and SQLAlchemy would make the command's --help slow.
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

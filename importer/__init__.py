"""Vendors' sheets to purchase-order platforms, every row accounted for.

For scripts: `check_sheet`, `import_sheet`, `Status`, `ImporterError`; and `importer.operations`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["ImporterError", "Status", "check_sheet", "import_sheet"]

if TYPE_CHECKING:
    from importer.errors import ImporterError
    from importer.outcomes import Status
    from importer.scripting import check_sheet, import_sheet

_HOME = {
    "ImporterError": "importer.errors",
    "Status": "importer.outcomes",
    "check_sheet": "importer.scripting",
    "import_sheet": "importer.scripting",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: pandas and SQLAlchemy would make the command's --help slow.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Vendors' sheets to purchase-order platforms, every row accounted for.

For scripts: `check_sheet`, `import_sheet`, `Status`, `ImporterError`; and `importer.operations`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from importer.model.version import __version__

__all__ = ["ImporterError", "Status", "__version__", "check_sheet", "import_sheet"]

if TYPE_CHECKING:
    from importer.api import check_sheet, import_sheet
    from importer.model.errors import ImporterError
    from importer.model.outcomes import Status

_HOME = {
    "ImporterError": "importer.model.errors",
    "Status": "importer.model.outcomes",
    "check_sheet": "importer.api",
    "import_sheet": "importer.api",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: pandas and SQLAlchemy would make the command's --help slow.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

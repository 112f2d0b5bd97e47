"""Imports go down only: the table is the design, and every file is read against it."""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

import importer

# From the top. A module imports from the lines below its own, and nothing beside it on its line.
# `name.*`: each file of a folder by itself; `name.**`: a package, whose files import each other.
LAYERS = """
    __main__
    cli.**
    importer
    night_rehearsal
    folder.** | rehearsal | scripting
    undo
    listings.**
    reports.**
    run | reconciliation
    carrying
    before_images
    earlier_runs
    completing
    mending
    giving_again
    checking | entries
    giving_back
    preparation | vendors.map_sheet
    vendors.choosing | vendors.mapping | vendors.profile_file
    vendors.remarks | vendors.profile_check
    splitting
    sending.sender
    comparing | reading_back
    sending.delivery
    sending.looks
    sending.claims
    sending.tasks | sending.sentences | sending.isolation
    sending.connection | sending.verdicts | sending.breaker
    planning | validation | sheets.** | journal.**
    operations
    operations.*
    operation
    platforms
    platforms.sellercloud | platforms.shipstation | platforms.shipengine
    platforms.platform
    settings | kinds.**
    vendors.profile_table
    vendors.profile
    toml_table
    tracking_numbers
    check_digits
    summaries | columns | sending.turns | spelling
    row_numbers
    calls | outcomes | cells | stopping
    errors | sending | vendors
"""
# It must be able to disagree with the client: it imports nothing else, and few import it.
SANDBOX = "sandbox"
USERS_OF_THE_SANDBOX = {"cli.setup", "rehearsal", "night_rehearsal"}

PACKAGE = Path(importer.__file__).parent
LINES = [line.split(" | ") for line in LAYERS.strip().splitlines()]
DEPTHS = {name.strip(): depth for depth, line in enumerate(LINES) for name in line}


def name_of(path: Path) -> str:
    """`journal.records`, `journal` for its __init__, `importer` for the package's own."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "importer"


FILES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
CLIENT = [name for name in FILES if name.split(".")[0] != SANDBOX]


def place(module: str) -> str | None:
    """The entry of the table that a module stands under; its own name before a pattern."""
    if module in DEPTHS:
        return module
    return next((entry for entry in DEPTHS if fits(module, entry)), None)


def fits(module: str, entry: str) -> bool:
    if entry.endswith(".**"):
        return f"{module}.".startswith(entry.removesuffix("**"))
    return fnmatch(module, entry) and module.count(".") == entry.count(".")


def imported_by(module: str) -> set[str]:
    """The modules of the package that a module imports, anywhere in its file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=origin, names=names, level=0):
                found |= {f"{origin}.{alias.name}" for alias in names}
            case ast.ImportFrom():
                pytest.fail(f"{module} imports by a relative name")
    ours = (name.removeprefix("importer.") for name in found if name.startswith("importer."))
    # A name such as __version__ is the package's own, and asks nothing of the modules.
    return {owner(name) for name in ours if not name.startswith("__")}


def owner(name: str) -> str:
    """The module that a dotted name is, or stands in."""
    return name if name in FILES else name.rpartition(".")[0] or "importer"


def goes_down(module: str, other: str) -> bool:
    ours, theirs = place(module), place(other)
    if ours is None or theirs is None:
        return False
    return DEPTHS[theirs] > DEPTHS[ours] or (ours == theirs and ours.endswith(".**"))


@pytest.mark.parametrize("module", CLIENT)
def test_every_module_has_its_place(module):
    assert place(module), f"{module} stands nowhere in the table of layers"


@pytest.mark.parametrize("module", CLIENT)
def test_a_module_imports_only_from_below(module):
    upward = {
        other
        for other in imported_by(module)
        if other.split(".")[0] != SANDBOX and not goes_down(module, other)
    }

    assert not upward


def test_few_import_the_sandbox():
    users = {
        module
        for module in CLIENT
        if any(other.split(".")[0] == SANDBOX for other in imported_by(module))
    }

    assert users <= USERS_OF_THE_SANDBOX


@pytest.mark.parametrize("module", [name for name in FILES if name not in CLIENT])
def test_the_sandbox_imports_nothing_of_the_client(module):
    assert {other.split(".")[0] for other in imported_by(module)} <= {SANDBOX}


@pytest.mark.parametrize(
    ("module", "other", "allowed"),
    [
        ("run", "sending", True),
        ("sending", "run", False),
        ("planning", "validation", False),
        ("sheets.headings", "sheets.sheet", True),
        ("sheets.headings", "journal", False),
        ("operations", "operations.add_tracking", True),
        ("operations.add_tracking", "operations.link_to_po", False),
        ("operations.add_tracking", "platforms.sellercloud", True),
        ("operation", "operations.add_tracking", False),
        ("platforms.shipstation", "platforms.platform", True),
        ("platforms.shipstation", "platforms.shipengine", False),
        ("errors", "calls", False),
        ("calls", "nowhere", False),
    ],
)
def test_the_table_is_read_as_it_is_meant(module, other, allowed):
    assert goes_down(module, other) is allowed

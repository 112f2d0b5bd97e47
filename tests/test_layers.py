"""Imports go down only, folder by folder, and never in a circle: every file is read against it."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import importer

# From the top: a room imports from its own files and from the lines below its own.
ROOMS = """
    __main__
    cli
    api | demo
    undo
    folder
    reports
    reconcile
    runs
    vendors | sending
    sheets | journal
    operations
    platforms
    settings
    columns
    model
"""
INSIDE_SHEETS = ["results", "reading", "xlsx"]  # each above the next, all above sheets/*.py
# Apart: it must be able to disagree with the client, so it imports nothing else of the package.
SANDBOX = "sandbox"
USERS_OF_THE_SANDBOX = {"cli", "demo"}
MOST_ROOMS = 20

PACKAGE = Path(importer.__file__).parent
LINES = [line.split(" | ") for line in ROOMS.strip().splitlines()]
DEPTHS = {name.strip(): depth for depth, line in enumerate(LINES) for name in line}


def name_of(path: Path) -> str:
    """`journal.records`; `journal` for its __init__; "" for that of the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
CLIENT = [name for name in FILES if name.split(".")[0] not in {"", SANDBOX}]


def imported_by(module: str) -> set[str]:
    """The modules of the package that a module imports, anywhere in its file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=origin, names=aliases, level=0):
                names |= {f"{origin}.{alias.name}" for alias in aliases}
            case ast.ImportFrom():
                pytest.fail(f"{module} imports by a relative name")
    ours = {n.removeprefix("importer").lstrip(".") for n in names if n.split(".")[0] == "importer"}
    return {name if name in FILES else name.rpartition(".")[0] for name in ours}


ARROWS = {module: imported_by(module) for module in FILES}


def room(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def goes_down(module: str, other: str) -> bool:
    ours, theirs = room(module), room(other)
    if ours == theirs == "sheets":
        return depth_in_sheets(module) <= depth_in_sheets(other)
    return ours == theirs or DEPTHS[ours] < DEPTHS[theirs]


def depth_in_sheets(module: str) -> int:
    folder = module.split(".")[1]
    return INSIDE_SHEETS.index(folder) if folder in INSIDE_SHEETS else len(INSIDE_SHEETS)


@pytest.mark.parametrize("module", CLIENT)
def test_a_module_imports_only_from_below(module):
    assert room(module) in DEPTHS, f"{module} is in no room of the table"
    others = {other for other in ARROWS[module] if room(other) != SANDBOX}

    assert "" not in others, f"{module} imports the package itself, which stands above all"
    assert not {other for other in others if not goes_down(module, other)}


def test_no_modules_import_each_other_in_a_circle():
    modules = {module: ARROWS[module] - {module} for module in FILES if module}

    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_few_import_the_sandbox():
    users = {room(m) for m in CLIENT if any(room(other) == SANDBOX for other in ARROWS[m])}

    assert users <= USERS_OF_THE_SANDBOX


@pytest.mark.parametrize("module", [name for name in FILES if room(name) == SANDBOX])
def test_the_sandbox_imports_nothing_of_the_client(module):
    assert {room(other) for other in ARROWS[module]} <= {SANDBOX}


def test_the_rooms_are_few():
    rooms = {name.split(".")[0] for name in FILES} | {"__init__"}

    assert len(rooms - {""}) <= MOST_ROOMS


def test_a_file_name_means_one_module():
    """A name that a reader looks for leads to one file; the journal names its own as it likes."""
    stems: dict[str, list[str]] = {}
    for name, path in FILES.items():
        if path.stem not in {"__init__", "__main__"}:
            stems.setdefault(path.stem, []).append(name)

    assert not {stem: names for stem, names in stems.items() if len(names) > 1}


@pytest.mark.parametrize(
    ("module", "other", "allowed"),
    [
        ("runs.upload", "sending.sender", True),
        ("sending.sender", "runs.upload", False),
        ("sheets.headings", "sheets.sheet", True),
        ("sheets.headings", "journal", False),
        ("sheets.results.write", "sheets.xlsx.package", True),
        ("sheets.reading.worksheets", "sheets.results.write", False),
        ("sheets.sheet", "sheets.reading.worksheets", False),
        ("operations.add_tracking", "platforms.sellercloud", True),
        ("platforms.sellercloud", "operations.add_tracking", False),
        ("model.calls", "settings.settings", False),
    ],
)
def test_the_table_is_read_as_it_is_meant(module, other, allowed):
    assert goes_down(module, other) is allowed

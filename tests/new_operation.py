"""`python -m tests.new_operation NAME`: all that an operation needs besides its own file.

Writes its template, a clean sample and the plan it becomes, a sample with mistakes and what is
said about them, a file of tests, and the tables of the guide. Samples and tests that exist are
kept: correct a sample by hand and run this again.
"""

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from pprint import pformat
from typing import Any

from importer.model.cells import Cell
from importer.operations import operation_named
from importer.operations.operation import Operation
from importer.sending.plan import plan_calls
from importer.sheets.results.templates import write_template
from tests.factories import check, example, row
from tests.golden import (
    SAMPLES,
    plan_file,
    plan_of,
    prepared,
    problems_file,
    problems_of,
    sample,
    write,
)
from tests.pages import make_pages_again

ROOT = Path(__file__).parents[1]
NONSENSE = "?"  # that no kind of cell but text can be


def write_files(name: str) -> list[str]:
    """Writes all of it; what a person has to do still."""
    operation = operation_named(name)
    write_template(operation, ROOT / "templates" / f"{name}.xlsx")
    if sample(name) is None:
        _write_sheet(operation, name, [_clean_row(operation)])
    clean = prepared(name)
    write(plan_file(name), plan_of(clean))
    if sample(f"{name}_mistakes") is None:
        rows = [example(name) | change for change in ({}, *_mistakes(operation))]
        _write_sheet(operation, f"{name}_mistakes", rows)
    write(problems_file(name), problems_of(prepared(f"{name}_mistakes").validation))
    _write_tests(operation)
    make_pages_again()
    return [
        *_to_correct(operation),
        f"Check what it sends: samples/{name}.plan.json.",
        f"Check what it says: samples/{name}_mistakes.problems.json.",
        f"Add tests of its own rules: tests/operations/test_{name}.py.",
    ]


def _clean_row(operation: Operation[Any]) -> dict[str, Cell]:
    first_choices = {f.name: f.about.labels[0] for f in operation.fields if f.about.choices}
    return first_choices | example(operation.name)


def _mistakes(operation: Operation[Any]) -> list[Mapping[str, Cell]]:
    """Changes of the example row that make a mistake of it and leave the row above it good."""
    chosen: list[Mapping[str, Cell]] = []
    for field in operation.fields:
        for cell in (None, NONSENSE):
            change = {field.name: cell}
            wrong = {p.row for p in check(operation.name, {}, *chosen, change).problems}
            if wrong == set(range(3, 4 + len(chosen))):
                chosen.append(change)
    return chosen


def _write_sheet(operation: Operation[Any], stem: str, rows: Iterable[Mapping[str, Cell]]) -> None:
    with (SAMPLES / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(field.title for field in operation.fields)
        for cells in rows:
            lines.writerow(cells.get(field.name) for field in operation.fields)


def _write_tests(operation: Operation[Any]) -> None:
    path = ROOT / "tests" / "operations" / f"test_{operation.name}.py"
    if path.exists():
        return
    (call,) = plan_calls(operation, [row(operation.name)])
    text = TESTS.format(
        name=operation.name,
        constant=operation.name.upper(),
        method=call.method,
        path=call.path,
        body=pformat(call.body, width=60).replace("'", '"').replace("\n", "\n    "),
    )
    path.write_text(text, encoding="utf-8")


TESTS = """\
from importer.operations import operations
from importer.sending.plan import plan_calls
from tests.factories import problems, row

{constant} = operations()["{name}"]


def test_the_example_row_has_no_problem():
    assert problems("{name}", {{}}) == []


def test_the_example_row_becomes_its_call():
    (call,) = plan_calls({constant}, [row("{name}")])

    assert (call.method, call.path) == ("{method}", "{path}")
    assert call.body == {body}
"""


def _to_correct(operation: Operation[Any]) -> list[str]:
    """What keeps the samples from passing the tests of every operation."""
    clean = prepared(operation.name)
    values = clean.validation.values
    unused = [f.title for f in operation.fields if not any(_filled(values.get(f.name, ())))]
    wrong = [*clean.validation.problems, *clean.validation.warnings]
    todo = [f"samples/{operation.name}: row {p.row}: {p.column}: {p.message}" for p in wrong]
    if unused:
        todo.append(f"Fill {', '.join(unused)} in some row of the sample {operation.name}.")
    return todo


def _filled(cells: Iterable[Any]) -> list[bool]:
    return [cell is not None for cell in cells]


if __name__ == "__main__":
    for sentence in write_files(sys.argv[1]):
        sys.stdout.write(f"{sentence}\n")

"""The figures of the package, read from its syntax trees; the sandbox is left out.

`python -m tests.figures` prints them, `--worst 10` names the functions behind them,
and it exits 1 where a figure misses its target.
"""

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from math import ceil
from operator import attrgetter
from pathlib import Path

import importer

PACKAGE = Path(importer.__file__).parent
TESTS = Path(__file__).parent
LEFT_OUT = "sandbox"
SPECIAL = {"__init__", "__main__"}
OWN_STEMS = "journal"  # names its files as it likes

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
DEEPER = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith),
    *(ast.Try, ast.TryStar, ast.Match),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One function."""

    place: str
    body: int
    complexity: int
    nesting: int
    typed: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the package, and whether it meets its target."""

    name: str
    value: str
    target: str
    met: bool

    def __str__(self) -> str:
        missed = "" if self.met else "  MISSED"
        return f"{self.name:<28}{self.value:>9}   {self.target}{missed}"


def figures() -> list[Figure]:
    functions = measured()
    bodies = sorted(function.body for function in functions)
    complexities = sorted(function.complexity for function in functions)
    depths = sorted(function.nesting for function in functions)
    files = {path: _lines(path) for path in modules()}
    return [
        at_most("body, p95", p95(bodies), 20),
        at_most("body, longest", bodies[-1], 45),
        at_most("complexity, p95", p95(complexities), 7),
        at_most("complexity, highest", complexities[-1], 14),
        at_most("nesting, p95", p95(depths), 2),
        at_least("functions fully typed, %", share(f.typed for f in functions), 100),
        at_most("longest file, lines", max(files.values()), 400),
        at_most("lines of Python", sum(files.values()), 23_904 - 1_200),
        at_least("modules with a test, %", share(has_test(path) for path in to_be_tested()), 80),
        at_most("class names used twice", len(twice(class_names())), 0),
        at_most("file names used twice", len(twice(stems())), 0),
    ]


def at_most(name: str, value: int, most: int) -> Figure:
    return Figure(name, f"{value:,}", f"at most {most:,}", value <= most)


def at_least(name: str, value: int, least: int) -> Figure:
    return Figure(name, f"{value:,}", f"at least {least:,}", value >= least)


def p95(ordered: list[int]) -> int:
    """The smallest value that at least 95 of 100 do not exceed.

    >>> p95(list(range(1, 101)))
    95
    """
    return ordered[ceil(len(ordered) * 0.95) - 1]


def share(answers: Iterable[bool]) -> int:
    """Percent, rounded down so that 100 means all."""
    counted = Counter(answers)
    return 100 * counted[True] // counted.total()


def twice(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names that more than one place uses, with the places."""
    by_name: dict[str, list[str]] = {}
    for name, place in places:
        by_name.setdefault(name, []).append(place)
    return {name: found for name, found in sorted(by_name.items()) if len(found) > 1}


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if _room(path) != LEFT_OUT]


def to_be_tested() -> list[Path]:
    """The modules that should have a test module of their own name."""
    return [path for path in modules() if path.stem not in SPECIAL]


def has_test(path: Path) -> bool:
    own = path.relative_to(PACKAGE).with_name(f"test_{path.name}")
    return (TESTS / own).exists()


def class_names() -> Iterator[tuple[str, str]]:
    for path in modules():
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ClassDef):
                yield node.name, _place(path, node)


def stems() -> Iterator[tuple[str, str]]:
    for path in to_be_tested():
        if _room(path) != OWN_STEMS:
            yield path.stem, _place(path)


@cache
def measured() -> list[Measured]:
    return [function for path in modules() for function in _measured_in(path)]


def _measured_in(path: Path) -> Iterator[Measured]:
    tree = _tree(path)
    methods = {m for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for m in c.body}
    for node in ast.walk(tree):
        if isinstance(node, FUNCTION):
            place = f"{_place(path, node)} {node.name}"
            typed = is_typed(node, method=node in methods)
            yield Measured(place, body_lines(node), complexity(node), nesting(node), typed)


def body_lines(function: Function) -> int:
    """Lines from the first statement to the last, the docstring not counted.

    >>> body_lines(_function('''def f():
    ...     "Why."
    ...     x = 1
    ...
    ...     return x'''))
    3
    """
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def complexity(function: Function) -> int:
    """Ways through a function: one, and one more for each branch, loop and condition.

    >>> complexity(_function("def f(a, b): return a and b or [x for x in a if x]"))
    5
    """
    return 1 + sum(_branches(node) for node in _own_nodes(function))


def _branches(node: ast.AST) -> int:
    match node:
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.comprehension(ifs=conditions):
            return 1 + len(conditions)
        case ast.If() | ast.IfExp() | ast.For() | ast.AsyncFor() | ast.While():
            return 1
        case ast.ExceptHandler() | ast.Assert():
            return 1
        case ast.match_case(pattern=ast.MatchAs(pattern=None), guard=None):
            return 0  # `case _` is the else
        case ast.match_case():
            return 1
    return 0


def nesting(node: ast.AST) -> int:
    """How deep blocks stand in blocks; `elif` is no deeper than its `if`.

    >>> nesting(_function('''def f(a):
    ...     if a:
    ...         for b in a: pass
    ...     elif a is None:
    ...         return 1'''))
    2
    """
    return max((_depth_of(child, node) for child in ast.iter_child_nodes(node)), default=0)


def _depth_of(child: ast.AST, parent: ast.AST) -> int:
    if isinstance(child, (*FUNCTION, ast.ClassDef, ast.Lambda)):
        return 0  # measured by itself
    is_elif = isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]
    return nesting(child) + (isinstance(child, DEEPER) and not is_elif)


def is_typed(function: Function, *, method: bool) -> bool:
    """
    >>> is_typed(_function("def f(a: int) -> int: return a"), method=False)
    True
    >>> is_typed(_function("def f(self, a) -> int: return a"), method=True)
    False
    """
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if method and not any(getattr(d, "id", "") == "staticmethod" for d in function.decorator_list):
        named = named[1:]  # self or cls
    starred = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return function.returns is not None and all(a.annotation for a in (*named, *starred))


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTION, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)


def _function(source: str) -> Function:
    (function,) = ast.parse(source).body
    assert isinstance(function, FUNCTION)
    return function


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def _place(path: Path, node: ast.stmt | None = None) -> str:
    name = path.relative_to(PACKAGE.parent).as_posix()
    return f"{name}:{node.lineno}" if node else name


def worst(count: int) -> Iterator[str]:
    """What to work on: the functions, files and names furthest from their targets."""
    functions = measured()
    for figure in ("body", "complexity", "nesting"):
        yield f"\n{figure}:"
        for function in sorted(functions, key=attrgetter(figure), reverse=True)[:count]:
            yield f"  {getattr(function, figure):>4}  {function.place}"
    yield "\nnot fully typed:"
    yield from (f"  {function.place}" for function in functions if not function.typed)
    yield "\nlongest files:"
    for path in sorted(modules(), key=_lines, reverse=True)[:count]:
        yield f"  {_lines(path):>4}  {_place(path)}"
    yield "\nno test module of that name:"
    yield from (f"  {_place(path)}" for path in to_be_tested() if not has_test(path))
    yield "\nused twice:"
    for name, places in (*twice(class_names()).items(), *twice(stems()).items()):
        yield f"  {name}: {', '.join(places)}"


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.figures", description=__doc__)
    parser.add_argument("--worst", type=int, metavar="N", help="name the N worst of each kind")
    wanted = parser.parse_args(words)
    shown = figures()
    lines = [str(figure) for figure in shown]
    if wanted.worst:
        lines += worst(wanted.worst)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all(figure.met for figure in shown) else 1


if __name__ == "__main__":
    sys.exit(main())

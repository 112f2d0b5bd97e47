"""The operations and their columns, for the terminal and for programs."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from importer.operations.operation import Field, Operation
from importer.reports.terminal.words import columns_text, indented

_CELL_WIDTH = 20  # characters, so that the table of columns fits a terminal of 80


def operations_table(found: Iterable[Operation[Any]]) -> str:
    parts = []
    for operation in found:
        once = "may be sent again" if operation.repeatable else "never sent twice"
        heading = f"{operation.name}  ({operation.platform.title}; {once})\n{operation.summary}"
        parts.append(f"{heading}\n\n{indented(_columns_table(operation))}")
    return "\n\n".join(parts)


def _columns_table(operation: Operation[Any]) -> str:
    rows: list[Sequence[str]] = [("column", "required", "holds", "also called")]
    for field in operation.fields:
        needed = ["yes"] if field.needed else []
        cells = ([field.title], needed, holds(field), field.about.aliases)
        rows += zip_longest(*map(_wrapped, cells), fillvalue="")
    return columns_text(rows)


def holds(field: Field) -> Sequence[str]:
    """What a cell of the column may contain: the choices, or the words for its kind."""
    by_name = field.about.choices and field.kind.words == "one of"
    return field.about.labels if by_name else [field.kind.words]


def _wrapped(words: Sequence[str]) -> list[str]:
    """The words as the lines of a narrow cell; no word is broken."""
    text = ", ".join(word.replace(" ", "\N{NO-BREAK SPACE}") for word in words)
    lines = textwrap.wrap(text, _CELL_WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def operations_as_json(found: Iterable[Operation[Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": operation.name,
            "title": operation.title,
            "summary": operation.summary,
            "platform": operation.platform.name,
            "repeatable": operation.repeatable,
            "columns": [
                {
                    "name": field.name,
                    "title": field.title,
                    "needed": field.needed,
                    "kind": field.kind.words,
                    "choices": field.about.labels,
                    "aliases": list(field.about.aliases),
                    "description": field.about.description,
                }
                for field in operation.fields
            ],
        }
        for operation in found
    ]

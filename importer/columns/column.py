"""What an operation declares of a sheet: its columns and the rules over its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, TypeVar, cast

import pandas as pd
import pandera.pandas as pa

Rule = TypeVar("Rule", bound=Callable[..., Any])

EXAMPLE_MARK = "Example: "  # what the first cell of a template's example row begins with
LARGEST_ID = 2_147_483_647  # ids are integers at the platforms; .NET's are 32 bits wide
PO_ID_ALIASES = ("PO Number", "POID", "PO #", "PO No", "PO", "Purchase Order", "Purchase Order ID")


@dataclass(frozen=True)
class Column:
    """What an operation says of one of its columns, in addition to its kind."""

    title: str
    description: str = ""
    aliases: Sequence[str] = ()
    choices: Mapping[str, str] = field(default_factory=dict)  # what a cell may say -> the value
    words: Mapping[str, int] = field(default_factory=dict)  # words that mean a number
    example: Any = None
    if_empty: str = ""  # said of an empty cell where a value is needed
    if_other: str = ""  # said of a value that is no choice, {cell}, or does not match the pattern
    date_order: str | None = None  # of this vendor's dates: "dmy", "mdy", "ymd"; None: not known
    decimal: str | None = None  # this vendor's decimal sign: "," or "."

    @property
    def labels(self) -> list[str]:
        """The spellings to offer: the first one of each value."""
        first: dict[str, str] = {}
        for label, value in self.choices.items():
            first.setdefault(value, label)
        return list(first.values())


def column(
    title: str,
    description: str = "",
    *,
    aliases: Sequence[str] = (),
    choices: Mapping[str, str] | Sequence[str] = (),
    words: Mapping[str, int] | None = None,
    example: Any = None,
    if_empty: str = "",
    if_other: str = "",
    ge: Any = None,
    le: Any = None,
    str_matches: str | None = None,
    str_length: Mapping[str, int] | None = None,
) -> Any:
    """One column of a Row model: what its heading may say, and the checks on its values.

    Whether a value is needed is read from the annotation: `Text` is, `Text | None` is not.
    """
    if not isinstance(choices, Mapping):
        choices = {choice: choice for choice in choices}
    spellings = (tuple(aliases), dict(choices), dict(words or {}))
    about = Column(title, description, *spellings, example, if_empty, if_other)
    return pa.Field(
        ge=ge,
        le=le,
        str_matches=str_matches,
        str_length=dict(str_length) if str_length else None,
        nullable=True,  # an empty cell is named by the importer, with its own sentence
        n_failure_cases=1,  # failures are read from the check's mask, whatever their number
        title=title,
        description=description,
        metadata={"column": about},
    )


number_column = partial(column, ge=1, le=LARGEST_ID)  # ids, and quantities unless 0 is one


def rule(
    message: str,
    *,
    at: str,
    looks_at: Sequence[str] = (),
    within: Sequence[str] = (),
    good_rows_only: bool = False,
    warning: bool = False,
) -> Callable[[Rule], Rule]:
    """A check over whole rows: True where the row is good, NA where that cannot be told.

    `message` may name the row's fields in braces, and `{rows}`: all failing rows that share the
    values of the fields in `within`. `at` is the field whose column is named; where its cell, or
    that of a field in `looks_at` or `within`, could not be read, the row is not judged.
    `good_rows_only` is for rows that must agree: it is judged last, and a row with another
    problem, which is not sent, does not blame its neighbors. A warning's row is sent all the same.
    """
    facts = {
        "field": at,
        "looks_at": (at, *looks_at, *within),
        "within": tuple(within),
        "good_rows_only": good_rows_only or warning,
        "warning": warning,
    }

    def decorate(judge: Rule) -> Rule:
        @wraps(judge)
        def good(cls: Any, rows: pd.DataFrame) -> Any:
            return judge(cls, rows).fillna(True).astype(bool)

        check = pa.dataframe_check(
            error=message, statistics=facts, ignore_na=False, n_failure_cases=1
        )
        return cast("Rule", check(good))

    return decorate


def agreement(message: str, *, at: str, within: Sequence[str]) -> Any:
    """The rule that rows with the same values in `within` have one value in `at`, or none."""

    @rule(message, at=at, within=within, good_rows_only=True)
    def agrees(cls: Any, rows: pd.DataFrame) -> Any:  # noqa: ARG001  (the contract)
        return rows.groupby(list(within), dropna=False)[at].transform("nunique") <= 1

    return agrees

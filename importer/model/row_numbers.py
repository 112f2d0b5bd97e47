"""The number of a row: as Excel shows it, or of one of the lines that a row was split into.

The further lines of row 5 are 10000005, 20000005 and so on, so that a number tells its row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from importer.model.outcomes import Outcome, Problem, Status

_LINE = 10_000_000  # more rows than a worksheet has
_GRAVEST_FIRST = (
    *(Status.UNKNOWN, Status.REJECTED, Status.INVALID, Status.UNSENT, Status.PLANNED),
    *(Status.SENT, Status.VERIFIED, Status.UNCHANGED),
)


def line_number(row: int, line: int) -> int:
    """
    >>> line_number(5, 1), line_number(5, 3)
    (5, 20000005)
    """
    return row + (line - 1) * _LINE


def is_line(number: int) -> bool:
    """Whether it is that of a further line, and so no row has it.

    >>> is_line(5), is_line(10000005)
    (False, True)
    """
    return number >= _LINE


def sheet_row(number: int) -> int:
    """The number that Excel shows.

    >>> sheet_row(5), sheet_row(20000005)
    (5, 5)
    """
    return number % _LINE


def sheet_rows(numbers: Iterable[int]) -> list[int]:
    """Each row once.

    >>> sheet_rows([5, 20000005, 6])
    [5, 6]
    """
    return [*dict.fromkeys(map(sheet_row, numbers))]


def by_sheet_row(outcomes: Mapping[int, Outcome]) -> Mapping[int, Outcome]:
    """One outcome for each row of the sheet: of several lines the gravest, with what each says."""
    if not is_line(max(outcomes, default=0)):
        return outcomes
    lines: dict[int, list[Outcome]] = {}
    for number, outcome in sorted(outcomes.items()):
        lines.setdefault(sheet_row(number), []).append(outcome)
    return {row: _together(found) for row, found in sorted(lines.items())}


def _together(lines: Sequence[Outcome]) -> Outcome:
    if len({one.status for one in lines}) == 1:
        sentences = dict.fromkeys(one.sentence for one in lines if one.sentence)
        return Outcome(lines[0].status, "; ".join(sentences))
    said = (
        f"{line} {one.status}{f' ({one.sentence})' if one.sentence else ''}"
        for line, one in enumerate(lines, start=1)
    )
    gravest = min((one.status for one in lines), key=_GRAVEST_FIRST.index)
    return Outcome(gravest, f"Of its {len(lines)} tracking numbers: {', '.join(said)}")


def problems_by_sheet_row(problems: Iterable[Problem]) -> list[Problem]:
    """What is wrong with a row is told once, however many lines it was split into."""
    found = [*problems]
    if not is_line(max((problem.row for problem in found), default=0)):
        return found
    found = [*dict.fromkeys(replace(problem, row=sheet_row(problem.row)) for problem in found)]
    return sorted(found, key=lambda problem: problem.row)

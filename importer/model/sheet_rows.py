"""What became of each row of the sheet, however many lines it was split into."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import RowId

_GRAVEST_FIRST = (
    *(Status.UNKNOWN, Status.REJECTED, Status.INVALID, Status.UNSENT, Status.PLANNED),
    *(Status.SENT, Status.VERIFIED, Status.UNCHANGED),
)


def by_sheet_row(outcomes: Mapping[RowId, Outcome]) -> dict[int, Outcome]:
    """One outcome for each row of the sheet: of several lines the gravest, with what each says."""
    rows = {row: outcome for (row, _), outcome in outcomes.items()}
    if len(rows) == len(outcomes):
        return rows
    lines: dict[int, list[Outcome]] = {}
    for (row, _), outcome in sorted(outcomes.items()):
        lines.setdefault(row, []).append(outcome)
    return {row: _together(several) for row, several in lines.items()}


def _together(lines: Sequence[Outcome]) -> Outcome:
    if len({(one.status, one.undone_by) for one in lines}) == 1:
        messages = dict.fromkeys(one.message for one in lines if one.message)
        problems = problems_by_sheet_row(p for one in lines for p in one.problems)
        first = lines[0]
        return Outcome(first.status, "; ".join(messages), tuple(problems), first.undone_by)
    said = (
        f"{line} {one.status}{f' ({one.sentence})' if one.sentence else ''}"
        for line, one in enumerate(lines, start=1)
    )
    gravest = min((one.status for one in lines), key=_GRAVEST_FIRST.index)
    return Outcome(gravest, f"Of its {len(lines)} tracking numbers: {', '.join(said)}")


def problems_of(outcomes: Iterable[Outcome]) -> list[Problem]:
    """Why the invalid rows are invalid."""
    invalid = (o.problems for o in outcomes if o.status is Status.INVALID)
    return problems_by_sheet_row(p for problems in invalid for p in problems)


def problems_by_sheet_row(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem of a row once, however many lines it was split into."""
    once = dict.fromkeys(replace(problem, id=RowId(problem.row)) for problem in problems)
    return sorted(once, key=lambda problem: problem.row)

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
    once = dict.fromkeys(replace(problem, id=RowId(problem.row)) for problem in problems)
    return sorted(once, key=lambda problem: problem.row)

"""What version 0.1.0 wrote into a row's sentence and warning, as the facts that they were made of.

Nothing but the migration of such a journal reads a sentence.
"""

import re
from typing import Any

from importer.journal.text import problems_text
from importer.model.outcomes import Problem, ProblemKind, Status
from importer.model.row_ids import RowId

_UNDONE = re.compile(r"Taken back by run (\d+) on ")
_NEXT = re.compile(r"; (?=[A-Z][\w ]{1,40}: )")
_TITLED = re.compile(r"([A-Z][\w ]{1,40}): (.*)", re.DOTALL)
_QUOTED = re.compile(r'"([^"]*)"')
_EMPTY = "is empty, and needed"


def facts_of(status: str, sentence: str, warning: str) -> dict[str, Any]:
    """The columns of version 2.

    >>> facts_of("sent", "Taken back by run 3 on 2026-11-28 16:35 UTC.", "")
    {'the_sentence': '', 'the_problems': '[]', 'the_undo': 3}
    """
    undone = _UNDONE.match(sentence)
    invalid = status == Status.INVALID
    problems = _problems(sentence) if invalid else []
    warnings = _problems(warning, ProblemKind.WARNING) if warning else []
    return {
        "the_sentence": "" if undone or invalid else sentence.removeprefix(warning).strip(),
        "the_problems": problems_text([*problems, *warnings]),
        "the_undo": int(undone[1]) if undone else None,
    }


def _problems(text: str, kind: ProblemKind | None = None) -> list[Problem]:
    """One for each column that is named; a value that reads like another column stays whole.

    >>> said = 'Carrier: "Road; Other Carrier: Truck" is new; PO ID: is empty, and needed'
    >>> [(p.column, p.value, p.kind.value) for p in _problems(said)]
    [('Carrier', 'Road; Other Carrier: Truck', 'cell'), ('PO ID', '', 'empty')]
    """
    values = _QUOTED.findall(text)
    for place, value in enumerate(values):
        text = text.replace(value, f"\0{place}\0") if value else text
    parts = _NEXT.split(text)
    return [_problem(re.sub("\0(\\d+)\0", lambda m: values[int(m[1])], p), kind) for p in parts]


def _problem(part: str, kind: ProblemKind | None) -> Problem:
    titled = _TITLED.fullmatch(part)
    column, message = titled.groups() if titled else ("", part)
    value = _QUOTED.search(message)
    about = ProblemKind.CELL if titled else ProblemKind.ROW
    if message == _EMPTY:
        about = ProblemKind.EMPTY
    return Problem(RowId(0), column, value[1] if value else "", message, kind or about)

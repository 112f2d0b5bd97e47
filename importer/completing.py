"""What the upload of a fix file completes: the run whose rows it mends."""

from collections.abc import Mapping
from contextlib import suppress

from importer.errors import JournalError, SheetError
from importer.journal import Journal, RunRecord
from importer.mending import key_of
from importer.outcomes import Outcome, Status
from importer.row_numbers import sheet_row
from importer.settings import Account
from importer.sheets.fix_marks import Origin


def mended_run(origin: Origin, sheet: str, journal: Journal, account: Account) -> RunRecord:
    """The run whose rows a fix file mends; SheetError where it is another's."""
    number = origin.number
    own = (
        f'take out its columns "Import Row" and "Import Run" to send {sheet} as a sheet of its own'
    )
    run = None
    with suppress(JournalError):
        run = None if number is None else journal.run(number)
    if run is None or key_of(run) != origin.run:
        raise SheetError(
            f"{sheet} mends run {origin.run} of another journal than {journal.name}; name that one "
            f"with --journal, or {own}"
        )
    if run.account != account.name:
        raise SheetError(
            f"{sheet} mends run {run.id}, which went to {run.account}; use --account "
            f"{run.account}, or {own}"
        )
    return run


def settled_by(
    run: RunRecord, outcomes: Mapping[int, Outcome], before: Mapping[int, Outcome]
) -> dict[int, Outcome]:
    """Rows of the run that `run` mends which are settled now, and were not `before`.

    A row that was mended in several needs all of them.
    """
    found: dict[int, list[int]] = {}
    for row, mends in run.settings["mends"]["rows"].items():
        found.setdefault(mends, []).append(int(row))

    def said(row: int) -> str:
        """Of a row that was mended and sent by yet another run, what is said of it there."""
        outcome = outcomes[row]
        passed_on = outcome.sentence if outcome.status is Status.UNCHANGED else ""
        return (
            passed_on
            or f"mended in {run.file_name} and sent by run {run.id}, as its row {sheet_row(row)}"
        )

    return {
        number: Outcome(Status.UNCHANGED, said(ours[0]))
        for number, outcome in before.items()
        if not outcome.status.settled
        and (ours := found.get(sheet_row(number)))
        and all(outcomes[row].status.settled for row in ours)
    }

"""What is about to be done, written down before it is done, and what became of it.

`open_journal` gives the `Journal`. Its writes are committed when they return, and a claim is
committed before a byte leaves this machine.
"""

from importer.journal.journal import Journal
from importer.journal.opening import open_journal
from importer.journal.records import (
    AlreadySent,
    AttemptRecord,
    CallRecord,
    CallState,
    Claim,
    Earlier,
    Ending,
    Held,
    Hold,
    NewRow,
    NewRun,
    Purpose,
    RowRecord,
    RunRecord,
    RunState,
    this_process,
)
from importer.journal.settling import Settled

__all__ = [
    "AlreadySent",
    "AttemptRecord",
    "CallRecord",
    "CallState",
    "Claim",
    "Earlier",
    "Ending",
    "Held",
    "Hold",
    "Journal",
    "NewRow",
    "NewRun",
    "Purpose",
    "RowRecord",
    "RunRecord",
    "RunState",
    "Settled",
    "open_journal",
    "this_process",
]

"""What can stop a sheet or a run, split by what the caller can do next.

ImporterError
├── UsageError          the options do not fit together: change them
├── SettingsError       importer.toml or the environment: correct it
├── SheetError          the sheet cannot be read, or its table not found: correct the sheet
│   └── ChoiceNeeded    it can be read in several ways: choose one
├── JournalError        the journal cannot be opened, or is newer than this program
│   ├── RunBusy         another process is working on this run: wait, or stop that one
│   └── RunTaken        this process lost its run to another: send nothing more
└── PlatformError       the platform or the way to it
    ├── NotSent         nothing left this machine: may be tried again
    ├── AnswerLost      it may or may not have been applied: read back, never guess
    └── SignInRefused   no call of this account can go: stop the run

What is wrong with a row is no exception: it is a Problem or an Outcome.
"""

from collections.abc import Sequence
from typing import Self


class ImporterError(Exception):
    """One sentence for a person: what, where, the value, what to do."""


class UsageError(ImporterError):
    pass


class SettingsError(ImporterError):
    pass


class SheetError(ImporterError):
    pass


class ChoiceNeeded(SheetError):
    """Nothing was chosen, and several things fit.

    `what` is one of "account", "operation", "vendor" and "worksheet"; each front end says in its
    own words where to choose it.
    """

    def __init__(self, reason: str, what: str, options: Sequence[str]) -> None:
        super().__init__(f"{reason}; choose the {what}")
        self.reason, self.what, self.options = reason, what, tuple(options)

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, tuple[str, ...]]]:
        return type(self), (self.reason, self.what, self.options)  # it crosses processes


class JournalError(ImporterError):
    pass


class RunBusy(JournalError):
    pass


class RunTaken(JournalError):
    pass


class PlatformError(ImporterError):
    pass


class NotSent(PlatformError):
    pass


class AnswerLost(PlatformError):
    pass


class SignInRefused(PlatformError):
    pass

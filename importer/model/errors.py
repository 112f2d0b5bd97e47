"""What can stop a sheet or a run, split by what the caller can do next.

ImporterError
├── UsageError          the command's words do not fit together: say it again
├── SettingsError       importer.toml or the environment: mend it
├── SheetError          the sheet cannot be read, or its table not found: mend the sheet
├── JournalError        the journal cannot be opened, or is newer than this program
│   ├── RunBusy         another process is at work on this run: wait, or stop that one
│   └── RunTaken        this process lost its run to another: send nothing more
└── PlatformError       the platform or the way to it
    ├── NotSent         nothing left this machine: may be tried again
    ├── AnswerLost      it may or may not have been applied: read back, never guess
    └── SignInRefused   no call of this account can go: stop the run

A row's trouble is no exception: it is a Problem or an Outcome.
"""


class ImporterError(Exception):
    """One sentence for a person: what, where, the value, what to do."""


class UsageError(ImporterError):
    pass


class SettingsError(ImporterError):
    pass


class SheetError(ImporterError):
    pass


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

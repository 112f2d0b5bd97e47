"""An importer in a hurry, as a process: its owners go stale within a second.

A mutation is a fault built into it on purpose.

python -m tests.torture.child CONFIG JOURNAL upload SHEET ACCOUNT [MUTATION]
python -m tests.torture.child CONFIG JOURNAL resume RUN [MUTATION]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from importer.journal import open_journal
from importer.model.errors import ImporterError
from importer.model.options import ReadingOptions, UploadOptions
from importer.platforms import PLATFORMS
from importer.runs.execute import Context
from importer.runs.upload import resume_run, upload_sheet
from importer.sending.breaker import Bounds
from importer.sending.task import Patience
from importer.settings.settings import load_settings
from tests.torture.mutations import MUTATIONS

STALE_AFTER_S = 1.0
PATIENCE = Patience(
    back_off_s=0.05,
    read_back_after_s=0.2,
    send_within_s=0.5,
    beat_every_s=0.2,
    bounds=Bounds(doubts=1000),
)


def main(words: Sequence[str]) -> int:
    config, journal, command, *rest = words
    settings = load_settings(Path(config), PLATFORMS)
    with open_journal(journal, stale_after_s=STALE_AFTER_S) as opened:
        context = Context(settings, opened, patience=PATIENCE)
        try:
            if command == "resume":
                run_id, *mutation = rest
                _mutate(mutation)
                # A mutated one goes on at once after a kill, others wait until the owner is stale.
                summary = resume_run(int(run_id), context, take_over=bool(mutation))
            else:
                sheet, account, *mutation = rest
                _mutate(mutation)
                options = UploadOptions(ReadingOptions(split=True))
                summary = upload_sheet(Path(sheet), options, context, settings.account(account))
        except ImporterError as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            return 2
    sys.stdout.write(f"{summary.stopped_by or 'done'}\n")
    return 0


def _mutate(names: Sequence[str]) -> None:
    for name in names:
        MUTATIONS[name]()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

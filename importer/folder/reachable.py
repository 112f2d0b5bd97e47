"""Whether an account can be sent to now; where not, its own files wait, and no others."""

from importer.model.errors import ImporterError
from importer.runs.execute import Desk, try_account
from importer.settings.settings import Account


def why_held(account: Account, desk: Desk) -> str | None:
    """Why nothing can be sent to an account now; None where it can.

    Asks for nothing that changes anything, and waits for its turn within the account's limit.
    """
    try:
        wait_s = desk.journal.reserve(account.name, account.limit.pace_s)
        if wait_s > desk.patience.longest_pause_s:
            return f"{account.name} asked to be left alone for {wait_s / 60:.0f} minutes"
        desk.stop.wait(wait_s)
        try_account(account, desk.environ)
    except ImporterError as error:
        return str(error).removesuffix(".")
    return None

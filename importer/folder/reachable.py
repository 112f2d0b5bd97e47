"""Whether an account can be sent to now; where not, its own files wait, and no others."""

from importer.model.errors import ImporterError
from importer.runs.execute import Context, try_account
from importer.settings.settings import Account


def why_held(account: Account, context: Context) -> str | None:
    """Why nothing can be sent to an account now; None where it can.

    Asks for nothing that changes anything, and waits for its turn within the account's limit.
    """
    try:
        wait_s = context.journal.reserve(account.name, account.limit.pace_s)
        if wait_s > context.patience.longest_pause_s:
            return f"{account.name} asked to be left alone for {wait_s / 60:.0f} minutes"
        context.stop.wait(wait_s)
        try_account(account, context.environ)
    except ImporterError as error:
        return str(error).removesuffix(".")
    return None

"""Can an account be reached right now? If not, only its own files wait."""

from importer.model.errors import ImporterError
from importer.runs.execute import Context, try_account
from importer.settings.accounts import Account


def why_unreachable(account: Account, context: Context) -> str | None:
    """Why nothing can be sent to an account right now, or None.

    Sends only requests that change nothing, within the account's limit.
    """
    try:
        wait_s = context.journal.reserve(account.name, account.limit.pace_s)
        if wait_s > context.patience.longest_pause_s:
            return f"{account.name} asked for a pause of {wait_s / 60:.0f} minutes"
        context.stop.wait(wait_s)
        try_account(account, context.environ)
    except ImporterError as error:
        return str(error).removesuffix(".")
    return None

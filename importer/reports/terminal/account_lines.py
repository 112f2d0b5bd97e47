"""The accounts in the settings, never their secrets."""

from typing import Any

from importer.platforms import PLATFORMS
from importer.reports.terminal.words import columns_text
from importer.settings.rate_limit import Limit
from importer.settings.settings import Settings

_UNITS = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day"}


def accounts_table(settings: Settings) -> str:
    if not settings.accounts:
        return "No accounts are set up; add one to importer.toml."
    rows = [("account", "platform", "address", "limit", "secrets from")]
    for account in settings.accounts.values():
        sources = ", ".join(source.place for source in account.sources.values())
        title = PLATFORMS[account.platform].title
        rows.append((account.name, title, account.base_url, _limit_words(account.limit), sources))
    return columns_text(rows)


def _limit_words(limit: Limit) -> str:
    return f"{limit.calls:,} {_UNITS[limit.seconds]}" if limit.calls else "unlimited"


def accounts_as_json(settings: Settings) -> list[dict[str, Any]]:
    return [
        {"name": a.name, "platform": a.platform, "base_url": a.base_url, "workers": a.workers}
        for a in settings.accounts.values()
    ]

"""The accounts in the settings, for people and for programs."""

from dataclasses import replace

from importer.reports.terminal.account_lines import accounts_as_json, accounts_table
from importer.settings.rate_limit import Limit


def test_the_table_shows_the_limit_and_where_secrets_come_from_but_no_secret(settings, snapshot):
    accounts = {
        name: replace(account, base_url=f"https://{name}.example")
        for name, account in settings.accounts.items()
    }
    accounts["shipstation"] = replace(accounts["shipstation"], limit=Limit(200, 60))

    snapshot(accounts_table(replace(settings, accounts=accounts)))


def test_json_has_what_a_script_needs_to_choose_an_account(settings, sandbox):
    assert accounts_as_json(settings)[0] == {
        "name": "sellercloud",
        "platform": "sellercloud",
        "base_url": f"{sandbox.url}/rest",
        "workers": settings.account("sellercloud").workers,
    }


def test_no_accounts_is_a_sentence(settings):
    none = replace(settings, accounts={})

    assert accounts_table(none) == "No accounts are set up; add one to importer.toml."

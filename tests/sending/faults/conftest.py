"""A context for faults, where calls settle soon."""

import ssl
from dataclasses import replace

import pytest

from importer.sending import connection
from tests.sending.faults.bench import HASTY_S, Bench

TRUST = connection._trusted
TRUSTED = ssl.create_default_context()  # read once: each reading takes as long as a test


@pytest.fixture(autouse=True)
def quick_trust(monkeypatch):
    monkeypatch.setattr(
        "importer.sending.connection._trusted",
        lambda account: TRUSTED if account.base_url.startswith("http://") else TRUST(account),
    )


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch):
    monkeypatch.setattr("importer.sending.delivery.random.random", lambda: 0.0)


@pytest.fixture
def settings(settings):
    accounts = {
        name: replace(a, settle_s=0.1, timeout_s=10) for name, a in settings.accounts.items()
    }
    return replace(settings, accounts=accounts)


@pytest.fixture
def bench(context, sandbox, tmp_path, monkeypatch):
    return Bench(context, sandbox, tmp_path, monkeypatch)


@pytest.fixture
def hasty(bench):
    """The same, with little patience for an answer."""
    return bench.with_account(timeout_s=HASTY_S)

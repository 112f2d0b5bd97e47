"""ShipStation over a real socket: the key signs in, and a reason is read."""

import pytest

from importer.demo.demo import SECRETS
from importer.model.errors import SignInRefused
from importer.runs.execute import try_account


def test_a_key_is_tried_by_asking_for_one_purchase_order_which_changes_nothing(settings, sandbox):
    account = settings.account("shipstation")

    sentence = try_account(account, SECRETS)

    assert sentence == f"shipstation can sign in to ShipStation at {account.base_url}"
    assert [(e.method, e.path, e.status) for e in sandbox.log] == [
        ("GET", "/v2/purchase_orders", 200)
    ]


def test_a_wrong_key_is_refused_in_its_own_words(settings):
    with pytest.raises(SignInRefused, match=r"^shipstation: Access denied\.$"):
        try_account(settings.account("shipstation"), dict.fromkeys(SECRETS, "wrong"))

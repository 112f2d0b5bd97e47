"""Secrets: found where importer.toml says, never printed."""

import copy
import pickle
import sys
import types

import pytest

from importer.model.errors import SettingsError
from importer.settings.secrets import Secret
from tests.settings.conftest import SHIPSTATION


def test_a_secret_never_prints():
    secret = Secret("hunter2")

    shown = f"{secret} {secret!r} {secret:>20} {secret!s} {[secret]}" + str(secret)

    assert "hunter2" not in shown
    assert secret.reveal() == "hunter2"
    assert copy.deepcopy(secret).reveal() == pickle.loads(pickle.dumps(secret)).reveal()  # noqa: S301


def test_secrets_are_read_when_used_and_stripped(load):
    account = load(SHIPSTATION).account("ship")

    credentials = account.credentials({"SHIP_KEY": " key-123\r\n"})

    assert credentials["api_key"].reveal() == "key-123"
    assert "key-123" not in f"{credentials} {account}"


@pytest.mark.parametrize("environ", [{}, {"SHIP_KEY": ""}, {"SHIP_KEY": " \n"}])
def test_a_missing_variable_is_named(load, environ):
    with pytest.raises(SettingsError, match="ship, api_key_env: the environment variable SHIP_KEY"):
        load(SHIPSTATION).account("ship").credentials(environ)


@pytest.mark.parametrize("value", ["key-\n123", "key-\x00123", "key-é123", "key-\x7f123"])
def test_a_secret_unfit_to_send_is_refused_unseen(load, value):
    with pytest.raises(SettingsError) as caught:
        load(SHIPSTATION).account("ship").credentials({"SHIP_KEY": value})

    assert "store it again" in str(caught.value)
    assert "key-" not in str(caught.value)


class KeyringError(Exception):
    pass


def keyring(get_password):
    module = types.ModuleType("keyring")
    module.get_password = get_password
    module.errors = types.SimpleNamespace(KeyringError=KeyringError)
    return module


IN_KEYRING = SHIPSTATION.replace("api_key_env", "api_key_keyring").replace("SHIP_KEY", "importer/s")


def test_a_keyring_gives_the_secret(load, monkeypatch):
    held = {("importer", "s"): "key-123"}
    module = keyring(lambda service, name: held.get((service, name)))
    monkeypatch.setitem(sys.modules, "keyring", module)

    assert load(IN_KEYRING).account("ship").credentials({})["api_key"].reveal() == "key-123"
    held.clear()
    with pytest.raises(SettingsError, match='holds nothing under "importer" and "s"'):
        load(IN_KEYRING).account("ship").credentials({})


def test_a_keyring_that_fails_is_a_sentence(load, monkeypatch):
    def locked(service, name):
        raise KeyringError

    account = load(IN_KEYRING).account("ship")
    monkeypatch.setitem(sys.modules, "keyring", keyring(locked))
    with pytest.raises(SettingsError, match="did not open"):
        account.credentials({})
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SettingsError, match=r"install purchase-order-importer\[keyring\]"):
        account.credentials({})

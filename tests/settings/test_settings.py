"""importer.toml to settings: every mistake named, no secret printed."""

import copy
import pickle
import sys
import types
from datetime import UTC, time
from pathlib import Path

import platformdirs
import pytest

from importer.model.errors import SettingsError
from importer.platforms import PLATFORMS
from importer.settings.accounts import Account
from importer.settings.rate_limit import Limit
from importer.settings.secrets import Secret
from importer.settings.settings import Settings, journal_location, load_settings

SELLERCLOUD = """
[accounts.acme]
platform = "sellercloud"
server = "acme"
username_env = "ACME_USERNAME"
password_env = "ACME_PASSWORD"
"""
SHIPSTATION = """
[accounts.ship]
platform = "shipstation"
api_key_env = "SHIP_KEY"
"""


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> Settings:
        file = tmp_path / "importer.toml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file, PLATFORMS)

    return load


@pytest.fixture
def sentence(load):
    def sentence(text: str) -> str:
        with pytest.raises(SettingsError) as caught:
            load(text)
        return str(caught.value)

    return sentence


def test_a_secret_never_prints():
    secret = Secret("hunter2")

    shown = f"{secret} {secret!r} {secret:>20} {secret!s} {[secret]}" + str(secret)

    assert "hunter2" not in shown
    assert secret.reveal() == "hunter2"
    assert copy.deepcopy(secret).reveal() == pickle.loads(pickle.dumps(secret)).reveal()  # noqa: S301


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("200/minute", Limit(200, 60)),
        ("10800/hour", Limit(10800, 3600)),
        ("3/second", Limit(3, 1)),
        ("unlimited", Limit(0, 0)),
    ],
)
def test_a_limit_is_read(text, limit):
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text", ["", "200", "0/minute", "-1/hour", "200 / minute", "9/week", "٣/hour"]
)
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ValueError):
        Limit.parse(text)


def test_calls_are_paced_under_the_limit():
    assert Limit(200, 60).pace_s == pytest.approx(0.3 / 0.95)
    assert Limit(0, 0).pace_s == 0


def test_an_account_has_defaults_of_its_platform(load):
    settings = load(SELLERCLOUD + SHIPSTATION)

    acme, ship = settings.account("acme"), settings.account("ship")
    assert acme == Account(
        name="acme",
        platform="sellercloud",
        base_url="https://acme.api.sellercloud.com/rest",
        sources=acme.sources,
        limit=Limit(10800, 3600),
    )
    assert (ship.base_url, ship.limit) == ("https://api.shipstation.com", Limit(200, 60))
    assert (settings.date_only_at, settings.journal) == (time(12, tzinfo=UTC), None)


def test_every_key_is_read(load, tmp_path):
    settings = load(
        'date_only = "09:30"\njournal = "here.db"\n'
        + SHIPSTATION
        + 'base_url = "http://127.0.0.1:8765/"\nlimit = "20/minute"\nworkers = 3\ntimeout = 5.5\n'
        + 'ca_bundle = "ours.pem"\nsettle = 0\n[vendors.north]\nworksheet = "Orders"\n'
    )

    ship = settings.account("ship")
    assert ship == Account(
        name="ship",
        platform="shipstation",
        base_url="http://127.0.0.1:8765",
        sources=ship.sources,
        limit=Limit(20, 60),
        workers=3,
        timeout_s=5.5,
        ca_bundle=tmp_path / "ours.pem",
        settle_s=0,
    )
    assert settings.date_only_at == time(9, 30, tzinfo=UTC)
    assert settings.vendors["north"].worksheet == "Orders"
    assert journal_location(settings, None) == str(tmp_path / "here.db")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("acounts = 1", ['"acounts"', "Did you mean accounts?"]),
        (SHIPSTATION + "worker = 3", ["[accounts.ship]", '"worker"', "Did you mean workers?"]),
        (SHIPSTATION + 'server = "acme"', ['"server" is not known']),
        (SELLERCLOUD + 'api_key_env = "K"', ['"api_key_env" is not known']),
        ("accounts = 3", ["[accounts.NAME]"]),
        ("[accounts]\nship = 3", ["[accounts.ship]"]),
        ('[accounts."a\\u001b"]', ["control characters"]),
        ("[accounts.ship]", ["platform is missing", "sellercloud, shipengine, shipstation"]),
        ('[accounts.s]\nplatform = "shipstaton"', ['"shipstaton"', "Did you mean shipstation?"]),
        ('[accounts.s]\nplatform = "shipstation"', ["api_key_env", "none stands"]),
        (SHIPSTATION + 'api_key_keyring = "a/b"', ["both stand"]),
        (SHIPSTATION + 'limit = "many"', ['limit "many"', "200/minute"]),
        (SHIPSTATION + "workers = 0", ["workers must be from 1 to 64, not 0"]),
        (SHIPSTATION + "workers = 2.5", ["workers must be a whole number, not 2.5"]),
        (SHIPSTATION + "workers = true", ["workers must be a number, not True"]),
        (SHIPSTATION + 'timeout = "60"', ["timeout must be a number, not '60'"]),
        (SHIPSTATION + "timeout = nan", ["timeout must be from 0.1 to 3600, not nan"]),
        (SHIPSTATION + "ca_bundle = 3", ["ca_bundle must be a text"]),
        ('date_only = "25:00"', ["date_only"]),
        ("date_only = 12", ["date_only"]),
        ("journal = 3", ["journal must be a text"]),
        ("a b = 1", ["not valid TOML", "line 1"]),
        (SELLERCLOUD + 'base_url = "https://x/rest"', ["exclude each other"]),
        (SELLERCLOUD.replace('server = "acme"', ""), ["Sellercloud needs server or base_url"]),
    ],
)
def test_a_mistake_is_named_with_its_place(sentence, tmp_path, text, words):
    found = sentence(text)

    assert found.startswith(str(tmp_path / "importer.toml"))
    assert [word for word in words if word not in found] == [], found


@pytest.mark.parametrize(
    "server",
    [
        "evil.com/",
        "evil.com#",
        "evil.com?",
        "u@evil.com/",
        "127.0.0.1:80/",
        "[::1]/",
        "evil。com/",
        "http://evil.com/",
        "xn--a",
        "XN--a",
        "-a",
        "a-",
        "a" * 64,
        "a\\n",
        " a",
        "{server}",
    ],
)
def test_a_server_is_one_dns_label(sentence, server):
    assert "must be one word" in sentence(SELLERCLOUD.replace('"acme"', f'"{server}"'))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.shipstation.com",
        "http://127.0.0.1.evil.com",
        "http://10.0.0.1",
        "ftp://x",
        "https://",
        "//x",
        "x",
        "https://x:99999",
        "https://x/a b",
        "https://x\\\\y",
        "https://x/é",
        "https://user:hunter2@x",
        "https:/user:hunter2@x",
        "https://x?k=hunter2",
        "https://x#hunter2",
        "https://x/../y",
        "https://x//y",
        "https://[x",
        "https://a..b",
        "https://a,b",
        f"https://{'a' * 64}.com",
    ],
)
def test_an_unsafe_address_is_refused(sentence, url):
    found = sentence(SHIPSTATION + f'base_url = "{url}"')

    assert "base_url" in found
    assert "hunter2" not in found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8765", "127.9.9.9", "[::1]:80"])
def test_plain_http_is_for_this_machine(load, host):
    assert (
        load(SHIPSTATION + f'base_url = "http://{host}/"').account("ship").base_url.endswith(host)
    )


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2!"',
        'api_key = "hunter2!"',
        'username_env = "hunter2!"',
        'password_keyring = "hunter2!"',
        "password_env = 'hunter2!\n'",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_printed(sentence, line):
    table = '[accounts.acme]\nplatform = "sellercloud"\nserver = "acme"\n'
    assert "hunter2" not in sentence(table + 'username_env = "U"\n' * ("user" not in line) + line)


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


@pytest.fixture
def folders(tmp_path, monkeypatch):
    here, user = tmp_path / "here", tmp_path / "user"
    here.mkdir()
    user.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(platformdirs, "user_config_path", lambda *_, **__: user)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: user / "data")
    return here, user


def test_settings_are_found_here_then_in_the_users_folder(folders):
    here, user = folders
    assert load_settings(None, PLATFORMS) == Settings()

    (user / "importer.toml").write_text(SHIPSTATION)
    assert list(load_settings(None, PLATFORMS).accounts) == ["ship"]

    (here / "importer.toml").write_text(SELLERCLOUD)
    assert list(load_settings(None, PLATFORMS).accounts) == ["acme"]


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load_settings(tmp_path / "none.toml", PLATFORMS)

    file = tmp_path / "importer.toml"
    file.write_bytes(SHIPSTATION.encode("utf-16"))
    with pytest.raises(SettingsError, match="save it as UTF-8"):
        load_settings(file, PLATFORMS)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    file = tmp_path / "importer.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SHIPSTATION.encode())

    assert "ship" in load_settings(file, PLATFORMS).accounts


def test_an_unknown_account_is_named_with_the_nearest(load, folders):
    with pytest.raises(SettingsError, match=r"accounts are: acme\. Did you mean acme\?"):
        load(SELLERCLOUD).account("acmee")
    with pytest.raises(SettingsError, match=r"no importer\.toml was found"):
        Settings().account("acme")


def test_the_journal_is_the_option_else_the_setting_else_the_users(load, folders):
    _, user = folders
    url = "postgresql://importer:hunter2@db/importer"
    settings = load(f'journal = "{url}"')

    assert journal_location(settings, "mine.db") == "mine.db"
    assert journal_location(settings, None) == url
    assert journal_location(Settings(), None) == str(Path(user) / "data" / "journal.db")
    assert "hunter2" not in repr(settings)

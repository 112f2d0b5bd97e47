"""importer.toml to settings: every mistake named, no secret printed."""

from datetime import UTC, time
from pathlib import Path

import platformdirs
import pytest

from importer.model.errors import SettingsError
from importer.platforms import PLATFORMS
from importer.settings.accounts import Account
from importer.settings.rate_limit import Limit
from importer.settings.settings import Settings, journal_location, load_settings
from tests.settings.conftest import SELLERCLOUD, SHIPSTATION


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
        ('date_only = "25:00"', ["date_only"]),
        ("date_only = 12", ["date_only"]),
        ("a b = 1", ["not valid TOML", "line 1"]),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(sentence, tmp_path, text, words):
    found = sentence(text)

    assert found.startswith(str(tmp_path / "importer.toml"))
    assert [word for word in words if word not in found] == [], found


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

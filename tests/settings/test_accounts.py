"""An account: its defaults and its address."""

from datetime import UTC, time

import pytest

from importer.settings.accounts import Account
from importer.settings.rate_limit import Limit
from tests.settings.conftest import SELLERCLOUD, SHIPSTATION


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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SHIPSTATION + 'server = "acme"', ['"server" is not known']),
        (SELLERCLOUD + 'api_key_env = "K"', ['"api_key_env" is not known']),
        ("[accounts.ship]", ["platform is missing", "sellercloud, shipengine, shipstation"]),
        ('[accounts.s]\nplatform = "shipstaton"', ['"shipstaton"', "Did you mean shipstation?"]),
        ('[accounts.s]\nplatform = "shipstation"', ["api_key_env", "has neither"]),
        (SHIPSTATION + 'api_key_keyring = "a/b"', ["has both"]),
        (SHIPSTATION + 'limit = "many"', ['limit "many"', "200/minute"]),
        (SELLERCLOUD + 'base_url = "https://x/rest"', ["cannot both be set"]),
        (SELLERCLOUD.replace('server = "acme"', ""), ["Sellercloud needs server or base_url"]),
    ],
)
def test_a_mistake_in_an_account_is_named_with_its_place(sentence, tmp_path, text, words):
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

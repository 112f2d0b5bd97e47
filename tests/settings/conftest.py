import pytest

from importer.model.errors import SettingsError
from importer.platforms import PLATFORMS
from importer.settings.settings import Settings, load_settings

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

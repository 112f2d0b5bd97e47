"""A table of importer.toml: what it may hold, and where the mistake is."""

import pytest

from tests.settings.conftest import SHIPSTATION


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("acounts = 1", ['"acounts"', "Did you mean accounts?"]),
        (SHIPSTATION + "worker = 3", ["[accounts.ship]", '"worker"', "Did you mean workers?"]),
        ("accounts = 3", ["[accounts.NAME]"]),
        ("[accounts]\nship = 3", ["[accounts.ship]"]),
        ('[accounts."a\\u001b"]', ["control characters"]),
        (SHIPSTATION + "workers = 0", ["workers must be from 1 to 64, not 0"]),
        (SHIPSTATION + "workers = 2.5", ["workers must be a whole number, not 2.5"]),
        (SHIPSTATION + "workers = true", ["workers must be a number, not True"]),
        (SHIPSTATION + 'timeout = "60"', ["timeout must be a number, not '60'"]),
        (SHIPSTATION + "timeout = nan", ["timeout must be from 0.1 to 3600, not nan"]),
        (SHIPSTATION + "ca_bundle = 3", ["ca_bundle must be a text"]),
        ("journal = 3", ["journal must be a text"]),
    ],
)
def test_a_key_that_is_not_known_or_has_another_form_is_named_with_its_place(
    sentence, tmp_path, text, words
):
    found = sentence(text)

    assert found.startswith(str(tmp_path / "importer.toml"))
    assert [word for word in words if word not in found] == [], found

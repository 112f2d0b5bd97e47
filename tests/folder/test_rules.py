"""folder.toml: which rule a file belongs to, and what is wrong in the file."""

from pathlib import PurePosixPath

import pytest

from importer.folder.rules import Notify, init_folder, load_folder
from importer.model.errors import SettingsError, UsageError
from importer.model.options import ReadingOptions, Share, UploadOptions
from tests.folder.conftest import RULES, fates, tracking


def load(drop, text):
    (drop.layout.root / "folder.toml").write_text(text, encoding="utf-8")
    return load_folder(drop.layout.root, drop.context.settings)


def test_a_rule_has_the_options_of_an_upload(drop):
    (rule,) = load(
        drop,
        """
        [inbox.north]
        files = "*.csv"
        operation = "add_tracking"
        account = "sellercloud"
        stop_after = "20%"
        strict = true
        split = true
        """,
    ).rules

    reading = ReadingOptions(operation="add_tracking", split=True, unattended=True)
    assert (rule.folder, rule.files, rule.account) == ("north", "*.csv", "sellercloud")
    assert rule.options == UploadOptions(reading, stop_after=Share.parse("20%"), strict=True)


def test_the_first_rule_that_matches_applies(drop):
    settings = load(drop, '[inbox.a]\nfolder = "."\nfiles = "*.csv"\n[inbox.b]\nfolder = "."\n')

    matched = [settings.rule(PurePosixPath(name)) for name in ("x.csv", "x.xlsx", "sub/x.csv")]

    assert [rule and rule.name for rule in matched] == ["a", "b", None]


def test_files_for_a_rule_are_known_in_capitals_too(drop):
    drop.rules = drop.rules.replace("[inbox.north]", '[inbox.north]\nfiles = "*.csv"')
    drop.put("north/DOCK.CSV", tracking("A12345"))
    drop.put("north/readme.pdf", "x")

    assert fates(drop.run()) == {"north/DOCK.CSV": "done", "north/readme.pdf": "attention"}


def test_nobody_is_notified_unless_folder_toml_says_so(drop):
    assert load(drop, "").notify == Notify()
    assert load(drop, "[notify]\n").notify.when == "never"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('when = "sometimes"', 'when must be one of attention, always, never, not "sometimes"'),
        ('mail_to = "buyer@example.com"', "mail_to must be a list of addresses"),
        ('mail_to = ["buyer@example.com"]', "mail_to also needs smtp and mail_from"),
    ],
)
def test_what_is_wrong_in_notify_is_named(drop, lines, problem):
    with pytest.raises(SettingsError, match=problem):
        load(drop, f"[notify]\n{lines}\n")


def test_an_existing_folder_toml_is_not_overwritten(drop):
    (drop.layout.root / "folder.toml").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match=r"folder\.toml already exists and was not changed"):
        init_folder(drop.layout.root)

    assert (drop.layout.root / "folder.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('url = "ftp.north.example"', "url must be an address"),
        ('url = "sftp://me:secret@host/out"', "url contains a password"),
        ('url = "sftp://host/out"\nkeys = ["a"]', "each option must be a text"),
    ],
)
def test_a_wrong_address_is_reported_without_its_password(drop, lines, said):
    (drop.layout.root / "folder.toml").write_text(f"{RULES}\n[inbox.north.remote]\n{lines}\n")

    with pytest.raises(SettingsError, match=said) as error:
        load_folder(drop.layout.root, drop.context.settings)

    assert "secret" not in str(error.value)

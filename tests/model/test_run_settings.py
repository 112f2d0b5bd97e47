"""What a run was asked goes into the journal as JSON and comes back as it was."""

from pathlib import Path

import pytest

from importer.model.options import ReadingOptions, Share, UploadOptions
from importer.model.run_settings import FixedRows, RunSettings

ASKED = RunSettings(
    address="https://acme.example/rest",
    options=UploadOptions(
        ReadingOptions(strict_tracking=True, split=True),
        into=Path("/results"),
        strict=True,
        verify=False,
        stop_after=Share.parse("20%"),
        undoable=True,
    ),
    vendor="north",
    header_row=3,
    two_lines=True,
    encoding="cp1252",
    fixes=FixedRows(7, {2: 5, 3: 9}),
)


@pytest.mark.parametrize("settings", [ASKED, RunSettings(), RunSettings(undoes=4)])
def test_settings_come_out_as_they_went_in(settings):
    assert RunSettings.from_json(settings.as_json()) == settings


def test_settings_of_an_older_version_lack_keys_and_have_others():
    assert RunSettings.from_json({"into": None, "workers": 8, "mends": None}) == RunSettings()

"""A profile checked against the operations."""

import pytest

from importer.model.errors import SettingsError
from tests.vendors.conftest import HEADING, ROW


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('operation = "add_trackng"', ['"add_trackng" is not one of', "mean add_tracking?"]),
        (
            'headings = {"Trackng Number" = "Trk"}',
            ['headings: "Trackng Number" is not a column', "Did you mean Tracking Number?"],
        ),
        (
            'operation = "add_tracking"\nconstants = {"Unit Price" = 3}',
            ['constants: "Unit Price" is not a column of add_tracking'],
        ),
        ('values = {Carier = {"F" = "UPS"}}', ["values: ", "Did you mean Carrier?"]),
        (
            'operation = "add_tracking"\nconstants = {Carrier = "FedX"}',
            ['constants, Carrier: "FedX" is not one of UPS', "Did you mean FedEx?"],
        ),
        (
            'operation = "add_tracking"\nvalues = {Carrier = {"F" = "FedX"}}',
            ['values, Carrier: "FedX" is not one of UPS'],
        ),
    ],
)
def test_what_no_operation_has_is_named_before_any_sheet_is_read_by_it(refusal, line, words):
    found = refusal(HEADING, ROW, settings=f"[vendors.north]\n{line}", error=SettingsError)

    assert "importer.toml: [vendors.north] " in found
    assert [word for word in words if word not in found] == [], found

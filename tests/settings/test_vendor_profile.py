"""A vendor's profile in use: its words put into ours, its headings compared with a sheet's."""

import pytest

from importer.columns.column import Column
from importer.model.cells import Fault
from importer.settings.vendor_profile import VendorProfile

MAPPED = VendorProfile("north", fingerprint=["Our Ref", "Qty", "Qty"])


def test_the_vendors_words_become_ours_and_empty_cells_the_constant():
    fault = Fault("#N/A")
    profile = VendorProfile(
        "north", constants={"carrier": "UPS"}, values={"CARRIER": {"FDX  Grnd": "FedEx", "?": ""}}
    )

    cells = profile.cells("Carrier", [" fdx\u00a0grnd", "?", None, fault, "DHL"])

    assert cells == ["FedEx", "UPS", "UPS", fault, "DHL"]
    assert profile.cells("Other Carrier", ["?", None]) == ["?", None]


@pytest.mark.parametrize(
    ("headings", "is_sign", "changes"),
    [
        (["qty", "OUR REF", "Qty"], True, ([], [])),
        (["Our Ref", "Qty"], False, ([], ["Qty"])),
        (["Our Ref", "Qty", "Qty", "Qty", "ETA"], False, (["Qty", "ETA"], [])),
        ([], False, ([], ["Our Ref", "Qty", "Qty"])),
    ],
)
def test_headings_are_compared_with_those_mapped_each_as_often_as_it_appears(
    headings, is_sign, changes
):
    assert (MAPPED.is_sign_of(headings), MAPPED.changes(headings)) == (is_sign, changes)


def test_a_profile_that_was_written_by_hand_is_no_sign_and_has_no_changes():
    profile = VendorProfile("north")

    assert not profile.is_sign_of([])
    assert profile.knows("whatever")
    assert profile.changes(["Qty"]) == ([], [])


@pytest.mark.parametrize(
    ("named", "asked", "fits"),
    [
        ("add_tracking", "Add Tracking", True),
        ("add_tracking", "update_items", False),
        ("add_tracking", None, True),
        (None, "update_items", True),
    ],
)
def test_a_profile_is_for_its_operation_so_far_as_either_is_named(named, asked, fits):
    assert VendorProfile("north", operation=named).is_for(asked) is fits


def test_a_column_is_read_by_the_vendors_dates_and_numbers():
    profile = VendorProfile("north", date_order="dmy", decimal=",")

    column = profile.column(Column("Shipped On"))

    assert column == Column("Shipped On", date_order="dmy", decimal=",")

"""A vendor's profile, read from its table of importer.toml: every mistake named."""

import pytest

from importer.settings.vendor_profile import VendorProfile
from tests.settings.conftest import SELLERCLOUD
from tests.vendors.conftest import NORTH


def test_every_key_of_a_profile_is_read(load, tmp_path):
    profile = load(
        SELLERCLOUD
        + NORTH
        + 'account = "acme"\nworksheet = "Lines"\nheader_row = 7\ndecimal = ","\n'
        'encoding = "cp1250"\ninfer_carrier = true\nfingerprint = ["Our Ref", "Trk No."]\n'
    ).vendor("north")

    assert profile == VendorProfile(
        name="north",
        place=f"{tmp_path / 'importer.toml'}: [vendors.north]",
        operation="add_tracking",
        account="acme",
        worksheet="Lines",
        header_row=7,
        headings={"PO ID": "Our Ref", "tracking number": "Trk No.", "Carrier": "Ship Method"},
        constants={"Shipping Status": "Fully Shipped", "Carrier": "UPS"},
        values={"Carrier": {"FDX  Grnd": "FedEx", "?": ""}},
        date_order="dmy",
        decimal=",",
        encoding="cp1250",
        infer_carrier=True,
        fingerprint=("Our Ref", "Trk No."),
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('operaton = "x"', ['"operaton" is not known', "Did you mean operation?"]),
        ("operation = 3", ["operation must be a text"]),
        ('account = "acne"', ['"acne" is not one of the accounts: acme', "Did you mean acme?"]),
        ("header_row = 0", ["header_row must be from 1 to 1.04858e+06, not 0"]),
        ('date_order = "ydm"', ['date_order "ydm" is not one of "dmy", "mdy", "ymd"']),
        ('decimal = "."\nencoding = "cp9999"', ['encoding "cp9999"', "cp1250"]),
        ('infer_carrier = "yes"', ["infer_carrier must be true or false"]),
        ('decimal = ";"', ['decimal ";" is not one of ",", "."']),
        ('headings = "Our Ref"', ["headings must be written as {"]),
        ('headings = {Carrier = ""}', ["headings: Carrier must be a text in quotes"]),
        (
            'headings = {Carrier = "Via", "PO ID" = "via "}',
            ['"via " is used for both Carrier and PO ID'],
        ),
        ('headings = {Carrier = "A", carrier = "B"}', ['headings: "carrier" appears twice']),
        ("constants = {Carrier = true}", ["constants: Carrier must be a text, a number or a date"]),
        ('constants = {Carrier = " "}', ["constants: Carrier is empty; leave it out"]),
        ('values = {Carrier = "UPS"}', ["values, Carrier must be written as {"]),
        ('values = {Carrier = {" " = "UPS"}}', ['values, Carrier: " " must be a text']),
        ('values = {Carrier = {"F E" = "UPS", "f  e" = "DHL"}}', ['"f  e" has two meanings']),
        ('fingerprint = "Our Ref"', ["fingerprint must be a list of headings"]),
        ("fingerprint = [3]", ["fingerprint must be a list of headings"]),
    ],
)
def test_a_mistake_in_a_profile_is_named_with_its_place(sentence, tmp_path, line, words):
    found = sentence(f"{SELLERCLOUD}[vendors.north]\n{line}")

    assert found.startswith(f"{tmp_path / 'importer.toml'}: [vendors.north] ")
    assert [word for word in words if word not in found] == [], found

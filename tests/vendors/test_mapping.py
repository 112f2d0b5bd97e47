"""A mapping proposed from a sheet: what is sure, and what is offered."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.model.errors import ChoiceNeeded, SheetError
from importer.operations import operations
from importer.settings.vendor_profile import VendorProfile
from importer.sheets.sheet import Worksheet
from importer.vendors.mapping import contents_of, propose

EVERY = list(operations().values())
ADD_TRACKING = [operations()["add_tracking"]]
HEADING = ["Our Ref", "PO Date", "Trk No.", "Ship Via", "Date Shipped", "Shipping Status"]
ROWS = [
    [10001, "03/11/2026", "1Z999AA10123456784", "FDX Grnd", "20/11/2026", "Fully Shipped"],
    [10002, "04/11/2026", "986578788855", "UPS", "21/11/2026", "Fully Shipped"],
]


def worksheet(*rows, name=None):
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    columns = [list(column) for column in zip(*padded, strict=True)]
    return Worksheet(Path("dock.csv"), name, columns)


def proposed(*rows, among=ADD_TRACKING, profile=None):
    return propose([worksheet(*rows)], among, profile or VendorProfile("north"))


def sure(proposal):
    return {claim.field.title: claim.heading for claim in proposal.sure}


def offered(proposal):
    return {t: [c.heading for c in claims] for t, claims in proposal.offers.items() if claims}


def test_a_heading_is_sure_where_it_says_a_title_or_an_alias():
    found = proposed(["P.O. ID", "tracking #", "CARRIER", "Shipping  Status"])

    assert sure(found) == {
        "PO ID": "P.O. ID",
        "Tracking Number": "tracking #",
        "Carrier": "CARRIER",
        "Shipping Status": "Shipping Status",
    }
    assert [claim.reason for claim in found.sure][:2] == ["is its title", "is another name for it"]


def test_a_near_miss_is_offered_with_its_reason_and_three_values_and_never_sure():
    more = [10003, "05/11/2026", "1ZR52E190344100214", "UPS", "22/11/2026", "None"]

    found = proposed(HEADING, *ROWS, more, ROWS[0])

    assert "Tracking Number" not in sure(found)
    (offer,) = found.offers["Tracking Number"]
    assert str(offer) == (
        '"Trk No.": is similar to "Tracking No", and its cells look like tracking numbers; '
        "1Z999AA10123456784, 986578788855, 1ZR52E190344100214"
    )


def test_a_date_is_never_offered_as_the_number_of_the_order():
    found = proposed(HEADING, *ROWS)

    assert "PO ID" not in sure(found)
    assert "PO ID" not in offered(found)


def test_the_cells_alone_are_reason_enough_to_offer_a_column():
    found = proposed(["PO ID", "Ref 2", "Col 3"], [10001, "1Z999AA10123456784", "UPS"])

    assert offered(found) == {"Tracking Number": ["Ref 2"], "Carrier": ["Col 3"]}


def test_a_title_over_cells_that_speak_against_it_is_asked_about():
    found = proposed(["PO ID", "Tracking Number", "Ref"], [10001, "20/11/2026", 7])

    assert sure(found) == {"PO ID": "PO ID"}
    assert [str(offer) for offer in found.offers["Tracking Number"]] == [
        '"Tracking Number": matches "Tracking Number", and its cells look like dates; 20/11/2026'
    ]


def test_two_headings_that_say_the_same_field_are_asked_about():
    found = proposed(["PO #", "PO No", "Carrier"], [10001, 55512, "UPS"])

    assert "PO ID" not in sure(found)
    assert sorted(offered(found)["PO ID"]) == ["PO #", "PO No"]


def test_a_title_wins_over_an_alias():
    assert sure(proposed(["PO Number", "PO ID"], [5, 10001])) == {"PO ID": "PO ID"}


def test_a_heading_that_stands_twice_is_neither_sure_nor_offered():
    found = proposed(["PO ID", "Carrier", "Carrier"], [10001, "UPS", "UPS"])

    assert sure(found) == {"PO ID": "PO ID"}
    assert offered(found) == {}


def test_what_an_older_profile_names_is_sure_and_its_field_has_no_other():
    older = VendorProfile("north", headings={"PO ID": "Our Ref", "Carrier": "Sent By"})

    found = proposed(["PO ID", "Our Ref", "Ship Via"], [4711, 10001, "UPS"], profile=older)

    assert sure(found) == {"PO ID": "Our Ref"}
    assert offered(found) == {"Carrier": ["Ship Via"]}


def test_headings_are_found_below_titles():
    assert proposed(["Tracking Number list"], ["of November"], HEADING, *ROWS).header_row == 3


def test_an_operation_that_may_be_another_is_asked_about():
    with pytest.raises(ChoiceNeeded, match=r"may be for .*add_tracking.*; choose the operation"):
        proposed(["PO #", "Ship Via", "Trk No."], [10001, "UPS", "986578788855"], among=EVERY)


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
def test_an_operation_is_known_by_its_own_titles(operation):
    found = proposed([field.title for field in operation.fields], among=EVERY)

    assert found.operation is operation


def test_two_worksheets_that_suit_are_asked_about():
    sheets = [worksheet(HEADING, *ROWS, name=name) for name in ("May", "June")]

    with pytest.raises(ChoiceNeeded, match='"May" and "June" fit equally well; choose the work'):
        propose(sheets, ADD_TRACKING, VendorProfile("north"))


def test_a_sheet_without_any_heading_is_refused():
    with pytest.raises(SheetError, match="no row has headings similar to those of an operation"):
        proposed([1, 2], [3, 4])


@pytest.mark.parametrize(
    ("cells", "contents"),
    [
        (["1Z999AA10123456784", "1Z999AA10123456784", "lost"], "tracking numbers"),
        (["2026-11-20", "20 Nov 2026", "11/20/26"], "dates"),
        ([1, 2, "12"], "small numbers"),
        ([10001, "10002", 10003.0], "large numbers"),
        (["$1,234.50", 12.5, "3.99"], "amounts"),
        (["UPS Ground", "FDX", "Fed Ex"], "carrier names"),
        (["UPS", 1, "2026-11-20"], ""),
        ([], ""),
    ],
)
def test_cells_are_told_by_what_most_of_them_are(cells, contents):
    assert contents_of(cells) == contents


SPELLINGS = sorted(
    {s for o in EVERY for f in o.fields for s in (f.title, *f.about.aliases)} | {"Boxes", "Via"}
)
CELLS = st.sampled_from([None, 7, 10001, "UPS", "20/11/2026", "1Z999AA10123456784", "9.99", "x"])


@settings(max_examples=60)
@given(
    st.sampled_from(EVERY),
    st.lists(st.tuples(st.sampled_from(SPELLINGS), CELLS), min_size=1, max_size=12),
    st.sampled_from([{}, {"PO ID": "Boxes"}, {"Carrier": "Via", "PO ID": "PO #"}]),
)
def test_no_sure_mapping_has_two_headings_for_a_field_or_two_fields_for_a_heading(
    operation, columns, headings
):
    profile = VendorProfile("north", headings=headings)
    sheet = [heading for heading, _ in columns], [cell for _, cell in columns]

    try:
        found = proposed(*sheet, among=[operation], profile=profile)
    except SheetError:
        return

    for taken in (
        [claim.field.title for claim in found.sure],
        [claim.heading for claim in found.sure],
    ):
        assert max(Counter(taken).values(), default=1) == 1
    for title, claims in found.offers.items():
        assert title not in sure(found)
        assert not {claim.heading for claim in claims} & set(sure(found).values())

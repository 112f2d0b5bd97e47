"""What is done about a refused call with several rows: which row is blamed, and at what cost."""

import pytest

from importer.operations import operations
from tests.sending.faults.bench import ITEM, ORDER, OTHER_ITEM, assert_told_well

TRACKING, ITEMS, LINKS, SHIPPING, NOTICES = (
    operations()[name]
    for name in ("add_tracking", "update_items", "link_to_po", "update_shipping", "notify_shipped")
)
HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
LINK_HEADINGS = "Order ID,Existing PO ID,Order Item ID,Qty For PO,Kit Product ID,Kit Qty"
NOTICE_HEADINGS = "Sales Order ID,Tracking Number,Carrier Code,Sales Order Item ID,Quantity"
REFUSAL = {"ErrorMessage": "BAD is no tracking number."}


def tracking(count, bad=()):
    """Lines of one purchase order; the rows in `bad`, counted from 0, have numbers it refuses."""
    numbers = [f"BAD{n:05}" if n in bad else f"A{n:07}" for n in range(count)]
    return [HEADINGS, *(f"10001,{number},UPS,2026-11-19,2" for number in numbers)]


def rows_that_are(summary, status):
    return [row for row, outcome in summary.outcomes.items() if outcome.status == status]


@pytest.mark.parametrize("bad", [[0], [63], [0, 63], [31, 32], [5, 6, 50], [1, 30, 62]], ids=str)
def test_each_bad_row_of_64_costs_at_most_12_further_writes(bench, sandbox, bad):
    sandbox.fault("status", status=400, body_contains="BAD", reply=REFUSAL, times=None)

    summary = bench.upload(TRACKING, *tracking(64, bad))

    assert rows_that_are(summary, "rejected") == [2 + n for n in bad]
    assert {summary.outcomes[2 + n].sentence for n in bad} == {"BAD is no tracking number."}
    assert len(rows_that_are(summary, "verified")) == 64 - len(bad)
    assert bench.effects(TRACKING) == 64 - len(bad)
    assert len(sandbox.writes) <= 1 + 12 * len(bad)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 500])
def test_what_one_row_may_cause_is_isolated(bench, sandbox, status):
    sandbox.fault("status", status=status, body_contains="BAD", reply=REFUSAL, times=None)

    summary = bench.upload(TRACKING, *tracking(8, [3]))

    assert rows_that_are(summary, "rejected") == [5]
    assert bench.effects(TRACKING) == 7
    assert len(sandbox.writes) == 7


@pytest.mark.parametrize("status", [302, 403, 405, 501])
def test_what_no_row_can_cause_is_not(bench, sandbox, status):
    sandbox.fault("status", status=status, reply=REFUSAL, times=None)

    summary = bench.upload(ITEMS)

    assert not rows_that_are(summary, "verified")
    assert len(sandbox.writes) == 1 or status == 501  # which says nothing of what was applied


def test_a_500_that_did_something_after_all_is_not_isolated(bench, sandbox):
    sandbox.fault("status", status=500, after=True)

    summary = bench.upload(TRACKING, *tracking(8))

    assert summary.statuses == {"verified": 8}
    assert bench.effects(TRACKING) == 8
    assert len(sandbox.writes) == 1


def test_what_a_refused_call_applied_in_part_is_left_out_of_its_halves(bench, sandbox):
    sandbox.switch(partial_apply=True)
    headings = "PO ID,PO Item ID,Qty Units Ordered"

    summary = bench.upload(ITEMS, headings, "10001,100011,24", "10001,999,1", "10001,100012,25")

    assert summary.statuses == {"verified": 2, "rejected": 1}
    assert "999" in summary.outcomes[3].sentence
    assert bench.effects(ITEMS) == 2


def test_a_hopeless_call_is_given_up_at_the_limit_and_its_rows_say_so(bench, sandbox):
    sandbox.fault("status", status=400, reply={"ErrorMessage": "No"}, times=None)

    summary = bench.with_patience(isolate_limit=6).upload(TRACKING, *tracking(16))

    assert summary.statuses == {"rejected": 16}
    assert {outcome.sentence for outcome in summary.outcomes.values()} == {
        "No.",
        "No. 6 further calls did not find the bad rows; this one was not retried.",
    } - ({"No."} if len(sandbox.writes) == 7 else set())
    assert len(sandbox.writes) == 7
    assert_told_well(bench, summary)


def test_a_refusal_that_names_field_and_value_blames_that_row(bench, sandbox):
    summary = bench.upload(
        NOTICES,
        NOTICE_HEADINGS,
        f"{ORDER},T123456789,stamps_com,{ITEM},1",
        f"{ORDER},T123456789,stamps_com,{OTHER_ITEM[:-1]}0,1",
    )

    wrong = f"{OTHER_ITEM[:-1]}0"
    sentence = f"Item {wrong} is not on sales order {ORDER}."
    assert {row: outcome.sentence for row, outcome in summary.outcomes.items()} == {
        2: f"Refused together with row 3: {sentence}",
        3: f"Sales Order Item ID: {sentence}",
    }
    assert summary.statuses == {"rejected": 2}
    assert len(sandbox.writes) == 1
    assert bench.effects(NOTICES) == 0


def test_a_refusal_that_names_a_detail_blames_the_row_that_gave_it(bench, sandbox):
    error = {"message": "Too long.", "field_name": "reference_number", "field_value": "R-77"}
    sandbox.fault("status", status=400, reply={"errors": [error]})

    summary = bench.upload(SHIPPING)

    assert {row: outcome.sentence for row, outcome in summary.outcomes.items()} == {
        2: "Refused together with row 3: Too long.",
        3: "Reference Number: Too long.",
    }
    assert len(sandbox.writes) == 1


def test_a_kit_is_never_taken_apart(bench, sandbox):
    sandbox.fault("status", status=400, body_contains="KIT-1-A", reply=REFUSAL, times=None)

    summary = bench.upload(
        LINKS,
        LINK_HEADINGS,
        "50011,10001,500113,1,KIT-1-A,1",
        "50011,10001,500113,1,KIT-1-B,1",
        "50011,10001,500111,1,,",
        "50011,10001,500112,1,,",
    )

    kits = [write.body["Items"] for write in sandbox.writes if "KIT-1-A" in str(write.body)]
    products = [item["BundleItems"] for items in kits for item in items if "BundleItems" in item]
    assert {len(each) for each in products} == {2}
    assert rows_that_are(summary, "rejected") == [2, 3]
    assert rows_that_are(summary, "sent") == [4, 5]
    assert bench.effects(LINKS) == 2


def test_links_that_cannot_be_told_from_earlier_ones_are_not_taken_apart(bench, sandbox):
    sandbox.fault("status", status=400, body_contains="500012", reply=REFUSAL, times=None)

    summary = bench.upload(LINKS, LINK_HEADINGS, *(f"50001,10001,50001{n},1,," for n in (1, 2, 3)))

    told = "What the call changed cannot be read back, so its rows were not sent one by one."
    assert summary.statuses == {"sent": 1, "rejected": 2}
    assert summary.outcomes[4].sentence == f"BAD is no tracking number. {told}"
    assert bench.effects(LINKS) == 1


def test_a_call_that_creates_a_po_is_never_split(bench, sandbox):
    sandbox.fault("status", status=400, reply=REFUSAL)
    headings = "Order ID,New PO Company ID,New PO Vendor ID,Order Item ID,Qty For PO"

    summary = bench.upload(LINKS, headings, *(f"50001,101,201,50001{n},1" for n in (1, 2, 3)))

    assert summary.statuses == {"rejected": 3}
    assert len(sandbox.writes) == 1
    assert sandbox.state.links == []

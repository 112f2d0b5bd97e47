import json
from pathlib import Path

import pytest

from importer.operations import operations
from importer.outcomes import Status
from importer.preparation import Wish, prepare
from importer.settings import Settings
from importer.sheets.sheet import TextFormat

SAMPLES = Path(__file__).parents[1] / "samples"
EACH_OPERATION = pytest.mark.parametrize("name", list(operations()))

# Every problem of a mistaken sample: its row, its column and how its sentence begins.
PROBLEMS = {
    "add_tracking": [
        (6, "Tracking Number", '"9.40011E+21" was stored by Excel as a number'),
        (7, "Carrier", '"Fedx" is not one of UPS, USPS, FedEx, DHL, Other. Did you mean FedEx?'),
        (8, "Tracking Number", "is empty, and needed"),
        (8, "Shipped On", "is empty, and needed where Shipping Status is Fully Shipped"),
        (9, "PO ID", '"1_0008" is not an id'),
        (10, "Tracking Number", '"1ZR52E190344100447" stands more than once for PO 10009'),
        (11, "Tracking Number", '"1ZR52E190344100447" stands more than once for PO 10009'),
        (12, "Shipping Status", "PO 10010 has more than one Shipping Status, in rows 12 and 13"),
        (13, "Shipping Status", "PO 10010 has more than one Shipping Status, in rows 12 and 13"),
        (14, "Other Carrier", "Carrier is Other, so the carrier must be named here"),
        (15, "Other Carrier", '"OnTrac" is only for Carrier Other, and Carrier is UPS'),
        (16, "Shipped On", "Shipping Status is None, and Sellercloud keeps no ship date then"),
    ],
    "link_to_po": [
        (3, "Existing PO ID", "the row names an existing purchase order and a new one"),
        (4, "Existing PO ID", "the row names no purchase order"),
        (5, "Order Item ID", "is empty, which would link the whole order"),
        (6, "New PO Company ID", "a new purchase order needs both"),
        (7, "Qty For PO", "is empty, and needed to link item 500091"),
        (8, "Order Item ID", "ALL links every item of the order in full"),
        (9, "Order Item ID", "item 500101 stands more than once, in rows 9 and 10"),
        (10, "Order Item ID", "item 500101 stands more than once, in rows 9 and 10"),
        (11, "Kit Product ID", "Kit Product ID and Kit Qty go together"),
        (12, "Order ID", '"５００１２" is not an id'),
    ],
    "notify_shipped": [
        (3, "Quantity", "over-notified: rows 3 and 4 notify more of this item"),
        (4, "Quantity", "over-notified: rows 3 and 4 notify more of this item"),
        (5, "Sales Order ID", "over-notified: a row without an item notifies the whole order"),
        (6, "Sales Order ID", "over-notified: a row without an item notifies the whole order"),
        (7, "Quantity", "Sales Order Item ID and Quantity go together"),
        (8, "Quantity", '"-1" is too small'),
        (9, "Sales Order ID", '"SB-11" is not a ShipEngine id'),
        (9, "Tracking Number", "is empty, and needed"),
        (11, "Tracking Number", '"9.40011E+21" was stored by Excel as a number'),
        (12, "Sales Order Item ID", "the item stands more than once for this tracking number"),
        (13, "Sales Order Item ID", "the item stands more than once for this tracking number"),
    ],
    "update_items": [
        (5, "Qty Units Ordered", '"twelve" is not a whole number'),
        (6, "Qty Units Ordered", '"-3" is too small'),
        (7, "Qty Cases Ordered", "unit and case fields in one row"),
        (9, "PO Item ID", "item 100141 stands more than once for PO 10014, in rows 9 and 10"),
        (10, "PO Item ID", "item 100141 stands more than once for PO 10014, in rows 9 and 10"),
        (11, "PO Item ID", "changes nothing"),
        (12, "PO ID", "is empty, and needed"),
        (13, "PO ID", '"1_0015" is not an id'),
        (14, "Unit Price", '"12,50" is not an amount of money'),
        (15, "Qty Units Ordered", '"2.5" is not a whole number'),
        (15, "Expected Delivery Date", '"ASAP" is not a date'),
    ],
    "update_shipping": [
        (3, "Tracking Number", "se-110 has several tracking numbers, in rows 3 and 4"),
        (4, "Tracking Number", "se-110 has several tracking numbers, in rows 3 and 4"),
        (5, "PO ID", "the rows of se-111, 5 and 6, do not agree"),
        (6, "PO ID", "the rows of se-111, 5 and 6, do not agree"),
        (7, "PO ID", "changes nothing"),
        (8, "Currency Code", '"usd" is not a currency code'),
        (9, "Payment Terms", '"Nett 30" is not one of'),
        (10, "Payment Status", '"Payed" is not one of'),
        (11, "PO ID", '"se 109" is not an id'),
        (12, "PO ID", "is empty, and needed"),
        (13, "Expected Delivery Date", '"13/25/2026" is not a date'),
        (13, "Tracking Number", '"9.40011E+21" was stored by Excel as a number'),
    ],
}
WARNINGS = {
    "add_tracking": [
        (5, "Tracking Number", '"1ZR52E190344100214" stands on more than one PO'),
        (17, "Tracking Number", '"1ZR52E190344100214" stands on more than one PO'),
    ]
}


def prepared(stem):
    (sheet,) = (path for path in SAMPLES.glob(f"{stem}.*") if path.suffix in {".xlsx", ".csv"})
    return prepare(sheet, Wish(), Settings())


def rows_carried(sample):
    return sorted(row for call in sample.calls for row in call.rows)


def beginnings(problems, expected):
    """The problems, each sentence cut to the length of the one expected in its place."""
    lengths = [len(sentence) for _, _, sentence in expected]
    lengths += [None] * (len(problems) - len(expected))
    return [
        (p.row, p.column, p.message[:length]) for p, length in zip(problems, lengths, strict=False)
    ]


class TestCleanSample:
    @EACH_OPERATION
    def test_becomes_the_plan_that_was_reviewed(self, name):
        golden = json.loads((SAMPLES / f"{name}.plan.json").read_text(encoding="utf-8"))

        plan = [
            {"method": c.method, "path": c.path, "body": c.body, "rows": list(c.rows)}
            for c in prepared(name).calls
        ]

        assert plan == golden

    @EACH_OPERATION
    def test_is_recognised_and_has_nothing_to_be_said_of_it(self, name):
        sample = prepared(name)

        assert sample.operation.name == name
        assert sample.validation.problems == []
        assert sample.validation.warnings == []

    @EACH_OPERATION
    def test_has_each_row_carried_by_one_call(self, name):
        sample = prepared(name)

        assert rows_carried(sample) == list(sample.outcomes)
        assert len(sample.calls) < len(sample.outcomes)

    @EACH_OPERATION
    def test_fills_every_column_of_its_operation_somewhere(self, name):
        sample = prepared(name)

        values = sample.validation.values
        unused = [
            column for column, cells in values.items() if not any(c is not None for c in cells)
        ]

        assert unused == []

    @pytest.mark.parametrize(
        ("name", "text_format"),
        [
            ("update_shipping", TextFormat("utf-8-sig", ";")),
            ("notify_shipped", TextFormat("utf-8", ",")),
        ],
    )
    def test_that_is_text_comes_as_vendors_export_it(self, name, text_format):
        assert prepared(name).layout.worksheet.text_format == text_format


class TestMistakenSample:
    @EACH_OPERATION
    def test_has_every_mistake_named_in_its_row_and_no_other(self, name):
        problems = prepared(f"{name}_mistakes").validation.problems

        assert beginnings(problems, PROBLEMS[name]) == PROBLEMS[name]

    @EACH_OPERATION
    def test_says_of_a_row_that_is_sent_what_a_person_should_know(self, name):
        warnings = prepared(f"{name}_mistakes").validation.warnings

        assert beginnings(warnings, WARNINGS.get(name, [])) == WARNINGS.get(name, [])

    @EACH_OPERATION
    def test_has_its_good_rows_sent_all_the_same(self, name):
        sample = prepared(f"{name}_mistakes")

        invalid = {row for row, _, _ in PROBLEMS[name]}
        good = [row for row in sample.outcomes if row not in invalid]

        assert {n for n, o in sample.outcomes.items() if o.status is Status.INVALID} == invalid
        assert rows_carried(sample) == good
        assert len(good) >= 4

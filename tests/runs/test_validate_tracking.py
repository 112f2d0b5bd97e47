import pytest

from importer.model.outcomes import Problem, ProblemKind
from importer.model.row_ids import RowId
from importer.operations import operations
from tests.factories import check

WRONG_DIGIT = "1Z999AA10123456786"
NOT_ITS_DIGIT = (
    f'the check digit of "{WRONG_DIGIT}" does not fit a UPS number; compare it with the label'
)
FILLED = "was empty; {} was filled in, as the tracking number tells"
UPS, FEDEX, ANYBODYS = "1Z999AA10123456784", "986578788855", "9261292700768711948021"
NAMES_A_CARRIER = [name for name, known in operations().items() if known.tracking]


def test_a_wrong_check_digit_is_said_beside_a_row_that_is_sent():
    validation = check("add_tracking", {"tracking_number": WRONG_DIGIT})

    warning = Problem(RowId(2), "Tracking Number", WRONG_DIGIT, NOT_ITS_DIGIT, ProblemKind.WARNING)
    assert validation.warnings == [warning]
    assert [row.tracking_number for row in validation.good_rows(operations()["add_tracking"])] == [
        WRONG_DIGIT
    ]


def test_a_wrong_check_digit_holds_the_row_back_where_that_is_asked_for():
    validation = check("add_tracking", {"tracking_number": WRONG_DIGIT}, {}, strict_tracking=True)

    assert validation.problems == [Problem(RowId(2), "Tracking Number", WRONG_DIGIT, NOT_ITS_DIGIT)]
    assert [row.id.row for row in validation.good_rows(operations()["add_tracking"])] == [3]


@pytest.mark.parametrize("name", NAMES_A_CARRIER)
def test_a_number_of_another_carrier_is_said(name):
    _, carrier = operations()[name].tracking

    warnings = check(name, {"tracking_number": UPS, carrier: "FedEx"}).warnings

    assert [warning.message for warning in warnings] == [
        f'"{UPS}" looks like a UPS number, but the carrier is FedEx; compare both with the label'
    ]


@pytest.mark.parametrize("number", ["FX7781234", "4003999110", "12345678901234567"])
def test_an_unknown_number_of_a_known_carrier_is_never_held_back(number):
    changes = {"tracking_number": number, "carrier": "UPS"}

    assert check("add_tracking", changes, strict_tracking=True).problems == []


@pytest.mark.parametrize(
    ("name", "carrier", "value"),
    [
        ("add_tracking", "Carrier", "UPS"),
        ("update_shipping", "Shipping Carrier", "UPS"),
        ("notify_shipped", "Carrier Code", "ups"),
    ],
)
def test_an_empty_carrier_is_filled_in_the_spelling_of_its_operation(name, carrier, value):
    known = operations()[name]
    _, field = known.tracking

    validation = check(name, {"tracking_number": UPS, field: None}, infer_carriers=True)

    assert validation.problems == []
    assert validation.values[field] == [value]
    assert validation.warnings == [
        Problem(RowId(2), carrier, "", FILLED.format(value), ProblemKind.WARNING)
    ]


def test_a_carrier_is_filled_only_where_that_is_asked_for():
    validation = check("add_tracking", {"carrier": None})

    assert [problem.message for problem in validation.problems] == ["is empty, and needed"]


@pytest.mark.parametrize("number", [ANYBODYS, "1234", None])
def test_a_number_that_tells_no_one_carrier_fills_nothing(number):
    changes = {"tracking_number": number, "carrier": None}

    validation = check("add_tracking", changes, infer_carriers=True)

    assert validation.values["carrier"] == [None]
    assert "is empty, and needed" in [p.message for p in validation.problems]


def test_a_carrier_that_is_named_or_cannot_be_read_is_never_written_over():
    validation = check(
        "add_tracking",
        {"tracking_number": FEDEX, "carrier": "UPS"},
        {"carrier": "Fedx", "po_id": 10002},
        infer_carriers=True,
    )

    assert validation.values["carrier"] == ["UPS", None]
    assert [(p.row, p.column) for p in validation.problems] == [(3, "Carrier")]

import pytest

from importer.model.spelling import did_you_mean
from importer.operations.add_tracking import CARRIERS
from importer.operations.update_shipping import PAYMENT_STATUSES, PAYMENT_TERMS


@pytest.mark.parametrize(
    ("text", "spellings", "meant"),
    [
        ("Fedx", CARRIERS, "FedEx"),
        ("UPS Ground", CARRIERS, "UPS"),
        ("Fed-Ex 2Day", CARRIERS, "FedEx"),
        ("Nett 30", PAYMENT_TERMS, "Net 30"),
        ("Net 30 days", PAYMENT_TERMS, "Net 30"),
        ("Cash on deliv.", PAYMENT_TERMS, "Cash On Delivery"),
        ("Payed", PAYMENT_STATUSES, "Paid"),
        ("Partial", PAYMENT_STATUSES, "Partially Paid"),
        ("Paid / settled", ["Paid", "Paid Settled"], "Paid Settled"),
    ],
)
def test_a_slip_of_the_pen_and_a_longer_wording_are_recognised(text, spellings, meant):
    assert did_you_mean(text, spellings) == f" Did you mean {meant}?"


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("Net 90", PAYMENT_TERMS),
        ("Net 3", PAYMENT_TERMS),
        ("Prepaid", PAYMENT_STATUSES),
        ("OnTrac", CARRIERS),
        ("", CARRIERS),
    ],
)
def test_another_word_is_not_taken_for_a_slip(text, spellings):
    assert did_you_mean(text, spellings) == ""

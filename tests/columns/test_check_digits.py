"""A right check digit always passes; a typo of one digit is found as often as it can be."""

import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.columns.tracking_numbers import explain
from tests.columns.made_numbers import FORMS, carriers, made

CASES = [pytest.param(*case, id=name) for name, case in FORMS.items()]


def one_digit_typos(number, carried):
    """Every number that differs in one digit of the part that carries the check digit."""
    for place in range(len(number) - carried, len(number)):
        for digit in "0123456789":
            if number[place].isdigit() and digit != number[place]:
                yield number[:place] + digit + number[place + 1 :]


@pytest.mark.parametrize(("carrier", "pattern", "complete", "share"), CASES)
@given(data=st.data())
def test_a_number_with_the_right_check_digit_always_passes(carrier, pattern, complete, share, data):
    number = data.draw(made(pattern, complete))

    assert carrier in carriers(number, True)
    assert explain(number, carrier) is None


CARRIED = {"UPS 1Z": 8, "USPS 22": 20, "USPS 26": 24, "USPS 30": 20, "USPS 34": 20, "FedEx 22": 15}
CARRIED |= {"S10": 11, "FedEx 34": 12, "UPS waybill": 10}


@pytest.mark.parametrize("name", FORMS)
def test_a_typo_of_one_digit_is_found_as_often_as_the_check_digit_can(name):
    carrier, pattern, complete, share = FORMS[name]
    chance = random.Random(name)  # noqa: S311  (numbers of a test)
    bodies = [an_example(pattern, chance) for _ in range(40)]

    typos = [
        typo
        for body in bodies
        for typo in one_digit_typos(complete(body), CARRIED.get(name, len(body)))
    ]
    found = sum(explain(typo, carrier) is not None for typo in typos)

    assert found >= share * len(typos) > 0


def an_example(pattern, chance):
    """A text that the pattern of classes and counts fits, without regard to what is likely."""
    text = ""
    for some, count, literal in re.findall(r"\[([^]]+)\](?:\{(\d+)\})?|(.)", pattern):
        letters = some.replace("0-9", string.digits).replace("A-Z", string.ascii_uppercase)
        text += literal or "".join(chance.choices(letters, k=int(count or 1)))
    return text

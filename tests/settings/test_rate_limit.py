"""How many calls in how much time."""

import pytest

from importer.settings.rate_limit import Limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("200/minute", Limit(200, 60)),
        ("10800/hour", Limit(10800, 3600)),
        ("3/second", Limit(3, 1)),
        ("unlimited", Limit(0, 0)),
    ],
)
def test_a_limit_is_read(text, limit):
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text", ["", "200", "0/minute", "-1/hour", "200 / minute", "9/week", "٣/hour"]
)
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ValueError):
        Limit.parse(text)


def test_calls_are_paced_under_the_limit():
    assert Limit(200, 60).pace_s == pytest.approx(0.3 / 0.95)
    assert Limit(0, 0).pace_s == 0

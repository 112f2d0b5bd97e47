"""The numbers behind a run report."""

import pytest

from importer.reports.run_stats import in_general


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            'Carrier: "Fedx" is not one of UPS. Did you mean FedEx?',
            'Carrier: "x" is not one of UPS.',
        ),
        ("PO 10010 has two, in rows 12 and 13", "PO 10011 has two, in rows 4, 5 and 6"),
        ("Purchase order se-101 is closed.", "Purchase order se-7 is closed."),
    ],
)
def test_the_same_trouble_in_two_rows_is_one_cause(one, other):
    assert in_general(one) == in_general(other)

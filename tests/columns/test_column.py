"""What an operation declares of its columns and the rules over its rows."""

import pandas as pd
import pandera.pandas as pa
import pytest

from importer.columns import Identifier, Text
from importer.columns.column import Column, agreement, column, rule


class Row(pa.DataFrameModel):
    po: Identifier = column("PO ID", ge=1)
    carrier: Text | None = column("Carrier", choices=["UPS", "DHL"])

    one_carrier = agreement("{rows} differ", at="carrier", within=["po"])

    @rule("{carrier} is not sent", at="carrier", looks_at=["po"], warning=True)
    def is_sent(cls, rows: pd.DataFrame) -> "pd.Series[bool]":
        return rows.carrier != "DHL"


def test_choices_given_as_a_list_are_their_own_values():
    about = Row.to_schema().columns["carrier"].metadata["column"]

    assert about == Column("Carrier", choices={"UPS": "UPS", "DHL": "DHL"})


def test_the_first_spelling_of_each_value_is_offered():
    about = Column("Carrier", choices={"UPS": "ups", "United Parcel": "ups", "DHL": "dhl"})

    assert about.labels == ["UPS", "DHL"]


def test_a_rule_says_which_cells_it_looks_at():
    facts = {check.error: check.statistics for check in Row.to_schema().checks}

    assert facts["{carrier} is not sent"] == {
        "field": "carrier",
        "looks_at": ("carrier", "po"),
        "within": (),
        "good_rows_only": True,
        "warning": True,
    }


@pytest.mark.parametrize(
    ("carriers", "good"),
    [
        (["UPS", "UPS", "DHL"], [True, True, True]),
        (["UPS", None, "DHL"], [True, True, True]),
        (["UPS", "DHL", "DHL"], [False, False, True]),
    ],
    ids=["alike", "one is empty", "two"],
)
def test_rows_of_one_group_agree_where_they_have_one_value_or_none(carriers, good):
    (check,) = (c for c in Row.to_schema().checks if c.error == "{rows} differ")
    rows = pd.DataFrame({"po": [1, 1, 2], "carrier": carriers})

    assert check(rows).check_output.tolist() == good

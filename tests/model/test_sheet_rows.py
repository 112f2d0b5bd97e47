"""A row of the sheet has one outcome, however many lines it was split into."""

from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.model.sheet_rows import by_sheet_row


def test_of_several_outcomes_the_gravest_is_the_rows():
    sent, refused = Outcome(Status.SENT), Outcome(Status.REJECTED, "No such PO.")

    found = by_sheet_row({RowId(2): sent, RowId(2, 2): refused, RowId(3): sent, RowId(3, 2): sent})

    said = "Of its 2 tracking numbers: 1 sent, 2 rejected (No such PO.)"
    assert found == {2: Outcome(Status.REJECTED, said), 3: sent}

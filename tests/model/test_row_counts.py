from importer.model.outcomes import Outcome, Status
from importer.model.row_counts import RowCounts


def test_rows_are_counted_by_status_and_an_undone_row_is_not_accepted():
    counts = RowCounts.of(
        [
            Outcome(Status.REJECTED, "No such PO."),
            Outcome(Status.SENT),
            Outcome(Status.SENT, undone_by=3),
            Outcome(Status.UNCHANGED),
        ]
    )

    assert counts == RowCounts({Status.SENT: 2, Status.UNCHANGED: 1, Status.REJECTED: 1}, 1)
    assert list(counts.statuses) == [Status.SENT, Status.UNCHANGED, Status.REJECTED]
    assert (counts.rows, counts.accepted, counts.attention, counts.share_wrong) == (4, 2, 1, 0.25)


def test_several_counts_add_up():
    one = RowCounts({Status.SENT: 1}, 1)
    other = RowCounts({Status.SENT: 2, Status.UNKNOWN: 1})

    assert RowCounts.total([one, other]) == RowCounts({Status.SENT: 3, Status.UNKNOWN: 1}, 1)
    assert RowCounts.total([]) == RowCounts()
    assert RowCounts().share_wrong is None

"""What finding the bad rows of one call has cost, over all of its parts."""

from importer.sending.ledger import Lineage


def test_parts_of_parts_count_for_the_call_they_were_once_a_part_of():
    lineage = Lineage({})

    lineage.add(1, [3, 4])
    lineage.add(4, [5, 6])

    assert [lineage.first(number) for number in (1, 2, 3, 6)] == [1, 2, 1, 1]
    assert [lineage.spent(number) for number in (1, 2, 6)] == [4, 0, 4]


def test_a_resumed_run_goes_on_counting_the_parts_in_its_journal():
    assert Lineage({3: 1, 4: 1, 5: 4, 6: 4}).spent(5) == 4


def test_each_part_that_is_sent_again_counts_for_the_whole():
    lineage = Lineage({3: 1, 4: 1})

    assert [lineage.resend(3), lineage.resend(4), lineage.resend(2)] == [1, 2, 1]

"""What the journal answers."""

import pytest

from importer.model.errors import JournalError


def test_a_run_or_call_that_is_not_there_is_a_sentence(journal, begin):
    run = begin()

    with pytest.raises(JournalError, match='There is no run "77" in this journal'):
        journal.run(77)
    with pytest.raises(JournalError, match='There is no run "77" in this journal'):
        journal.beat(77, 1)
    with pytest.raises(JournalError, match='There is no call "9" in run 1'):
        journal.call(run.id, 9)
    with pytest.raises(JournalError, match='There is no call "9" in run 1'):
        journal.claim(run.id, 9, 1, 0)


def test_runs_of_a_file_are_found_newest_first(journal, begin):
    begin()
    begin(worksheet="Other")
    begin(worksheet=None)
    begin()

    same = journal.runs_of_file("ab" * 32, "Sheet1", "add_tracking", "acme")
    text_file = journal.runs_of_file("ab" * 32, None, "add_tracking", "acme")

    assert [run.id for run in same] == [4, 1]
    assert [run.id for run in text_file] == [3]
    assert [run.id for run in journal.runs(limit=2)] == [4, 3]
    assert [run.id for run in journal.unfinished("acme")] == [1, 2, 3, 4]
    assert journal.runs(account="other") == []

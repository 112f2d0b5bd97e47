"""A transaction is committed whole or not at all."""

import pytest
from sqlalchemy import text

from importer.model.errors import JournalError


def test_a_write_that_fails_leaves_nothing_behind(journal, begin):
    def fail(transaction):
        transaction.connection.execute(text("INSERT INTO account VALUES ('ghost', 0, 0)"))
        raise JournalError("No.")

    with pytest.raises(JournalError, match=r"No\."):
        journal.write(fail)

    begin()
    with journal._engine.begin() as connection:
        names = connection.execute(text("SELECT name FROM account")).scalars().all()
    assert names == ["acme"]

"""A journal names itself without a secret and knows when it is closed."""

import pytest
from sqlalchemy import make_url

from importer.journal import open_journal
from importer.model.errors import JournalError


def test_a_password_never_stands_in_a_name(new_postgres):
    address = make_url(new_postgres()).set(password="s3cret")  # which that server does not ask for

    with open_journal(address.render_as_string(hide_password=False)) as journal:
        assert repr(journal).startswith("Journal('postgresql://")
        assert "s3cret" not in repr(journal) + repr(journal._engine)


def test_a_journal_that_was_closed_says_so(scene, journal, begin):
    journal.close()
    journal.close()

    with pytest.raises(JournalError, match="is closed"):
        begin()

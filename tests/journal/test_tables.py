"""The rules that the database itself keeps."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from importer.journal.tables import metadata
from importer.model.outcomes import Status


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE run SET state = 'lost'",
        "UPDATE run SET state = 'finished'",
        "UPDATE run SET epoch = 0",
        "UPDATE run SET account = 'nobody'",
        "UPDATE \"row\" SET status = 'fine'",
        'UPDATE "row" SET call_number = 99',
        "UPDATE call SET state = 'gone'",
        "UPDATE call SET state = 'accepted', settled_at = 1",
        "UPDATE call SET state = 'sending', attempts = 1, settled_at = 1",
        "UPDATE call SET attempts = -1",
        "UPDATE call SET parent_number = 99",
        "UPDATE hold SET call_number = 99",
        "INSERT INTO hold (account, touched, run_id, call_number) VALUES ('acme', 'PO 1', 1, 2)",
        "UPDATE attempt SET purpose = 'fun'",
        "UPDATE attempt SET call_number = 99",
        "DELETE FROM call",
        "DELETE FROM run",
    ],
)
def test_the_database_itself_refuses(journal, begin, statement):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    with pytest.raises(IntegrityError), journal._engine.begin() as connection:
        connection.execute(text(statement))


def test_the_tables_are_those_that_are_written_here(journal):
    with journal._engine.begin() as connection:
        assert set(inspect(connection).get_table_names()) == set(metadata.tables)


def test_every_status_can_be_written(journal, begin):
    run = begin()

    for status in Status:
        with journal._engine.begin() as connection:
            connection.execute(text('UPDATE "row" SET status = :status'), {"status": status.value})

    assert journal.counts(run.id).statuses == {status: 4}

"""Each failure of a database is one sentence."""

import pytest

from importer.journal import open_journal
from importer.model.errors import JournalError


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://po:s3cret@127.0.0.1:1/journal",
        "postgres://po:s3cret@127.0.0.1:1/journal?connect_timeout=2",
        "postgresql+psycopg://po@127.0.0.1:1/journal?password=s3cret",
        "postgresql://po:s3cret@127.0.0.1:port/journal",
        "postgresql://po:s3cret@127.0.0.1:1/journal?nonsense=s3cret",
        "mysql://po:s3cret@127.0.0.1/journal",
    ],
)
def test_a_password_never_stands_in_an_error(address):
    pytest.importorskip("psycopg")

    with pytest.raises(JournalError) as refused:
        open_journal(address)

    assert "s3cret" not in str(refused.value) + repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_file_that_is_no_database_is_a_sentence(tmp_path):
    path = tmp_path / "journal.db"
    path.write_bytes(b"PK\x03\x04" + b"no journal" * 200)

    with pytest.raises(JournalError) as refused:
        open_journal(path)

    assert str(refused.value) == (
        f'The journal "{path}" cannot be used: it is no SQLite file: name another file, or put a '
        "copy of the journal back."
    )
    assert path.read_bytes().startswith(b"PK")


def test_a_damaged_journal_is_a_sentence(tmp_path, new_run):
    path = tmp_path / "journal.db"
    with open_journal(path) as journal:
        journal.begin(new_run(), [], [])
    whole = path.read_bytes()
    path.write_bytes(whole[:4_096] + b"\xff" * (len(whole) - 4_096))

    with pytest.raises(JournalError, match="it is damaged: put a copy of it back"):
        open_journal(path).runs()

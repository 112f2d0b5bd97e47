"""What a database refuses, in a sentence for a person, without passwords."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from importer.model.errors import JournalError

# What SQLite or PostgreSQL says -> what to do about it. The first that is found counts.
REMEDIES = {
    "disk is full": "the disk is full: make room, then run `importer resume`",
    "no space left": "its server's disk is full: make room, then run `importer resume`",
    "is locked": "another program keeps it locked: close that one, then try again",
    "lock timeout": "another program keeps it locked: close that one, then try again",
    "disk i/o error": "the disk gave an error: see that it is there and sound, then try again",
    "readonly": "it can only be read: allow writing to the file and its folder",
    "read-only": "it can only be read: allow writing to it",
    "unable to open": "it cannot be opened: see that its folder is there and can be written to",
    "not a database": "it is no SQLite file: name another file, or put a copy of the journal back",
    "malformed": "it is damaged: put a copy of it back, or name another file",
    "password authentication failed": "its server refused the user or the password",
    "connection": "its server cannot be reached: see that it runs, then try again",
}


def explain(error: Exception, name: str) -> JournalError:
    """The JournalError for what the database or its driver said of the journal `name`."""
    said = _first_line(error)
    remedy = next((cure for sign, cure in REMEDIES.items() if sign in said.lower()), None)
    return JournalError(f'The journal "{name}" cannot be used: {remedy or said}.')


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Whatever the database raises inside becomes a JournalError."""
    try:
        yield
    except SQLAlchemyError as error:
        # No cause: a driver may quote the address with its password.
        raise explain(error, name) from None


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).splitlines() or [type(cause).__name__])[0].rstrip(".")

"""The journal's tables, and the rules the database itself keeps.

Instants are seconds since 1970, the same on both databases. Text that holds JSON is TEXT.
"""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

from importer.journal.records import CallState, Purpose, RunState
from importer.model.outcomes import Status


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

schema_version = Table(
    "schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False)
)

account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", Double, nullable=False),  # the next free instant for a request
    Column("noted_at", Double, nullable=False),  # when that was written down
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("account", Text, ForeignKey("account.name"), nullable=False),
    Column("file_path", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_size", BigInteger, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("worksheet", Text),
    Column("version", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("epoch", Integer, CheckConstraint("epoch >= 1", name="epoch_counts"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("heartbeat_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("result_path", Text),
    Column("pruned_at", Double),
    one_of("state", RunState),
    CheckConstraint("(state = 'open') = (finished_at IS NULL)", name="finished_has_instant"),
    Index(None, "file_sha256"),
    Index(None, "state"),
)

call = Table(
    "call",
    metadata,
    Column("run_id", Integer, ForeignKey("run.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("parent_number", Integer),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("body", Text),
    Column("touches", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column(
        "attempts", Integer, CheckConstraint("attempts >= 0", name="attempts_count"), nullable=False
    ),
    Column("claimed_at", Double),
    Column("settled_at", Double),
    ForeignKeyConstraint(["run_id", "parent_number"], ["call.run_id", "call.number"]),
    one_of("state", CallState),
    CheckConstraint(
        "state NOT IN ('sending', 'accepted', 'rejected', 'unknown') OR attempts > 0",
        name="sent_was_attempted",
    ),
    CheckConstraint(
        "(state IN ('planned', 'sending')) = (settled_at IS NULL)", name="settled_has_instant"
    ),
)

row = Table(
    "row",
    metadata,
    Column("run_id", Integer, ForeignKey("run.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("values", Text),
    Column("identity", Text),
    Column("call_number", Integer),
    Column("problems", Text, nullable=False),
    Column("undone_by", Integer, ForeignKey("run.id")),
    Column("before", Text),
    ForeignKeyConstraint(["run_id", "call_number"], ["call.run_id", "call.number"]),
    one_of("status", Status),
    Index(None, "identity"),
)

call_row = Table(
    "call_row",
    metadata,
    Column("run_id", Integer, primary_key=True),
    Column("call_number", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(["run_id", "call_number"], ["call.run_id", "call.number"]),
    ForeignKeyConstraint(["run_id", "row", "line"], ["row.run_id", "row.row", "row.line"]),
    sqlite_with_rowid=False,
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("run.id"), nullable=False),
    Column("call_number", Integer),
    Column("purpose", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("status_code", Integer),
    Column("failure", Text),
    Column("reply", Text),
    ForeignKeyConstraint(["run_id", "call_number"], ["call.run_id", "call.number"]),
    one_of("purpose", Purpose),
    Index(None, "run_id", "call_number"),
)

hold = Table(
    "hold",
    metadata,
    Column("account", Text, ForeignKey("account.name"), primary_key=True),
    Column("touched", Text, primary_key=True),  # two calls never hold the same thing
    Column("run_id", Integer, nullable=False),
    Column("call_number", Integer, nullable=False),
    ForeignKeyConstraint(["run_id", "call_number"], ["call.run_id", "call.number"]),
    Index(None, "run_id", "call_number"),
    sqlite_with_rowid=False,
)

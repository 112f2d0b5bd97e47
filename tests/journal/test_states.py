from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from importer.journal import (
    AttemptRecord,
    CallRecord,
    CallState,
    Claim,
    Ending,
    NewRow,
    Purpose,
    RowRecord,
    RunRecord,
    RunState,
)
from importer.journal.text import REPLY_LIMIT
from importer.model.calls import Call
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome, Problem, ProblemKind, Status
from importer.model.row_ids import RowId
from importer.model.run_settings import RunSettings

ROW_2, ROW_3, ROW_4, ROW_5 = map(RowId, (2, 3, 4, 5))
NOW = datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)
SENT = Outcome(Status.SENT)
UNSENT = Outcome(Status.UNSENT)
INVALID = Outcome(
    Status.INVALID,
    problems=(
        Problem(ROW_2, "PO ID", "x", '"x" is no number.'),
        Problem(ROW_2, "Carrier", "", "is empty, and needed", ProblemKind.EMPTY),
    ),
)
WARNED = Outcome(
    Status.UNSENT,
    problems=(Problem(ROW_3, "", "", "Its check digit is odd.", ProblemKind.WARNING),),
)
UNKNOWN = Outcome(Status.UNKNOWN, "The answer was lost.")


def test_a_run_comes_out_as_it_went_in(journal, new_run):
    run = journal.begin(new_run(), [], [])

    assert run == RunRecord(
        id=1,
        created_at=NOW,
        state=RunState.OPEN,
        operation="add_tracking",
        account="acme",
        file_path="/inbox/acme.xlsx",
        file_name="acme.xlsx",
        file_size=20_480,
        file_sha256="ab" * 32,
        worksheet="Sheet1",
        version="1.0",
        user="buyer",
        host="context",
        settings=RunSettings(address="https://acme.example"),
        epoch=1,
        owner="1@here",
        heartbeat_at=NOW,
        finished_at=None,
        result_path=None,
        pruned_at=None,
    )


def test_rows_and_calls_come_out_as_they_went_in(journal, new_run):
    planned = Call("PUT", "PO/1/Items", {"Price": 12.5, "Name": "Café"}, (ROW_3,), ("PO 1",))
    values = {"Price": Decimal("12.50"), "Due": date(2026, 3, 1), "Name": None}

    run = journal.begin(
        new_run(),
        [
            NewRow(ROW_2, INVALID),
            NewRow(ROW_3, WARNED, values, "e3"),
        ],
        [planned],
    )

    assert journal.rows(run.id) == [
        RowRecord(run.id, ROW_2, INVALID, {}, None, None),
        RowRecord(
            run_id=run.id,
            id=ROW_3,
            outcome=WARNED,
            values={"Price": "12.50", "Due": "2026-03-01", "Name": None},
            identity="e3",
            call_number=1,
        ),
    ]
    assert journal.calls(run.id) == [
        CallRecord(run.id, 1, None, planned, CallState.PLANNED, 0, None, None)
    ]
    assert journal.call(run.id, 1).call.content == planned.content


def test_a_run_is_written_whole_or_not_at_all(journal, new_run):
    twice = [NewRow(ROW_2), NewRow(ROW_2)]

    with pytest.raises(JournalError):
        journal.begin(new_run(), twice, [])

    assert journal.runs() == []


def test_a_claim_is_written_before_it_is_given(journal, begin):
    run = begin()

    claim = journal.claim(run.id, 1, 1, 0.5)

    assert claim == Claim(attempt_id=1, wait_s=0.0, claimed_at=NOW)
    assert journal.call(run.id, 1).state == CallState.SENDING
    assert journal.attempts(run.id) == [
        AttemptRecord(
            id=1,
            run_id=run.id,
            call_number=1,
            purpose=Purpose.WRITE,
            epoch=1,
            started_at=NOW,
            ended_at=None,
            method="POST",
            path="PurchaseOrders/1/X",
            status_code=None,
            failure=None,
            reply=None,
        )
    ]


def test_settling_writes_call_rows_and_attempt(journal, clock, begin):
    run = begin()
    claim = journal.claim(run.id, 1, 1, 0.5)
    clock.advance(2)
    outcomes = {ROW_2: SENT, ROW_3: Outcome(Status.REJECTED, "No such item.")}

    journal.settle(
        run.id,
        1,
        1,
        CallState.ACCEPTED,
        outcomes,
        ending=Ending(claim.attempt_id, 200, None, "ok"),
    )

    settled = journal.call(run.id, 1)
    assert (settled.state, settled.attempts) == (CallState.ACCEPTED, 1)
    assert (settled.settled_at - settled.claimed_at).total_seconds() == 2
    assert journal.outcomes(run.id) == outcomes | {ROW_4: UNSENT, ROW_5: UNSENT}
    assert journal.counts(run.id).statuses == {Status.UNSENT: 2, Status.SENT: 1, Status.REJECTED: 1}
    [attempt] = journal.attempts(run.id, 1)
    assert (attempt.ended_at, attempt.status_code, attempt.reply) == (
        settled.settled_at,
        200,
        "ok",
    )


def test_a_call_is_claimed_once(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    with pytest.raises(JournalError, match='is "sending", not "planned"'):
        journal.claim(run.id, 1, 1, 0)


def test_what_is_settled_cannot_be_settled_again(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)
    journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: SENT})

    with pytest.raises(JournalError, match="it is not sending or unknown"):
        journal.settle(run.id, 1, 1, CallState.REJECTED, {ROW_2: UNSENT})

    assert journal.outcomes(run.id)[ROW_2] == SENT


def test_a_planned_call_cannot_be_settled(journal, begin):
    run = begin()

    with pytest.raises(JournalError, match="it is not sending or unknown"):
        journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: SENT})


def test_an_outcome_of_a_row_that_is_not_there_undoes_the_whole_entry(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    with pytest.raises(JournalError, match="has not all of the rows"):
        journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, RowId(99): SENT})

    assert journal.call(run.id, 1).state == CallState.SENDING
    assert journal.outcomes(run.id)[ROW_2].status == Status.UNKNOWN


def test_what_was_not_sent_is_planned_again(journal, begin):
    run = begin()
    claim = journal.claim(run.id, 1, 1, 0)

    journal.release(run.id, 1, 1, ending=Ending(claim.attempt_id, failure="no connection"))

    assert journal.call(run.id, 1).state == CallState.PLANNED
    assert isinstance(journal.claim(run.id, 1, 1, 0), Claim)
    assert journal.call(run.id, 1).attempts == 2


def test_an_unknown_call_can_be_settled_or_sent_again_later(journal, begin):
    run = begin()
    for number, rows in ((1, (ROW_2, ROW_3)), (2, (ROW_4,))):
        journal.claim(run.id, number, 1, 0)
        journal.settle(run.id, number, 1, CallState.UNKNOWN, dict.fromkeys(rows, UNKNOWN))

    journal.settle(run.id, 1, 1, CallState.ACCEPTED, {ROW_2: SENT, ROW_3: SENT})
    journal.release(run.id, 2, 1)

    assert journal.outcomes(run.id) == {ROW_2: SENT, ROW_3: SENT, ROW_4: UNSENT, ROW_5: UNSENT}
    assert journal.call(run.id, 2).settled_at is None


def test_another_attempt_needs_a_call_that_is_sending(journal, begin):
    run = begin()
    with pytest.raises(JournalError, match='is "planned", not "sending"'):
        journal.claim_again(run.id, 1, 1, 0)
    journal.claim(run.id, 1, 1, 0)

    again = journal.claim_again(run.id, 1, 1, 0)

    assert again.attempt_id == 2
    assert journal.call(run.id, 1).attempts == 2


def test_a_refused_call_is_replaced_by_its_parts(journal, begin):
    run = begin()
    claim = journal.claim(run.id, 1, 1, 0)
    parts = [
        Call("POST", "X", {"n": [1]}, (ROW_2,), ("PO 1",)),
        Call("POST", "X", {"n": [2]}, (ROW_3,), ("PO 1",)),
    ]

    made = journal.split(run.id, 1, 1, parts, ending=Ending(claim.attempt_id, 400, None, "bad"))

    assert [(part.number, part.parent_number, part.call) for part in made] == [
        (3, 1, parts[0]),
        (4, 1, parts[1]),
    ]
    assert journal.call(run.id, 1).state == CallState.SPLIT
    assert [row.call_number for row in journal.rows(run.id)] == [3, 4, 2, None]
    assert isinstance(journal.claim(run.id, 3, 1, 0), Claim)


def test_a_half_applied_call_keeps_what_is_applied_and_plans_the_rest(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    [rest] = journal.split(
        run.id,
        1,
        1,
        [Call("POST", "X", None, (ROW_3,))],
        outcomes={ROW_2: Outcome(Status.VERIFIED)},
    )

    assert rest.call.rows == (ROW_3,)
    assert journal.outcomes(run.id)[ROW_2] == Outcome(Status.VERIFIED)


@pytest.mark.parametrize(
    "rows",
    [(ROW_2,), (ROW_2, ROW_3, ROW_3), (ROW_2, ROW_3, ROW_4)],
    ids=["one lost", "one twice", "one of another call"],
)
def test_parts_carry_each_row_of_their_call_once(journal, begin, rows):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    with pytest.raises(JournalError, match="cannot replace it"):
        journal.split(run.id, 1, 1, [Call("POST", "X", None, (row,)) for row in rows])

    assert journal.call(run.id, 1).state == CallState.SENDING


def test_a_run_is_not_finished_while_a_call_is_sending(journal, begin):
    run = begin()
    journal.claim(run.id, 2, 1, 0)

    with pytest.raises(JournalError, match=r"its calls \[2\] have no known outcome"):
        journal.finish(run.id, 1, "/done/acme.xlsx")

    journal.settle(run.id, 2, 1, CallState.ACCEPTED, {ROW_4: SENT})
    journal.finish(run.id, 1, "/done/acme.xlsx")
    finished = journal.run(run.id)
    assert (finished.state, finished.finished_at, finished.result_path) == (
        RunState.FINISHED,
        NOW,
        "/done/acme.xlsx",
    )
    assert journal.unfinished() == []


def test_an_abandoned_run_leaves_nothing_held_and_nothing_hidden(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 0)

    journal.abandon(run.id, 1)

    assert journal.counts(run.id).statuses == {Status.UNSENT: 2, Status.UNKNOWN: 2}
    assert journal.call(run.id, 1).state == CallState.UNKNOWN
    assert isinstance(journal.claim(begin().id, 1, 1, 0), Claim)
    with pytest.raises(JournalError, match="was abandoned"):
        journal.take(run.id)


def test_sign_ins_and_read_backs_are_attempts_too(journal, begin):
    run = begin()
    journal.claim(run.id, 1, 1, 1.0)

    sign_in = journal.note_attempt(
        run.id, None, 1, Purpose.SIGN_IN, method="POST", path="token", pace_s=1.0
    )
    look = journal.note_attempt(
        run.id, 1, 1, Purpose.READ_BACK, method="GET", path="PO/1", pace_s=1.0
    )
    journal.end_attempt(Ending(look.attempt_id, 200, None, "[]"))

    assert (sign_in.wait_s, look.wait_s) == (1.0, 2.0)
    assert [it.purpose for it in journal.attempts(run.id)] == ["write", "sign in", "read back"]
    assert [it.purpose for it in journal.attempts(run.id, 1)] == ["write", "read back"]


def test_replies_are_cut_and_text_is_cleaned(journal, new_run):
    odd = "a\0b\udcffc"
    run = journal.begin(
        new_run(file_name=odd, worksheet=odd, owner=odd),
        [
            NewRow(
                ROW_2,
                Outcome(Status.UNSENT, odd, (Problem(ROW_2, odd, odd, odd),)),
                {odd: odd},
                odd,
            )
        ],
        [Call("POST", odd, {"x": odd}, (ROW_2,), (odd,))],
    )
    claim = journal.claim(run.id, 1, 1, 0)
    ending = Ending(claim.attempt_id, 500, odd, odd + "x" * 5_000)

    journal.settle(
        run.id, 1, 1, CallState.REJECTED, {ROW_2: Outcome(Status.REJECTED, odd)}, ending=ending
    )

    clean = r"a\x00b\udcffc"
    [row] = journal.rows(run.id)
    [attempt] = journal.attempts(run.id)
    assert journal.run(run.id).file_name == clean
    assert (row.outcome.message, row.identity) == (clean, clean)
    assert row.outcome.problems == (Problem(ROW_2, odd, odd, odd),)  # JSON spells it exactly
    assert journal.call(run.id, 1).call.body == {"x": odd}
    assert attempt.failure == clean
    assert attempt.reply.startswith(clean)
    assert len(attempt.reply) == REPLY_LIMIT
    assert journal.runs_of_file("ab" * 32, odd, "add_tracking", "acme") == [journal.run(run.id)]


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

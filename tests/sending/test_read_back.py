"""What a GET tells of rows, and each path asked once."""

import json

import pytest

from importer.model.calls import Call, Reply
from importer.model.row_ids import RowId
from importer.platforms.platform import Refusal
from importer.sending.read_back import by_path, content_of
from importer.sending.verdicts import JudgedReply, Verdict

SHOWN = json.dumps({"TrackingNumbers": [{"TrackingNumber": "A0000000"}]})


@pytest.mark.parametrize(
    ("reply", "applied"),
    [
        (Reply(200, SHOWN), {RowId(2): True, RowId(3): False}),
        (Reply(404, "{}"), {RowId(2): False, RowId(3): False}),
        (Reply(500, SHOWN), {RowId(2): None, RowId(3): None}),
        (Reply(200, "<html>"), {RowId(2): None, RowId(3): None}),
        (Reply(200, "{}"), {RowId(2): None, RowId(3): None}),
        (None, {RowId(2): None, RowId(3): None}),
    ],
    ids=["shown", "not there", "failed", "a page", "another shape", "no reply"],
)
def test_a_reply_shows_a_row_applied_or_not_or_tells_nothing(model, reply, applied):
    model.a_run_begins("add_tracking", [0, 1])
    read_backs = model.processes[1].delivery._read_backs

    assert read_backs.shown_in(reply, list(model.sheets[0].rows.values())) == applied


def test_a_read_back_is_tried_again_until_it_tells_something(model):
    model.a_run_begins("add_tracking", [0])
    process = model.processes[1]
    record = process.task.journal.call(1, 1)
    call = Call("GET", "PurchaseOrders/10001/TrackingNumber/Multiple")

    reply = process.delivery._read_backs.read(record, call)

    assert (reply.status, reply.json) == (200, {"TrackingNumbers": []})
    assert [a.purpose.value for a in model.journal.attempts(1, 1)] == ["read back"]


def test_subjects_share_the_get_that_shows_them_and_some_have_none():
    paths = {"a": "PO/1", "b": None, "c": "PO/2", "d": "PO/1"}

    asked, silent = by_path(paths, lambda name: Call("GET", paths[name]) if paths[name] else None)

    assert (asked, silent) == ({"PO/1": ["a", "d"], "PO/2": ["c"]}, ["b"])


@pytest.mark.parametrize(("verdict", "content"), [(Verdict.ACCEPTED, [1]), (Verdict.REFUSED, None)])
def test_only_an_accepted_answer_has_content(verdict, content):
    assert content_of(JudgedReply(verdict, Refusal(""), Reply(200, "[1]"))) == content
    assert content_of(None) is None

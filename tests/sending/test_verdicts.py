"""What each answer to a write means, for each platform."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from importer.model.calls import Reply
from importer.model.errors import AnswerLost, NotSent
from importer.platforms import PLATFORMS
from importer.platforms.platform import Refusal
from importer.sending.verdicts import JudgedReply, Verdict, judge

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
HTML = "<html><title>Sign in</title></html>"
ERRORS = json.dumps({"errors": [{"message": "not open", "field_name": "status"}]})
KEYED = ["shipstation", "shipengine"]


def reply(status, text="", **headers):
    return Reply(status, text, headers, NOW)


def verdict(platform, status, text=""):
    return judge(PLATFORMS[platform], reply(status, text)).verdict


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("status", "means"),
    [
        (100, Verdict.LOST),
        (200, Verdict.ACCEPTED),
        (201, Verdict.ACCEPTED),
        (204, Verdict.ACCEPTED),
        (301, Verdict.REFUSED),
        (302, Verdict.REFUSED),
        (307, Verdict.REFUSED),
        (400, Verdict.REFUSED),
        (401, Verdict.NOT_SIGNED_IN),
        (403, Verdict.REFUSED),
        (404, Verdict.REFUSED),
        (408, Verdict.LOST),
        (409, Verdict.REFUSED),
        (413, Verdict.REFUSED),
        (422, Verdict.REFUSED),
        (429, Verdict.TOO_OFTEN),
        (500, Verdict.FAILED),
        (501, Verdict.LOST),
        (502, Verdict.LOST),
        (503, Verdict.LOST),
        (504, Verdict.LOST),
        (520, Verdict.LOST),
    ],
)
def test_a_status_without_a_body_means_the_same_on_every_platform(platform, status, means):
    assert verdict(platform, status) is means


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", Verdict.ACCEPTED),
        ("10001", Verdict.ACCEPTED),
        ("null", Verdict.ACCEPTED),
        ("{}", Verdict.ACCEPTED),
        ("[10001, 10002]", Verdict.ACCEPTED),
        ('"Successfully saved"', Verdict.ACCEPTED),
        ("Successfully saved", Verdict.ACCEPTED),
        ("true", Verdict.ACCEPTED),
        ("false", Verdict.LOST),
        ("An error occurred", Verdict.LOST),
        ('{"ErrorMessage": "PO 5 is cancelled"}', Verdict.FAILED),
        ('{"Success": false}', Verdict.FAILED),
        ('{"Message": "saved"}', Verdict.ACCEPTED),
        ('{"TrackingNumbers": [', Verdict.LOST),
        (HTML, Verdict.LOST),
    ],
    ids=repr,
)
def test_a_sellercloud_success_is_what_its_body_says(text, means):
    assert verdict("sellercloud", 200, text) is means


@pytest.mark.parametrize("platform", KEYED)
@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", Verdict.ACCEPTED),
        ('{"purchase_order_id": "se-101"}', Verdict.ACCEPTED),
        ('{"errors": []}', Verdict.ACCEPTED),
        (ERRORS, Verdict.FAILED),
        ("OK", Verdict.LOST),
        ('{"purchase_order_id": ', Verdict.LOST),
        (HTML, Verdict.LOST),
    ],
    ids=repr,
)
def test_a_keyed_platforms_success_is_what_its_body_says(platform, text, means):
    assert verdict(platform, 200, text) is means


@pytest.mark.parametrize("status", [200, 400, 403, 429, 500, 503])
def test_sellerclouds_reset_time_means_too_often_whatever_the_status(status):
    body = {"Error": "Too many requests.", "RateLimitResetTime": "2026-11-20T10:15:30.1234567Z"}

    answer = judge(PLATFORMS["sellercloud"], reply(status, json.dumps(body)))

    assert answer.verdict is Verdict.TOO_OFTEN
    assert answer.pause_until == datetime(2026, 11, 20, 10, 15, 31, 123456, tzinfo=UTC)


def test_retry_after_says_until_when_the_account_waits():
    answer = judge(PLATFORMS["shipstation"], reply(429, **{"retry-after": "7"}))

    assert answer.pause_until == NOW + timedelta(seconds=7)


def test_a_refusal_keeps_the_platforms_sentence_and_the_field_it_names():
    came = reply(400, ERRORS)

    answer = judge(PLATFORMS["shipstation"], came)

    assert answer == JudgedReply(Verdict.REFUSED, Refusal("not open", "status"), came)
    assert answer.sentence == "not open"


@pytest.mark.parametrize(
    ("came", "means"),
    [
        (NotSent("the address is not found"), Verdict.NOT_SENT),
        (AnswerLost("no answer in 60 s"), Verdict.LOST),
    ],
    ids=["not sent", "answer lost"],
)
def test_an_exception_of_the_connection_is_a_verdict_with_its_sentence(came, means):
    answer = judge(PLATFORMS["sellercloud"], came)

    assert answer == JudgedReply(means, Refusal(str(came)))

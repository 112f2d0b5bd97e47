"""Sellercloud's sign-in, its many kinds of body, and its own way to say "too often"."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from importer.model.calls import Reply
from importer.platforms.platform import DEFAULT_PAUSE, Refusal
from importer.platforms.sellercloud import Sellercloud
from importer.settings.secrets import Secret

NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)
CREDENTIALS = {"username": Secret("vera"), "password": Secret("hunter2")}
SELLERCLOUD = Sellercloud()


def reply(status=400, body=None, **headers) -> Reply:
    return Reply(status, "" if body is None else json.dumps(body), headers, NOW)


def test_the_sign_in_posts_the_credentials_unseen():
    call = SELLERCLOUD.sign_in_call(CREDENTIALS)

    assert (call.method, call.path) == ("POST", "token")
    assert json.loads(call.content or b"") == {"Username": "vera", "Password": "hunter2"}
    assert "hunter2" not in f"{call} {call.body}"


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (1800, 1800),
        ("3600", 3600),
        (10**9, 86400),
        (0, 1800),
        (-1, 1800),
        (None, 1800),
        ("x", 1800),
        (1e400, 1800),
    ],
)
def test_a_token_lives_as_long_as_expires_in_says(expires_in, seconds):
    body = {"access_token": "t0k", "expires_in": expires_in, ".expires": "2001-01-01T00:00:00Z"}

    token = SELLERCLOUD.read_token(reply(200, body))

    assert token is not None
    assert (token.value.reveal(), token.lifetime_s) == ("t0k", seconds)
    assert SELLERCLOUD.headers(CREDENTIALS, token) == {"Authorization": "Bearer t0k"}
    assert "t0k" not in repr(token)


@pytest.mark.parametrize(
    "body", [None, [], {}, "t0k", {"access_token": "a\nb"}, {"access_token": 5}]
)
def test_a_reply_without_a_token_gives_none(body):
    assert SELLERCLOUD.read_token(reply(200, body)) is None


@pytest.mark.parametrize("status", [200, 400, 429, 500, 503])
def test_a_reset_time_pauses_whatever_the_status(status):
    body = {"Error": "Too many requests.", "RateLimitResetTime": "2026-11-20T10:15:00.1234567Z"}

    until = SELLERCLOUD.pause_until(reply(status, body, date="Fri, 20 Nov 2026 10:05:00 GMT"), NOW)

    assert until == NOW + timedelta(minutes=10, seconds=1, microseconds=123456)


@pytest.mark.parametrize(
    "reset",
    [
        "2026-11-20T09:00:00.0000000Z",
        "2126-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "",
        "soon",
        5,
        None,
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_senseless_reset_time_pauses_a_minute(reset):
    found = SELLERCLOUD.pause_until(reply(400, {"RateLimitResetTime": reset}), NOW)

    assert found == NOW + DEFAULT_PAUSE


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"ErrorMessage": "PO 5 not found", "Message": "x"}, Refusal("PO 5 not found")),
        ({"ErrorMessage": "", "ExceptionMessage": "boom", "Message": "x"}, Refusal("boom")),
        (
            {"Message": "Authorization denied", "StackTrace": "at x"},
            Refusal("Authorization denied"),
        ),
        (
            {"title": "One or more errors", "errors": {"Items[0].ID": ["is required", "x"]}},
            Refusal("is required", "Items[0].ID"),
        ),
        ({"Errors": ["first", "second"]}, Refusal("first")),
        ({"Errors": [{"Message": "first"}]}, Refusal("first")),
        ({"Title": "Bad Request", "Errors": {}}, Refusal("Bad Request")),
        (
            {"error": "invalid_grant", "error_description": "Wrong password"},
            Refusal("Wrong password"),
        ),
        ({"Error": "Too many requests."}, Refusal("Too many requests.")),
        ("Order is locked", Refusal("Order is locked")),
        ({"ErrorMessage": "<b>No</b> such PO"}, Refusal("No such PO")),
        ({"ErrorMessage": None}, Refusal("Sellercloud answered 400 without a reason")),
        ({"Errors": [[[]]]}, Refusal("Sellercloud answered 400 without a reason")),
    ],
)
def test_a_refusal_is_explained_in_its_own_words(body, refusal):
    assert SELLERCLOUD.explain(reply(400, body)) == refusal


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("10001", True),
        ("[1, 2]", True),
        ("{}", True),
        ("null", True),
        ("true", True),
        ('"Successfully saved"', True),
        ("Successfully saved 2 items.", True),
        ('{"Success": true, "ErrorMessage": null, "Errors": []}', True),
        ('{"Message": "Saved"}', True),
        ('{"success": false}', False),
        ('{"ErrorMessage": "PO is closed"}', False),
        ('{"Errors": {"ID": ["unknown"]}}', False),
        ("false", None),
        ("Error: PO is closed", None),
        ('"Failed to save"', None),
        ("<b>Log in</b>", None),
    ],
)
def test_a_2xx_is_accepted_unless_it_says_otherwise(text, accepted):
    assert SELLERCLOUD.accepted(Reply(200, text)) is accepted

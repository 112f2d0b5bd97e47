"""What every platform promises, and what ShipStation and ShipEngine say."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from importer.model.calls import Reply
from importer.platforms import PLATFORMS
from importer.platforms.platform import DEFAULT_PAUSE, Platform, Refusal, plain
from importer.settings.rate_limit import Limit
from importer.settings.secrets import Secret

NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)
CREDENTIALS = {name: Secret("hunter2") for name in ("username", "password", "api_key")}


@pytest.fixture(params=PLATFORMS.values(), ids=PLATFORMS)
def platform(request) -> Platform:
    return request.param


@pytest.fixture(params=["shipengine", "shipstation"])
def keyed(request) -> Platform:
    return PLATFORMS[request.param]


def error(message="Invalid date", **fields) -> dict[str, str]:
    return {"error_source": "shipengine", "error_code": "invalid", "message": message, **fields}


def reply(status=400, body=None, **headers) -> Reply:
    text = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
    return Reply(status, text, {k.replace("_", "-"): v for k, v in headers.items()}, NOW)


def test_three_platforms_are_found():
    assert {name: platform.title for name, platform in PLATFORMS.items()} == {
        "sellercloud": "Sellercloud",
        "shipengine": "ShipEngine",
        "shipstation": "ShipStation",
    }


def test_one_address_or_one_for_each_server(platform):
    assert (platform.base_url is None) != (platform.server_url is None)


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry_after": "7"}, timedelta(seconds=7)),
        ({"retry_after": " 0 "}, timedelta(0)),
        ({"retry_after": "1.5"}, timedelta(seconds=1.5)),
        ({"retry_after": "Fri, 20 Nov 2026 10:00:30 GMT"}, timedelta(seconds=30)),
        (
            {
                "retry_after": "Fri, 20 Nov 2026 12:00:30 GMT",
                "date": "Fri, 20 Nov 2026 12:00:00 GMT",
            },
            timedelta(seconds=30),
        ),
        ({"retry_after": "Fri, 20 Nov 2026 09:00:00 GMT"}, DEFAULT_PAUSE),
        ({"retry_after": "Fri, 20 Nov 9999 09:00:00 GMT"}, DEFAULT_PAUSE),
        ({"retry_after": "-5"}, DEFAULT_PAUSE),
        ({"retry_after": "999999999"}, DEFAULT_PAUSE),
        ({"retry_after": "9" * 400}, DEFAULT_PAUSE),
        ({"retry_after": "soon"}, DEFAULT_PAUSE),
        ({"retry_after": "٣"}, DEFAULT_PAUSE),
        ({}, DEFAULT_PAUSE),
    ],
)
def test_a_429_pauses_as_told_or_a_minute(platform, headers, pause):
    assert platform.pause_until(reply(429, **headers), NOW) == NOW + pause


@pytest.mark.parametrize("status", [200, 400, 401, 500, 503])
def test_no_other_status_pauses(platform, status):
    assert platform.pause_until(reply(status, {}, retry_after="7"), NOW) is None


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (500, None, "{title} answered 500 without a reason"),
        (500, {}, "{title} answered 500 without a reason"),
        (500, [], "{title} answered 500 without a reason"),
        (302, "<html>moved</html>", "{title} answered 302, a redirect, which is never followed"),
        (502, "<HTML><head><title>502\nBad Gateway</title></head><p>x", "502 Bad Gateway"),
        (500, "<!DOCTYPE html><style>p {}</style><p>Runtime <b>Error</b>", "Runtime Error"),
        (500, "<html><title></title><script>alert(1)", "{title} answered 500 without a reason"),
        (500, "<p>&lt;script&gt;alert(1)&lt;/script&gt; broke", "broke"),
        (500, "out\x00 of\x1b[31m\r\n order\ud800", "out of[31m order"),
        (500, "x" * 999, "x" * 299 + "…"),
    ],
)
def test_a_refusal_without_json_is_explained(platform, status, body, sentence):
    found = platform.explain(reply(status, body))

    assert found == Refusal(sentence.format(title=platform.title))


def test_hostile_markup_is_read_in_no_time():
    assert plain("<a" * 500_000)
    assert plain("<!--" * 500_000) == ""
    assert len(plain("<script " * 500_000)) <= 300


@pytest.mark.parametrize("status", [204, 200, 202])
def test_an_empty_2xx_is_accepted(platform, status):
    assert platform.accepted(reply(status)) is True


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500])
def test_no_other_status_is_accepted(platform, status):
    assert platform.accepted(reply(status)) is False


@pytest.mark.parametrize(
    "body", ["<!DOCTYPE html><form>Log in</form>", '{"cut": ', "\n <html>", "[1, 2"]
)
def test_a_login_page_or_broken_json_cannot_tell(platform, body):
    assert platform.accepted(reply(200, body)) is None


def test_the_key_goes_with_every_call(keyed):
    assert keyed.headers(CREDENTIALS, None) == {"API-Key": "hunter2"}
    assert keyed.sign_in_call(CREDENTIALS) is None
    assert keyed.limit == Limit(200, 60)


@pytest.mark.parametrize(
    ("errors", "refusal"),
    [
        ([error()], Refusal("Invalid date")),
        ([error("")], Refusal("invalid")),
        (
            [error(field_name="order_date", field_value="x\x07")],
            Refusal("Invalid date", "order_date", "x"),
        ),
        (
            [error("One."), error("Two", field_name="qty", field_value=3), error("One.")],
            Refusal("One; Two", "qty", "3"),
        ),
        ([error("<b>Bold</b> <script>x</script>")], Refusal("Bold")),
    ],
)
def test_the_error_envelope_is_explained(keyed, errors, refusal):
    assert keyed.explain(reply(400, {"request_id": "r", "errors": errors})) == refusal


@pytest.mark.parametrize("errors", [[], None, "x", [None], [{}], [[]]])
def test_an_envelope_without_a_reason_is_no_reason(keyed, errors):
    found = keyed.explain(reply(400, {"errors": errors}))

    assert found == Refusal(f"{keyed.title} answered 400 without a reason")


def test_a_2xx_with_errors_is_not_accepted(keyed):
    assert keyed.accepted(reply(200, {"errors": [error()]})) is False
    assert keyed.accepted(reply(200, {"errors": [], "purchase_order_id": "se-1"})) is True
    assert keyed.accepted(reply(200, "a sentence")) is None

import threading

import httpx
import pytest

from importer.sandbox import InjectedFault, Sandbox
from tests.waiting import until

ROUTE = "purchase_orders/se-101/shipping_details"
BODY = {"tracking_number": "A1"}


def post(shipstation, **more):
    return shipstation.post(ROUTE, json=BODY, **more)


def applied(sandbox):
    return sandbox.state.shipstation_orders["se-101"]["tracking_number"] == "A1"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("parameters", "status", "text"),
    [
        ({"kind": "status", "status": 503, "reply": {"a": 1}}, 503, '{"a": 1}'),
        ({"kind": "status"}, 500, ""),
        ({"kind": "broken_json"}, 200, '{"ok":tr'),
        ({"kind": "empty"}, 200, ""),
        ({"kind": "error_body", "reply": "Failed"}, 200, "Failed"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_an_answer_is_replaced(sandbox, shipstation, *, after, parameters, status, text):
    sandbox.fault(after=after, **parameters)

    answer = post(shipstation)

    assert (answer.status_code, answer.text) == (status, text)
    assert applied(sandbox) is after
    assert sandbox.writes[-1].applied is after
    assert sandbox.writes[-1].fault == f"{parameters['kind']} {'after' if after else 'before'}"
    assert post(shipstation).json()["tracking_number"] == "A1"


def test_headers_and_content_type_can_be_chosen(sandbox, shipstation):
    sandbox.fault("status", status=400, content_type="text/plain", headers={"X-A": "b"})

    answer = post(shipstation)

    assert (answer.headers["Content-Type"], answer.headers["X-A"]) == ("text/plain", "b")


def test_a_gateway_s_page_is_html(sandbox, shipstation):
    sandbox.fault("html")

    answer = post(shipstation)

    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert "<html>" in answer.text


def test_a_reply_in_a_false_encoding_cannot_be_decoded(sandbox, shipstation):
    sandbox.fault("status", status=200, reply="no gzip", headers={"Content-Encoding": "gzip"})

    with pytest.raises(httpx.DecodingError):
        post(shipstation)


def test_a_redirect_names_another_place(sandbox, shipstation):
    sandbox.fault("redirect", location="http://127.0.0.1:9/there")

    answer = post(shipstation)

    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.1:9/there")


@pytest.mark.parametrize(
    ("form", "where", "words"),
    [
        ("seconds", "Retry-After", "30"),
        ("date", "Retry-After", "Thu, 28 May 2026 20:27:10 GMT"),
        ("sellercloud", "RateLimitResetTime", "2026-05-28T20:27:10.0000000Z"),
    ],
)
def test_a_limit_is_told_in_three_forms(sandbox, shipstation, form, where, words):
    sandbox.fault("throttle", form=form, seconds=30)

    answer = post(shipstation)

    assert answer.status_code == 429
    assert (answer.headers.get(where) or answer.json()[where]) == words
    assert not applied(sandbox)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("reset", "error"), [(True, httpx.ReadError), (False, httpx.RemoteProtocolError)]
)
def test_a_connection_is_dropped(sandbox, shipstation, after, reset, error):
    sandbox.fault("drop", after=after, reset=reset)

    with pytest.raises(error):
        post(shipstation)

    assert applied(sandbox) is after
    assert sandbox.writes[-1].status is None
    assert post(shipstation).status_code == 200


@pytest.mark.parametrize("cut", ["head", "body"])
def test_half_an_answer_comes_after_the_whole_effect(sandbox, shipstation, cut):
    sandbox.fault("half", cut=cut)

    with pytest.raises(httpx.RemoteProtocolError):
        post(shipstation)

    assert applied(sandbox)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_delayed_answer_outlasts_the_client(sandbox, shipstation, after):
    sandbox.fault("delay", after=after, seconds=30)

    with pytest.raises(httpx.ReadTimeout):
        post(shipstation, timeout=0.05)

    until(lambda: [write.applied for write in sandbox.writes] == [after])
    assert applied(sandbox) is after


def test_a_short_delay_is_answered_truly(sandbox, shipstation):
    sandbox.fault("delay", seconds=0.02)

    assert post(shipstation).status_code == 200
    assert sandbox.writes[-1].duration_s >= 0.02


@pytest.mark.parametrize("status", [None, 504])
def test_a_late_effect_comes_after_the_answer(sandbox, shipstation, status):
    sandbox.fault("late", seconds=0.05, status=status)

    if status is None:
        with pytest.raises(httpx.ReadError):
            post(shipstation)
    else:
        assert post(shipstation).status_code == status

    assert not applied(sandbox)
    until(lambda: applied(sandbox) and sandbox.writes[-1].applied)
    assert sandbox.writes[-1].fault == "late"


def test_a_slow_body_comes_byte_by_byte(sandbox, shipstation):
    sandbox.fault("slow_body", seconds=0.001)
    assert post(shipstation).json()["tracking_number"] == "A1"

    sandbox.fault("slow_body", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        post(shipstation, timeout=0.05)


def test_an_endless_body_is_read_as_long_as_one_likes(sandbox, shipstation):
    sandbox.fault("endless_body")
    read = 0

    with shipstation.stream("POST", ROUTE, json=BODY) as answer:
        for piece in answer.iter_raw():
            read += len(piece)
            if read > 1_000_000:
                break

    assert applied(sandbox)


def test_a_connection_that_ends_after_its_answer_is_made_anew(sandbox, shipstation):
    sandbox.fault("hang_up")

    statuses = [post(shipstation).status_code]
    until(lambda: not sandbox._server._open)
    statuses.append(post(shipstation).status_code)

    assert statuses == [200, 200]
    assert len(sandbox.writes) == 2


def test_a_fault_hits_as_often_as_told_and_lets_the_first_pass(sandbox, shipstation):
    sandbox.fault("status", skip=1, times=2)

    assert [post(shipstation).status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_fault_can_last(sandbox, shipstation):
    sandbox.fault("status", times=None)
    assert [post(shipstation).status_code for _ in range(3)] == [500, 500, 500]

    sandbox.faults.clear()
    assert post(shipstation).status_code == 200


def test_faults_take_their_turns(sandbox, shipstation):
    for status in (500, 502):
        sandbox.fault("status", status=status)

    assert [post(shipstation).status_code for _ in range(3)] == [500, 502, 200]


@pytest.mark.parametrize(
    ("matcher", "hit"),
    [
        ({}, True),
        ({"platform": "shipstation"}, True),
        ({"platform": "shipengine"}, False),
        ({"method": "POST"}, True),
        ({"method": "GET"}, False),
        ({"path": r"se-10\d/"}, True),
        ({"path": "se-102"}, False),
        ({"body_contains": "A1"}, True),
        ({"body_contains": "B2"}, False),
    ],
    ids=str,
)
def test_a_fault_chooses_its_requests(sandbox, shipstation, matcher, hit):
    sandbox.fault("status", **matcher)

    assert (post(shipstation).status_code == 500) is hit


def test_a_fault_without_method_and_path_leaves_reads_alone(sandbox, shipstation):
    sandbox.fault("status")

    assert shipstation.get("purchase_orders/se-101").status_code == 200


@pytest.mark.parametrize(
    "parameters",
    [
        {"kind": "surprise"},
        {"kind": "drop", "times": "3"},
        {"kind": "drop", "times": True},
        {"kind": "drop", "platform": "ebay"},
        {"kind": "drop", "path": "("},
        {"kind": "drop", "headers": 5},
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense_is_refused(parameters):
    with pytest.raises(ValueError):
        InjectedFault(**parameters)


def test_closing_ends_every_pause():
    """A pause that went on would keep this test for an hour."""
    threads = set(threading.enumerate())

    with Sandbox() as sandbox, httpx.Client(trust_env=False) as client:
        sandbox.fault("late", seconds=3600, status=200, method="GET")
        client.get(f"{sandbox.url}/v1/carriers")
        sandbox.fault("delay", seconds=3600, method="GET")
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{sandbox.url}/v1/carriers", timeout=0.02)

    until(lambda: set(threading.enumerate()) <= threads)

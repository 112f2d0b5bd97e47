"""What can go wrong, one by one; F, T, P, K and O number the entries of the list of faults."""
# ruff: noqa: N802  (the numbers are written with a capital)

import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from datetime import timedelta
from importlib import import_module

import pytest

from importer.operations import operations
from importer.sandbox import SHIPENGINE_KEY, Sandbox
from importer.sandbox.seed import sales_order_id
from tests.sending.faults.bench import Bench, assert_told_well, sentences

TRACKING, ITEMS, LINKS, SHIPPING, NOTICES = (
    operations()[name]
    for name in ("add_tracking", "update_items", "link_to_po", "update_shipping", "notify_shipped")
)
HEADINGS = "PO ID,Tracking Number,Carrier,Shipped On,Shipping Status"
ALL = pytest.mark.parametrize("operation", operations().values(), ids=list(operations()))


def numbers(count: int, po_id: int = 10001) -> list[str]:
    return [HEADINGS, *(f"{po_id},A{n:07},UPS,2026-11-19,2" for n in range(count))]


def pos(count: int) -> list[str]:
    """One row for each of so many purchase orders."""
    return [HEADINGS, *(f"{20001 + n},A{n:07},UPS,2026-11-19,2" for n in range(count))]


def sign_ins(sandbox: Sandbox) -> int:
    return len([entry for entry in sandbox.log if entry.path.endswith("/token")])


def gap(sandbox: Sandbox) -> timedelta:
    """From the first write to the second."""
    return sandbox.writes[1].at - sandbox.writes[0].at


def assert_once(bench: Bench, summary, operation, statuses=("sent", "verified", "unknown")):
    """Each row's effect is there once, and what is said is fit to read."""
    assert bench.effects(operation) == 2
    assert set(summary.statuses) <= set(statuses)
    assert_told_well(bench, summary)


# Signing in


def test_F01_an_expired_token_is_renewed_once_and_the_same_call_sent_again(bench, sandbox):
    sandbox.fault("status", status=401, skip=1)

    summary = bench.with_account(workers=1).upload(TRACKING, *pos(3))

    assert summary.statuses == {"verified": 3}
    assert sign_ins(sandbox) == 2
    assert [write.applied for write in sandbox.writes] == [True, False, True, True]


def test_F01_a_second_401_on_a_fresh_token_stops_the_run(bench, sandbox):
    sandbox.fault("status", status=401, skip=1, times=None)

    summary = bench.with_account(workers=1).upload(TRACKING, *pos(4))

    assert [summary.outcomes[row].status for row in (3, 4, 5)] == ["unsent"] * 3
    assert "refuses its own sign-in" in summary.stopped_by
    assert len(sandbox.writes) == 3


def test_F02_a_refused_sign_in_is_not_tried_again(bench, sandbox):
    sandbox.fault("status", status=401, path="/token$", times=None)

    summary = bench.upload(TRACKING, *pos(4))

    assert summary.statuses == {"unsent": 4}
    assert (sign_ins(sandbox), sandbox.writes) == (1, [])
    assert_told_well(bench, summary)


@ALL
def test_F03_what_is_forbidden_is_sent_once(bench, sandbox, operation):
    reply = {"ErrorMessage": "No rights.", "errors": [{"message": "No rights."}]}
    sandbox.fault("status", status=403, reply=reply, times=None)

    summary = bench.upload(operation)

    assert summary.statuses == {"rejected": 2}
    assert {outcome.sentence for outcome in summary.outcomes.values()} == {"No rights."}
    assert len(sandbox.writes) == 1


def test_F04_a_token_that_expires_during_a_pause_is_renewed_without_a_401(bench, sandbox):
    sandbox.switch(token_lifetime_s=1)
    sandbox.fault("throttle", seconds=1)

    summary = bench.upload(TRACKING)

    assert summary.statuses == {"verified": 2}
    assert sign_ins(sandbox) == 2
    assert 401 not in {entry.status for entry in sandbox.log}


# Limits


def test_F05_seconds_are_waited_and_the_same_call_sent(bench, sandbox):
    sandbox.fault("throttle", seconds=1)

    assert_once(bench, bench.upload(NOTICES), NOTICES)

    assert gap(sandbox) >= timedelta(seconds=1)
    assert sandbox.writes[0].body == sandbox.writes[1].body


def test_F06_an_http_date_is_waited_for(bench, sandbox):
    sandbox.fault("throttle", seconds=1.5, form="date")

    assert_once(bench, bench.upload(NOTICES), NOTICES)

    assert gap(sandbox) >= timedelta(seconds=0.4)  # a date has whole seconds


def test_F07_the_reset_time_in_sellercloud_s_body_is_waited_for(bench, sandbox):
    sandbox.fault("throttle", seconds=0.2, form="sellercloud")

    assert_once(bench, bench.upload(TRACKING), TRACKING)

    assert timedelta(seconds=1) <= gap(sandbox) < timedelta(seconds=3)


@pytest.mark.parametrize(
    "wait", ["99999999", "-5", "abc", "Thu, 01 Jan 1970 00:00:00 GMT", "1e9", "", "٣"]
)
def test_F08_absurd_retry_after_is_taken_for_a_minute(bench, sandbox, wait):
    header = wait.encode().decode("latin-1")
    sandbox.fault("status", status=429, headers={"Retry-After": header}, times=None)

    summary = bench.with_patience(longest_pause_s=30).upload(NOTICES)

    assert summary.statuses == {"unsent": 2}
    assert summary.stopped_by == (
        "ShipEngine was called too often and asks to wait for 1 minute; "
        "importer resume 1 continues after that."
    )
    assert len(sandbox.writes) == 1


def test_F09_a_429_for_ever_stops_the_run_and_can_be_resumed(bench, sandbox):
    sandbox.fault("throttle", seconds=0, times=None)
    stopped = bench.upload(TRACKING)
    sandbox.faults.clear()

    resumed = bench.upload(TRACKING)

    assert (stopped.statuses, stopped.exit_status) == ({"unsent": 2}, 1)
    assert resumed.run == stopped.run
    assert_once(bench, resumed, TRACKING)


# Failures of the platform


@ALL
def test_F10_after_a_500_nothing_is_sent_again_before_a_read_back(bench, sandbox, operation):
    sandbox.fault("status", status=500)

    bench.upload(operation)

    asked = [(e.write, e.status) for e in sandbox.log if not e.path.endswith("/token")]
    after = asked[asked.index((True, 500)) + 1 :]
    if operation is NOTICES:
        assert after == []
    elif not operation.repeatable:
        assert after[0][0] is False


@ALL
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_F11_F12_a_page_of_html_after_the_call_was_applied(bench, sandbox, operation, status):
    sandbox.fault("html", status=status, after=True)

    assert_once(bench, bench.upload(operation), operation)


def test_F13_a_503_is_lost_even_where_it_says_when_to_try_again(bench, sandbox):
    sandbox.fault("status", status=503, headers={"Retry-After": "0"}, after=True)

    assert_once(bench, bench.upload(NOTICES), NOTICES, ["unknown"])

    assert len(sandbox.writes) == 1


# Answers that are none


@ALL
def test_F14_broken_json_is_never_called_rejected(bench, sandbox, operation):
    sandbox.fault("broken_json")

    assert_once(bench, bench.upload(operation), operation)


@ALL
def test_F15_a_login_page_is_no_success(bench, sandbox, operation):
    sandbox.fault("html", status=200, times=None)

    summary = bench.upload(operation)

    title = operation.platform.title
    assert summary.statuses == {"unknown": 2}
    assert all(
        o.sentence.startswith(f"{title} answered 200, but what came with it cannot be understood.")
        for o in summary.outcomes.values()
    )
    assert_told_well(bench, summary)


@ALL
@pytest.mark.parametrize("after", [True, False], ids=["applied", "not applied"])
def test_F16_a_200_that_carries_an_error_is_never_called_sent(bench, sandbox, operation, after):
    error = {"Success": False, "errors": [{"message": "It failed."}]}
    sandbox.fault("error_body", reply=error, after=after, times=None)

    summary = bench.upload(operation)

    assert "sent" not in summary.statuses
    assert ("rejected" in summary.statuses) <= (bench.effects(operation) == 0)
    assert_told_well(bench, summary)


@ALL
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_F17_an_empty_2xx_is_a_success(bench, sandbox, operation, status):
    sandbox.fault("empty", status=status)

    assert_once(bench, bench.upload(operation), operation, ["sent", "verified"])

    assert len(sandbox.writes) == 1


def test_F18_an_endless_body_is_cut_and_its_call_read_back(bench, sandbox):
    sandbox.fault("endless_body")

    assert_once(bench, bench.upload(TRACKING), TRACKING, ["verified"])

    assert len(sandbox.writes) == 1


def test_F19_a_body_that_drips_ends_at_the_deadline(hasty, sandbox):
    sandbox.fault("slow_body", seconds=0.05)

    summary = hasty.upload(NOTICES)

    assert_once(hasty, summary, NOTICES, ["unknown"])
    [attempt] = hasty.context.journal.attempts(summary.run, 1)
    assert attempt.ended_at - attempt.started_at < timedelta(seconds=5)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"headers": {"Content-Encoding": "gzip"}, "reply": "no gzip", "status": 200},
        {"content_type": "text/plain; charset=klingon", "reply": "été", "status": 200},
        {"reply": '{"ErrorMessage": "half a pair \\ud800 \\u0000"}', "status": 400},
        {"reply": "\udcff\udcfe\udc00", "status": 200},
        {"reply": '{"ErrorMessage": "' + "long " * 20_000 + '"}', "status": 500},
        {"reply": "[" * 100_000, "status": 200},
    ],
    ids=["no gzip", "unknown charset", "half a surrogate", "no utf-8", "very long", "very deep"],
)
def test_F20_a_hostile_answer_leaves_the_journal_and_a_result(bench, sandbox, spoilt):
    sandbox.fault("status", **spoilt, after=True)

    summary = bench.upload(TRACKING)

    assert_once(bench, summary, TRACKING, ["verified"])
    assert bench.context.journal.attempts(summary.run, 1)


# The way to the platform


@ALL
def test_F21_a_closed_port_leaves_every_row_unsent(bench, sandbox, operation):
    sandbox.close()

    summary = bench.upload(operation)

    assert summary.statuses == {"unsent": 2}
    assert "could not be reached" in summary.stopped_by
    assert_told_well(bench, summary)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that signed itself, and its key."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl program to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    files = "-keyout key.pem -out certificate.pem"
    subprocess.run([*command.split(), *files.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def untrusted(certificate):
    """A server with that certificate: its port, and what it was told after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    told: list[bytes] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                with line, suppress(OSError), context.wrap_socket(line, server_side=True) as safe:
                    told.append(safe.recv(1))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], told


@ALL
def test_F22_nothing_is_told_to_a_server_whose_certificate_is_not_trusted(
    bench, untrusted, operation
):
    port, told = untrusted

    summary = bench.with_account(base_url=f"https://127.0.0.1:{port}").upload(operation)

    assert summary.statuses == {"unsent": 2}
    assert "name their authority as ca_bundle" in summary.stopped_by
    assert not any(told)
    assert_told_well(bench, summary)


@ALL
@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("after", [True, False], ids=["applied", "not applied"])
def test_F23_F24_an_answer_cut_off(bench, sandbox, operation, after, reset):
    sandbox.fault("drop", after=after, reset=reset)

    summary = bench.upload(operation)

    assert bench.effects(operation) == (0 if operation is NOTICES and not after else 2)
    assert ("unknown" in summary.statuses) == (operation is NOTICES)
    assert_told_well(bench, summary)


def test_F25_an_answer_that_does_not_come_in_time(hasty, sandbox):
    sandbox.fault("delay", seconds=60, after=True)

    assert_once(hasty, hasty.upload(TRACKING), TRACKING, ["verified"])

    assert len(sandbox.writes) == 1


@pytest.mark.parametrize("status", [None, 502, 504], ids=["cut off", "502", "504"])
@pytest.mark.parametrize("operation", [TRACKING, LINKS], ids=["add_tracking", "link_to_po"])
def test_F26_a_call_applied_late_is_waited_for(bench, sandbox, operation, status):
    sandbox.fault("late", seconds=0.3, status=status)

    summary = bench.with_account(settle_s=2).upload(operation)

    assert_once(bench, summary, operation, ["verified"])
    assert len(sandbox.writes) == 1


@ALL
@pytest.mark.parametrize("cut", ["head", "body"])
def test_F27_half_an_answer(bench, sandbox, operation, cut):
    sandbox.fault("half", cut=cut)

    assert_once(bench, bench.upload(operation), operation)


def test_F28_a_connection_that_the_server_closes_between_calls(bench, sandbox):
    sandbox.fault("hang_up", times=None)

    summary = bench.with_account(workers=2).upload(TRACKING, *pos(8))

    assert set(summary.statuses) == {"verified"}
    assert all(len(sandbox.state.purchase_orders[20001 + n].tracking) == 1 for n in range(8))


@ALL
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_F29_no_redirect_is_followed(bench, sandbox, operation, status):
    with Sandbox() as elsewhere:
        sandbox.fault("redirect", status=status, location=f"{elsewhere.url}/v2/x", times=None)
        summary = bench.upload(operation)

        assert elsewhere.log == []
    assert summary.statuses == {"rejected": 2}
    assert len(sandbox.writes) == 1
    assert_told_well(bench, summary)


def test_F30_where_read_backs_fail_too_nothing_is_sent_after_three_doubts(bench, sandbox):
    sandbox.fault("drop", after=True, times=None)
    sandbox.fault("status", status=500, method="GET", path="Tracking", times=None)

    summary = bench.with_account(workers=1).upload(TRACKING, *pos(6))

    assert summary.statuses == {"unsent": 3, "unknown": 3}
    assert summary.exit_status == 3
    assert len(sandbox.writes) == 3
    assert_told_well(bench, summary)


@pytest.mark.parametrize("wait", [True, False], ids=["waiting", "no wait"])
def test_F30_three_answers_in_a_row_that_nothing_can_settle_stop_the_run(bench, sandbox, wait):
    sandbox.fault("drop", after=True, times=None)
    orders = [sales_order_id(1001 + n) for n in range(6)]
    lines = [f"{order},T{n:09},stamps_com" for n, order in enumerate(orders)]
    patient = bench.with_account(workers=1).with_patience(wait_to_settle=wait)

    summary = patient.upload(NOTICES, "Sales Order ID,Tracking Number,Carrier Code", *lines)

    assert summary.statuses == {"unsent": 3, "unknown": 3}
    assert summary.stopped_by.startswith("3 answers in a row were lost.")
    assert len(sandbox.writes) == 3


def test_F31_of_what_was_applied_in_part_only_the_rest_is_sent(bench, sandbox, monkeypatch):
    tracking = import_module("importer.sandbox.sellercloud_api.tracking")
    append, left = tracking._append, [3]

    def append_three(world, po, entry):
        left[0] -= 1
        if left[0] >= 0 or len(sandbox.writes) > 1:
            append(world, po, entry)

    monkeypatch.setattr(tracking, "_append", append_three)
    sandbox.fault("drop", after=True)

    summary = bench.upload(TRACKING, *numbers(5))

    assert summary.statuses == {"verified": 5}
    assert bench.effects(TRACKING) == 5
    assert [len(w.body["TrackingNumbers"]) for w in sandbox.writes] == [5, 2]


def test_F32_a_number_that_was_there_before_is_not_added_to_find_out(bench, sandbox):
    sandbox.fault("drop", after=False)

    summary = bench.upload(TRACKING, HEADINGS, "10019,1Z999AA10123456784,UPS,2026-11-19,2")

    assert summary.statuses == {"verified": 1}
    assert len(sandbox.state.purchase_orders[10019].tracking) == 1


# Time, plans, output


def test_K10_a_platform_that_hangs_on_every_call_ends_the_run(hasty, sandbox):
    sandbox.fault("delay", seconds=60, times=None)
    sandbox.fault("delay", seconds=60, method="GET", path="Tracking", times=None)

    one_worker = hasty.with_account(workers=1).with_patience(attempts=1)
    summary = one_worker.upload(TRACKING, *pos(8))

    assert summary.statuses == {"unsent": 5, "unknown": 3}
    journal = hasty.context.journal
    attempts = [
        attempt
        for call in journal.calls(summary.run)
        for attempt in journal.attempts(summary.run, call.number)
    ]
    assert None not in [attempt.ended_at for attempt in attempts]
    assert {attempt.status_code for attempt in attempts} == {None}  # no answer was waited for


def test_T01_a_wall_clock_set_forward_sends_nothing_twice(bench, sandbox, monkeypatch):
    seconds, ahead = time.time, [0]

    def jumping():
        ahead[0] += 3600 if ahead[0] < 7200 else 0
        return seconds() + ahead[0]

    monkeypatch.setattr("time.time", jumping)

    summary = bench.upload(TRACKING, *pos(3))

    assert summary.statuses == {"verified": 3}
    assert len(sandbox.writes) == 3


def test_T03_an_http_date_is_measured_by_the_server_s_own_clock(bench, sandbox):
    skewed = {
        "Date": "Sat, 21 Nov 2020 10:00:00 GMT",
        "Retry-After": "Sat, 21 Nov 2020 10:00:01 GMT",
    }
    sandbox.fault("status", status=429, headers=skewed)

    assert_once(bench, bench.upload(NOTICES), NOTICES)

    assert timedelta(seconds=1) <= gap(sandbox) < timedelta(seconds=4)


def test_P03_rows_that_another_sheet_has_sent_are_left_out(bench, sandbox):
    first = bench.upload(TRACKING, *pos(8))

    second = bench.upload(TRACKING, *pos(10))

    assert (first.statuses, second.statuses) == ({"verified": 8}, {"verified": 2, "unchanged": 8})
    assert len(sandbox.writes) == 10


def test_P04_500_numbers_of_one_po_go_in_parts_each_in_the_journal(bench, sandbox):
    summary = bench.upload(TRACKING, *numbers(500))

    assert summary.statuses == {"verified": 500}
    assert [len(write.body["TrackingNumbers"]) for write in sandbox.writes] == [100] * 5
    assert len(bench.context.journal.calls(summary.run)) == 5
    assert bench.effects(TRACKING) == 500


def test_O02_no_output_tells_a_secret(bench, sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    told = {"message": f"key {SHIPENGINE_KEY} may not"}
    sandbox.fault("status", status=400, reply=json.dumps({"errors": [told]}))

    summary = bench.upload(NOTICES)
    bench.upload(TRACKING)

    assert set(sentences(summary)) == {"key *** may not."}
    assert_told_well(bench, summary)
    assert not [secret for secret in bench.secrets if secret in caplog.text]

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime

import httpx
import pytest

from importer.sandbox import PASSWORD, SHIPSTATION_KEY, USERNAME, LogEntry, Sandbox

ROUTE = "purchase_orders/se-101/shipping_details"


def test_a_connection_is_kept_alive_whatever_is_answered(sandbox, shipstation, monkeypatch):
    connections = []
    accept = sandbox._server.process_request
    monkeypatch.setattr(
        sandbox._server,
        "process_request",
        lambda request, address: (connections.append(address), accept(request, address)),
    )

    for path in ("purchase_orders/se-101", "purchase_orders/se-999", "nothing"):
        shipstation.get(path)
    shipstation.post(ROUTE, json={"tracking_number": 5})

    assert len(connections) == 1


def test_the_log_tells_each_request_in_order(sandbox, shipstation, clock):
    shipstation.get("purchase_orders/se-101?x=1")
    shipstation.post(ROUTE, json={"tracking_number": "A1"})
    shipstation.post(ROUTE, content="{", headers={"Content-Type": "application/json"})

    at = datetime.fromtimestamp(clock.now, UTC)
    path = f"/v2/{ROUTE}"
    assert [
        LogEntry(1, at, "shipstation", "GET", "/v2/purchase_orders/se-101", "", False, 200),
        LogEntry(2, at, "shipstation", "POST", path, {"tracking_number": "A1"}, True, 200, True),
        LogEntry(3, at, "shipstation", "POST", path, "{", True, 400),
    ] == [without_duration(entry) for entry in sandbox.log]
    assert [entry.number for entry in sandbox.writes] == [2, 3]


def without_duration(entry):
    assert entry.duration_s > 0
    return LogEntry(**{k: v for k, v in entry_fields(entry).items() if k != "duration_s"})


def entry_fields(entry):
    return {name: getattr(entry, name) for name in LogEntry.__slots__}


def test_no_secret_reaches_the_log_or_the_state(sandbox, client, sellercloud, shipstation):
    client.post("/rest/api/token", data={"Username": USERNAME, "Password": PASSWORD})
    client.post("/rest/api/token", json={"username": USERNAME, "PASSWORD": PASSWORD, "x": PASSWORD})
    client.post("/rest/api/token", content=PASSWORD)
    sellercloud.get("Orders/50001")
    shipstation.get("purchase_orders/se-101")

    token = sellercloud.headers["Authorization"].removeprefix("Bearer ")
    held = json.dumps([client.get("/sandbox/log").json(), client.get("/sandbox/state").json()])
    for secret in (token, SHIPSTATION_KEY, f'"{PASSWORD}"'):
        assert secret not in held
    assert sandbox.log[0].body == {"Username": USERNAME, "Password": "(hidden)"}
    assert "password" not in str(sandbox.log[1].body).lower()


def test_requests_of_many_threads_are_all_counted(sandbox):
    def work():
        headers = {"API-Key": SHIPSTATION_KEY}
        with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False) as client:
            for _ in range(10):
                client.post(f"/v2/{ROUTE}", json={"tracking_number": "A1"})

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [entry.number for entry in sandbox.writes] == list(range(1, 81))
    assert all(entry.applied for entry in sandbox.writes)


def test_latency_is_added_to_every_answer(sandbox, shipstation):
    sandbox.switch(latency_s=0.03)

    shipstation.get("purchase_orders/se-101")

    assert sandbox.log[-1].duration_s >= 0.03


@pytest.mark.parametrize("path", ["/nothing", "/sandbox/nothing"])
def test_an_address_of_nobody_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_body_without_length_is_refused(client):
    answer = client.post("/v1/carriers", content=iter([b"a", b"b"]))

    assert answer.status_code == 411


def test_a_person_sees_accounts_counts_and_requests(client, shipstation):
    shipstation.get("purchase_orders/se-<b>")

    page = client.get("/sandbox").text

    for words in (USERNAME, PASSWORD, SHIPSTATION_KEY, "purchase_orders/se-", "426"):
        assert words in page
    assert "<b>" not in page


def test_faults_and_switches_are_set_over_http(client, sandbox, shipstation):
    client.post("/sandbox/faults", json={"kind": "status", "status": 418, "times": 2})
    client.post("/sandbox/switches", json={"error_source": "ShipStation"})

    assert shipstation.post(ROUTE, json={}).status_code == 418
    assert [fault["status"] for fault in client.get("/sandbox/faults").json()] == [418]
    assert client.get("/sandbox/switches").json()["error_source"] == "ShipStation"
    assert client.delete("/sandbox/faults").status_code == 200
    assert shipstation.post(ROUTE, json={}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sandbox/faults", {"kind": "surprise"}),
        ("/sandbox/faults", {"kinds": "drop"}),
        ("/sandbox/faults", []),
        ("/sandbox/switches", {"missing_status": 418}),
        ("/sandbox/switches", {"unlimited": 1}),
        ("/sandbox/switches", {"surprise": 1}),
    ],
)
def test_nonsense_over_http_is_refused(client, path, body):
    answer = client.post(path, json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_reset_makes_all_as_it_was(client, sandbox, shipstation):
    before = sandbox.snapshot()
    shipstation.post(ROUTE, json={"tracking_number": "A1"})
    sandbox.switch(unlimited=True)
    sandbox.fault("drop")

    client.post("/sandbox/reset")

    assert (sandbox.snapshot(), sandbox.log, sandbox.faults.pending) == (before, [], [])
    assert not sandbox.switches.unlimited


def test_a_snapshot_is_json_and_a_copy(sandbox):
    snapshot = sandbox.snapshot()

    sandbox.state.purchase_orders[10001].items.clear()

    assert len(snapshot["purchase_orders"][10001]["items"]) == 4
    assert json.dumps(snapshot)


def test_it_has_no_address_before_it_is_started():
    with pytest.raises(RuntimeError):
        _ = Sandbox().url


def test_it_runs_as_a_process_and_says_when_it_is_ready():
    command = [
        sys.executable,
        "-m",
        "importer.sandbox",
        "--port",
        "0",
        "--switch",
        "unlimited=true",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            words, _, address = process.stdout.readline().strip().rpartition(" ")
            switches = httpx.get(f"{address}/sandbox/switches", trust_env=False).json()
        finally:
            process.kill()

    assert words == "sandbox ready on"
    assert switches["unlimited"] is True


def test_a_port_that_is_taken_is_an_error(sandbox):
    port = int(sandbox.url.rpartition(":")[2])
    command = [sys.executable, "-m", "importer.sandbox", "--port", str(port)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "in use" in done.stderr.lower() or "permi" in done.stderr.lower()

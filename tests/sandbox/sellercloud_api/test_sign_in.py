import httpx
import pytest

from importer.sandbox import PASSWORD, USERNAME

SIGN_IN = {"Username": USERNAME, "Password": PASSWORD}


def test_a_token_comes_with_its_lifetime_and_the_dotted_keys(client):
    answer = client.post("/rest/api/token", json=SIGN_IN)

    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 1800)
    assert {".issued", ".expires", "username", "access_token"} < set(body)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"Username": USERNAME, "Password": "wrong"}, 401, id="wrong password"),
        pytest.param({"username": USERNAME, "password": PASSWORD}, 400, id="lower-case keys"),
        pytest.param([], 400, id="no object"),
    ],
)
def test_other_sign_ins_are_refused(client, body, status):
    assert client.post("/rest/api/token", json=body).status_code == status


def test_a_form_is_no_sign_in(client):
    assert client.post("/rest/api/token", data=SIGN_IN).status_code == 415


def test_an_expired_token_is_refused_in_the_reason_phrase_only(sellercloud, clock):
    assert sellercloud.get("PurchaseOrders/10001").status_code == 200

    clock.now += 1800
    answer = sellercloud.get("PurchaseOrders/10001")

    assert (answer.status_code, answer.reason_phrase, answer.text) == (401, "Invalid token", "")


def test_a_made_up_token_is_refused(client):
    answer = client.get("/rest/api/PurchaseOrders/10001", headers={"Authorization": "Bearer x"})

    assert answer.status_code == 401


def test_a_team_s_server_can_be_looked_up(client, sandbox):
    answer = client.get("/api/server-by-team/", params={"team": "sandbox"})

    assert answer.json() == {
        "ServerID": "sandbox",
        "ApiUrl": f"{sandbox.url}/rest",
        "RestApiEndpoint": f"{sandbox.url}/rest/api",
    }
    assert client.get("/api/server-by-team/", params={"team": "x"}).status_code == 404


def test_an_unknown_route_is_not_found(sellercloud: httpx.Client):
    assert sellercloud.post("PurchaseOrders/10001/Nothing").status_code == 404
    assert sellercloud.post("PurchaseOrders/99999999999999").status_code == 404

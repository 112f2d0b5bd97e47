import pytest

ROUTE = "purchase_orders/se-101/shipping_details"
DETAILS = {
    "order_date": "2026-03-01T12:00:00.000Z",
    "payment_terms": "net_30",
    "payment_status": "unpaid",
    "currency_code": "EUR",
    "shipping_carrier": "UPS",
    "tracking_number": "1Z999AA10123456784",
    "reference_number": "REF-1",
    "note_to_supplier": "Mind the step",
}


def test_shipping_details_are_set_and_the_whole_purchase_order_answered(shipstation, clock):
    before = shipstation.get("purchase_orders/se-101").json()

    answer = shipstation.post(ROUTE, json=DETAILS)

    assert answer.status_code == 200
    assert answer.json() == {**before, **DETAILS, "modify_date": "2026-05-28T20:26:40.000Z"}
    assert shipstation.get("purchase_orders/se-101").json() == answer.json()


def test_a_second_tracking_number_takes_the_place_of_the_first(shipstation):
    for number in ("A1", "B2"):
        answer = shipstation.post(ROUTE, json={"tracking_number": number})

    assert answer.json()["tracking_number"] == "B2"


def test_an_empty_object_changes_nothing(shipstation):
    assert shipstation.post(ROUTE, json={}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order_date", "2026-03-01"),
        ("order_date", 5),
        ("payment_terms", "net_90"),
        ("payment_status", "Paid"),
        ("currency_code", "eur"),
        ("tracking_number", 123),
        ("tracking_number", None),
        ("shipping_carrier", True),
    ],
)
def test_a_field_that_does_not_fit_is_named(shipstation, field, value):
    answer = shipstation.post(ROUTE, json={**DETAILS, field: value})

    [error] = answer.json()["errors"]
    assert answer.status_code == 400
    assert set(answer.json()) == {"request_id", "errors"}
    assert (error["error_code"], error["field_name"]) == ("invalid_field_value", field)
    assert shipstation.get("purchase_orders/se-101").json()["tracking_number"] is None


@pytest.mark.parametrize(
    ("po_id", "status", "code"),
    [
        ("se-113", 400, "invalid_status"),
        ("se-114", 400, "invalid_status"),
        ("se-115", 400, "invalid_status"),
        ("se-116", 400, "invalid_status"),
        ("se-117", 400, "invalid_status"),
        ("se-999", 404, "invalid_identifier"),
        ("11202026-01", 400, "invalid_identifier"),
    ],
)
def test_only_an_open_purchase_order_takes_details(shipstation, po_id, status, code):
    answer = shipstation.post(f"purchase_orders/{po_id}/shipping_details", json=DETAILS)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["error_code"] == code


def test_a_call_without_a_body_is_refused(shipstation):
    [error] = shipstation.post(ROUTE).json()["errors"]

    assert error["error_code"] == "request_body_required"
    assert shipstation.post(ROUTE, json=[]).status_code == 400


@pytest.mark.parametrize("headers", [{}, {"API-Key": "wrong"}], ids=["missing", "wrong"])
def test_without_its_key_the_answer_is_the_captured_one(client, headers):
    answer = client.post(f"/v2/{ROUTE}", json=DETAILS, headers=headers)

    assert answer.status_code == 401
    assert answer.json() == {
        "errors": [
            {
                "error_source": "shipengine",
                "error_type": "security",
                "error_code": "unauthorized",
                "message": "Access denied.",
            }
        ]
    }


def test_the_key_s_header_may_be_spelt_in_any_case(client):
    headers = {"api-key": "sandbox-shipstation-key"}

    assert client.get("/v2/purchase_orders/se-101", headers=headers).status_code == 200


def test_the_error_source_is_a_switch(shipstation, sandbox):
    sandbox.switch(error_source="ShipStation")

    [error] = shipstation.get("purchase_orders/se-999").json()["errors"]

    assert error["error_source"] == "ShipStation"


def test_status_moves_along_its_transitions(shipstation):
    route = "purchase_orders/se-101/status"

    moved = shipstation.post(route, json={"status": "receiving"})
    back = shipstation.post(route, json={"status": "open"})
    nonsense = shipstation.post(route, json={"status": "lost"})

    assert moved.json() == {"purchase_order_id": "se-101", "status": "receiving"}
    assert (back.status_code, nonsense.status_code) == (400, 400)


def test_the_list_is_followed_by_its_links_and_has_no_tracking_numbers(shipstation):
    address, ids = "purchase_orders?page_size=200&status=open", []
    while address:
        body = shipstation.get(address).json()
        ids += [row["purchase_order_id"] for row in body["purchase_orders"]]
        address = body["links"]["next"].get("href")

    assert (len(ids), len(set(ids)), body["total"], body["pages"]) == (412, 412, 412, 3)
    assert "tracking_number" not in body["purchase_orders"][0]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("order_number=11202026-01", ["se-101"]),
        ("reference_number=REF-102", ["se-102"]),
        ("status=draft", ["se-113"]),
        ("create_date_start=2027-01-01T00:00:00Z", []),
    ],
)
def test_the_list_can_be_asked_for_less(shipstation, query, ids):
    rows = shipstation.get(f"purchase_orders?{query}").json()["purchase_orders"]

    assert [row["purchase_order_id"] for row in rows] == ids


@pytest.mark.parametrize("size", ["0", "501", "x"])
def test_a_page_size_out_of_range_is_refused(shipstation, size):
    assert shipstation.get(f"purchase_orders?page_size={size}").status_code == 400

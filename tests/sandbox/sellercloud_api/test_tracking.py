import pytest

NUMBER = "1Z999AA10123456784"
ROUTE = "PurchaseOrders/10001/TrackingNumber/Multiple"


def entry(**changes):
    usual = {
        "ShippedOn": "2026-03-01T12:00:00.000Z",
        "ShippingCarrier": "UPS",
        "TrackingNumber": NUMBER,
        "ShippingStatus": 1,
    }
    return usual | changes


def body(*entries):
    return {"TrackingNumbers": list(entries)}


def test_each_post_appends_even_the_same_number(sellercloud, sandbox):
    for _ in range(2):
        assert sellercloud.post(ROUTE, json=body(entry())).status_code == 200

    po = sandbox.state.purchase_orders[10001]
    assert [each.tracking_number for each in po.tracking] == [NUMBER, NUMBER]
    assert len({each.id for each in po.tracking}) == 2


def test_the_last_entry_s_shipping_status_is_the_purchase_order_s(sellercloud):
    sellercloud.post(ROUTE, json=body(entry(ShippingStatus=2), entry(ShippingStatus=1)))

    detail = sellercloud.get("PurchaseOrders/10001").json()
    assert detail["Statuses"]["ShippingStatus"] == 1


def test_the_list_tells_neither_other_carrier_nor_shipping_status(sellercloud, sandbox):
    sent = entry(ShippingCarrier="Other", OtherCarrier="Ontrac")
    sellercloud.post(ROUTE, json=body(sent))

    [found] = sandbox.state.purchase_orders[10001].tracking
    assert found.other_carrier == "Ontrac"
    assert sellercloud.get(ROUTE).json() == {
        "TrackingNumbers": [
            {
                "ID": found.id,
                "ShippedOn": "2026-03-01T12:00:00.000Z",
                "ShippingCarrier": "Other",
                "TrackingNumber": NUMBER,
            }
        ]
    }


def test_a_ship_date_has_no_effect_while_the_status_is_none(sellercloud):
    sellercloud.post(ROUTE, json=body(entry(ShippingStatus=0)))

    [listed] = sellercloud.get(ROUTE).json()["TrackingNumbers"]
    assert listed["ShippedOn"] == "0001-01-01T00:00:00"


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(entry(ShippingCarrier="Fedex"), id="carrier in another case"),
        pytest.param(entry(ShippingCarrier="Other"), id="no other carrier"),
        pytest.param(entry(ShippingCarrier=None), id="no carrier"),
        pytest.param(entry(TrackingNumber=123), id="number is no text"),
        pytest.param(entry(TrackingNumber=" "), id="number is blank"),
        pytest.param(entry(ShippedOn="03/01/2026"), id="date is not ISO"),
        pytest.param({k: v for k, v in entry().items() if k != "ShippedOn"}, id="no date"),
        pytest.param(entry(ShippingStatus=3), id="status out of range"),
        pytest.param(entry(ShippingStatus=True), id="status is a bool"),
        pytest.param(entry(ShippingStatus="1"), id="status is text"),
        pytest.param(entry(OtherCarrier=5), id="other carrier is no text"),
        pytest.param("1Z", id="no object"),
    ],
)
def test_a_bad_entry_refuses_the_whole_call(sellercloud, sandbox, bad):
    answer = sellercloud.post(ROUTE, json=body(entry(), bad))

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert all(name.startswith("TrackingNumbers[1]") for name in answer.json()["Errors"])
    assert sandbox.state.purchase_orders[10001].tracking == []
    assert not sandbox.writes[-1].applied


def test_with_partial_apply_the_good_entries_of_a_refused_call_are_kept(sellercloud, sandbox):
    sandbox.switch(partial_apply=True)

    answer = sellercloud.post(ROUTE, json=body(entry(), entry(ShippingCarrier="?")))

    assert (answer.status_code, sandbox.writes[-1].applied) == (400, True)
    assert len(sandbox.state.purchase_orders[10001].tracking) == 1


@pytest.mark.parametrize("content", [{}, {"TrackingNumbers": []}, {"TrackingNumbers": 1}, []])
def test_a_body_without_entries_is_refused(sellercloud, content):
    assert sellercloud.post(ROUTE, json=content).status_code == 400


@pytest.mark.parametrize(
    ("po_id", "status"),
    [
        pytest.param(99999, 404, id="missing"),
        pytest.param(10018, 400, id="completed"),
        pytest.param(10017, 400, id="cancelled"),
    ],
)
def test_some_purchase_orders_take_no_tracking(sellercloud, po_id, status):
    answer = sellercloud.post(f"PurchaseOrders/{po_id}/TrackingNumber/Multiple", json=body(entry()))

    assert answer.status_code == status
    assert str(po_id) in answer.json()["ErrorMessage"]


@pytest.mark.parametrize("status", [400, 500])
def test_the_status_of_a_missing_purchase_order_is_a_switch(sellercloud, sandbox, status):
    sandbox.switch(missing_status=status)

    assert sellercloud.get("PurchaseOrders/99999").status_code == status


def test_without_its_setting_the_route_is_refused(sellercloud, sandbox):
    sandbox.switch(multiple_tracking_enabled=False)

    assert sellercloud.post(ROUTE, json=body(entry())).status_code == 400
    assert sellercloud.get(ROUTE).status_code == 400


@pytest.mark.parametrize(
    ("success_body", "text"),
    [("empty", ""), ("text", "Successfully saved."), ("int", "10001"), ("json", '{"ID": 10001}')],
)
def test_the_body_of_success_is_a_switch(sellercloud, sandbox, success_body, text):
    sandbox.switch(success_body=success_body)

    assert sellercloud.post(ROUTE, json=body(entry())).text == text


def test_entries_are_deleted_by_their_ids_in_a_body(sellercloud, sandbox):
    route = "PurchaseOrders/10019/TrackingNumber/Multiple"
    [listed] = sellercloud.get(route).json()["TrackingNumbers"]
    assert listed["TrackingNumber"] == NUMBER

    def delete():
        return sellercloud.request("DELETE", route, json={"TrackingNumbersIDs": [listed["ID"]]})

    assert (delete().status_code, delete().status_code) == (200, 400)
    assert sandbox.state.purchase_orders[10019].tracking == []


def test_the_single_route_leaves_alone_what_is_null(sellercloud, sandbox):
    route = "PurchaseOrders/10001/TrackingNumber"
    sandbox.state.purchase_orders[10001].shipping_status = 1
    sellercloud.put(route, json={"TrackingNumber": NUMBER, "ShippedViaCarrier": "UPS"})

    answer = sellercloud.put(
        route, json={"ShippedOn": "2026-03-01T12:00:00Z", "TrackingNumber": None}
    )

    po = sandbox.state.purchase_orders[10001]
    assert answer.status_code == 200
    assert (po.tracking_number, po.shipped_via) == (NUMBER, "UPS")
    assert po.shipped_on == "2026-03-01T12:00:00Z"


def test_the_single_route_takes_no_date_while_the_status_is_none(sellercloud):
    route = "PurchaseOrders/10001/TrackingNumber"

    assert sellercloud.put(route, json={"ShippedOn": "2026-03-01T12:00:00Z"}).status_code == 400
    assert sellercloud.put(route, json={"TrackingNumber": 5}).status_code == 400

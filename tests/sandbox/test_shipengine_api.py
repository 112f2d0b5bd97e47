import pytest

from importer.sandbox import order_source_id, sales_order_id, sales_order_item_id

ORDER = f"/v-beta/sales_orders/{sales_order_id(1)}"
ROUTE = f"{ORDER}/notify_shipped"
NUMBER = "9374869901600064074368"


def notice(**changes):
    return {"tracking_number": NUMBER, "carrier_code": "stamps_com"} | changes


def items(*quantities):
    return [
        {"sales_order_item_id": sales_order_item_id(1, k), "quantity": quantity}
        for k, quantity in enumerate(quantities, 1)
    ]


def status_of(shipengine):
    return shipengine.get(ORDER).json()["sales_order_status"]["fulfillment_status"]


def test_a_whole_order_s_notice_is_answered_with_nothing(shipengine, sandbox):
    answer = shipengine.post(ROUTE, json=notice())

    [found] = sandbox.state.notices
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Length" not in answer.headers
    assert (found.tracking_number, found.carrier_code, found.whole_order) == (
        NUMBER,
        "stamps_com",
        True,
    )
    assert list(found.items.values()) == [2, 3, 5]


def test_the_answer_to_a_notice_is_a_switch(shipengine, sandbox):
    sandbox.switch(notify_reply=200)

    answer = shipengine.post(ROUTE, json=notice())

    assert (answer.status_code, answer.json()) == (200, {})


def test_partial_notices_add_up_and_never_exceed_the_order(shipengine, sandbox):
    statuses = [
        shipengine.post(ROUTE, json=notice(sales_order_items=items(*quantities))).status_code
        for quantities in ((1, 3), (1,), (1,))
    ]

    assert statuses == [204, 204, 400]
    assert len(sandbox.state.notices) == 2


def test_a_repeated_notice_counts_twice_where_it_is_taken(shipengine, sandbox):
    sandbox.switch(over_notice_refused=False)

    for _ in range(2):
        assert shipengine.post(ROUTE, json=notice()).status_code == 204

    assert [sum(each.items.values()) for each in sandbox.state.notices] == [10, 10]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(notice(tracking_number=5), "tracking_number", id="number is no text"),
        pytest.param(notice(tracking_number=None), "tracking_number", id="no number"),
        pytest.param(notice(carrier_code="Stamps.com"), "carrier_code", id="no carrier code"),
        pytest.param(notice(carrier_code="dpd"), "carrier_code", id="carrier not connected"),
        pytest.param(notice(sales_order_items=[]), "sales_order_items", id="no items"),
        pytest.param(notice(sales_order_items=items(True)), "quantity", id="quantity is a bool"),
        pytest.param(notice(sales_order_items=items(0)), "quantity", id="zero"),
        pytest.param(notice(sales_order_items=items(3)), "quantity", id="too many"),
        pytest.param(notice(sales_order_items=["x"]), "sales_order_item_id", id="no object"),
        pytest.param(
            notice(
                sales_order_items=[
                    {"sales_order_item_id": sales_order_item_id(2, 1), "quantity": 1}
                ]
            ),
            "sales_order_item_id",
            id="item of another order",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_named(shipengine, sandbox, body, field):
    answer = shipengine.post(ROUTE, json=body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field_name"] == field
    assert sandbox.state.notices == []


def test_a_carrier_that_is_not_connected_can_be_let_through(shipengine, sandbox):
    sandbox.switch(unknown_carrier_refused=False)

    assert shipengine.post(ROUTE, json=notice(carrier_code="dpd")).status_code == 204


@pytest.mark.parametrize(("order_id", "status"), [("5", 400), (sales_order_id(99), 404)])
def test_an_order_that_is_not_there_is_told_from_an_id_that_is_none(shipengine, order_id, status):
    route = f"/v-beta/sales_orders/{order_id}/notify_shipped"

    assert shipengine.post(route, json=notice()).status_code == status


def test_a_cancelled_order_and_an_inactive_source_take_no_notice(shipengine, sandbox):
    sandbox.state.sales_orders[sales_order_id(1)].cancelled = True
    cancelled = shipengine.post(ROUTE, json=notice())
    sandbox.state.sales_orders[sales_order_id(1)].cancelled = False
    sandbox.state.order_sources[order_source_id()].active = False
    inactive = shipengine.post(ROUTE, json=notice())

    codes = [each.json()["errors"][0]["error_code"] for each in (cancelled, inactive)]
    assert codes == ["invalid_status", "order_source_not_active"]


def test_fulfilment_shows_only_after_a_refresh_has_walked_its_steps(shipengine):
    shipengine.post(ROUTE, json=notice(sales_order_items=items(1)))
    assert status_of(shipengine) == "unfulfilled"

    shipengine.put(f"/v-beta/order_sources/{order_source_id()}/refresh")

    seen = [shipengine.get(ORDER).json() for _ in range(3)]
    assert [each["order_source"]["refresh_info"]["status"] for each in seen] == [
        "preparing_update",
        "updating",
        "idle",
    ]
    assert [each["sales_order_status"]["fulfillment_status"] for each in seen] == [
        "unfulfilled",
        "unfulfilled",
        "partially_fulfilled",
    ]


def test_a_whole_order_is_fulfilled_and_a_refresh_can_be_done_at_once(shipengine, sandbox):
    sandbox.switch(refresh_polls=0)
    shipengine.post(ROUTE, json=notice())

    shipengine.put(f"/v-beta/order_sources/{order_source_id()}/refresh")

    assert status_of(shipengine) == "fulfilled"


def test_an_order_tells_its_items_but_no_tracking_number(shipengine):
    order = shipengine.get(ORDER).json()

    assert [each["quantity"] for each in order["sales_order_items"]] == [2, 3, 5]
    assert "tracking_number" not in str(order)


def test_the_list_is_paged_and_can_be_asked_for_less(shipengine):
    everything = shipengine.get("/v-beta/sales_orders").json()
    one = shipengine.get("/v-beta/sales_orders", params={"external_order_number": "#SB1"}).json()
    none = shipengine.get("/v-beta/sales_orders?modified_at_start=2027-01-01T00:00:00Z").json()

    assert (len(everything["sales_orders"]), everything["total"], everything["pages"]) == (
        25,
        412,
        17,
    )
    assert everything["links"]["prev"] == {}
    assert [each["sales_order_id"] for each in one["sales_orders"]] == [sales_order_id(1)]
    assert none["total"] == 0


def test_the_carriers_are_those_connected(shipengine):
    codes = [each["carrier_code"] for each in shipengine.get("/v1/carriers").json()["carriers"]]

    assert codes == ["stamps_com", "ups", "fedex", "dhl_express"]


def test_without_the_plan_sales_orders_are_forbidden(shipengine, sandbox):
    sandbox.switch(sales_orders_in_plan=False)

    assert shipengine.post(ROUTE, json=notice()).status_code == 403
    assert shipengine.get(ORDER).status_code == 403


def test_shipstation_s_key_is_none_of_shipengine_s(client):
    assert client.get(ORDER, headers={"API-Key": "sandbox-shipstation-key"}).status_code == 401

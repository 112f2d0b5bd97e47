def test_sellercloud_tells_the_reset_time_in_the_body(sellercloud, sandbox, clock):
    sandbox.switch(sellercloud_per_hour=3)
    clock.now += 10  # the sign-in was the first request of the window
    codes = [sellercloud.get("Orders/50001").status_code for _ in range(3)]

    answer = sellercloud.get("Orders/50001")

    assert codes == [200, 200, 429]
    assert "Retry-After" not in answer.headers
    assert answer.json() == {
        "Error": "Too many requests.",
        "RateLimitResetTime": "2026-05-28T21:26:40.0000000Z",
    }
    clock.now += 3590
    assert sellercloud.get("Orders/50001").status_code == 401  # there is room, but the token is old


def test_no_document_names_the_status_of_sellercloud_s_limit(sellercloud, sandbox):
    sandbox.switch(sellercloud_per_hour=1, throttled_status=200)

    answer = sellercloud.get("Orders/50001")

    assert (answer.status_code, "RateLimitResetTime" in answer.json()) == (200, True)


def test_shipstation_tells_whole_seconds_and_no_limit_headers(shipstation, sandbox, clock):
    sandbox.switch(shipstation_per_minute=2)
    shipstation.get("purchase_orders/se-101")
    clock.now += 10.5
    shipstation.get("purchase_orders/se-101")

    answer = shipstation.get("purchase_orders/se-101")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "50")
    assert answer.json()["errors"][0]["error_code"] == "rate_limit_exceeded"
    assert not [name for name in answer.headers if "ratelimit" in name.replace("-", "").lower()]
    clock.now += 50
    assert shipstation.get("purchase_orders/se-101").status_code == 200


def test_each_platform_has_a_window_of_its_own(shipstation, shipengine, sandbox):
    sandbox.switch(shipstation_per_minute=1, shipengine_per_minute=1)

    answers = [shipstation.get("purchase_orders/se-101"), shipengine.get("/v1/carriers")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert shipengine.get("/v1/carriers").status_code == 429


def test_a_throttled_write_is_not_applied(shipstation, sandbox):
    sandbox.switch(shipstation_per_minute=0)

    answer = shipstation.post(
        "purchase_orders/se-101/shipping_details", json={"tracking_number": "A1"}
    )

    assert (answer.status_code, sandbox.writes[-1].applied) == (429, False)
    assert sandbox.state.shipstation_orders["se-101"]["tracking_number"] is None


def test_limits_can_be_switched_off(shipstation, sandbox):
    sandbox.switch(shipstation_per_minute=0, unlimited=True)

    assert shipstation.get("purchase_orders/se-101").status_code == 200

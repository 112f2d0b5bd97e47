import pytest

ROUTE = "PurchaseOrders/10001/Items"
CASE_ROUTE = "PurchaseOrders/10021/Items"


def test_the_lines_are_read_in_the_words_they_are_set_in(sellercloud):
    body = sellercloud.get(ROUTE).json()

    assert body["PoCaseQtyEnabled"] is False
    assert [line["ID"] for line in body["Items"]] == [100011, 100012, 100013, 100014]
    assert body["Items"][2] == {
        "ID": 100013,
        "ProductID": "SKU-100013",
        "ProductName": "Product SKU-100013",
        "QtyUnitsOrdered": 30,
        "UnitPrice": 9.99,
        "QtyCasesOrdered": 0,
        "QtyUnitsPerCase": 0,
        "CasePrice": 0.0,
        "DiscountType": 0,
        "DiscountValue": 0,
        "ExpectedDeliveryDate": None,
    }


def test_only_what_is_given_changes(sellercloud):
    change = {"ID": 100011, "QtyUnitsOrdered": 99, "UnitPrice": None}

    assert sellercloud.put(ROUTE, json={"Items": [change]}).status_code == 200

    lines = sellercloud.get(ROUTE).json()["Items"]
    assert [line["QtyUnitsOrdered"] for line in lines] == [99, 20, 30, 40]
    assert lines[0]["UnitPrice"] == 5.0


def test_in_case_mode_units_follow_from_cases(sellercloud):
    change = {"ID": 100211, "QtyCasesOrdered": 5, "CasePrice": 60}

    assert sellercloud.put(CASE_ROUTE, json={"Items": [change]}).status_code == 200

    body = sellercloud.get(CASE_ROUTE).json()
    assert body["PoCaseQtyEnabled"] is True
    assert (body["Items"][0]["QtyUnitsOrdered"], body["Items"][0]["UnitPrice"]) == (60, 5.0)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"ID": 100021, "QtyUnitsOrdered": 1}, id="item of another purchase order"),
        pytest.param({"ID": "100012", "QtyUnitsOrdered": 1}, id="id is text"),
        pytest.param({"QtyUnitsOrdered": 1}, id="no id"),
        pytest.param({"ID": 100012, "QtyUnitsOrdered": 0}, id="zero"),
        pytest.param({"ID": 100012, "QtyUnitsOrdered": -1}, id="negative"),
        pytest.param({"ID": 100012, "QtyUnitsOrdered": 1.0}, id="quantity is a fraction"),
        pytest.param({"ID": 100012, "QtyUnitsOrdered": True}, id="quantity is a bool"),
        pytest.param({"ID": 100012, "UnitPrice": "5.00"}, id="price is text"),
        pytest.param({"ID": 100012, "UnitPrice": -0.01}, id="price is negative"),
        pytest.param({"ID": 100012, "QtyCasesOrdered": 1}, id="cases in unit mode"),
        pytest.param({"ID": 100012, "CasePrice": 1}, id="case price in unit mode"),
        pytest.param({"ID": 100012, "ExpectedDeliveryDate": "soon"}, id="no date"),
        pytest.param({"ID": 100011, "UnitPrice": 2}, id="item twice"),
    ],
)
def test_a_bad_entry_refuses_the_whole_call(sellercloud, sandbox, bad):
    answer = sellercloud.put(ROUTE, json={"Items": [{"ID": 100011, "QtyUnitsOrdered": 99}, bad]})

    assert answer.status_code == 400
    assert sandbox.state.purchase_orders[10001].items[0].qty_units == 10


def test_units_cannot_be_set_in_case_mode(sellercloud):
    change = {"ID": 100211, "QtyUnitsOrdered": 5}

    assert sellercloud.put(CASE_ROUTE, json={"Items": [change]}).status_code == 400


def test_a_quantity_cannot_fall_below_what_is_received(sellercloud, sandbox):
    sandbox.state.purchase_orders[10001].items[0].qty_received = 6
    change = {"ID": 100011, "QtyUnitsOrdered": 5}

    assert sellercloud.put(ROUTE, json={"Items": [change]}).status_code == 400


def test_a_received_purchase_order_keeps_its_quantities_but_not_its_prices(sellercloud, sandbox):
    sandbox.state.purchase_orders[10001].status = 3

    quantity = sellercloud.put(ROUTE, json={"Items": [{"ID": 100011, "QtyUnitsOrdered": 5}]})
    price = sellercloud.put(ROUTE, json={"Items": [{"ID": 100011, "UnitPrice": 5.5}]})

    assert (quantity.status_code, price.status_code) == (400, 200)


@pytest.mark.parametrize(("po_id", "status"), [(10018, 400), (10017, 400), (99999, 404)])
def test_some_purchase_orders_cannot_be_changed(sellercloud, po_id, status):
    change = {"Items": [{"ID": 1, "UnitPrice": 1}]}

    assert sellercloud.put(f"PurchaseOrders/{po_id}/Items", json=change).status_code == status

import pytest


def test_the_detail_names_quantities_otherwise_than_the_lines(sellercloud):
    detail = sellercloud.get("PurchaseOrders/10001").json()

    assert detail["Purchase"]["POId"] == 10001
    assert detail["Statuses"] == {
        "Status": 1,
        "ReceivingStatus": 0,
        "PaymentStatus": 0,
        "ShippingStatus": 0,
    }
    assert detail["Items"][0]["QtyOrdered"] == 10
    assert detail["TotalInfo"] == {"GrandTotal": 989.7}


def test_a_list_page_holds_ten_rows_and_never_more_than_fifty(sellercloud):
    pages = [
        sellercloud.get("PurchaseOrders", params=query).json()
        for query in ({}, {"model.pageSize": 500}, {"pageNumber": 9, "pageSize": 50})
    ]

    assert [len(page["Items"]) for page in pages] == [10, 50, 26]
    assert {page["TotalResults"] for page in pages} == {426}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"model.pOIDs": "10001,10002"}, [10001, 10002]),
        ({"pOStatuses": "5"}, [10018]),
        ({"keyword": "10003"}, [10003]),
        ({"model.createDateFrom": "01/06/2026"}, []),
        ({"updatedDateTo": "2026-01-01T00:00:00Z"}, []),
    ],
    ids=str,
)
def test_the_list_can_be_asked_for_less(sellercloud, query, ids):
    rows = sellercloud.get("PurchaseOrders", params=query).json()["Items"]

    assert [row["ID"] for row in rows] == ids


def test_filters_can_be_ignored_in_silence(sellercloud, sandbox):
    sandbox.switch(list_filters_ignored=True)

    body = sellercloud.get("PurchaseOrders", params={"pOIDs": "10001"}).json()

    assert body["TotalResults"] == 426


def test_a_date_that_is_none_is_refused(sellercloud):
    assert sellercloud.get("PurchaseOrders?createDateFrom=soon").status_code == 400


def test_a_row_tells_the_last_tracking_number_without_ids(sellercloud):
    [row] = sellercloud.get("PurchaseOrders?pOIDs=10019").json()["Items"]

    assert (row["TrackingNumber"], row["CourierService"]) == ("1Z999AA10123456784", "UPS")
    assert "ID" not in row["TrackingNumbers"][0]


def test_an_order_tells_its_items_and_the_parts_of_its_kit(sellercloud):
    order = sellercloud.get("Orders/50011").json()

    assert [(line["ID"], line["Qty"]) for line in order["OrderItems"]] == [
        (500111, 2),
        (500112, 3),
        (500113, 5),
    ]
    assert order["OrderItems"][2]["Items"] == [{"ProductID": "KIT-1-A"}, {"ProductID": "KIT-1-B"}]

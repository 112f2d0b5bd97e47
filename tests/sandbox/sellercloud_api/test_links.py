import pytest

from importer.sandbox.state import Link, LinkedItem

EXISTING = {"ExistingPo": {"PoID": 10001}}
NEW = {"NewPo": {"CompanyID": 101, "VendorID": 201}}


def item(order_item_id=500011, quantity=2, **more):
    return {"OrderItemID": order_item_id, "QtyForPo": quantity, **more}


def test_chosen_items_are_added_to_the_purchase_order(sellercloud, sandbox):
    answer = sellercloud.post("Orders/50001/LinkToPo", json={**EXISTING, "Items": [item()]})

    detail = sellercloud.get("PurchaseOrders/10001").json()
    line = sandbox.state.purchase_orders[10001].items[4]
    [link] = sandbox.state.links
    assert answer.status_code == 200
    assert (line.product_id, line.qty_units) == ("SKU-500011", 2)
    assert detail["RelatedItems"] == [{"RecordType": "Order", "ID": 50001}]
    assert "50001" in detail["Purchase"]["Description"]
    assert link == Link(
        link.id, 50001, 10001, False, [LinkedItem(500011, line.id, "SKU-500011", 2)]
    )
    order = sellercloud.get("Orders/50001").json()
    assert order["OrderDetails"]["DropshipStatus"] == "Pending"


@pytest.mark.parametrize("items", [{}, {"Items": None}, {"Items": [{"OrderItemID": None}]}])
def test_without_chosen_items_the_whole_order_is_linked(sellercloud, sandbox, items):
    sellercloud.post("Orders/50001/LinkToPo", json={**EXISTING, **items})

    [link] = sandbox.state.links
    assert [(each.order_item_id, each.quantity) for each in link.items] == [
        (500011, 2),
        (500012, 3),
        (500013, 5),
    ]


def test_each_new_po_is_another_one(sellercloud, sandbox):
    sandbox.switch(success_body="int")

    ids = [sellercloud.post(f"Orders/{n}/LinkToPo", json=NEW).json() for n in (50001, 50002)]

    assert ids == [30001, 30002]
    assert [(link.po_id, link.new_po) for link in sandbox.state.links] == [
        (30001, True),
        (30002, True),
    ]
    assert sellercloud.get("PurchaseOrders/30001").json()["Purchase"]["VendorId"] == 201


def test_an_order_item_is_linked_only_once(sellercloud, sandbox):
    body = {**EXISTING, "Items": [item()]}

    statuses = [sellercloud.post("Orders/50001/LinkToPo", json=body).status_code for _ in range(2)]

    assert statuses == [200, 400]
    assert len(sandbox.state.links) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({**EXISTING, **NEW}, id="both targets"),
        pytest.param({}, id="no target"),
        pytest.param({"ExistingPo": {"PoID": "10001"}}, id="target is text"),
        pytest.param({"NewPo": {"CompanyID": 101}}, id="no vendor"),
        pytest.param({"NewPo": {"CompanyID": 1, "VendorID": 201}}, id="unknown company"),
        pytest.param({"NewPo": {"CompanyID": 101, "VendorID": 9}}, id="unknown vendor"),
        pytest.param({"ExistingPo": {"PoID": 10016}}, id="dropship"),
        pytest.param({"ExistingPo": {"PoID": 10017}}, id="cancelled"),
        pytest.param({**EXISTING, "Items": []}, id="no items"),
        pytest.param({**EXISTING, "Items": [item(500021)]}, id="item of another order"),
        pytest.param({**EXISTING, "Items": [item(quantity=0)]}, id="zero"),
        pytest.param({**EXISTING, "Items": [item(quantity=3)]}, id="more than ordered"),
        pytest.param({**EXISTING, "Items": [{"OrderItemID": 500011}]}, id="no quantity"),
        pytest.param({**EXISTING, "Items": [item(), item()]}, id="item twice"),
        pytest.param({**EXISTING, "Items": [item(), {"OrderItemID": None}]}, id="all and one"),
        pytest.param(
            {**EXISTING, "Items": [item(BundleItems=[{"ProductID": "KIT-1", "QtyForPo": 1}])]},
            id="no kit",
        ),
    ],
)
def test_what_does_not_fit_is_refused_whole(sellercloud, sandbox, body):
    before = sandbox.snapshot()

    assert sellercloud.post("Orders/50001/LinkToPo", json=body).status_code == 400

    assert sandbox.snapshot() == before


def test_a_missing_order_or_purchase_order_is_not_found(sellercloud):
    missing_po = {"ExistingPo": {"PoID": 99999}}

    assert sellercloud.post("Orders/99999/LinkToPo", json=EXISTING).status_code == 404
    assert sellercloud.post("Orders/50001/LinkToPo", json=missing_po).status_code == 404


def test_without_its_setting_nothing_is_linked(sellercloud, sandbox):
    sandbox.switch(linking_enabled=False)

    assert sellercloud.post("Orders/50001/LinkToPo", json=EXISTING).status_code == 400


def test_a_kit_is_linked_by_its_bundle_items(sellercloud, sandbox):
    bare = item(500113, 5)
    bundle = [{"ProductID": "KIT-1-A", "QtyForPo": 5}, {"ProductID": "KIT-1-B", "QtyForPo": 4}]

    refused = sellercloud.post("Orders/50011/LinkToPo", json={**EXISTING, "Items": [bare]})
    taken = sellercloud.post(
        "Orders/50011/LinkToPo", json={**EXISTING, "Items": [{**bare, "BundleItems": bundle}]}
    )

    [link] = sandbox.state.links
    assert (refused.status_code, taken.status_code) == (400, 200)
    assert [(each.product_id, each.quantity) for each in link.items] == [
        ("KIT-1-A", 5),
        ("KIT-1-B", 4),
    ]


@pytest.mark.parametrize(
    ("kit_level", "products"), [(True, {"KIT-1"}), (False, {"KIT-1-A", "KIT-1-B"})]
)
def test_a_whole_order_links_its_kit_at_the_tenant_s_level(
    sellercloud, sandbox, kit_level, products
):
    sandbox.switch(kit_level_linking=kit_level)

    sellercloud.post("Orders/50011/LinkToPo", json=EXISTING)

    [link] = sandbox.state.links
    assert {each.product_id for each in link.items if each.order_item_id == 500113} == products


@pytest.mark.parametrize("po_id", [10001, 10021], ids=["unit mode", "case mode"])
def test_dropship_status_none_takes_the_products_off_again(sellercloud, sandbox, po_id):
    before = sandbox.state.snapshot()["purchase_orders"][po_id]["items"]
    sellercloud.post("Orders/50001/LinkToPo", json={"ExistingPo": {"PoID": po_id}})

    body = {"Orders": [50001, 50002], "DropshipStatus": "None"}
    answer = sellercloud.put("Orders/DropshipStatus", json=body)

    assert answer.json() == [50001]
    assert sandbox.snapshot()["purchase_orders"][po_id]["items"] == before
    assert sandbox.state.links[0].undone
    assert sellercloud.get(f"PurchaseOrders/{po_id}").json()["RelatedItems"] == []

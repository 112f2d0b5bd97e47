import pytest

from importer.model.calls import Call
from importer.model.row_ids import RowId
from importer.operations import operations
from importer.sending.plan import plan_calls
from tests.factories import check, problems, row, rows

LINK_TO_PO = operations()["link_to_po"]
NEW_PO = {"existing_po_id": None, "new_po_company_id": 163, "new_po_vendor_id": 7}
WHOLE = {"order_item_id": "ALL", "qty_for_po": None}
EMPTY = "is empty, and needed"


def kit(product, qty, **changes):
    return {"order_item_id": 500012, "kit_product_id": product, "kit_qty": qty, **changes}


def test_the_rows_of_an_order_and_a_po_make_one_call_and_a_kit_one_entry():
    sheet = rows("link_to_po", {}, kit("BOX", 2), kit("LID", 4), {"order_item_id": 500013})

    assert plan_calls(LINK_TO_PO, sheet) == [
        Call(
            "POST",
            "Orders/50001/LinkToPo",
            {
                "ExistingPo": {"PoID": 10001},
                "Items": [
                    {"OrderItemID": 500011, "QtyForPo": 2},
                    {
                        "OrderItemID": 500012,
                        "QtyForPo": 2,
                        "BundleItems": [
                            {"ProductID": "BOX", "QtyForPo": 2},
                            {"ProductID": "LID", "QtyForPo": 4},
                        ],
                    },
                    {"OrderItemID": 500013, "QtyForPo": 2},
                ],
            },
            rows=(RowId(2), RowId(3), RowId(4), RowId(5)),
            touches=("order 50001", "PO 10001"),
        )
    ]


def test_a_new_po_is_made_by_one_call_for_its_company_and_vendor():
    items = ({**NEW_PO, "order_item_id": 500000 + n} for n in range(150))

    (call,) = plan_calls(LINK_TO_PO, rows("link_to_po", *items))

    assert call.body is not None
    assert len(call.rows) == 150
    assert call.body["NewPo"] == {"CompanyID": 163, "VendorID": 7}
    assert set(call.body) == {"NewPo", "Items"}
    assert call.touches == ("order 50001",)


def test_each_pair_of_order_and_po_has_its_own_call():
    sheet = rows("link_to_po", {}, {"existing_po_id": 10002}, {"order_id": 50002}, NEW_PO)

    assert [call.path for call in plan_calls(LINK_TO_PO, sheet)] == [
        "Orders/50001/LinkToPo",
        "Orders/50001/LinkToPo",
        "Orders/50002/LinkToPo",
        "Orders/50001/LinkToPo",
    ]


def test_all_links_the_whole_order():
    validation = check("link_to_po", WHOLE)

    assert plan_calls(LINK_TO_PO, validation.good_rows(LINK_TO_PO)) == [
        Call(
            "POST",
            "Orders/50001/LinkToPo",
            {"ExistingPo": {"PoID": 10001}},
            rows=(RowId(2),),
            touches=("order 50001", "PO 10001"),
        )
    ]


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"order_id": None}, "Order ID", EMPTY),
        (
            {"order_item_id": None},
            "Order Item ID",
            "is empty, which would link the whole order; write an item's id, or ALL",
        ),
        (
            {"existing_po_id": None},
            "Existing PO ID",
            (
                "the row names no purchase order; fill Existing PO ID, or New PO Company ID and "
                "Vendor ID"
            ),
        ),
        (
            {"new_po_company_id": 163, "new_po_vendor_id": 7},
            "Existing PO ID",
            "the row names an existing purchase order and a new one; empty one or the other",
        ),
        (
            {"existing_po_id": None, "new_po_vendor_id": 7},
            "New PO Company ID",
            "a new purchase order needs both New PO Company ID and New PO Vendor ID",
        ),
        ({"qty_for_po": None}, "Qty For PO", "is empty, and needed to link item 500011"),
        ({"qty_for_po": 0}, "Qty For PO", '"0" is too small; write 1 or more'),
        (
            {"order_item_id": "all"},
            "Order Item ID",
            "ALL links every item of the order in full; empty the quantity and kit columns",
        ),
        (
            {"kit_product_id": "BOX"},
            "Kit Product ID",
            "Kit Product ID and Kit Qty go together; fill both or none",
        ),
        (
            {"kit_qty": 2},
            "Kit Product ID",
            "Kit Product ID and Kit Qty go together; fill both or none",
        ),
        (
            {"order_item_id": "ALLES"},
            "Order Item ID",
            '"ALLES" is not an id: write its digits only, such as 10001',
        ),
    ],
)
def test_a_bad_row_is_told_what_is_wrong(changes, column, told):
    assert problems("link_to_po", changes) == [(2, column, told)]


def test_an_unreadable_po_is_not_also_called_missing():
    found = problems("link_to_po", {"existing_po_id": "P-1"}, {"existing_po_id": "P-2"})

    assert [(number, column) for number, column, _ in found] == [
        (2, "Existing PO ID"),
        (3, "Existing PO ID"),
    ]


@pytest.mark.parametrize(
    "pair",
    [[{}, {}], [{}, kit("BOX", 1, order_item_id=500011)], [kit("BOX", 1), kit("BOX", 2)]],
    ids=["twice", "once as a kit", "a kit's product twice"],
)
def test_an_item_stands_once_or_as_the_products_of_its_kit(pair):
    found = problems("link_to_po", {"order_item_id": 500013}, *pair)

    assert found
    assert {number for number, _, _ in found} <= {3, 4}
    assert all(
        column == "Order Item ID" and "appears more than once" in told for _, column, told in found
    )


def test_the_rows_of_a_kit_agree_on_the_quantity():
    told = "item 500012 has more than one Qty For PO (rows 2 and 3); make them agree"

    found = problems("link_to_po", kit("BOX", 1), kit("LID", 1, qty_for_po=3))

    assert found == [(2, "Qty For PO", told), (3, "Qty For PO", told)]


@pytest.mark.parametrize("po", [{}, NEW_PO], ids=["existing", "new"])
def test_all_stands_alone_for_its_order_and_po(po):
    told = (
        "ALL is next to other rows of the same order and PO (rows 2 and 3); keep one or the other"
    )

    found = problems("link_to_po", {**po, **WHOLE}, po, {**po, "order_id": 50002})

    assert found == [(2, "Order Item ID", told), (3, "Order Item ID", told)]


def test_all_does_not_suffer_from_a_bad_row_beside_it():
    found = problems("link_to_po", WHOLE, {"qty_for_po": "two"})

    assert [(number, column) for number, column, _ in found] == [(3, "Qty For PO")]


def test_the_read_back_is_the_po_and_a_new_po_has_none():
    assert LINK_TO_PO.read_back([row("link_to_po")]) == Call("GET", "PurchaseOrders/10001")
    assert LINK_TO_PO.read_back([row("link_to_po", **NEW_PO)]) is None


@pytest.mark.parametrize(
    ("related", "applied"),
    [
        ([{"RecordType": "Order", "ID": 50001}], True),
        ([{"RecordType": "Order", "ID": "50001"}], True),
        ([{"RecordType": "Order", "ID": 50002}], False),
        ([{"RecordType": "Invoice", "ID": 50001}], False),
        ([None, 5, [], "Order", {}], False),
        ([], False),
    ],
)
def test_a_row_is_applied_where_its_po_names_the_order(related, applied):
    assert LINK_TO_PO.is_applied(row("link_to_po"), {"RelatedItems": related}) is applied

import ast
from pathlib import Path

import importer.sandbox
from importer.sandbox.seed import seed


def test_it_is_the_same_each_time():
    assert seed() == seed()


def test_ids_are_told_apart():
    state = seed()

    items = [item.id for po in state.purchase_orders.values() for item in po.items]
    assert len(items) == len(set(items)) == 426 * 4
    assert (len(state.orders), len(state.shipstation_orders), len(state.sales_orders)) == (
        412,
        417,
        412,
    )


def test_purchase_orders_of_each_kind_are_there():
    pos = seed().purchase_orders

    assert [po.id for po in pos.values() if po.case_mode] == list(range(10021, 10027))
    assert [po.id for po in pos.values() if po.dropship] == [10016]
    assert {po.id: po.status for po in pos.values() if po.status != 1} == {10017: 4, 10018: 5}
    assert {po.vendor_id for po in pos.values()} == {201, 202, 203, 204}


def test_the_sandbox_imports_nothing_else_of_the_importer():
    package = Path(importer.sandbox.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            strays = [n for n in names if n.startswith("importer") and "importer.sandbox" not in n]
            assert strays == [], path

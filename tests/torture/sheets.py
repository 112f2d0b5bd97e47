"""Sheets for three operations, each row with the effects it must have on the platform just once."""

import csv
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook, load_workbook

from importer.sandbox import LogEntry, State, sales_order_id, sales_order_item_id
from importer.sheets.sheet import STATUS_HEADING

Effect = tuple[Hashable, ...]
Cells = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet. `readable`: a read back can show it, so `unknown` is no answer."""

    cells: Cells
    effects: tuple[Effect, ...]
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Trade:
    """One operation as the sandbox sees it, told apart from what the importer knows of it."""

    operation: str
    account: str
    headings: Cells
    lines: Callable[[Random], list[Line]]
    held: Callable[[State], Iterable[Effect]]  # each as often as it was applied
    carried: Callable[[LogEntry], Sequence[Effect]]  # by one write
    touched: Callable[[LogEntry], Sequence[Hashable]]  # by one write

    def count(self, state: State) -> Counter[Effect]:
        return Counter(self.held(state))


# add_tracking


def tracking_lines(random: Random) -> list[Line]:
    """Some rows hold several numbers, to be split."""
    lines = [
        tracking_line(
            po_id, *(f"T{po_id}X{n}X{k}" for k in range(random.choice((1, 1, 1, 1, 2, 3))))
        )
        for po_id in random.sample(range(20001, 20401), 60)
        for n in range(random.choice((3, 4, 5)))
    ]
    lines += [tracking_line(10018, f"REFUSED{n}") for n in range(2)]  # a completed PO
    random.shuffle(lines)
    lines.insert(5, tracking_line(20001, "NOCARRIER1", carrier="Pigeon"))
    return lines


def tracking_line(po_id: int, *numbers: str, carrier: str = "UPS") -> Line:
    cells = (po_id, "; ".join(numbers), carrier, "2026-11-19", "2")
    return Line(cells, tuple((po_id, number) for number in numbers))


def _tracking_held(state: State) -> Iterable[Effect]:
    for po in state.purchase_orders.values():
        yield from ((po.id, entry.tracking_number) for entry in po.tracking)


def _tracking_carried(entry: LogEntry) -> list[Effect]:
    po_id = int(entry.path.split("/")[-3])
    return [(po_id, each["TrackingNumber"]) for each in entry.body["TrackingNumbers"]]


# link_to_po


def link_lines(random: Random) -> list[Line]:
    orders = random.sample(range(60001, 60401), 60)
    lines: list[Line] = []
    for place, order in enumerate(orders):
        if place % 12 == 0:
            lines.append(_link_line(order, None, None))
        elif place % 7 == 0:
            lines.append(_link_line(order, 20001 + place // 3, None))
        else:
            items = random.sample((1, 2, 3), random.choice((1, 2, 3)))
            lines += [_link_line(order, 20001 + place // 3, item) for item in items]
    lines.append(_link_line(60500, 20001, 1))  # there is no such order
    random.shuffle(lines)
    return lines


def _link_line(order: int, po_id: int | None, item: int | None) -> Line:
    items = [order * 10 + k for k in ((1, 2, 3) if item is None else (item,))]
    target: Cells = (None, 101, 201) if po_id is None else (po_id, None, None)
    wished = ("ALL", None) if item is None else (items[0], 2)
    effects = tuple((order, po_id or "new", each) for each in items)
    return Line((order, *target, *wished), effects, readable=po_id is not None)


def _links_held(state: State) -> Iterable[Effect]:
    for link in state.links:
        target = "new" if link.new_po else link.po_id
        yield from ((link.order_id, target, item.order_item_id) for item in link.items)


def _links_carried(entry: LogEntry) -> list[Effect]:
    order = int(entry.path.split("/")[-2])
    target = entry.body.get("ExistingPo", {}).get("PoID", "new")
    items = [each["OrderItemID"] for each in entry.body.get("Items", [])]
    return [(order, target, item) for item in items or [order * 10 + k for k in (1, 2, 3)]]


def _links_touched(entry: LogEntry) -> list[Hashable]:
    order, target, _ = _links_carried(entry)[0]
    return [f"order {order}"] if target == "new" else [f"order {order}", f"PO {target}"]


# notify_shipped


def notice_lines(random: Random) -> list[Line]:
    lines: list[Line] = []
    for n in random.sample(range(1001, 1401), 60):
        items = random.sample((1, 2, 3), random.choice((0, 1, 2, 3)))
        lines += [_notice_line(n, item) for item in items or [None]]
    random.shuffle(lines)
    return lines


def _notice_line(n: int, k: int | None) -> Line:
    order, number = sales_order_id(n), f"1Z{n}"
    item = None if k is None else sales_order_item_id(n, k)
    cells = (order, number, "ups", item, None if k is None else 1)
    return Line(cells, ((order, number, item),), readable=False)


def _notices_held(state: State) -> Iterable[Effect]:
    for notice in state.notices:
        for item in [None] if notice.whole_order else notice.items:
            yield (notice.sales_order_id, notice.tracking_number, item)


def _notices_carried(entry: LogEntry) -> list[Effect]:
    order, number = entry.path.split("/")[-2], entry.body["tracking_number"]
    items = [each["sales_order_item_id"] for each in entry.body.get("sales_order_items", [])]
    return [(order, number, item) for item in items or [None]]


ADD_TRACKING = Trade(
    "add_tracking",
    "sellercloud",
    ("PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status"),
    tracking_lines,
    _tracking_held,
    _tracking_carried,
    lambda entry: [_tracking_carried(entry)[0][0]],
)
LINK_TO_PO = Trade(
    "link_to_po",
    "sellercloud",
    (
        "Order ID",
        "Existing PO ID",
        "New PO Company ID",
        "New PO Vendor ID",
        "Order Item ID",
        "Qty For PO",
    ),
    link_lines,
    _links_held,
    _links_carried,
    _links_touched,
)
NOTIFY_SHIPPED = Trade(
    "notify_shipped",
    "shipengine",
    ("Sales Order ID", "Tracking Number", "Carrier Code", "Sales Order Item ID", "Quantity"),
    notice_lines,
    _notices_held,
    _notices_carried,
    lambda entry: [entry.path.split("/")[-2]],
)
TRADES = (ADD_TRACKING, LINK_TO_PO, NOTIFY_SHIPPED)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet on the disk and what it wishes, by the row number Excel shows."""

    path: Path
    trade: Trade
    lines: dict[int, Line]

    @property
    def result(self) -> Path:
        return self.path.with_name(f"{self.path.stem}.result{self.path.suffix}")

    def statuses(self) -> dict[int, str]:
        """Row number -> the word in the result's Import Status."""
        table = _read(self.result)
        place = table[0].index(STATUS_HEADING)
        return {number: str(cells[place]) for number, cells in enumerate(table[1:], start=2)}


def write_sheet(path: Path, trade: Trade, lines: Sequence[Line]) -> Sheet:
    """The lines below their headings, as .csv or .xlsx."""
    table = [trade.headings, *(line.cells for line in lines)]
    if path.suffix == ".xlsx":
        workbook = Workbook()
        for cells in table:
            workbook.active.append(cells)
        workbook.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)
    return Sheet(path, trade, dict(enumerate(lines, start=2)))


def _read(path: Path) -> list[list[Any]]:
    if path.suffix == ".xlsx":
        return [list(cells) for cells in load_workbook(path).active.iter_rows(values_only=True)]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))

"""A realistic night: forty files from eight vendors in an inbox, and two passes over them."""

import csv
import io
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from openpyxl import Workbook

from importer.demo.demo import SECRETS, new_folder, sandbox_settings_file
from importer.folder.rules import FILE_NAME as FOLDER_FILE
from importer.folder.rules import init_folder
from importer.model.summary import EVERYTHING_SETTLED, NOTHING_SENT
from importer.sandbox import Sandbox, sales_order_id, sales_order_item_id
from importer.settings.settings import FILE_NAME

NORTH = """
[vendors.north]
operation = "add_tracking"
account = "sellercloud"
headings = {"PO ID" = "Our Ref", "Tracking Number" = "Trk No.", Carrier = "By", "Shipped On" = "On"}
constants = {"Shipping Status" = "Fully Shipped"}
values = {Carrier = {"DHL Intl" = "DHL"}}
"""
OTHERS = {  # vendor -> its operation and account
    "south": ("add_tracking", "sellercloud"),
    "west": ("update_items", "sellercloud"),
    "alder": ("update_shipping", "shipstation"),
    "birch": ("link_to_po", "sellercloud"),
    "cedar": ("notify_shipped", "shipengine"),
    "dover": ("add_tracking", "sellercloud"),
    "elm": ("add_tracking", "sellercloud"),
}
NAMES = ("north", *OTHERS)
FOLDER = "settle = 1\n" + "".join(f'\n[inbox.{name}]\nvendor = "{name}"\n' for name in NAMES)

Cells = Sequence[object]
_KILLED_AFTER = 25  # writes
_POLL_S = 0.02
_TRACKING = ("PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status")
_NOTICES = ("Sales Order ID", "Tracking Number", "Carrier", "Item ID", "Quantity")
_DAY = "2026-11-19"
_CLEAN: dict[str, tuple[int, int, str, Cells]] = {  # vendor -> files, rows in each, name, headings
    "north": (5, 8, "shipped-{}.csv", ("Our Ref", "Trk No.", "By", "On")),
    "south": (5, 8, "advice-{}.xlsx", _TRACKING),
    "west": (5, 3, "prices-{}.csv", ("PO ID", "PO Item ID", "Unit Price", "ETA")),
    "alder": (5, 5, "details-{}.csv", ("PO ID", "Tracking No", "Carrier", "ETA")),
    "birch": (4, 3, "links-{}.csv", ("Order ID", "Existing PO ID", "Order Item ID")),
    "cedar": (4, 2, "notices-{}.csv", _NOTICES),
}


def run_night(into: Path, say: Callable[[str], object]) -> int:
    """Two passes at once over a night's files, one of them killed; returns the exit status.

    The files have all the mistakes of an ordinary night, so the status says that the night was
    finished, not that nothing needs attention.
    """
    folder = new_folder(into)
    with Sandbox() as sandbox, ExitStack() as stack:
        prepare_night(folder, sandbox.url)
        stack.enter_context(still_writing(folder / "inbox" / "north" / "growing.csv"))
        say(f"Forty files from eight vendors are in {folder / 'inbox'}. A first pass starts.")
        first = _begin_pass(folder, stack)
        _wait_for(1, first, sandbox)
        second = _begin_pass(folder, stack)
        _wait_for(_KILLED_AFTER, first, sandbox)
        first.kill()
        say(f"A second pass starts; the first is killed after {len(sandbox.writes)} writes.\n")
        output, _ = second.communicate()
        writes = len(sandbox.writes)
    page = (folder / "reports" / "index.html").resolve()
    say(output.strip())
    say(f"\n{writes} writes reached the sandbox. Originals and results: {folder.resolve()}")
    say(f"Start the morning with {page.as_uri()}")
    return EVERYTHING_SETTLED if page.exists() else NOTHING_SENT


def _wait_for(writes: int, process: "subprocess.Popen[str]", sandbox: Sandbox) -> None:
    while process.poll() is None and len(sandbox.writes) < writes:
        time.sleep(_POLL_S)


def _begin_pass(folder: Path, stack: ExitStack) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "importer", "--config", str(folder / FILE_NAME)]
    words += ["--journal", str(folder / "journal.db"), "folder", str(folder)]
    process = stack.enter_context(
        subprocess.Popen(  # noqa: S603  (runs this same program)
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **SECRETS, "PYTHONIOENCODING": "utf-8"},
        )
    )
    stack.callback(process.kill)  # an interrupted demo leaves no pass behind
    return process


@contextmanager
def still_writing(path: Path) -> Iterator[None]:
    """Another program that keeps writing to a file while the block runs."""
    ended = threading.Event()

    def write() -> None:
        with path.open("w", encoding="utf-8") as file:
            file.write("Our Ref,Trk No.,By,On\n")
            while not ended.wait(_POLL_S):
                file.write("20399,")
                file.flush()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


def prepare_night(folder: Path, url: str) -> list[Path]:
    """Writes settings, rules and the inbox; returns the files that a pass has to process.

    One more file is open in Excel. Lost answers settle after a second, so that the demo is short.
    """
    folder.mkdir(parents=True, exist_ok=True)
    limit = 'limit = "unlimited"'
    quick = sandbox_settings_file(url).replace(limit, f"{limit}\nsettle = 1")
    others = (
        f'\n[vendors.{name}]\noperation = "{operation}"\naccount = "{account}"\n'
        for name, (operation, account) in OTHERS.items()
    )
    (folder / FILE_NAME).write_text(quick + NORTH + "".join(others), encoding="utf-8")
    init_folder(folder)
    (folder / FOLDER_FILE).write_text(FOLDER, encoding="utf-8")
    inbox = folder / "inbox"
    for name in NAMES:
        (inbox / name).mkdir()
    files = [*_clean(inbox), *_mistaken(inbox / "dover"), *_hostile(inbox / "elm")]
    files += _misplaced(inbox)
    open_in_excel = _xlsx(inbox / "south" / "advice-6.xlsx", _TRACKING, [])
    open_in_excel.with_name(f"~${open_in_excel.name}").write_bytes(b"\x05buyer")
    (inbox / "south" / "advice-9.xlsx.part").write_bytes(b"PK\x03\x04")
    return files


def _clean(inbox: Path) -> Iterable[Path]:
    """Four or five files from each of the six vendors who make no mistakes."""
    for vendor, (files, rows, name, headings) in _CLEAN.items():
        for n in range(1, files + 1):
            path, cells = inbox / vendor / name.format(n), [_row(vendor, n, k) for k in range(rows)]
            if path.suffix == ".csv":
                yield _csv(path, headings, cells)
            else:
                yield _xlsx(path, headings, cells, ("South Trading Co.", "Shipment advice"))


def _row(vendor: str, n: int, k: int) -> Cells:
    """Row `k` of a vendor's file `n`."""
    po = 20000 + 10 * n
    match vendor:
        case "north":
            return po + k % 4, waybill(n * 100 + k), "DHL Intl", _DAY
        case "south":
            return po + 100 + k % 4, waybill(5000 + n * 100 + k), "DHL", _DAY, "Partially Shipped"
        case "west":
            return po + 200, (po + 200) * 10 + k + 1, f"{4 + n}.{k + 1}5", "2026-12-01"
        case "alder":
            return f"se-{1000 + 5 * n + k}", waybill(9000 + 5 * n + k), "DHL", "2026-12-02"
        case "birch":
            return 60000 + 3 * n + k, po + 300, "ALL"
        case _:
            order = 1000 + 2 * n + k
            numbers = sales_order_id(order), waybill(6000 + order)
            return *numbers, "ups", sales_order_item_id(order, 1), 1


def _mistaken(folder: Path) -> Iterable[Path]:
    """Good and bad rows in one sheet; the good ones are sent."""
    for n in range(1, 4):
        po = 20050 + n
        rows = [
            (po, waybill(8000 + n), "DHL", _DAY, "Fully Shipped"),
            (po, "9.40011E+21", "USPS", _DAY, "Fully Shipped"),
            (99999, waybill(8100 + n), "DHL", _DAY, "Fully Shipped"),
            (po, waybill(8200 + n), "Pigeon", "19/20/2026", "Fully Shipped"),
        ]
        yield _csv(folder / f"dock-{n}.csv", _TRACKING, rows)


def _hostile(folder: Path) -> Iterable[Path]:
    """Files that no reader can trust, and that must not stop a night."""
    half = _xlsx(folder / "half.xlsx", _TRACKING, [(20090, waybill(1), "DHL", "", "None")])
    page = b"<html><body><form>Please sign in</form></body></html>"
    contents = {"export.xls": page, "empty.csv": b"", half.name: half.read_bytes()[:2000]}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        yield folder / name
    bomb = folder / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    yield bomb


def _misplaced(inbox: Path) -> Iterable[Path]:
    """The same bytes again, another vendor's sheet, and a file that no rule matches."""
    sources = {
        "north/shipped-1 (copy).csv": inbox / "north" / "shipped-1.csv",
        "south/details.csv": inbox / "alder" / "details-2.csv",
        "scan0001.csv": inbox / "west" / "prices-2.csv",
    }
    for name, source in sources.items():
        yield Path(shutil.copyfile(source, inbox / name))


def waybill(number: int) -> str:
    """A DHL waybill with its check digit, the remainder of a division by 7.

    >>> waybill(5)
    '4000000056'
    """
    digits = 400_000_000 + number
    return f"{digits}{digits % 7}"


def _csv(path: Path, headings: Cells, rows: Iterable[Cells]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def _xlsx(path: Path, headings: Cells, rows: Iterable[Cells], titles: Sequence[str] = ()) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for cells in [*([title] for title in titles), headings, *rows]:
        sheet.append(list(cells))
    book.save(path)
    return path

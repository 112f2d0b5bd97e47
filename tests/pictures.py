"""The pictures of README.md, made by a browser: `python -m tests.pictures`.

One shows the result of the mistaken sample, the other the page of the demo's night.
"""

import html
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from importer.cli.guide import GUIDE
from importer.demo.night import run_night
from importer.model.outcomes import Status
from tests.pages import ROOT, printed, workplace

SAMPLE = "add_tracking_mistakes"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
RESULT_SIZE, NIGHT_SIZE = (1640, 330), (1180, 900)  # pixels
STYLE = """
body {margin: 10px; font: 11.5px Arial, "Liberation Sans", sans-serif}
table {border-collapse: collapse; table-layout: fixed; width: 1610px}
td {border: 1px solid #bbb; padding: 2px 3px; white-space: nowrap; overflow: hidden}
tr.title td {border: none; overflow: visible}
"""
RED, AMBER = "background: #ffc7ce; color: #9c0006", "background: #ffeb9c; color: #9c5700"


def result_page(worksheet: Worksheet) -> str:
    """A worksheet as HTML, as a spreadsheet program would show it."""
    rows = []
    for cells in worksheet.iter_rows():
        colors = _colors(*(cell.value for cell in cells[-2:]))
        shown = "".join(
            f"<td style='{_style(cell)}; {colors}'>{_text(cell.value)}</td>" for cell in cells
        )
        kind = "" if cells[-2].value else " class=title"
        rows.append(f"<tr{kind}>{shown}</tr>")
    widths = [
        f"<col style='width: {_width(worksheet, number)}px'>"
        for number in range(1, worksheet.max_column)  # the last one has what is left
    ]
    return f"<!doctype html><style>{STYLE}</style><table>{''.join(widths)}{''.join(rows)}</table>"


def _width(worksheet: Worksheet, column: int) -> float:
    return 5.6 * (worksheet.column_dimensions[get_column_letter(column)].width or 8.43)


def _colors(status: Any, error: Any) -> str:
    """What the result's conditional formats give a row."""
    if status in {Status.INVALID, Status.REJECTED}:
        return RED
    return AMBER if error and status in {Status.SENT, Status.VERIFIED} else ""


def _style(cell: Cell) -> str:
    font, fill = cell.font, cell.fill
    parts = []
    if fill.fill_type == "solid":
        parts.append(f"background: #{fill.fgColor.rgb[-6:]}")
    if font.color is not None and isinstance(font.color.rgb, str):
        parts.append(f"color: #{font.color.rgb[-6:]}")
    parts += ["font-weight: bold"] * bool(font.b)
    if cell.alignment.horizontal == "center":
        parts.append("text-align: center")
    elif isinstance(cell.value, int | float | date):
        parts.append("text-align: right")
    return "; ".join(parts)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case date():
            return f"{value:%d-%b-%y}"
        case float() if value >= 1e15:
            return f"{value:.5E}"
    return html.escape(str(value))


def take(page: Path, picture: Path, size: tuple[int, int]) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert browser is not None, f"no browser was found: {', '.join(BROWSERS)}"
    words = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    words += ["--virtual-time-budget=5000", "--run-all-compositor-stages-before-draw"]
    words += [f"--window-size={size[0]},{size[1]}", f"--screenshot={picture}", page.as_uri()]
    subprocess.run(words, check=True, stderr=subprocess.DEVNULL)


def take_result(folder: Path) -> None:
    with workplace() as sandbox:
        printed(["upload", f"samples/{SAMPLE}.xlsx", "--account", "sellercloud"], sandbox)
        book = openpyxl.load_workbook(f"samples/{SAMPLE}.result.xlsx")
    page = folder / "result.html"
    page.write_text(result_page(book.worksheets[0]), encoding="utf-8")
    take(page, ROOT / "samples" / "result.png", RESULT_SIZE)


def take_night(folder: Path) -> None:
    run_night(folder / "night", lambda _: None)
    page = next((folder / "night" / "reports").glob("2*.html"))
    take(page, GUIDE / "night.png", NIGHT_SIZE)


def main() -> None:
    with TemporaryDirectory() as folder:
        take_result(Path(folder))
        take_night(Path(folder))
    sys.stdout.write(f"samples/result.png and {os.path.relpath(GUIDE, ROOT)}/night.png are new.\n")


if __name__ == "__main__":
    main()

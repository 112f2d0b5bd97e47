"""Workbooks to give back: a rich one as vendors keep them, and bare ones made by hand."""

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from importer.sheets.results.write import write_results

HEADINGS = ["PO ID", "SKU", "Tracking Number"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
SHEET = "xl/worksheets/sheet1.xml"


def rich_workbook(
    path: Path, *, header_row: int = 1, rows: int = 6, table: bool = False, filtered: bool = True
) -> Path:
    """A worksheet "Orders" with most of what Excel offers, and two more worksheets."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Orders"
    for column, heading in enumerate(HEADINGS, start=1):
        cell = sheet.cell(header_row, column, heading)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFDDEEFF")
    for row in range(header_row + 1, header_row + rows + 1):
        sheet.cell(row, 1, 1000 + row)
        sheet.cell(row, 2, f"SKU & <{row}>")
        sheet.cell(row, 3, f"00{row}").number_format = "@"
    last = header_row + rows
    sheet.column_dimensions["C"].width = 31
    sheet.freeze_panes = sheet.cell(header_row + 1, 1)
    if table:
        sheet.add_table(Table(displayName="Lines", ref=f"A{header_row}:C{last}"))
    elif filtered:
        sheet.auto_filter.ref = f"A{header_row}:C{last}"
    sheet.cell(header_row + 1, 1).comment = Comment("check this", "vendor")
    sheet.cell(header_row + 1, 2).hyperlink = "https://example.com/sku"
    choice = DataValidation("list", formula1='"a,b"')
    choice.add(f"B{header_row + 1}:B{last}")
    sheet.add_data_validation(choice)
    low = CellIsRule(operator="lessThan", formula=["5"], font=Font(italic=True))
    sheet.conditional_formatting.add(f"A{header_row + 1}:A{last}", low)
    book.defined_names["Everything"] = DefinedName("Everything", attr_text="Orders!$A$1:$C$7")
    book.create_sheet("Totals")["A1"] = "=SUM(Orders!A:A)"
    book.create_sheet("Import Status")["A1"] = "not ours"
    book.save(path)
    return path


def styled_workbook(path: Path, font: Font | None = None) -> Path:
    """A worksheet "Orders" in this font (else Arial) with borders; row 3 in Courier, without."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Orders"
    sheet.append(["PO ID", "Shipped On"])
    sheet["B1"].font = Font(name="Arial", sz=10, bold=True)
    line = Side("thin")
    for row in range(2, 8):
        sheet.append([row, "2026-11-20"])
        for cell in sheet[row]:
            cell.font = font or Font(name="Arial", sz=10)
            cell.border = Border(left=line, right=line, top=line, bottom=line)
            cell.fill = PatternFill("solid", fgColor="FFFFFF00")
            cell.number_format = "yyyy-mm-dd"
    for cell in sheet[3]:
        cell.font, cell.border = Font(name="Courier New", sz=9), Border(left=Side())
    sheet.row_dimensions[3].height = 30
    book.save(path)
    return path


def with_prefix(xml: bytes) -> bytes:
    """A part with x: before each of its elements."""
    xml = re.sub(rb"<(/?)(?=\w)", rb"<\1x:", xml)
    return xml.replace(b"xmlns=", b"xmlns:x=", 1)


def change_parts(path: Path, changes: Mapping[str, Callable[[bytes], bytes]]) -> Path:
    """The workbook with parts edited as bytes; a part that is missing is added."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, change in changes.items():
        parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return path


def bare_workbook(
    path: Path, rows: str, *, before: str = "", after: str = "", prefix: str = "", main: str = MAIN
) -> Path:
    """The least a workbook needs around these rows, written by hand, without styles."""
    colon = f"{prefix}:" if prefix else ""
    xmlns = f"xmlns:{prefix}" if prefix else "xmlns"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = '<Relationship Id="{}" Type="' + kind + '/{}" Target="{}"/>'
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        "{}</Relationships>"
    )
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    )
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": relations.format(
            relation.format("r1", "officeDocument", "/xl/workbook.xml")
        ),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets>'
        '<sheet name="Orders" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations.format(
            relation.format("r1", "worksheet", "worksheets/sheet1.xml")
        ),
        SHEET: f'<{colon}worksheet {xmlns}="{main}">{before}<{colon}sheetData>{rows}'
        f"</{colon}sheetData>{after}</{colon}worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return path


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def plain_rows(count: int = 3) -> str:
    rows = ['<row r="1">' + text_cell("A1", "PO ID") + text_cell("B1", "SKU") + "</row>"]
    rows += [
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>{text_cell(f"B{row}", "x")}</row>'
        for row in range(2, count + 1)
    ]
    return "".join(rows)


def part(path: Path, name: str = SHEET) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read(name).decode()


def different_parts(one: Path, other: Path) -> set[str]:
    """Names of the parts that differ; the two must list the same parts in the same order."""
    with zipfile.ZipFile(one) as a, zipfile.ZipFile(other) as b:
        assert a.namelist() == b.namelist()
        assert b.testzip() is None
        return {name for name in a.namelist() if a.read(name) != b.read(name)}


def raw_member(path: Path, name: str) -> bytes:
    """A member as it lies in the file, header included."""
    with zipfile.ZipFile(path) as book:
        member = book.getinfo(name)
        starts = sorted([m.header_offset for m in book.infolist()] + [book.start_dir])
    end = starts[starts.index(member.header_offset) + 1]
    return path.read_bytes()[member.header_offset : end]


def references(xml: str) -> list[str]:
    return re.findall(r'<(?:\w+:)?c r="(\w+)"', xml)


def picture() -> bytes:
    """A PNG of one pixel."""
    data = BytesIO()
    data.write(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
            "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
        )
    )
    return data.getvalue()


ATTENTION = ("invalid", "rejected", "unknown")
CELLS = {2: ("invalid", '"x" is no number.'), 3: ("sent", ""), 4: ("sent", "late")}


def write(source, target, cells=CELLS, *, worksheet="Orders", header_row=1, **rest):
    rest.setdefault("attention", ATTENTION)
    return write_results(source, target, worksheet, header_row, cells, **rest)


def results_in(path, *, worksheet="Orders", header_row=1):
    """Row -> (status, sentence) of a workbook, found by their headings."""
    sheet = load_workbook(path)[worksheet]
    columns = {cell.value: cell.column for cell in sheet[header_row]}
    status, error = columns["Import Status"], columns["Import Error"]
    rows = {row: (sheet.cell(row, status).value, sheet.cell(row, error).value or "")
            for row in range(header_row + 1, sheet.max_row + 1)}  # fmt: skip
    return {row: result for row, result in rows.items() if result != (None, "")}

"""A vendor's sheet of any length, always the same for the same length, with one row in a hundred
bad in one of six ways; written as raw XML, since a library would take longer than the check."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

HEADINGS = ("PO ID", "SKU", "Tracking Number", "Carrier", "Shipped On", "Shipping Status")
HEADINGS += ("Quantity", "Unit Price")
CARRIERS = ("UPS", "FedEx", "USPS", "DHL")
FIRST_PO, ROWS_OF_PO, BAD_ONE_IN = 10001, 5, 100
_DAY, _EXCEL_ZERO = date(2026, 1, 1), date(1899, 12, 30)
_DATE, _MONEY, _TEXT, _HEADING = 1, 2, 3, 4  # styles
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Row = tuple[int | str, str, str | None, str, date | str, str, int, float]


def rows(count: int) -> Iterator[Row]:
    chance = random.Random(2026)  # noqa: S311  (a sheet, not a secret)
    before: Row | None = None
    for i in range(count):
        po, carrier = FIRST_PO + i // ROWS_OF_PO, CARRIERS[chance.randrange(4)]
        status = "Fully Shipped" if po % 2 else "Partially Shipped"
        shipped = _DAY + timedelta(days=po % 300)
        row: Row = (po, f"SKU-{i % 2000:04}", _number(carrier, i), carrier, shipped, status,
                    1 + i % 500, round(1 + chance.random() * 5000, 2))  # fmt: skip
        if chance.randrange(BAD_ONE_IN) == 0:
            row = _spoilt(row, chance.randrange(6), before)
        before = row
        yield row


def _number(carrier: str, i: int) -> str:
    match carrier:
        case "UPS":
            return _with_digit("1Z", f"{i % 10**6:06}03{i:07}", (2, 1))
        case "USPS":
            return _with_digit("", f"94{i % 10**8:08}{i:011}", (3, 1))
        case "FedEx":
            body = f"0{i * 7 + 3:010}"
            return body + str(sum(map(int.__mul__, map(int, body), (3, 1, 7) * 4)) % 11 % 10)
        case _:
            return f"JD{i * 11 + 5:016}"


def _with_digit(start: str, body: str, weights: tuple[int, int]) -> str:
    total = sum(int(digit) * weights[place % 2] for place, digit in enumerate(reversed(body)))
    return f"{start}{body}{-total % 10}"


def _spoilt(row: Row, way: int, before: Row | None) -> Row:
    po, sku, number, carrier, shipped, status, quantity, price = row
    match way:
        case 0:
            po = f"P0-{po}"
        case 1:
            number = None
        case 2 if before is not None and before[0] == po and before[2]:
            number = before[2]  # the same parcel twice
        case 3:
            carrier = "PIGEON"
        case 4:
            shipped = "soon"
        case _:
            status = "Lost"
    return po, sku, number, carrier, shipped, status, quantity, price


def write_sheet(path: Path, count: int) -> None:
    """A workbook with styles, widths, a frozen heading, a filter and a list to choose from."""
    last = count + 1
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as package:
        for name, text in _PARTS.items():
            package.writestr(name, text)
        with package.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(_HEAD.format(main=_MAIN, last=last).encode())
            sheet.write(_row_xml(1, HEADINGS, dict.fromkeys(range(8), _HEADING)).encode())
            for number, row in enumerate(rows(count), start=2):
                sheet.write(_row_xml(number, row, {2: _TEXT, 4: _DATE, 7: _MONEY}).encode())
            sheet.write(_TAIL.format(last=last).encode())


def _row_xml(
    number: int, row: Iterator[object] | tuple[object, ...], styles: dict[int, int]
) -> str:
    cells = "".join(
        _cell(f"{'ABCDEFGH'[place]}{number}", value, styles.get(place, 0))
        for place, value in enumerate(row)
        if value is not None
    )
    return f'<row r="{number}">{cells}</row>'


def _cell(where: str, value: object, style: int) -> str:
    looks = f' s="{style}"' if style else ""
    if isinstance(value, str):
        return f'<c r="{where}"{looks} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    number = (value - _EXCEL_ZERO).days if isinstance(value, date) else value
    return f'<c r="{where}"{looks}><v>{number}</v></c>'


_HEAD = (
    '<worksheet xmlns="{main}"><dimension ref="A1:H{last}"/><sheetViews><sheetView '
    'workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><cols><col min="1" max="8" width="16" customWidth="1"/></cols>'
    "<sheetData>"
)
_TAIL = (
    '</sheetData><autoFilter ref="A1:H{last}"/><dataValidations count="1"><dataValidation '
    'type="list" sqref="D2:D{last}"><formula1>"UPS,FedEx,USPS,DHL"</formula1></dataValidation>'
    "</dataValidations></worksheet>"
)
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        'PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="Lines" '
        'sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
        f'Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/>'
        '</font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill>'
        '<patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf xfId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1" xfId="0"/><xf numFmtId="4" xfId="0"/>'
        '<xf numFmtId="49" xfId="0"/><xf fontId="1" xfId="0"/></cellXfs></styleSheet>'
    ),
}

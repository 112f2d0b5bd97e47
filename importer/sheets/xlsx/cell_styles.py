"""The styles of a workbook's cells, as far as they change what a cell means."""

import re
from dataclasses import dataclass, field

from importer.model.cells import LAST_EXACT, Cell
from importer.sheets.xlsx.expat import elements

_ZEROS = re.compile(r"0{2,40}")
_LISTS = {"numFmts", "fonts", "fills", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}


@dataclass(frozen=True, slots=True)
class Styles:
    """The cell styles that change what a cell means."""

    padded: dict[int, int] = field(default_factory=dict)  # style -> digits that it shows
    struck: frozenset[int] = frozenset()


def read_styles(xml: bytes) -> Styles:
    codes: dict[str, str] = {}
    struck_fonts: set[str] = set()
    padded: dict[int, int] = {}
    struck: set[int] = set()
    inside, font, style = "", -1, -1
    for name, attributes in elements(xml):
        match inside, name:
            case _, _ if name in _LISTS:
                inside = name
            case "numFmts", "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "fonts", "font":
                font += 1
            case "fonts", "strike" if attributes.get("val") not in {"0", "false"}:
                struck_fonts.add(str(font))
            case "cellXfs", "xf":
                style += 1
                zeros = codes.get(attributes.get("numFmtId", "0"), "").partition(";")[0]
                if _ZEROS.fullmatch(zeros):
                    padded[style] = len(zeros)
                if attributes.get("fontId") in struck_fonts:
                    struck.add(style)
    return Styles(padded, frozenset(struck))


def padded(cell: Cell, digits: int) -> Cell:
    """6083 shown as 06083: the zeros are part of what the vendor sees and means.

    >>> padded(6083, 5), padded(6083.0, 5), padded(60.5, 5), padded("6083", 5)
    ('06083', '06083', 60.5, '6083')
    """
    if isinstance(cell, int | float) and 0 <= cell < LAST_EXACT and cell == int(cell):
        return str(int(cell)).zfill(digits)
    return cell

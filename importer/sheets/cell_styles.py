"""The styles of a workbook's cells, as far as they change what a cell means."""

import re
from dataclasses import dataclass, field

from importer.cells import LAST_EXACT, Cell
from importer.sheets.expat import elements

_ZEROS = re.compile(r"0{2,40}")
_LITERAL = re.compile(
    r'"[^"]*"|[\\_*].|\[(?:\$[^\]]*|[<>=][^\]]*|black|blue|cyan|green|magenta|red|white|yellow)\]',
    re.IGNORECASE | re.DOTALL,
)
_EXPONENT = re.compile("[0#?]e[+-][0#?]")
_FIRST_CUSTOM = 164  # number formats below are built in: ECMA-376 part 1, 18.8.30
_DATES = {*range(14, 23), 45, 47}
_MAYBE_DATES = {46, *range(23, 37), *range(50, _FIRST_CUSTOM)}  # durations; those of one language
_LISTS = {"numFmts", "fonts", "fills", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}


@dataclass(frozen=True, slots=True)
class Styles:
    """The cell styles that change what a cell means."""

    padded: dict[int, int] = field(default_factory=dict)  # style -> digits that it shows
    struck: frozenset[int] = frozenset()
    dates: frozenset[int] = frozenset()  # days since 1900
    unsure: frozenset[int] = frozenset()  # whether they show dates

    @property
    def special(self) -> set[int]:
        return {*self.padded, *self.struck}


def read_styles(xml: bytes) -> Styles:
    codes: dict[str, str] = {}
    struck_fonts: set[str] = set()
    padded: dict[int, int] = {}
    struck: set[int] = set()
    shown: dict[int, str] = {}  # style -> the format of its numbers, or a built-in one's number
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
                number_format = attributes.get("numFmtId", "0")
                shown[style] = codes.get(number_format, number_format)
                code = codes.get(number_format, "").partition(";")[0]
                if _ZEROS.fullmatch(code):
                    padded[style] = len(code)
                if attributes.get("fontId") in struck_fonts:
                    struck.add(style)
    dates = frozenset(style for style, code in shown.items() if _is_date(code))
    unsure = frozenset(style for style, code in shown.items() if _is_date(code) is None)
    return Styles(padded, frozenset(struck), dates, unsure)


def _is_date(code: str) -> bool | None:
    """Whether a number in this format is a date or a time of day; None where it may be.

    >>> [_is_date(code) for code in ("14", "2", "yyyy-mm-dd;@", "#,##0.00", '0 "days"')]
    [True, False, True, False, False]
    >>> [_is_date(code) for code in ("[h]:mm", "46", "mm:ss.0", "e")]
    [None, None, None, None]
    """
    if code.isdecimal() and int(code) < _FIRST_CUSTOM:
        return True if int(code) in _DATES else None if int(code) in _MAYBE_DATES else False
    plain = _LITERAL.sub("", code).lower().replace("am/pm", "")
    letters = set(filter(str.isalpha, plain))
    if not letters or plain == "general" or (letters == {"e"} and _EXPONENT.search(plain)):
        return None if "[" in plain else False
    return True if letters <= set("dmyhs") and not set(plain) & set("[0#?") else None


def padded(cell: Cell, digits: int) -> Cell:
    """6083 shown as 06083: the zeros are part of what the vendor sees and means.

    >>> padded(6083, 5), padded(6083.0, 5), padded(60.5, 5), padded("6083", 5)
    ('06083', '06083', 60.5, '6083')
    """
    if isinstance(cell, int | float) and 0 <= cell < LAST_EXACT and cell == int(cell):
        return str(int(cell)).zfill(digits)
    return cell

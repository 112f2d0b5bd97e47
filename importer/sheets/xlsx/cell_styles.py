"""The styles of a workbook's cells, as far as they change what a cell means."""

import re
from dataclasses import dataclass, field

from importer.model.cells import LAST_EXACT, Cell
from importer.sheets.xlsx.expat import elements

_ZEROS = re.compile(r"0{2,40}")
_LITERAL = re.compile(
    r'"[^"]*"|[\\_*].|\[(?:\$[^\]]*|[<>=][^\]]*|black|blue|cyan|green|magenta|red|white|yellow)\]',
    re.IGNORECASE | re.DOTALL,
)
_EXPONENT = re.compile("[0#?]e[+-][0#?]")
# Built-in formats, ECMA-376 part 1, 18.8.30; others are durations, or of one language.
_DATES = set(map(str, (*range(14, 23), 45, 47)))
_NUMBERS = set(map(str, (*range(14), *range(37, 45), 48, 49)))
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
    shown: dict[int, bool | None] = {}  # style -> whether it shows a date
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
                code = codes.get(number_format)
                shown[style] = _is_built_in_date(number_format) if code is None else _is_date(code)
                zeros = (code or "").partition(";")[0]
                if _ZEROS.fullmatch(zeros):
                    padded[style] = len(zeros)
                if attributes.get("fontId") in struck_fonts:
                    struck.add(style)
    dates = frozenset(style for style, is_date in shown.items() if is_date)
    unsure = frozenset(style for style, is_date in shown.items() if is_date is None)
    return Styles(padded, frozenset(struck), dates, unsure)


def _is_built_in_date(number: str) -> bool | None:
    """
    >>> _is_built_in_date("14"), _is_built_in_date("2"), _is_built_in_date("46")
    (True, False, None)
    """
    return number in _DATES if number in _DATES | _NUMBERS else None


def _is_date(code: str) -> bool | None:
    """Whether a number in this format is a date or a time of day; None where it may be.

    >>> [_is_date(code) for code in ("yyyy-mm-dd;@", "#,##0.00", '0 "days"')]
    [True, False, False]
    >>> [_is_date(code) for code in ("[h]:mm", "mm:ss.0", "e", "@;yyyy", '"d')]
    [None, None, None, None, None]
    """
    plain = _LITERAL.sub("", code).lower().replace("am/pm", "h")
    letters = set(filter(str.isalpha, plain))
    if not letters or plain == "general" or (letters == {"e"} and _EXPONENT.search(plain)):
        return None if "[" in plain else False
    of_positive = plain.partition(";")[0]
    if letters <= set("dmyhs") and letters & set(of_positive) and not set(plain) & set('[0#?"'):
        return True
    return None


def padded(cell: Cell, digits: int) -> Cell:
    """6083 shown as 06083: the zeros are part of what the vendor sees and means.

    >>> padded(6083, 5), padded(6083.0, 5), padded(60.5, 5), padded("6083", 5)
    ('06083', '06083', 60.5, '6083')
    """
    if isinstance(cell, int | float) and 0 <= cell < LAST_EXACT and cell == int(cell):
        return str(int(cell)).zfill(digits)
    return cell

"""XML parts edited as bytes: where their elements are, their attributes, and cell references.

A parser would give the text back rewritten; here all that is not meant stays as it was.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape, unescape

from importer.sheets.sheet import LAST_COLUMN, column_letters, column_number
from importer.sheets.xlsx.package import SpliceError

TOKEN = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<(?P<close>/?)(?P<prefix>[^\s/>:!?\"'<]+:)?(?P<name>[^\s/>:!?\"'<]+)"
    rb"(?:\"[^\"]*\"|'[^']*'|[^>\"'])*?(?P<empty>/?)>",
    re.DOTALL,
)
AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


@dataclass(slots=True)
class Element:
    """Where an element is; depth 0 is the outermost of the text."""

    name: str  # without its prefix
    prefix: bytes  # b"x:" or b""
    depth: int
    start: int  # of its start tag
    inner: int  # the end of its start tag
    inner_end: int  # the start of its end tag; as `inner` where it is empty
    end: int


def outline(xml: bytes) -> tuple[list[Element], int]:
    """The elements of a text in their order, and where the text's parent closes.

    The text may be a piece: what is not closed ends with it.
    """
    elements: list[Element] = []
    opened: list[Element] = []
    for token in TOKEN.finditer(xml):
        if token["name"] is None:
            continue
        if token["close"]:
            if not opened:
                return elements, token.start()
            last = opened.pop()
            last.inner_end, last.end = token.span()
            continue
        name, prefix = token["name"].decode(), token["prefix"] or b""
        start, end = token.span()
        element = Element(name, prefix, len(opened), start, end, end, end)
        elements.append(element)
        if not token["empty"]:
            opened.append(element)
    for element in opened:
        element.inner_end = element.end = len(xml)
    return elements, len(xml)


def first(elements: Iterable[Element], name: str, depth: int) -> Element | None:
    return next((e for e in elements if e.name == name and e.depth == depth), None)


def inside(elements: Iterable[Element], outer: Element) -> list[Element]:
    """What an element holds."""
    return [e for e in elements if outer.start < e.start < outer.end]


def start_tag(xml: bytes, element: Element) -> bytes:
    return xml[element.start : element.inner]


def attribute(tag: bytes, name: str) -> str | None:
    """
    >>> attribute(b'<col min="1" hidden = \\'1\\'/>', "hidden")
    '1'
    """
    match = re.search(rb"\s%b\s*=\s*(?:\"([^\"]*)\"|'([^']*)')" % name.encode(), tag)
    if match is None:
        return None
    return unescape((match[1] if match[1] is not None else match[2]).decode())


def number(tag: bytes, name: str) -> int | None:
    text = attribute(tag, name)
    return int(text) if text and text.isascii() and text.isdigit() else None


def with_attribute(tag: bytes, name: str, value: str | int) -> bytes:
    """
    >>> with_attribute(b'<col min="1"/>', "min", 3), with_attribute(b"<dxfs/>", "count", 1)
    (b'<col min="3"/>', b'<dxfs count="1"/>')
    """
    new = b' %b="%b"' % (name.encode(), escape(str(value)).encode())
    old = re.compile(rb"\s%b\s*=\s*(?:\"[^\"]*\"|'[^']*')" % name.encode())
    if old.search(tag):
        return old.sub(lambda _: new, tag, count=1)
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end] + new + tag[end:]


def edited(xml: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The text with each (start, end) replaced; edits must not overlap."""
    pieces, position = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [xml[position:start], new]
        position = end
    return b"".join([*pieces, xml[position:]])


@dataclass(frozen=True, slots=True)
class Area:
    """Cells of a worksheet from one corner to the other, both included."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    def __str__(self) -> str:
        first = f"{column_letters(self.first_column)}{self.first_row}"
        return f"{first}:{column_letters(self.last_column)}{self.last_row}"

    def to_column(self, last_column: int) -> "Area":
        return replace(self, last_column=max(self.last_column, last_column))


def area(ref: str | None) -> Area | None:
    """
    >>> area("B2:$D$9"), area("A:C")
    (Area(first_column=2, first_row=2, last_column=4, last_row=9), None)
    """
    match = AREA.fullmatch(ref or "")
    if match is None:
        return None
    column, row, last_column, last_row = match.groups()
    first = column_in_grid(column), int(row)
    last = (column_in_grid(last_column), int(last_row)) if last_column else first
    return Area(*first, *last)


def column_in_grid(letters: str) -> int:
    """Raises SpliceError for one beyond the last."""
    column = column_number(letters)
    if column > LAST_COLUMN:
        raise SpliceError(f"it has a cell in column {letters}, outside the worksheet")
    return column


def text_of(xml: bytes) -> str:
    """The text of a shared or inline string, its runs joined, phonetic runs left out."""
    xml = re.sub(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", b"", xml, flags=re.DOTALL)
    runs = re.findall(rb"<(?:\w+:)?t(?:\s[^>]*)?(?<!/)>(.*?)</(?:\w+:)?t>", xml, re.DOTALL)
    return unescape(b"".join(runs).decode())

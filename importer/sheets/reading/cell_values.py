"""What the cells of a worksheet's XML stand for, a column's worth of them at a time.

Only what nearly every program writes is known here, and all of it as calamine has it; anything
else is `Unusual`, and a parser's to read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from xml.parsers import expat

from importer.model.cells import LAST_EXACT, Cell
from importer.sheets.reading.workbook_parts import LONGEST_TEXT
from importer.sheets.xlsx.cell_styles import Styles, padded

_STYLE, _TYPE = rb' s="(0|[1-9][0-9]{0,5})"', rb' t="([A-Za-z]+)"'
_KIND = re.compile(rb"(?:%b)?(?:%b)?|%b%b" % (_STYLE, _TYPE, _TYPE, _STYLE))
_DIGITS, _NUMERIC = b"0123456789", b"0123456789+-.Ee"
_EXACT = len(str(LAST_EXACT)) - 1  # digits of a number that Excel keeps
_FIRST_SURE, _AFTER_LAST = 61, 2_958_466  # serials: Excel counts a 29 February 1900; the year 10000
_EPOCH, _DAY_MS = datetime(1899, 12, 30), 86_400_000  # noqa: DTZ001  (sheets have no time zones)
_BOOLEANS = {b"1": True, b"0": False}

_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})  # XML has no others
_NO_XML = (b"]]>", "\ufffe".encode(), "\uffff".encode())
_ENTITY = re.compile("&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));|&")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_EXCEL_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_LAST_ESCAPED = 0xFF  # that calamine knows

_ITEM_END = b"</si>"
_PLAIN_ITEM = re.compile(rb"<si><t>([^<\s](?:[^<]*[^<\s])?)</t></si>")
_ITEM = re.compile(rb"<si>(.*?)</si>|<si ?/>", re.DOTALL)
_READING = re.compile(rb"<rPh [^<>]*(?<!/)><t>[^<]*</t></rPh>|<phoneticPr [^<>]*/>")
_TEXT = (
    rb'(?:<t>(?!\s)([^<]*)(?<!\s)</t>|<t xml:space="preserve">([^<]*)</t>|<t ?/>'
    rb'|<t xml:space="preserve" ?/>)'
)
_ONE_TEXT, _RUN = (
    re.compile(_TEXT),
    re.compile(rb"<r>(?:<rPr>(?:<[^<>]*/>)*</rPr>)?" + _TEXT + b"</r>"),
)
_LAST_OF_TEXTS = re.compile(rb"\s*(?:<extLst>.*</extLst>)?\s*</sst>\s*", re.DOTALL)


class Unusual(Exception):
    """The worksheet is not written in the way that nearly all are."""


def only_utf8(parser: expat.XMLParserType) -> None:
    """Makes it raise Unusual where the XML declares an encoding that is not read here."""

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":
            raise Unusual

    parser.XmlDeclHandler = declared


class CellValues:
    """The values of cells by what their tags say and what stands inside; raises Unusual."""

    def __init__(self, shared: Sequence[str], styles: Styles) -> None:
        self._shared = shared
        self._styles = styles
        self._moments = _Moments()

    def read(self, said: bytes, values: Sequence[bytes]) -> list[Cell]:
        """Of cells whose tags are alike; `said` is what these say after the place."""
        found = _KIND.fullmatch(said)
        if found is None:
            raise Unusual
        style = found[1] or found[4]
        match found[2] or found[3]:
            case b"s":
                return self._of_shared(values)
            case None | b"n":
                return self._of_numbers(int(style or -1), values)
            case b"str" | b"inlineStr":
                return list(_texts(values))
            case b"b" if _BOOLEANS.keys() >= set(values):
                return [_BOOLEANS[value] for value in values]
            case b"e":
                return [""] * len(values)  # named as faults, with their places
        raise Unusual

    def _of_shared(self, values: Sequence[bytes]) -> list[Cell]:
        if b"".join(values).translate(None, _DIGITS):
            raise Unusual
        try:
            return list(map(self._shared.__getitem__, map(int, values)))
        except (IndexError, ValueError) as error:  # ValueError: thousands of digits
            raise Unusual from error

    def _of_numbers(self, style: int, values: Sequence[bytes]) -> list[Cell]:
        if style in self._styles.unsure:
            raise Unusual
        if style in self._styles.dates:
            return list(map(self._moments.__getitem__, values))
        if digits := self._styles.padded.get(style):
            return [padded(number, digits) for number in _numbers(values)]
        return [*_numbers(values)]


class _Moments(dict[bytes, Cell]):
    """Serials of days as dates, with a time of day as datetimes: each is worked out once."""

    def __missing__(self, serial: bytes) -> Cell:
        (days,) = _numbers([serial])
        if not _FIRST_SURE <= days < _AFTER_LAST:
            raise Unusual
        if days == int(days):
            self[serial] = (_EPOCH + timedelta(int(days))).date()
        else:
            self[serial] = _EPOCH + timedelta(milliseconds=int(days * _DAY_MS + 0.5))
        return self[serial]


def _numbers(values: Sequence[bytes]) -> list[int] | list[float]:
    if b"".join(values).translate(None, _NUMERIC):
        raise Unusual
    try:
        if max(map(len, values)) <= _EXACT:
            return list(map(int, values))
    except ValueError:
        pass  # they have fractions, one at least
    try:
        return list(map(float, values))
    except ValueError as error:
        raise Unusual from error


def _texts(values: Sequence[bytes]) -> Iterator[str]:
    """
    >>> list(_texts([b"R&amp;D", b"a_x000D_", b"&#65;\\r\\n"])), list(_texts([]))
    (['R&D', 'a\\r', 'A\\n'], [])
    """
    if not values:
        return iter(())
    joined = b"\0".join(values)
    controls = len(joined) - len(joined.translate(None, _CONTROLS))
    if controls >= len(values) or any(sign in joined for sign in _NO_XML):
        raise Unusual
    try:
        texts = joined.decode().split("\0")
    except UnicodeDecodeError as error:
        raise Unusual from error
    if any(sign in joined for sign in (b"&", b"_x", b"\r")):
        return map(_plain, texts)
    return iter(texts)


def _plain(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    return _EXCEL_ESCAPE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    if (code := int(found[1], 16)) > _LAST_ESCAPED:
        raise Unusual
    return _code_point(code)


def _character(entity: re.Match[str]) -> str:
    hexadecimal, decimal, name = entity.groups()
    if name:
        return _NAMED[name]
    if not (hexadecimal or decimal):
        raise Unusual
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code <= ord(" "):  # whether one at the ends counts is told in two ways
        raise Unusual
    return _code_point(code)


def _code_point(code: int) -> str:
    if not 0 < code <= 0x10FFFF or 0xD800 <= code < 0xE000 or code in {0xFFFE, 0xFFFF}:
        raise Unusual
    return chr(code)


def shared_texts(blocks: Iterable[bytes]) -> list[str]:
    """A workbook's shared texts in their order; raises Unusual."""
    found: list[str] = []
    tail, begun = b"", False
    for block in blocks:
        text = tail + block
        if not begun:
            start = text.find(b"<si")
            if start < 0:
                tail = text
                continue
            _check_head(text[:start])
            begun, text = True, text[start:]
        end = text.rfind(_ITEM_END) + len(_ITEM_END)
        if end >= len(_ITEM_END):
            found += _items(text[:end])
            text = text[end:]
        tail = text
        if len(tail) > LONGEST_TEXT:
            raise Unusual
    if begun and _LAST_OF_TEXTS.fullmatch(tail) is None:
        raise Unusual
    return found


def _check_head(head: bytes) -> None:
    parser = expat.ParserCreate()
    only_utf8(parser)
    try:
        parser.Parse(head, False)
    except expat.ExpatError as error:
        raise Unusual from error


def _items(text: bytes) -> list[str]:
    pieces = _PLAIN_ITEM.split(text)
    if max(map(len, pieces[1::2]), default=0) > LONGEST_TEXT:
        raise Unusual
    plain, between = list(_texts(pieces[1::2])), pieces[::2]
    items: list[str] = []
    taken = 0
    for place in [place for place, other in enumerate(between) if other]:
        items += [*plain[taken:place], *_other_items(between[place])]
        taken = place
    return items + plain[taken:]


def _other_items(text: bytes) -> Iterator[str]:
    """Those of several runs, or whose spaces at the ends count."""
    end = 0
    for item in _ITEM.finditer(text):
        if item.start() != end or len(item[0]) > LONGEST_TEXT:
            raise Unusual
        end = item.end()
        inside = _READING.sub(b"", item[1] or b"")
        one = _ONE_TEXT.fullmatch(inside)
        runs = [one] if one else list(_RUN.finditer(inside))
        if sum(len(run[0]) for run in runs) != len(inside):
            raise Unusual
        yield "".join(_texts([b"".join(run[1] or run[2] or b"" for run in runs)]))
    if end != len(text):
        raise Unusual

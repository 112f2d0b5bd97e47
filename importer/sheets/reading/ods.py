"""What an OpenDocument sheet says and calamine does not: hidden rows, merged cells, formats.

Names are those of OpenDocument 1.3, part 3; they are told apart by their last word alone.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from xml.parsers import expat

from importer.sheets.reading.scanning import Scan
from importer.sheets.sheet import LAST_COLUMN, LAST_ROW
from importer.sheets.xlsx.expat import feed, no_entities

_NO_LINE = {"none", ""}
_LONGEST_COUNT = 9  # digits


def scan_ods(blocks: Iterable[bytes], worksheet: str) -> Scan:
    """`blocks` is the workbook's content.xml; raises SheetError where that is broken."""
    scanner = _OdsScanner(worksheet)
    for block in blocks:
        feed(scanner.parser, block, last=False)
    feed(scanner.parser, b"", last=True)
    return scanner.scan


class _OdsScanner:
    """One pass with expat over the worksheet of that name, and the styles above it."""

    def __init__(self, worksheet: str) -> None:
        self.scan = Scan()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = no_entities
        self._worksheet = worksheet
        self._tables: list[str] = []  # open ones: a drawing may hold another
        self._style = ""  # the one that is being defined
        self._struck_styles: set[str] = set()
        self._defaults: list[str] = []  # by column: the style of cells that name none
        self._default = ""  # the same for all cells of the row
        self._row, self._rows = 1, 0  # the first of those that an element repeats; how many
        self._visibility = ""
        self._first = self._column = 0  # of those that a cell repeats, and the last one
        self._values = self._struck = 0  # cells of the row that hold a value; of these struck
        self._number = ""  # the value of a cell that holds a number
        self._text: list[str] = []  # as the cell shows it

    @property
    def _inside(self) -> bool:
        return self._tables == [self._worksheet]

    @property
    def _these_rows(self) -> range:
        return range(self._row, min(self._row + self._rows, LAST_ROW + 1))

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        attrs = {_last_word(key): value for key, value in attributes.items()}
        match _last_word(name):
            case "style":
                self._style = attrs.get("name", "")
            case "text-properties" if attrs.get("text-line-through-style", "") not in _NO_LINE:
                self._struck_styles.add(self._style)
            case "table":
                self._tables.append(attrs.get("name", ""))
            case "table-column" if self._inside:
                left = LAST_COLUMN - len(self._defaults)
                many = min(_count(attrs, "number-columns-repeated"), left)
                self._defaults += [attrs.get("default-cell-style-name", "")] * many
            case "table-row" if self._inside:
                self._start_row(attrs)
            case "table-cell" | "covered-table-cell" if self._inside:
                self._start_cell(attrs)
            case "p" if self._number:
                self.parser.CharacterDataHandler = self._text.append

    def _end(self, name: str) -> None:
        match _last_word(name):
            case "table":
                self._tables.pop()
            case "table-row" if self._inside and self._values:
                self.scan.hidden += self._these_rows if self._visibility != "visible" else ()
                self.scan.struck += self._these_rows if self._struck * 2 > self._values else ()
                self.scan.filtered |= self._visibility == "filter"
            case "annotation":
                self._text.clear()
            case "table-cell" if self._inside:
                self.parser.CharacterDataHandler = None
                self._see_zeros("".join(self._text))

    def _start_row(self, attrs: Mapping[str, str]) -> None:
        self._row += self._rows
        self._rows = _count(attrs, "number-rows-repeated")
        self._column = self._values = self._struck = 0
        self._visibility = attrs.get("visibility", "visible")  # or collapse, or filter
        self._default = attrs.get("default-cell-style-name", "")

    def _start_cell(self, attrs: Mapping[str, str]) -> None:
        self._first, many = self._column + 1, _count(attrs, "number-columns-repeated")
        self._column += many
        down = _count(attrs, "number-rows-spanned")
        across = _count(attrs, "number-columns-spanned")
        if down > 1 or across > 1:
            area = (self._row, self._first, self._row + down - 1, self._first + across - 1)
            self.scan.merges.append(area)
        kind = attrs.get("value-type")
        if kind is not None and self._these_rows:
            self.scan.reach(self._these_rows[-1], min(self._column, LAST_COLUMN))
            self._values += many
            self._struck += many * (self._style_of(attrs) in self._struck_styles)
        self._number, self._text = attrs.get("value", "") if kind == "float" else "", []

    def _style_of(self, attrs: Mapping[str, str]) -> str:
        of_its_column = "".join(self._defaults[self._first - 1 : self._first])
        return attrs.get("style-name") or self._default or of_its_column

    def _see_zeros(self, shown: str) -> None:
        """6083 that is shown as 06083."""
        if shown[:1] == "0" != shown and shown.isdecimal() and shown.lstrip("0") == self._number:
            columns = range(self._first, min(self._column, LAST_COLUMN) + 1)
            self.scan.padded |= dict.fromkeys(product(self._these_rows, columns), len(shown))
        self._number = ""


def _last_word(name: str) -> str:
    return name.rpartition(" ")[2]


def _count(attrs: Mapping[str, str], name: str) -> int:
    """How often; once where it does not say, or in an odd way."""
    text = attrs.get(name, "1")
    return int(text) if text.isdecimal() and len(text) < _LONGEST_COUNT and int(text) else 1

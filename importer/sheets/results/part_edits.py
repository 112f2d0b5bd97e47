"""What else must know of two more columns: widths, filter, tables, colors, the filter's name.

Elements stand where ECMA-376 part 1, section 18.3.1.99 (worksheet) wants them; a file with
elements out of order is "repaired" by Excel.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from html import escape, unescape

from importer.sheets.results.extent import Extent
from importer.sheets.results.rewrite import ResultColumns
from importer.sheets.sheet import STATUS_HEADING, Results, column_letters
from importer.sheets.xlsx.edits import (
    Area,
    Element,
    area,
    attribute,
    edited,
    first,
    inside,
    number,
    outline,
    start_tag,
    with_attribute,
)
from importer.sheets.xlsx.package import SpliceError

STATUS_WIDTH, ERROR_WIDTH = 14, 60  # in characters of the default font
AFTER_COLORS = {
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "drawingHF", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects",
    "controls", "webPublishItems", "tableParts", "extLst", "AlternateContent",
}  # fmt: skip
OUR_RULE = re.compile(
    r'OR\((\$[A-Z]+\d+="[^"]*",?)+\)'
    r'|LEN\(\$[A-Z]+\d+\)>0|AND\(LEN\(\$[A-Z]+\d+\)>0(,\$[A-Z]+\d+<>"[^"]*")+\)'
)


def edited_head(head: bytes, columns: ResultColumns, last_row: int) -> bytes:
    """The worksheet's start with its dimension grown and a width for each new column."""
    elements, _ = outline(head)
    edits = [_widths(head, elements, columns.new)] if columns.new else []
    if element := first(elements, "dimension", depth=1):
        tag = start_tag(head, element)
        if used := area(attribute(tag, "ref")):
            grown = replace(used, last_row=max(used.last_row, last_row)).to_column(columns.last)
            edits.append((element.start, element.inner, with_attribute(tag, "ref", str(grown))))
    return edited(head, edits)


def _widths(head: bytes, elements: list[Element], new: dict[int, str]) -> tuple[int, int, bytes]:
    """An edit that gives the new columns widths of their own, whatever spans across them."""
    data = next(element for element in elements if element.name == "sheetData")
    ours = b"".join(_width(data.prefix, column, heading) for column, heading in sorted(new.items()))
    cols = first(elements, "cols", depth=1)
    if cols is None:
        return data.start, data.start, b"<%bcols>%b</%bcols>" % (data.prefix, ours, data.prefix)
    theirs = [head[e.start : e.end] for e in inside(elements, cols) if e.name == "col"]
    split = [_split(col, min(new), max(new)) for col in theirs]
    all_cols = b"".join([*(left for left, _ in split), ours, *(right for _, right in split)])
    opening = start_tag(head, cols).rstrip(b"/>")
    return cols.start, cols.end, b"%b>%b</%bcols>" % (opening, all_cols, data.prefix)


def _width(prefix: bytes, column: int, heading: str) -> bytes:
    width = STATUS_WIDTH if heading == STATUS_HEADING else ERROR_WIDTH
    fields = (prefix, column, column, width)
    return b'<%bcol min="%d" max="%d" width="%d.7109375" customWidth="1"/>' % fields


def _split(col: bytes, first: int, last: int) -> tuple[bytes, bytes]:
    """What a <col> says of the columns left of the first and right of the last."""
    low, high = number(col, "min"), number(col, "max")
    if low is None or high is None:
        raise SpliceError("its column widths are damaged")
    left = with_attribute(col, "max", min(high, first - 1)) if low < first else b""
    right = with_attribute(col, "min", max(low, last + 1)) if high > last else b""
    return left, right


def grown_filter(
    extent: Extent, used: Area | None, columns: ResultColumns, header_row: int
) -> Area | None:
    """A filter's or table's cells with the new columns, where they are adjacent.

    None where nothing is to be changed, or other cells without a heading lie between.
    """
    if used is None or used.first_row != header_row or used.last_column >= columns.last:
        return None
    named = {cell.column for cell in extent.headings} | set(columns.new)
    between = range(used.last_column + 1, columns.last + 1)
    return used.to_column(columns.last) if named.issuperset(between) else None


def edited_filter(
    xml: bytes, elements: Iterable[Element], old: Area, new: Area
) -> list[tuple[int, int, bytes]]:
    """Edits that grow each autoFilter and sortState which reaches as far as the old cells."""
    edits = []
    for element in elements:
        tag = start_tag(xml, element)
        used = area(attribute(tag, "ref"))
        is_filter = element.name in {"autoFilter", "sortState"}
        if is_filter and used and used.last_column == old.last_column:
            ref = str(used.to_column(new.last_column))
            edits.append((element.start, element.inner, with_attribute(tag, "ref", ref)))
    return edits


def sheet_filter(tail: bytes) -> Area | None:
    element = first(outline(tail)[0], "autoFilter", depth=0)
    return area(attribute(start_tag(tail, element), "ref")) if element else None


def merged_areas(tail: bytes) -> list[Area]:
    elements, _ = outline(tail)
    tags = [start_tag(tail, e) for e in elements if e.name == "mergeCell" and e.depth == 1]
    return [used for tag in tags if (used := area(attribute(tag, "ref")))]


def edited_tail(tail: bytes, filters: tuple[Area, Area] | None, colors: bytes) -> bytes:
    """The worksheet's end with its filter grown and our color rules in place of older ones."""
    elements, end = outline(tail)
    edits: list[tuple[int, int, bytes]] = []
    if filters and (outer := first(elements, "autoFilter", depth=0)):
        edits += edited_filter(tail, [outer, *inside(elements, outer)], *filters)
    edits += [(old.start, old.end, b"") for old in _our_colors(tail, elements)] if colors else []
    after = (e.start for e in elements if e.depth == 0 and e.name in AFTER_COLORS)
    place = next(after, end)
    return edited(tail, [*edits, (place, place, colors)])


def _our_colors(tail: bytes, elements: list[Element]) -> list[Element]:
    """Color rules that an earlier result left: all rules of such an element are ours."""
    rules = [e for e in elements if e.name == "conditionalFormatting" and e.depth == 0]
    return [rule for rule in rules if _is_ours(tail, inside(elements, rule))]


def _is_ours(tail: bytes, elements: list[Element]) -> bool:
    texts = [tail[e.inner : e.inner_end] for e in elements if e.name == "formula"]
    return bool(texts) and all(OUR_RULE.fullmatch(unescape(text.decode())) for text in texts)


def color_rules(
    extent: Extent, columns: ResultColumns, results: Results, styles: tuple[int, int]
) -> bytes:
    """Red for a row whose status wants attention, amber for any other with a sentence.

    None for a calm one, whatever its sentence.
    """
    row, tail, p = results.header_row + 1, extent.tail, extent.prefix.decode()
    status = f"${column_letters(columns.status)}{row}"
    error = f"${column_letters(columns.error)}{row}"
    tests = ",".join(f"{status}={_quoted(word)}" for word in sorted(results.attention))
    formulas = [(styles[0], f"OR({tests})")] if tests else []
    others = "".join(f",{status}<>{_quoted(word)}" for word in sorted(results.calm))
    formulas.append((styles[1], f"AND(LEN({error})>0{others})" if others else f"LEN({error})>0"))
    theirs = edited(tail, [(e.start, e.end, b"") for e in _our_colors(tail, outline(tail)[0])])
    used = map(int, re.findall(rb'\spriority="(\d{1,9})"', theirs))
    priority = max(used, default=0)  # the vendor's own rules come first
    rules = "".join(
        f'<{p}cfRule type="expression" dxfId="{style}" priority="{priority + place}">'
        f"<{p}formula>{escape(formula, quote=False)}</{p}formula></{p}cfRule>"
        for place, (style, formula) in enumerate(formulas, start=1)
    )
    cells = f"A{row}:{column_letters(columns.last)}{extent.last_row}"
    opening = f'<{p}conditionalFormatting sqref="{cells}">'
    return f"{opening}{rules}</{p}conditionalFormatting>".encode()


def _quoted(word: str) -> str:
    return '"{}"'.format(word.replace('"', '""'))


def table_area(table: bytes) -> Area | None:
    """The cells of a table that has a heading row."""
    tag = start_tag(table, outline(table)[0][0])
    return None if attribute(tag, "headerRowCount") == "0" else area(attribute(tag, "ref"))


def grown_table(table: bytes, old: Area, columns: ResultColumns) -> bytes | None:
    """A table's part with the new columns; None where they cannot become a part of it."""
    elements, _ = outline(table)
    root, tag = elements[0], start_tag(table, elements[0])
    listed = [start_tag(table, e) for e in elements if e.name == "tableColumn" and e.depth == 2]
    group = first(elements, "tableColumns", depth=1)
    names = {str(attribute(column, "name")).casefold() for column in listed}
    clash = not names.isdisjoint(map(str.casefold, columns.new.values()))
    is_next = old.last_column + 1 == min(columns.new, default=0)
    plain = attribute(tag, "tableType") in {None, "worksheet"}
    if group is None or clash or not (is_next and plain):
        return None
    new = old.to_column(columns.last)
    opening = with_attribute(start_tag(table, group), "count", len(listed) + len(columns.new))
    edits = [
        (root.start, root.inner, with_attribute(tag, "ref", str(new))),
        (group.start, group.inner, opening),
        (group.inner_end, group.inner_end, _table_columns(root.prefix.decode(), listed, columns)),
        *edited_filter(table, elements[1:], old, new),
    ]
    return edited(table, edits)


def _table_columns(prefix: str, listed: list[bytes], columns: ResultColumns) -> bytes:
    """The new columns, numbered on from those listed."""
    top = max((number(column, "id") or 0 for column in listed), default=0)
    headings = (heading for _, heading in sorted(columns.new.items()))
    return "".join(
        f'<{prefix}tableColumn id="{place}" name="{escape(heading)}"/>'
        for place, heading in enumerate(headings, start=top + 1)
    ).encode()


def grown_name(workbook: bytes, index: int, old: Area, new: Area) -> bytes:
    """The workbook part with the hidden name of a worksheet's filter grown as the filter was."""
    elements, _ = outline(workbook)
    for element in elements:
        tag = start_tag(workbook, element)
        if element.name != "definedName" or number(tag, "localSheetId") != index:
            continue
        if attribute(tag, "name") == "_xlnm._FilterDatabase":
            sheet, mark, ref = workbook[element.inner : element.inner_end].rpartition(b"!")
            if mark and area(ref.decode()) == old:
                fixed = re.sub(r"([A-Z]+)", r"$\1$", str(new)).encode()
                return edited(workbook, [(element.inner, element.inner_end, sheet + mark + fixed)])
    return workbook

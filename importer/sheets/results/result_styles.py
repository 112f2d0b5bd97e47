"""Styles added to a vendor's: two colors, and one for the result cells next to each of its own.

Groups stand where ECMA-376 part 1, section 18.8.39 (styleSheet) wants them; a file with elements
out of order is "repaired" by Excel.
"""

from collections.abc import Collection

from importer.sheets.xlsx.edits import (
    Element,
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

RED = ("FF9C0006", "FFFFC7CE")  # text and fill: Excel's own "bad" ...
AMBER = ("FF9C5700", "FFFFEB9C")  # ... and "neutral"
MOST_FORMATS = 64_000  # of a workbook: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MEMBERS = {"fonts": "font", "cellXfs": "xf", "dxfs": "dxf"}  # group -> what it holds
AFTER_COLORS = {"tableStyles", "colors", "extLst"}
TYPEFACE = {"name", "family", "charset", "scheme", "sz"}


class ResultStyles:
    """A styles part; what is added to one of its groups is there only once."""

    def __init__(self, xml: bytes) -> None:
        """Raises SpliceError where it is no styles part."""
        elements, _ = outline(xml)
        if not elements or elements[0].name != "styleSheet":
            raise SpliceError("its styles part is damaged")
        self._xml, self._root = xml, elements[0]
        self._after = [e.start for e in elements if e.depth == 1 and e.name in AFTER_COLORS]
        self._groups = {name: first(elements, name, depth=1) for name in MEMBERS}
        self._members = {name: self._listed(elements, name) for name in MEMBERS}
        self._sizes = {name: len(members) for name, members in self._members.items()}

    def _listed(self, elements: list[Element], name: str) -> list[bytes]:
        group = self._groups[name]
        members = [e for e in inside(elements, group) if e.depth == 2] if group else []
        return [self._xml[e.start : e.end] for e in members if e.name == MEMBERS[name]]

    def xml(self) -> bytes:
        """The part with what was added; byte for byte as it was where nothing was."""
        return edited(self._xml, [self._grown(name) for name in MEMBERS if self._added(name)])

    def colors(self) -> tuple[int, int]:
        """The numbers of our red and our amber, among the differential styles."""
        p = self._root.prefix.decode()
        texts = [
            f'<{p}dxf><{p}font><{p}color rgb="{text}"/></{p}font><{p}fill><{p}patternFill>'
            f'<{p}bgColor rgb="{fill}"/></{p}patternFill></{p}fill></{p}dxf>'
            for text, fill in (RED, AMBER)
        ]
        red, amber = (self._add("dxfs", text.encode()) for text in texts)
        return red, amber

    def beside(self, neighbors: Collection[int]) -> dict[int, tuple[int, int]]:
        """Style of a vendor's cell -> those of the status and the sentence next to it.

        Empty where the part has no cell formats, or would have more than Excel takes.
        """
        known = self._sizes["cellXfs"]
        if known + 2 * len(neighbors) > MOST_FORMATS:
            return {}
        return {style: self._look(style) for style in sorted(neighbors) if style < known}

    def _look(self, neighbor: int) -> tuple[int, int]:
        """Its typeface and border, General; the sentence wrapped below the row's upper edge."""
        p, tag = self._root.prefix.decode(), self._members["cellXfs"][neighbor].partition(b">")[0]
        font, border = self._plain_font(number(tag, "fontId") or 0), number(tag, "borderId") or 0
        named = ' xfId="0"' if attribute(tag, "xfId") else ""
        cell_xf = (
            f'<{p}xf numFmtId="0" fontId="{font}" fillId="0" borderId="{border}"{named}'
            ' applyFont="1" applyBorder="1"'
        )
        wrapped = f' applyAlignment="1"><{p}alignment vertical="top" wrapText="1"/></{p}xf>'
        status, sentence = (cell_xf + end for end in ("/>", wrapped))
        return self._add("cellXfs", status.encode()), self._add("cellXfs", sentence.encode())

    def _plain_font(self, place: int) -> int:
        """The same typeface and size: struck out or white on white, a status would mislead."""
        if place >= self._sizes["fonts"]:
            return 0
        font = self._members["fonts"][place]
        elements, _ = outline(font)
        extras = [e for e in elements if e.depth == 1 and not _is_plain(font, e)]
        return self._add("fonts", edited(font, [(e.start, e.end, b"") for e in extras]))

    def _add(self, name: str, member: bytes) -> int:
        members = self._members[name]
        if member not in members:
            members.append(member)
        return members.index(member)

    def _added(self, name: str) -> list[bytes]:
        return self._members[name][self._sizes[name] :]

    def _grown(self, name: str) -> tuple[int, int, bytes]:
        """An edit that puts what was added to a group at its end."""
        p, group, count = self._root.prefix, self._groups[name], len(self._members[name])
        ending = b"".join(self._added(name)) + b"</%b%b>" % (p, name.encode())
        if group is None:
            place = min(self._after, default=self._root.inner_end)
            return place, place, b'<%b%b count="%d">' % (p, name.encode(), count) + ending
        opening = with_attribute(start_tag(self._xml, group), "count", count)
        opening = opening.removesuffix(b"/>").removesuffix(b">") + b">"
        kept = self._xml[group.inner : group.inner_end]
        return group.start, group.end, opening + kept + ending


def _is_plain(font: bytes, element: Element) -> bool:
    is_text_color = element.name == "color" and attribute(start_tag(font, element), "theme") == "1"
    return element.name in TYPEFACE or is_text_color

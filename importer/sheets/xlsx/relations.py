"""Which part of a workbook is what: the links between its parts, and the worksheets it lists."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from importer.sheets.xlsx.expat import elements
from importer.sheets.xlsx.package import folded


class AnyPackage(Protocol):
    """Parts by their folded names."""

    def __contains__(self, part: str, /) -> bool: ...

    def read(self, name: str, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Link:
    id: str
    kind: str  # the last word of its type: "worksheet", "styles", "table"
    part: str  # the part it points to, folded


@dataclass(frozen=True, slots=True)
class SheetLink:
    """A worksheet or a chart as the workbook lists it."""

    name: str
    state: str  # visible, hidden or veryHidden; "" in an xlsb
    part: str | None  # folded; None where the workbook does not say
    kind: str = "worksheet"  # or chartsheet, dialogsheet, ...: what its link says


def links_of(package: AnyPackage, part: str = "") -> list[Link]:
    """What a part points to inside the package; "" is the package itself."""
    folder, name = posixpath.split(part)
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    if where not in package:
        return []
    return [
        Link(
            attributes["Id"],
            attributes.get("Type", "").rpartition("/")[2],
            _resolved(package, folder, attributes["Target"]),
        )
        for _, attributes in elements(package.read(where))
        if "Id" in attributes and "Target" in attributes
        if attributes.get("TargetMode") != "External"
    ]


def workbook_part(package: AnyPackage) -> str:
    """The part that lists the sheets."""
    links = (link.part for link in links_of(package) if link.kind == "officeDocument")
    return next(links, "xl/workbook.xml")


def sheets_of(package: AnyPackage, workbook: str) -> list[SheetLink]:
    """The sheets in the workbook's order, whatever namespace or folder it uses."""
    links = {link.id: link for link in links_of(package, workbook)}
    return [
        sheet_link(
            attributes.get("name", ""),
            attributes.get("state", "visible"),
            links.get(_relation_id(attributes)),
        )
        for name, attributes in elements(package.read(workbook))
        if name == "sheet"
    ]


def sheet_link(name: str, state: str, link: Link | None) -> SheetLink:
    return SheetLink(name, state, link.part if link else None, link.kind if link else "")


def _relation_id(attributes: Mapping[str, str]) -> str:
    """The value of r:id, whatever prefix stands for its namespace."""
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _resolved(package: AnyPackage, folder: str, target: str) -> str:
    """The part that a target names, read as relative first and then as the root's."""
    target = target.replace("\\", "/")
    from_root = posixpath.normpath(target.lstrip("/"))
    path = (
        from_root if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    )
    ways = [folded(way) for way in (path, unquote(path), from_root)]
    return next((way for way in ways if way in package), ways[0])

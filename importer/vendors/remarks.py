"""What a vendor's profile made of a sheet, and what has changed since it was mapped."""

from collections.abc import Sequence
from dataclasses import replace

from importer.cells import is_empty, shown
from importer.errors import SheetError
from importer.operation import Field
from importer.sheets.headings import Layout, where
from importer.sheets.table import TableRows
from importer.spelling import listed
from importer.vendors.profile import VendorProfile


def remarks(profile: VendorProfile, layout: Layout, table: TableRows) -> list[str]:
    """What a person should hear: whose sheet it is, what changed, which cells were filled."""
    said = [f"read as vendor {profile.name}'s"]
    changed = changes(profile, _headings(layout))
    if changed:
        said.append(f"since vendor {profile.name}'s sheet was mapped: {changed}")
    for field in layout.operation.fields:
        filled = _filled(profile, table.layout, field, table.numbers)
        if filled:
            constant = shown(profile.constant(field.title))
            said.append(f'{field.title} is "{constant}" by the profile, in {filled}')
    return said


def _headings(layout: Layout) -> list[str]:
    return [*layout.headings.values()]


def changes(profile: VendorProfile, headings: Sequence[str]) -> str:
    """
    >>> changes(VendorProfile("north", fingerprint=["PO #", "Qty"]), ["Qty", "Ship Via 2"])
    'new column "Ship Via 2", "PO #" is gone'
    """
    new, gone = profile.changes(headings)
    said = [f'new column "{heading}"' for heading in new]
    return ", ".join([*said, *(f'"{heading}" is gone' for heading in gone)])


def _filled(
    profile: VendorProfile, layout: Layout, field: Field, numbers: Sequence[int]
) -> str | None:
    """The rows in which the profile's constant stands for the field; None where it does nowhere."""
    if profile.constant(field.title) is None:
        return None
    if field.name not in layout.columns:
        return "every row, since there is no such column"
    theirs = replace(profile, constants={})
    cells = theirs.cells(field.title, layout.cells(field.name, numbers))
    empty = [number for number, cell in zip(numbers, cells, strict=True) if is_empty(cell)]
    return f"row {listed(empty)}, where the cell is empty" if empty else None


def refuse_unsure(profile: VendorProfile, layout: Layout) -> None:
    """SheetError where the layout changed and a needed column may be another one than before."""
    changed = changes(profile, _headings(layout))
    headings = layout.headings
    unsure = [
        field.title
        for field in layout.operation.fields
        if field.needed
        and field.name in layout.columns
        and not profile.knows(headings[layout.columns[field.name]])
    ]
    if changed and unsure:
        raise SheetError(
            f"{where(layout.worksheet)}: since vendor {profile.name}'s sheet was mapped: "
            f"{changed}; whether {', '.join(unsure)} is right, a person must say with importer map"
        )

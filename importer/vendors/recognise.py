"""Which vendor's profile a sheet is read by, what it does there, and what has changed since."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from importer.model.cells import is_empty, shown
from importer.model.errors import ChoiceNeeded, SheetError, UsageError
from importer.model.options import ReadingOptions
from importer.model.spelling import listed
from importer.operations import operation_named, operations
from importer.operations.operation import Field
from importer.settings.settings import Settings
from importer.settings.vendor_profile import VendorProfile
from importer.sheets.fix_marks import is_fix_file
from importer.sheets.headings import Layout, find_layout, heading_rows, where
from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.sheet import Worksheet
from importer.sheets.table import TableRows
from importer.vendors.profile_check import check_profile

if TYPE_CHECKING:
    pass  # brings SQLAlchemy, which a check can spare


def read_as_vendors(
    sheet: Path, content: bytes, reading: ReadingOptions, settings: Settings
) -> tuple[list[Worksheet], VendorProfile | None]:
    """The worksheets, and whose they are; read once more where that vendor's text needs it."""
    code_page = settings.vendor(reading.vendor).encoding if reading.vendor is not None else None
    worksheets = read_worksheets(sheet, content, reading.worksheet, code_page=code_page)
    profile = choose_profile(worksheets, reading.vendor, reading.operation, settings)
    if profile is not None and profile.encoding != code_page:
        code_page = profile.encoding
        worksheets = read_worksheets(sheet, content, reading.worksheet, code_page=code_page)
    if profile is not None and is_fix_file(worksheets):  # its place is ours to choose
        profile = replace(profile, header_row=None, worksheet=None)
    return worksheets, profile


def layout_of(
    worksheets: Sequence[Worksheet],
    reading: ReadingOptions,
    profile: VendorProfile | None,
    near: str,
) -> Layout:
    """Where the table stands; its operation is the one asked for, the profile's, or found.

    `near` says that it may be the sheet of a vendor who changed the headings.
    """
    if near and reading.unattended:
        raise SheetError(f"{worksheets[0].path.name}: {near}")
    name = reading.operation or (profile and profile.operation)
    candidates = [operation_named(name)] if name else [*operations().values()]
    if profile is None:
        try:
            return find_layout(worksheets, candidates, platform=reading.platform)
        except ChoiceNeeded as error:
            raise ChoiceNeeded(_also(error.reason, near), error.what, error.options) from None
        except SheetError as error:
            raise SheetError(_also(str(error), near)) from None
    if reading.worksheet is None:
        worksheets = of_vendor(worksheets, profile)
    layout = find_layout(worksheets, candidates, profile, reading.platform)
    if reading.unattended:
        refuse_unsure(profile, layout)
    return layout


def _also(reason: str, near: str) -> str:
    return f"{reason}; {near}" if near else reason


def explain_misplaced(layout: Layout, worksheets: Sequence[Worksheet], platform: str) -> str:
    """Why a sheet that fits an operation of another platform is not for this one."""
    found = layout.operation
    fits = f"it fits {found.name}, which goes to {found.platform.title}"
    ours = [o for o in operations().values() if o.platform.name == platform]
    try:
        find_layout(worksheets, ours)
    except SheetError as error:
        return f"{error}; {fits}"
    return f"{where(layout.worksheet)}: {fits}; choose another account, or name the operation"


def choose_profile(
    worksheets: Sequence[Worksheet], vendor: str | None, operation: str | None, settings: Settings
) -> VendorProfile | None:
    """The profile of the vendor named, else the one that the headings are the sign of, else None.

    Raises SettingsError where any profile is wrong, since any may be the one; ChoiceNeeded where
    the headings are those of several vendors; UsageError where the vendor's operation is another.
    """
    for profile in settings.vendors.values():
        check_profile(profile)
    if vendor is not None:
        return _fit_for(settings.vendor(vendor), operation)
    found = [
        profile
        for profile in settings.vendors.values()
        if profile.is_for(operation) and any(_is_sign(w, profile) for w in worksheets)
    ]
    if len(found) > 1:
        names = [profile.name for profile in found]
        name = worksheets[0].path.name
        reason = f"{name}: the headings are those of vendors {' and '.join(names)}"
        raise ChoiceNeeded(reason, "vendor", names)
    return found[0] if found else None


def _fit_for(profile: VendorProfile, operation: str | None) -> VendorProfile:
    if not profile.is_for(operation):
        raise UsageError(
            f"vendor {profile.name}'s sheets are for {profile.operation}, not {operation}; "
            "leave out the operation or choose another vendor"
        )
    return profile


def _is_sign(worksheet: Worksheet, profile: VendorProfile) -> bool:
    if profile.worksheet is not None and worksheet.name not in {None, profile.worksheet}:
        return False
    return any(profile.is_sign_of([*r.headings.values()]) for r in heading_rows(worksheet))


def near_vendor(worksheets: Sequence[Worksheet], settings: Settings) -> str:
    """What to say where most of a vendor's headings stand in a row, but not all; else ""."""
    rows = [[*r.headings.values()] for w in worksheets for r in heading_rows(w)]
    found: list[tuple[int, VendorProfile, list[str]]] = []
    for profile in settings.vendors.values():
        for headings in rows:
            new, gone = profile.changes(headings)
            if (new or gone) and len(gone) < _MOST_GONE * len(profile.fingerprint):
                found.append((len(gone), profile, headings))
    if not found:
        return ""
    _, profile, headings = min(found, key=lambda near: near[0])
    return (
        f"the headings come near those of vendor {profile.name} ({changes(profile, headings)}); "
        f"if this is that vendor's sheet, choose vendor {profile.name}"
    )


_MOST_GONE = 0.4  # of the headings that were mapped


def of_vendor(worksheets: Sequence[Worksheet], profile: VendorProfile) -> Sequence[Worksheet]:
    """The worksheet that the profile names, where it does; a text file has no name and is it."""
    found = [
        w for w in worksheets if profile.worksheet is None or w.name in {None, profile.worksheet}
    ]
    if not found:
        names = [str(worksheet.name) for worksheet in worksheets]
        others = ", ".join(f'"{name}"' for name in names)
        reason = (
            f'{worksheets[0].path.name} has no worksheet "{profile.worksheet}", which vendor '
            f"{profile.name}'s profile names; it has {others}"
        )
        raise ChoiceNeeded(reason, "worksheet", names)
    return found


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

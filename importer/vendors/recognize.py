"""Whose sheet it is, where its table is, and what changed since that vendor's sheet was mapped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from importer.model.cells import is_empty, shown
from importer.model.errors import ChoiceNeeded, SheetError, UsageError
from importer.model.options import ReadingOptions
from importer.model.spelling import listed
from importer.operations import operation_named, operations
from importer.operations.operation import Operation
from importer.settings.settings import Settings
from importer.settings.vendor_profile import VendorProfile
from importer.sheets.fix_marks import is_fix_file
from importer.sheets.headings import Layout, find_layout, heading_rows, where
from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.sheet import Worksheet
from importer.sheets.table import TableRows
from importer.vendors.profile_check import check_profile

_MOST_GONE = 0.4  # of the headings that were mapped


@dataclass(frozen=True, slots=True)
class Recognized:
    """A sheet's table, and the profile it is read by."""

    layout: Layout
    profile: VendorProfile | None
    near: str = ""  # which vendor's changed sheet this may be, if no profile fits

    @property
    def vendor(self) -> str | None:
        return None if self.profile is None else self.profile.name

    def remarks(self, table: TableRows) -> list[str]:
        """What a person should know: whose sheet it is, what changed, which cells were filled."""
        if self.profile is None:
            return [self.near] if self.near else []
        remarks = [f"read as vendor {self.profile.name}'s"]
        if changed := changes(self.profile, [*self.layout.headings.values()]):
            remarks.append(f"since vendor {self.profile.name}'s sheet was mapped: {changed}")
        return remarks + _filled_cells(self.profile, table)


def recognize(
    sheet: Path, content: bytes, reading: ReadingOptions, settings: Settings
) -> Recognized:
    """Chooses the profile, the worksheet, the operation and the row of headings.

    Raises SheetError where no table fits, ChoiceNeeded where several do, UsageError where the
    table is not for what was asked, and SettingsError where any profile is wrong.
    """
    worksheets, profile = _read_by_profile(sheet, content, reading, settings)
    if profile is None:
        near = _near_vendor(worksheets, settings)
        recognized = Recognized(_layout_without_profile(worksheets, reading, near), None, near)
    else:
        recognized = Recognized(_layout_by_profile(worksheets, reading, profile), profile)
    _refuse_other_platform(recognized.layout, worksheets, reading.platform)
    return recognized


def _read_by_profile(
    sheet: Path, content: bytes, reading: ReadingOptions, settings: Settings
) -> tuple[list[Worksheet], VendorProfile | None]:
    """The worksheets and their profile; text is read again if the profile has another encoding."""
    read = partial(read_worksheets, sheet, content, reading.worksheet)
    code_page = None if reading.vendor is None else settings.vendor(reading.vendor).encoding
    worksheets = read(code_page=code_page)
    profile = _choose_profile(worksheets, reading, settings)
    if profile is not None and profile.encoding != code_page:
        worksheets = read(code_page=profile.encoding)
    if profile is not None and is_fix_file(worksheets):  # we chose where its table is
        profile = replace(profile, header_row=None, worksheet=None)
    return worksheets, profile


def _choose_profile(
    worksheets: Sequence[Worksheet], reading: ReadingOptions, settings: Settings
) -> VendorProfile | None:
    """The profile asked for, or the only one whose headings the sheet has; all are checked."""
    for profile in settings.vendors.values():
        check_profile(profile)
    if reading.vendor is not None:
        asked = settings.vendor(reading.vendor)
        if asked.is_for(reading.operation):
            return asked
        raise UsageError(
            f"vendor {asked.name}'s sheets are for {asked.operation}, not {reading.operation}; "
            "leave out the operation or choose another vendor"
        )
    matches = [
        profile
        for profile in settings.vendors.values()
        if profile.is_for(reading.operation) and any(_has_headings(w, profile) for w in worksheets)
    ]
    if len(matches) > 1:
        names = [profile.name for profile in matches]
        name = worksheets[0].path.name
        reason = f"{name}: the headings are those of vendors {' and '.join(names)}"
        raise ChoiceNeeded(reason, "vendor", names)
    return matches[0] if matches else None


def _has_headings(worksheet: Worksheet, profile: VendorProfile) -> bool:
    return worksheet in _of_worksheet([worksheet], profile) and any(
        profile.is_sign_of([*row.headings.values()]) for row in heading_rows(worksheet)
    )


def _near_vendor(worksheets: Sequence[Worksheet], settings: Settings) -> str:
    """What to say where a row has most of a vendor's headings, but not all; or ""."""
    rows = [[*row.headings.values()] for w in worksheets for row in heading_rows(w)]
    near: list[tuple[int, str]] = []
    for profile in settings.vendors.values():
        for headings in rows:
            new, gone = profile.changes(headings)
            if (new or gone) and len(gone) < _MOST_GONE * len(profile.fingerprint):
                changed = changes(profile, headings)
                sentence = (
                    f"the headings are close to those of vendor {profile.name} ({changed}); "
                    f"if this is that vendor's sheet, choose vendor {profile.name}"
                )
                near.append((len(gone), sentence))
    return min(near, key=lambda each: each[0], default=(0, ""))[1]


def _layout_without_profile(
    worksheets: Sequence[Worksheet], reading: ReadingOptions, near: str
) -> Layout:
    if near and reading.unattended:
        raise SheetError(f"{worksheets[0].path.name}: {near}")
    candidates = _candidates(reading.operation)
    hint = f"; {near}" if near else ""
    try:
        return find_layout(worksheets, candidates, platform=reading.platform)
    except ChoiceNeeded as error:
        raise ChoiceNeeded(f"{error.reason}{hint}", error.what, error.options) from None
    except SheetError as error:
        raise SheetError(f"{error}{hint}") from None


def _layout_by_profile(
    worksheets: Sequence[Worksheet], reading: ReadingOptions, profile: VendorProfile
) -> Layout:
    candidates = _candidates(reading.operation or profile.operation)
    if reading.worksheet is None:
        worksheets = of_vendor(worksheets, profile)
    layout = find_layout(worksheets, candidates, profile, reading.platform)
    if reading.unattended:
        _refuse_unsure(profile, layout)
    return layout


def _candidates(name: str | None) -> list[Operation[Any]]:
    return [operation_named(name)] if name else [*operations().values()]


def of_vendor(worksheets: Sequence[Worksheet], profile: VendorProfile) -> Sequence[Worksheet]:
    """The worksheet that the profile names, if it names one; ChoiceNeeded if it is not there."""
    matches = _of_worksheet(worksheets, profile)
    if matches:
        return matches
    names = [str(worksheet.name) for worksheet in worksheets]
    others = ", ".join(f'"{name}"' for name in names)
    reason = (
        f'{worksheets[0].path.name} has no worksheet "{profile.worksheet}", which vendor '
        f"{profile.name}'s profile names; it has {others}"
    )
    raise ChoiceNeeded(reason, "worksheet", names)


def _of_worksheet(worksheets: Sequence[Worksheet], profile: VendorProfile) -> list[Worksheet]:
    """A text file has no worksheet names, so it always fits."""
    return [
        w for w in worksheets if profile.worksheet is None or w.name in {None, profile.worksheet}
    ]


def _refuse_unsure(profile: VendorProfile, layout: Layout) -> None:
    """SheetError where the layout changed and a needed column may be another one than before."""
    headings = layout.headings
    changed = changes(profile, [*headings.values()])
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
            f"{changed}; confirm {', '.join(unsure)} with importer map"
        )


def _refuse_other_platform(
    layout: Layout, worksheets: Sequence[Worksheet], platform: str | None
) -> None:
    """UsageError where the sheet fits an operation of another platform than the account's."""
    operation = layout.operation
    if platform in {None, operation.platform.name}:
        return
    fits = f"it fits {operation.name}, which goes to {operation.platform.title}"
    try:
        find_layout(worksheets, [o for o in operations().values() if o.platform.name == platform])
    except SheetError as error:
        raise UsageError(f"{error}; {fits}") from None
    raise UsageError(
        f"{where(layout.worksheet)}: {fits}; choose another account, or name the operation"
    )


def changes(profile: VendorProfile, headings: Sequence[str]) -> str:
    """
    >>> changes(VendorProfile("north", fingerprint=["PO #", "Qty"]), ["Qty", "Ship Via 2"])
    'new column "Ship Via 2", "PO #" is gone'
    """
    new, gone = profile.changes(headings)
    words = [f'new column "{heading}"' for heading in new]
    return ", ".join([*words, *(f'"{heading}" is gone' for heading in gone)])


def _filled_cells(profile: VendorProfile, table: TableRows) -> list[str]:
    """A sentence for each constant of the profile that fills cells."""
    layout, theirs, remarks = table.layout, replace(profile, constants={}), []
    for field in layout.operation.fields:
        constant = profile.constant(field.title)
        if constant is None:
            continue
        place = "every row, since there is no such column"
        if field.name in layout.columns:
            cells = theirs.cells(field.title, layout.cells(field.name, table.numbers))
            empty = [n for n, cell in zip(table.numbers, cells, strict=True) if is_empty(cell)]
            place = f"row {listed(empty)}, where the cell is empty" if empty else ""
        if place:
            remarks.append(f'{field.title} is "{shown(constant)}" by the profile, in {place}')
    return remarks

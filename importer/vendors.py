"""Which vendor's profile a sheet is read by, what it does there, and what has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from importer.cells import Cell, is_empty, shown
from importer.errors import SettingsError, SheetError, UsageError
from importer.kinds import read_column
from importer.operation import Field
from importer.operations import operations
from importer.profiles import VendorProfile
from importer.settings import Settings
from importer.sheets.headings import Layout, heading_rows, headings_at, where
from importer.sheets.sheet import Worksheet
from importer.spelling import did_you_mean, key, listed


def choose_profile(
    worksheets: Sequence[Worksheet], vendor: str | None, operation: str | None, settings: Settings
) -> VendorProfile | None:
    """The profile of the vendor named, else the one that the headings are the sign of, else None.

    Raises SettingsError where any profile is wrong, since any may be the one; SheetError where
    the headings are those of several vendors; UsageError where the vendor's operation is another.
    """
    for profile in settings.vendors.values():
        check_profile(profile)
    if vendor is not None:
        return _fit_for(settings.vendor(vendor), operation)
    found = [
        profile
        for profile in settings.vendors.values()
        if _is_for(profile, operation) and any(_is_sign(w, profile) for w in worksheets)
    ]
    if len(found) > 1:
        names = " and ".join(profile.name for profile in found)
        name = worksheets[0].path.name
        raise SheetError(
            f"{name}: the headings are those of vendors {names}; choose one with --vendor"
        )
    return found[0] if found else None


def _is_for(profile: VendorProfile, operation: str | None) -> bool:
    named = profile.operation
    return operation is None or named is None or key(operation) == key(named)


def _fit_for(profile: VendorProfile, operation: str | None) -> VendorProfile:
    if not _is_for(profile, operation):
        raise UsageError(
            f"vendor {profile.name}'s sheets are for {profile.operation}, not {operation}; "
            "leave out --operation or choose another --vendor"
        )
    return profile


def _is_sign(worksheet: Worksheet, profile: VendorProfile) -> bool:
    if profile.worksheet is not None and worksheet.name not in {None, profile.worksheet}:
        return False
    return any(profile.is_sign_of([*row.values()]) for row in heading_rows(worksheet).values())


def near_vendor(worksheets: Sequence[Worksheet], settings: Settings) -> str:
    """What to say where most of a vendor's headings stand in a row, but not all; else ""."""
    rows = [[*row.values()] for w in worksheets for row in heading_rows(w).values()]
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
        f"the headings come near those of vendor {profile.name} ({_changes(profile, headings)}); "
        f"if it is that vendor's, say --vendor {profile.name}"
    )


_MOST_GONE = 0.4  # of the headings that were mapped


def of_vendor(worksheets: Sequence[Worksheet], profile: VendorProfile) -> Sequence[Worksheet]:
    """The worksheet that the profile names, where it does; a text file has no name and is it."""
    found = [
        w for w in worksheets if profile.worksheet is None or w.name in {None, profile.worksheet}
    ]
    if not found:
        others = ", ".join(f'"{worksheet.name}"' for worksheet in worksheets)
        raise SheetError(
            f'{worksheets[0].path.name} has no worksheet "{profile.worksheet}", where vendor '
            f"{profile.name}'s rows stand; it has {others}; choose one with --worksheet"
        )
    return found


# What it did --------------------------------------------------------------------------------------


def remarks(profile: VendorProfile, layout: Layout, numbers: Sequence[int]) -> list[str]:
    """What a person should hear: whose sheet it is, what changed, which cells were filled."""
    said = [f"read as vendor {profile.name}'s"]
    changed = _changes(profile, _headings(layout))
    if changed:
        said.append(f"since vendor {profile.name}'s sheet was mapped: {changed}")
    for field in layout.operation.fields:
        filled = _filled(profile, layout, field, numbers)
        if filled:
            constant = shown(profile.constant(field.title))
            said.append(f'{field.title} is "{constant}" by the profile, in {filled}')
    return said


def _headings(layout: Layout) -> list[str]:
    return [*headings_at(layout.worksheet, layout.header_row).values()]


def _changes(profile: VendorProfile, headings: Sequence[str]) -> str:
    """
    >>> _changes(VendorProfile("north", fingerprint=["PO #", "Qty"]), ["Qty", "Ship Via 2"])
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
    changed = _changes(profile, _headings(layout))
    headings = headings_at(layout.worksheet, layout.header_row)
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


# Checking a profile against the operations --------------------------------------------------------


def check_profile(profile: VendorProfile) -> None:
    """SettingsError for an operation, a column, a constant or a meaning that there is not."""
    fields = _fields(profile)
    for name, titles in (
        ("headings", profile.headings),
        ("constants", profile.constants),
        ("values", profile.values),
    ):
        _check_titles(profile, name, titles, fields)
    for title, cell in profile.constants.items():
        _check_readable(profile, f"constants, {title}", cell, fields[key(title)])
    for title, meanings in profile.values.items():
        for ours in meanings.values():
            _check_readable(profile, f"values, {title}", ours, fields[key(title)])


def _fields(profile: VendorProfile) -> dict[str, list[Field]]:
    """The fields a title may stand for, by its key: of the profile's operation, else of any."""
    named = [o for o in operations().values() if _is_for(profile, o.name)]
    if not named:
        hint = did_you_mean(profile.operation or "", operations())
        raise SettingsError(
            f'{profile.place} operation "{profile.operation}" is not one of '
            f"{', '.join(operations())}.{hint}"
        )
    found: dict[str, list[Field]] = {}
    for operation in named:
        for field in operation.fields:
            found.setdefault(key(field.title), []).append(field)
    return found


def _check_titles(
    profile: VendorProfile,
    name: str,
    titles: Iterable[str],
    fields: Mapping[str, Sequence[Field]],
) -> None:
    for title in titles:
        if key(title) not in fields:
            of = profile.operation or "any operation"
            hint = did_you_mean(title, [found[0].title for found in fields.values()])
            raise SettingsError(f'{profile.place} {name}: "{title}" is not a column of {of}.{hint}')


def _check_readable(
    profile: VendorProfile, place: str, cell: Cell, fields: Sequence[Field]
) -> None:
    faults: Sequence[Any] = [
        read_column(field.kind, [cell], profile.column(field.about))[1] for field in fields
    ]
    if all(faults):
        raise SettingsError(f"{profile.place} {place}: {faults[0][0]}")

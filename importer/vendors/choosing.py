"""Which vendor's profile a sheet is read by, what it does there, and what has changed since."""

from collections.abc import Sequence

from importer.errors import SheetError, UsageError
from importer.settings import Settings
from importer.sheets.headings import heading_rows
from importer.sheets.sheet import Worksheet
from importer.vendors.profile import VendorProfile
from importer.vendors.profile_check import check_profile
from importer.vendors.remarks import changes


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
        if profile.is_for(operation) and any(_is_sign(w, profile) for w in worksheets)
    ]
    if len(found) > 1:
        names = " and ".join(profile.name for profile in found)
        name = worksheets[0].path.name
        raise SheetError(
            f"{name}: the headings are those of vendors {names}; choose one with --vendor"
        )
    return found[0] if found else None


def _fit_for(profile: VendorProfile, operation: str | None) -> VendorProfile:
    if not profile.is_for(operation):
        raise UsageError(
            f"vendor {profile.name}'s sheets are for {profile.operation}, not {operation}; "
            "leave out --operation or choose another --vendor"
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

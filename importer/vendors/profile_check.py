"""A profile checked against the operations: what it names must be there, and be readable."""

from collections.abc import Mapping, Sequence
from typing import Any

from importer.columns import read_column
from importer.model.cells import Cell
from importer.model.errors import SettingsError
from importer.model.spelling import did_you_mean, key
from importer.operations import operations, why_unavailable
from importer.operations.operation import Field
from importer.settings.vendor_profile import VendorProfile


def check_profile(profile: VendorProfile) -> None:
    """SettingsError for an unknown operation or column, or a value that cannot be read."""
    if profile.operation and why_unavailable(profile.operation):
        return  # reported when a sheet asks for it; other vendors' sheets are not affected
    fields = _fields(profile)
    for name in ("headings", "constants", "values"):
        _check_titles(profile, name, fields)
    for title, cell in profile.constants.items():
        _check_readable(profile, f"constants, {title}", cell, fields[key(title)])
    for title, meanings in profile.values.items():
        for ours in meanings.values():
            _check_readable(profile, f"values, {title}", ours, fields[key(title)])


def _fields(profile: VendorProfile) -> dict[str, list[Field]]:
    """The fields by the key of their title: of the profile's operation, or of all."""
    named = [o for o in operations().values() if profile.is_for(o.name)]
    if not named:
        hint = did_you_mean(profile.operation or "", operations())
        raise SettingsError(
            f'{profile.place} operation "{profile.operation}" is not one of '
            f"{', '.join(operations())}.{hint}"
        )
    fields: dict[str, list[Field]] = {}
    for operation in named:
        for field in operation.fields:
            fields.setdefault(key(field.title), []).append(field)
    return fields


def _check_titles(profile: VendorProfile, name: str, fields: Mapping[str, Sequence[Field]]) -> None:
    for title in getattr(profile, name):
        if key(title) not in fields:
            of = profile.operation or "any operation"
            hint = did_you_mean(title, [same[0].title for same in fields.values()])
            raise SettingsError(f'{profile.place} {name}: "{title}" is not a column of {of}.{hint}')


def _check_readable(
    profile: VendorProfile, place: str, cell: Cell, fields: Sequence[Field]
) -> None:
    faults: Sequence[Any] = [
        read_column(field.kind, [cell], profile.column(field.about))[1] for field in fields
    ]
    if all(faults):
        raise SettingsError(f"{profile.place} {place}: {faults[0][0]}")

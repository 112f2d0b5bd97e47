"""From a sheet to a vendor's profile: read, propose, ask, write into importer.toml."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from importer.columns import day_first, read_column
from importer.model.cells import Cell, shown
from importer.model.errors import SheetError, UsageError
from importer.model.spelling import key
from importer.operations import operation_named, operations
from importer.operations.operation import Field
from importer.settings.settings import FILE_NAME, Settings
from importer.settings.vendor_profile import DATE_ORDERS, VendorProfile
from importer.sheets.headings import find_layout, where
from importer.sheets.reading.worksheets import read_content, read_worksheets
from importer.vendors.mapping import Candidate, Proposal, open_titles, propose
from importer.vendors.profile_check import check_profile
from importer.vendors.profile_file import save_profile, table_of
from importer.vendors.recognize import of_vendor

_MOST_MEANINGS = 20  # of the vendor's words to ask about in one column
Say = Callable[[str], object]


class Person(Protocol):
    """Who answers what the sheet does not show."""

    def choose(self, question: str, answers: Sequence[str]) -> int | None:
        """The position of the answer; None for none of them."""

    def write(self, question: str) -> str:
        """A text; "" for none."""

    def agree(self, question: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Mapped:
    """The profile made from a sheet, and whether it was written."""

    profile: VendorProfile
    file: Path
    written: bool
    left: Sequence[str]  # needed columns that have neither a heading nor a constant


@dataclass(frozen=True, slots=True)
class MapOptions:
    """What is known in addition to the sheet."""

    vendor: str
    operation: str | None = None
    account: str | None = None
    worksheet: str | None = None


def map_sheet(
    sheet: Path, options: MapOptions, settings: Settings, person: Person | None, say: Say
) -> Mapped:
    """Proposes a mapping and writes it; without a person, only what is sure.

    The rest of an older profile of the vendor is kept. Raises SheetError, UsageError or
    SettingsError.
    """
    older = _older(options, settings)
    proposal, several = _proposed(sheet, options, older)
    say(f"{where(proposal.worksheet)}, row {proposal.header_row}: {proposal.operation.name}")
    for candidate in proposal.sure:
        say(f"  {candidate.field.title} is {candidate}")
    profile = older
    if person is not None:
        proposal = _asked_columns(proposal, older, person)
        profile = _asked_words(proposal, _asked_constants(proposal, older, person), person)
    profile = _with_date_order(proposal, profile, person)
    profile = _with_columns(profile, proposal, named=several)
    check_profile(profile)
    for line in _left_lines(proposal, profile):
        say(f"  left: {line}")
    say(f"\n{table_of(profile)}\n")
    file = settings.file or Path(FILE_NAME)
    written = person is None or person.agree(f"Write this into {file}?")
    if written:
        save_profile(file, profile)
    return Mapped(profile, file, written, open_titles(proposal, profile))


def _older(options: MapOptions, settings: Settings) -> VendorProfile:
    if not options.vendor.strip() or not options.vendor.isprintable():
        raise UsageError(
            f'"{shown(options.vendor)}" is not a name for a vendor; write one such as acme'
        )
    older = settings.vendors.get(options.vendor, VendorProfile(options.vendor))
    account = options.account or older.account
    if account is not None:
        settings.account(account)
    operation = options.operation or older.operation
    named = operation_named(operation).name if operation else None
    return replace(older, place=f"[vendors.{options.vendor}]", account=account, operation=named)


def _proposed(sheet: Path, options: MapOptions, older: VendorProfile) -> tuple[Proposal, bool]:
    """The proposal, and whether the worksheet has to be named in the profile."""
    content = read_content(sheet)
    worksheets = read_worksheets(sheet, content, options.worksheet, code_page=older.encoding)
    several = len(worksheets) > 1 or options.worksheet is not None
    if options.worksheet is None and any(w.name == older.worksheet for w in worksheets):
        worksheets = list(of_vendor(worksheets, older))
    known = [operation_named(older.operation)] if older.operation else [*operations().values()]
    return propose(worksheets, known, older), several


def _with_columns(profile: VendorProfile, proposal: Proposal, *, named: bool) -> VendorProfile:
    """The profile with what the proposal shows of the sheet."""
    headings = {candidate.field.title: candidate.heading for candidate in proposal.sure}
    fields = proposal.operation.fields
    mapped = replace(
        profile,
        operation=proposal.operation.name,
        worksheet=proposal.worksheet.name if named else None,
        header_row=None,
        headings={f.title: headings[f.title] for f in fields if f.title in headings},
        fingerprint=proposal.headings,
    )
    try:
        layout = find_layout([proposal.worksheet], [proposal.operation], mapped)
    except SheetError:  # a needed column has no heading yet, so no row fits
        return mapped
    if layout.header_row == proposal.header_row:  # found without being named
        return mapped
    return replace(mapped, header_row=proposal.header_row)


def _with_date_order(
    proposal: Proposal, profile: VendorProfile, person: Person | None
) -> VendorProfile:
    """The order of day and month, where the sheet's dates show it or a person knows it."""
    fields = [c for c in proposal.sure if c.field.kind.words == "date"]
    columns = [(c.field, list(proposal.cells(c.heading))) for c in fields]
    orders = {day_first(cells) for _, cells in columns} - {None}
    if profile.date_order is not None or len(orders) > 1:
        return profile
    if orders:
        return replace(profile, date_order="dmy" if orders.pop() else "mdy")
    for field, cells in columns:
        unclear = _unclear_date(field, cells, profile)
        if person is not None and unclear is not None:
            question = f"{field.title}: what comes first in {unclear}?"
            number = person.choose(question, ["the day", "the month"])
            return profile if number is None else replace(profile, date_order=DATE_ORDERS[number])
    return profile


def _unclear_date(field: Field, cells: Sequence[Cell], profile: VendorProfile) -> str | None:
    """The first date that can be read only once the order of day and month is known."""
    clear = _faults(field, cells, replace(profile, date_order="dmy"))
    return next((shown(cells[i]) for i in _faults(field, cells, profile) if i not in clear), None)


def _left_lines(proposal: Proposal, profile: VendorProfile) -> list[str]:
    """Needed columns without a heading, what was offered, unknown words, unused headings."""
    needed = open_titles(proposal, profile)
    offered = {title: candidates for title, candidates in proposal.offers.items() if candidates}
    lines = [f"{title} is needed and has no heading" for title in needed if title not in offered]
    for title, candidates in offered.items():
        column = f"{title}{' (needed)' if title in needed else ''}"
        lines += [f"{column} may be {candidate}" for candidate in candidates]
    for candidate in proposal.sure:
        words = ", ".join(f'"{word}"' for word in _unknown_words(proposal, candidate, profile))
        lines += [f"{candidate.field.title} has no meaning for {words}"] if words else []
    return [*lines, f"not used: {', '.join(proposal.free)}"] if proposal.free else lines


def _asked_columns(proposal: Proposal, older: VendorProfile, person: Person) -> Proposal:
    """The proposal with what a person chose for each field that is not sure, needed ones first."""
    needed = open_titles(proposal, older)
    for field in sorted(proposal.operation.fields, key=lambda f: f.title not in needed):
        candidates = list(proposal.offers.get(field.title, ()))
        if field.title in needed and not candidates:
            candidates = proposal.any_column(field)
        if candidates:
            mark = " (needed)" if field.title in needed else ""
            question = f"{field.title}{mark}: which column is it?"
            number = person.choose(question, [str(candidate) for candidate in candidates])
            proposal = proposal.choosing(field, None if number is None else candidates[number])
    return proposal


def _asked_constants(proposal: Proposal, profile: VendorProfile, person: Person) -> VendorProfile:
    """A value for every row, for each needed column that the sheet does not have."""
    fields = {field.title: field for field in proposal.operation.fields}
    for title in open_titles(proposal, profile):
        constant = _readable(fields[title], profile, person)
        if constant:
            profile = replace(profile, constants={**profile.constants, title: constant})
    return profile


def _readable(field: Field, profile: VendorProfile, person: Person) -> str:
    """The text a person writes for every row, asked again while it cannot be read."""
    question = f"{field.title} has no column; the same for every row?"
    hint = ""
    while text := person.write(question + hint).strip():
        faults = _faults(field, [text], profile)
        if not faults:
            return text
        hint = f" ({faults[0]})"
    return ""


def _asked_words(proposal: Proposal, profile: VendorProfile, person: Person) -> VendorProfile:
    """What the vendor's own words mean, in columns of choices."""
    for candidate in proposal.sure:
        title, labels = candidate.field.title, candidate.field.about.labels
        for word in _unknown_words(proposal, candidate, profile):
            number = person.choose(f'{title}: what is "{word}"?', labels)
            if number is not None:
                known = {**profile.values.get(title, {}), word: labels[number]}
                profile = replace(profile, values={**profile.values, title: known})
    return profile


def _unknown_words(proposal: Proposal, candidate: Candidate, profile: VendorProfile) -> list[str]:
    """The words of a column of choices that mean none of them, each once."""
    if candidate.field.kind.words != "one of":
        return []
    cells = list({key(shown(cell)): cell for cell in proposal.cells(candidate.heading)}.values())
    faults = _faults(candidate.field, profile.cells(candidate.field.title, cells), profile)
    words = [shown(cells[i]) for i in faults if isinstance(cells[i], str)]
    return [word for word in words if key(word)][:_MOST_MEANINGS]


def _faults(field: Field, cells: Sequence[Cell], profile: VendorProfile) -> dict[int, str]:
    return read_column(field.kind, cells, profile.column(field.about))[1]

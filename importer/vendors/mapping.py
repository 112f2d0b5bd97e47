"""Proposing which of a vendor's columns is which of ours: what is sure, and what may be offered.

Only a heading that says what ours says is sure. What merely comes near, or whose cells look right,
is offered to a person and never taken: by its letters alone "PO Date" comes near the PO number.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from importer.columns import read_column
from importer.columns.tracking_numbers import carriers_of
from importer.model.cells import Cell, is_empty, shown
from importer.model.cleaning import from_cell
from importer.model.errors import ChoiceNeeded, SheetError
from importer.model.spelling import key
from importer.operations.operation import Field, Operation
from importer.settings.vendor_profile import VendorProfile
from importer.sheets.headings import HeadingRow, heading_rows, where
from importer.sheets.sheet import Worksheet

_NEAR = 0.6  # of difflib's ratio: below it two headings have nothing in common
_SAMPLED = 100  # cells of a column that are looked at
_ALIKE = 0.6  # so great a part of them gives the column its look
_MOST_OFFERED = 5
_MOST_SMALL = 999  # a quantity is seldom larger, an id seldom smaller


@dataclass(frozen=True, slots=True)
class Candidate:
    """One column of the vendor's that is, or may be, one of ours."""

    field: Field
    heading: str
    reason: str
    samples: tuple[str, ...]  # three values at most
    weight: float = 0.0  # the heavier is offered first

    def __str__(self) -> str:
        samples = ", ".join(self.samples) or "no values"
        return f'"{self.heading}": {self.reason}; {samples}'


@dataclass(frozen=True, slots=True)
class Proposal:
    """One operation's reading of a sheet."""

    worksheet: Worksheet
    header_row: int
    operation: Operation[Any]
    headings: tuple[str, ...]  # all of the row, in its order
    columns: Mapping[str, int]  # heading -> position, of those that stand there once
    sure: tuple[Candidate, ...]
    offers: Mapping[str, tuple[Candidate, ...]]  # title -> the likeliest first; of fields not sure

    @property
    def free(self) -> list[str]:
        """The headings that no field has."""
        taken = {candidate.heading for candidate in self.sure}
        return [heading for heading in self.columns if heading not in taken]

    def cells(self, heading: str) -> Iterator[Cell]:
        """What stands below a heading, without empty cells."""
        column = self.worksheet.columns[self.columns[heading]]
        return (cell for cell in islice(column, self.header_row, None) if not is_empty(cell))

    def choosing(self, candidate: Candidate) -> "Proposal":
        """The proposal once a person accepts a candidate; its heading is no longer offered."""
        others = {
            title: tuple(c for c in candidates if c.heading != candidate.heading)
            for title, candidates in self.offers.items()
            if title != candidate.field.title
        }
        return replace(self, sure=(*self.sure, candidate), offers=others)

    def any_column(self, field: Field) -> list[Candidate]:
        """Every free column, for a needed field that nothing is offered for."""
        headings = sorted(self.free, key=lambda heading: -_evidence(self, field, heading))
        return [_candidate(self, field, heading, "is not used otherwise") for heading in headings]


def propose(
    worksheets: Sequence[Worksheet],
    operations: Sequence[Operation[Any]],
    profile: VendorProfile,
) -> Proposal:
    """The best reading of a sheet; what an older profile of the vendor names is sure.

    Raises SheetError where no row has headings, or where two readings suit as well.
    """
    found = [
        _proposal(worksheet, row, operation, profile)
        for worksheet in worksheets
        if (row := _heading_row(worksheet, operations, profile))
        for operation in operations
    ]
    found.sort(key=lambda proposal: _rank(proposal, profile), reverse=True)
    if not found or not (found[0].sure or any(found[0].offers.values())):
        name = worksheets[0].path.name
        raise SheetError(f"{name}: no row comes near the headings of an operation")
    best = found[0]
    rivals = [other for other in found[1:] if not _outdoes(best, other, profile)]
    if rivals:
        raise _choice(best, rivals)
    return best


def _rank(proposal: Proposal, profile: VendorProfile) -> tuple[int, int]:
    """Few needed fields without a column, then many that have one."""
    return -len(open_titles(proposal, profile)), len(proposal.sure)


def open_titles(proposal: Proposal, profile: VendorProfile) -> list[str]:
    """The needed columns for which the sheet has no sure heading, nor the profile a constant."""
    sure = {candidate.field.title for candidate in proposal.sure}
    needed = (field.title for field in proposal.operation.fields if field.needed)
    return [t for t in needed if t not in sure and profile.constant(t) is None]


def _outdoes(best: Proposal, other: Proposal, profile: VendorProfile) -> bool:
    """Whether the other reading has nothing for it that the best one lacks."""
    if _rank(best, profile) == _rank(other, profile):
        return False
    complete = not open_titles(best, profile)
    if best.worksheet is not other.worksheet:
        return not other.sure or (complete and bool(open_titles(other, profile)))
    sure, used = {candidate.heading for candidate in best.sure}, _used(best, profile)
    return _used(other, profile) <= sure if complete else _used(other, profile) < used


def _used(proposal: Proposal, profile: VendorProfile) -> set[str]:
    """The headings that are sure, or that a needed field may have."""
    offers = [proposal.offers.get(title, ()) for title in open_titles(proposal, profile)]
    return {c.heading for candidates in (proposal.sure, *offers) for c in candidates}


def _choice(best: Proposal, rivals: Sequence[Proposal]) -> ChoiceNeeded:
    elsewhere = [r for r in rivals if r.worksheet is not best.worksheet]
    if elsewhere:
        names = [str(w.name) for w in (best.worksheet, elsewhere[0].worksheet)]
        both = " and ".join(f'"{name}"' for name in names)
        reason = f"{best.worksheet.path.name}: the worksheets {both} fit equally well"
        return ChoiceNeeded(reason, "worksheet", names)
    names = sorted(r.operation.name for r in (best, *rivals))
    reason = f"{where(best.worksheet)} may be for {' or '.join(names)}"
    return ChoiceNeeded(reason, "operation", names)


def _heading_row(
    worksheet: Worksheet, operations: Sequence[Operation[Any]], profile: VendorProfile
) -> HeadingRow | None:
    """The row whose texts say most of what some operation's columns are called."""
    rows = heading_rows(worksheet)
    named = [found for found in rows if found.row == profile.header_row]

    def said(found: HeadingRow) -> tuple[int, int, int]:
        texts = texts_of(found.headings)
        fits = [_said(texts, operation, profile) for operation in operations]
        return (*max(fits), len(texts))

    return max(named or rows, key=said, default=None)


def texts_of(headings: Mapping[int, str]) -> list[str]:
    """The headings of a row without line breaks and doubled spaces."""
    return [" ".join(text.split()) for text in headings.values()]


def _said(
    headings: Sequence[str], operation: Operation[Any], profile: VendorProfile
) -> tuple[int, int]:
    """How many fields have a heading that says them, and how many one that comes near."""
    fields = operation.fields
    says = sum(any(_says(f, heading, profile) for heading in headings) for f in fields)
    near = sum(any(_nearness(f, heading)[0] >= _NEAR for heading in headings) for f in fields)
    return says, near


def _proposal(
    worksheet: Worksheet, found: HeadingRow, operation: Operation[Any], profile: VendorProfile
) -> Proposal:
    headings = texts_of(found.headings)
    once = Counter(key(heading) for heading in headings)
    columns = {
        h: i for i, h in zip(found.headings, headings, strict=True) if key(h) and once[key(h)] == 1
    }
    bare = Proposal(worksheet, found.row, operation, tuple(headings), columns, (), {})
    known = replace(bare, sure=tuple(_sure(bare, profile)))
    taken = {candidate.field.title for candidate in known.sure}
    offers = {f.title: _offers(known, f) for f in operation.fields if f.title not in taken}
    return replace(known, offers=offers)


def _sure(bare: Proposal, profile: VendorProfile) -> Iterator[Candidate]:
    """Each field whose best heading has that field as its best, alone, with cells to suit."""
    fields = bare.operation.fields
    says = {(f.name, h): _says(f, h, profile) for f in fields for h in bare.columns}
    for field in fields:
        best = _best({h: says[field.name, h] for h in bare.columns})
        if len(best) == 1 and _best({f.name: says[f.name, best[0]] for f in fields}) == [
            field.name
        ]:
            reason = _REASONS[says[field.name, best[0]]]
            candidate = _candidate(bare, field, best[0], reason)
            if _evidence(bare, field, best[0]) >= 0:
                yield candidate


_REASONS = {3: "is the profile's heading", 2: "is its title", 1: "is another name of it"}


def _best(ranks: Mapping[str, int]) -> list[str]:
    """All that have the highest rank, where it is one at all."""
    highest = max(ranks.values(), default=0)
    return [name for name, rank in ranks.items() if rank == highest > 0]


def _says(field: Field, heading: str, profile: VendorProfile) -> int:
    """How surely the heading says the field. A field that the profile names has no other."""
    named = profile.heading(field.title)
    if named is not None:
        return 3 * (key(named) == key(heading))
    if key(heading) == key(field.title):
        return 2
    return int(key(heading) in {key(alias) for alias in field.about.aliases})


def _offers(known: Proposal, field: Field) -> tuple[Candidate, ...]:
    candidates = (_offer(known, field, heading) for heading in known.free)
    found = [candidate for candidate in candidates if candidate is not None]
    return tuple(sorted(found, key=lambda candidate: -candidate.weight)[:_MOST_OFFERED])


def _offer(known: Proposal, field: Field, heading: str) -> Candidate | None:
    """None where neither the heading nor the cells speak for it, or the cells speak against it."""
    ratio, spelling = _nearness(field, heading)
    evidence = _evidence(known, field, heading)
    if ratio == 1:
        reason = f'says "{spelling}"'
    elif evidence < 0 or (ratio < _NEAR and not (evidence > 0 and _is_telling(field))):
        return None
    else:
        reason = f'is near "{spelling}"' if ratio >= _NEAR else "has another heading"
    return _candidate(known, field, heading, reason, ratio + evidence)


def _nearness(field: Field, heading: str) -> tuple[float, str]:
    """The ratio of difflib to the nearest spelling of the field, and that spelling."""
    spellings = (field.title, *field.about.aliases)
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(key(heading))
    found = []
    for spelling in spellings:
        matcher.set_seq1(key(spelling))
        near = matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR
        found.append((matcher.ratio() if near else 0.0, spelling))
    return max(found, key=lambda pair: pair[0])


def _candidate(
    known: Proposal, field: Field, heading: str, reason: str, weight: float = 0.0
) -> Candidate:
    cells = list(islice(known.cells(heading), _SAMPLED))
    look = look_of(cells)
    samples = tuple(dict.fromkeys(shown(cell)[:40] for cell in cells))[:3]
    words = f"{reason}, and its cells look like {look}" if look else reason
    return Candidate(field, heading, words, samples, weight)


# By a kind's words: the look that speaks for a column, and those that speak against it.
_LOOKS = {
    "tracking number (text)": (
        "tracking numbers",
        {"dates", "carrier names", "amounts", "small numbers"},
    ),
    "date": ("dates", {"tracking numbers", "carrier names", "amounts", "small numbers"}),
    "money": ("amounts", {"tracking numbers", "carrier names", "dates"}),
    "whole number": ("small numbers", {"tracking numbers", "carrier names", "dates"}),
    "id (digits)": ("large numbers", {"tracking numbers", "carrier names", "dates", "amounts"}),
    "id": ("large numbers", {"carrier names", "dates", "amounts"}),
    "one of": ("carrier names", {"tracking numbers", "dates", "amounts"}),
    "carrier code": ("carrier names", {"tracking numbers", "dates", "amounts"}),
}
_TELLING = {"tracking number (text)", "date", "carrier code"}  # whose cells look like no other's


def _is_telling(field: Field) -> bool:
    return field.kind.words in _TELLING or bool(field.about.choices)


def _evidence(known: Proposal, field: Field, heading: str) -> int:
    """1 where the cells speak for the field, -1 where they speak against it, else 0."""
    cells = list(islice(known.cells(heading), _SAMPLED))
    look = look_of(cells)
    if cells and field.about.choices and look != "small numbers":  # which may count anything
        faults = read_column(field.kind, cells, field.about)[1]
        if len(faults) <= (1 - _ALIKE) * len(cells):
            return 1
    suits, others = _LOOKS.get(field.kind.words, ("", set()))
    if field.about.choices:
        suits = ""  # only what can be read as one of them speaks for it
    if look in others:
        return -1
    return int(look != "" and look == suits)


def look_of(cells: Sequence[Cell]) -> str:
    """What most of the cells look like; "" where they are of many looks, or nothing special.

    >>> look_of(["1Z999AA10123456784", "986578788855"]), look_of(["FDX Grnd", "UPS"])
    ('tracking numbers', 'carrier names')
    >>> look_of([12, 7.0, "3"]), look_of(["11/20/2026"]), look_of(["red", "blue"])
    ('small numbers', 'dates', '')
    """
    counts = Counter(_look(cell) for cell in cells)
    look, number = counts.most_common(1)[0] if counts else ("", 0)
    return look if number >= _ALIKE * len(cells) else ""


_DATE = re.compile(
    r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}([ T].*)?"
    r"|\d{1,2}[ -][a-z]{3,9}[ ,-]+\d{2,4}"
    r"|[a-z]{3,9} \d{1,2}, ?\d{4}",
    re.ASCII | re.IGNORECASE,
)
_AMOUNT = re.compile(r"[$€£]? ?\d{1,9}([.,]\d{3})*[.,]\d\d|[$€£] ?\d{1,9}", re.ASCII)
_CARRIERS = ("ups", "usps", "fedex", "fdx", "federalexpress", "dhl", "stampscom", "ontrac")


def _look(cell: Cell) -> str:
    text = from_cell(shown(cell))
    number = re.sub(r"[\s-]", "", text).upper()
    if isinstance(cell, date) or _DATE.fullmatch(text):  # a datetime is a date
        return "dates"
    if any(match.check for match in carriers_of(number)):
        return "tracking numbers"
    if re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return "small numbers" if int(text) <= _MOST_SMALL else "large numbers"
    if (isinstance(cell, float) and not cell.is_integer()) or _AMOUNT.fullmatch(text):
        return "amounts"
    return "carrier names" if key(text).startswith(_CARRIERS) else ""

"""Proposes which of a vendor's columns is which of ours: what is sure, and what may be offered.

Only a heading that matches one of our names is sure. One that is only similar, or whose cells look
right, is offered to a person, never taken: "PO Date" is spelled much like the PO number.
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

_SIMILAR = 0.6  # difflib's ratio: below it two headings have nothing in common
_SAMPLED = 100  # cells of a column that are read
_MOST_CELLS = 0.6  # this share of them decides what a column contains
_MOST_OFFERED = 5
_MOST_SMALL = 999  # quantities are rarely larger, ids rarely smaller


@dataclass(frozen=True, slots=True)
class Candidate:
    """A vendor's column that is, or may be, one of ours."""

    field: Field
    heading: str
    reason: str
    samples: tuple[str, ...]  # three values at most
    weight: float = 0.0  # the highest is offered first

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
    columns: Mapping[str, int]  # heading -> position, of those that appear once
    sure: tuple[Candidate, ...]
    offers: Mapping[str, tuple[Candidate, ...]]  # title -> the likeliest first, of fields not sure

    @property
    def free(self) -> list[str]:
        """The headings that no field has."""
        taken = {candidate.heading for candidate in self.sure}
        return [heading for heading in self.columns if heading not in taken]

    def cells(self, heading: str) -> Iterator[Cell]:
        """The cells below a heading, without empty ones."""
        column = self.worksheet.columns[self.columns[heading]]
        return (cell for cell in islice(column, self.header_row, None) if not is_empty(cell))

    def choosing(self, field: Field, candidate: Candidate | None) -> "Proposal":
        """The proposal once a person accepts a candidate for a field, or none of them."""
        chosen = () if candidate is None else (candidate,)
        others = {
            title: tuple(c for c in candidates if c.heading not in {x.heading for x in chosen})
            for title, candidates in self.offers.items()
            if title != field.title
        }
        return replace(self, sure=(*self.sure, *chosen), offers=others)

    def any_column(self, field: Field) -> list[Candidate]:
        """Every free column, for a needed field that nothing is offered for."""
        headings = sorted(self.free, key=lambda heading: -_evidence(self, field, heading))
        return [_candidate(self, field, heading, "is not used otherwise") for heading in headings]


def propose(
    worksheets: Sequence[Worksheet], operations: Sequence[Operation[Any]], profile: VendorProfile
) -> Proposal:
    """The best reading of a sheet; what an older profile of the vendor names is sure.

    Raises SheetError where no row has headings, and ChoiceNeeded where two readings fit equally.
    """
    proposals = [
        _proposal(worksheet, row, operation, profile)
        for worksheet in worksheets
        if (row := _heading_row(worksheet, operations, profile))
        for operation in operations
    ]
    proposals.sort(key=lambda proposal: _rank(proposal, profile), reverse=True)
    if not proposals or not (proposals[0].sure or any(proposals[0].offers.values())):
        name = worksheets[0].path.name
        raise SheetError(f"{name}: no row has headings similar to those of an operation")
    best, *others = proposals
    rivals = [other for other in others if not _outdoes(best, other, profile)]
    if rivals:
        raise _choice(best, rivals)
    return best


def _rank(proposal: Proposal, profile: VendorProfile) -> tuple[int, int]:
    """The fewest needed fields without a column, then the most with one."""
    return -len(open_titles(proposal, profile)), len(proposal.sure)


def open_titles(proposal: Proposal, profile: VendorProfile) -> list[str]:
    """The needed columns without a sure heading in the sheet or a constant in the profile."""
    sure = {candidate.field.title for candidate in proposal.sure}
    needed = (field.title for field in proposal.operation.fields if field.needed)
    return [t for t in needed if t not in sure and profile.constant(t) is None]


def _outdoes(best: Proposal, other: Proposal, profile: VendorProfile) -> bool:
    """Whether the other reading explains nothing that the best one does not."""
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
    """The row with the most headings of some operation."""
    rows = heading_rows(worksheet)
    named = [row for row in rows if row.row == profile.header_row]

    def fit(row: HeadingRow) -> tuple[int, int, int]:
        headings = _cleaned(row.headings)
        fits = [_fit(headings, operation, profile) for operation in operations]
        return (*max(fits), len(headings))

    return max(named or rows, key=fit, default=None)


def _cleaned(headings: Mapping[int, str]) -> list[str]:
    """The headings of a row without line breaks and doubled spaces."""
    return [" ".join(text.split()) for text in headings.values()]


def _fit(
    headings: Sequence[str], operation: Operation[Any], profile: VendorProfile
) -> tuple[int, int]:
    """How many fields have a heading that matches, and how many one that is similar."""
    fields = operation.fields
    matching = sum(any(_certainty(f, heading, profile) for heading in headings) for f in fields)
    similar = sum(any(_similarity(f, h)[0] >= _SIMILAR for h in headings) for f in fields)
    return matching, similar


def _proposal(
    worksheet: Worksheet, row: HeadingRow, operation: Operation[Any], profile: VendorProfile
) -> Proposal:
    headings = _cleaned(row.headings)
    times = Counter(key(heading) for heading in headings)
    columns = {
        h: i for i, h in zip(row.headings, headings, strict=True) if key(h) and times[key(h)] == 1
    }
    bare = Proposal(worksheet, row.row, operation, tuple(headings), columns, (), {})
    known = replace(bare, sure=tuple(_sure(bare, profile)))
    taken = {candidate.field.title for candidate in known.sure}
    offers = {f.title: _offers(known, f) for f in operation.fields if f.title not in taken}
    return replace(known, offers=offers)


def _sure(bare: Proposal, profile: VendorProfile) -> Iterator[Candidate]:
    """Each field whose best heading has that field as its best, with no other as good."""
    fields = bare.operation.fields
    ranks = {(f.title, h): _certainty(f, h, profile) for f in fields for h in bare.columns}
    for field in fields:
        headings = _best({h: ranks[field.title, h] for h in bare.columns})
        if len(headings) != 1:
            continue
        heading = headings[0]
        titles = _best({f.title: ranks[f.title, heading] for f in fields})
        if titles == [field.title] and _evidence(bare, field, heading) >= 0:
            yield _candidate(bare, field, heading, _REASONS[ranks[field.title, heading]])


_REASONS = {3: "is the profile's heading", 2: "is its title", 1: "is another name for it"}


def _best(ranks: Mapping[str, int]) -> list[str]:
    """All that have the highest rank, if it is above 0."""
    highest = max(ranks.values(), default=0)
    return [name for name, rank in ranks.items() if rank == highest > 0]


def _certainty(field: Field, heading: str, profile: VendorProfile) -> int:
    """A key of _REASONS, or 0. A field that the profile names has no other heading."""
    named = profile.heading(field.title)
    if named is not None:
        return 3 * (key(named) == key(heading))
    if key(heading) == key(field.title):
        return 2
    return int(key(heading) in {key(alias) for alias in field.about.aliases})


def _offers(known: Proposal, field: Field) -> tuple[Candidate, ...]:
    offers = [offer for heading in known.free if (offer := _offer(known, field, heading))]
    return tuple(sorted(offers, key=lambda candidate: -candidate.weight)[:_MOST_OFFERED])


def _offer(known: Proposal, field: Field, heading: str) -> Candidate | None:
    """None if neither heading nor cells suggest the field, or the cells contradict it."""
    ratio, spelling = _similarity(field, heading)
    evidence = _evidence(known, field, heading)
    if ratio == 1:
        reason = f'matches "{spelling}"'
    elif evidence >= 0 and ratio >= _SIMILAR:
        reason = f'is similar to "{spelling}"'
    elif evidence > 0 and (field.kind.words in _DISTINCTIVE or field.about.choices):
        reason = "has another heading"
    else:
        return None
    return _candidate(known, field, heading, reason, ratio + evidence)


def _similarity(field: Field, heading: str) -> tuple[float, str]:
    """The ratio of difflib to the most similar spelling of the field, and that spelling."""
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(key(heading))
    ratios = []
    for spelling in (field.title, *field.about.aliases):
        matcher.set_seq1(key(spelling))
        may_be = matcher.real_quick_ratio() >= _SIMILAR and matcher.quick_ratio() >= _SIMILAR
        ratios.append((matcher.ratio() if may_be else 0.0, spelling))
    return max(ratios, key=lambda pair: pair[0])


def _candidate(
    known: Proposal, field: Field, heading: str, reason: str, weight: float = 0.0
) -> Candidate:
    cells = _sampled(known, heading)
    contents = contents_of(cells)
    samples = tuple(dict.fromkeys(shown(cell)[:40] for cell in cells))[:3]
    words = f"{reason}, and its cells look like {contents}" if contents else reason
    return Candidate(field, heading, words, samples, weight)


def _sampled(known: Proposal, heading: str) -> list[Cell]:
    return list(islice(known.cells(heading), _SAMPLED))


# Kind of a column -> what its cells may be; the first suggests it, all others contradict it.
_EXPECTED = {
    "tracking number (text)": ("tracking numbers", "large numbers"),
    "date": ("dates", "large numbers"),
    "money": ("amounts", "small numbers", "large numbers"),
    "whole number": ("small numbers", "large numbers", "amounts"),
    "id (digits)": ("large numbers", "small numbers"),
    "id": ("large numbers", "small numbers", "tracking numbers"),
    "one of": ("carrier names", "small numbers", "large numbers"),
    "carrier code": ("carrier names", "small numbers", "large numbers"),
}
_DISTINCTIVE = {"tracking number (text)", "date", "carrier code"}  # told by the cells alone


def _evidence(known: Proposal, field: Field, heading: str) -> int:
    """1 where the cells suggest the field, -1 where they contradict it, else 0."""
    cells = _sampled(known, heading)
    contents = contents_of(cells)
    if field.about.choices and contents != "small numbers" and _are_choices(field, cells):
        return 1  # small numbers may count anything
    expected = _EXPECTED.get(field.kind.words)
    if expected is None or not contents:
        return 0
    if contents not in expected:
        return -1
    return int(contents == expected[0] and not field.about.choices)


def _are_choices(field: Field, cells: Sequence[Cell]) -> bool:
    """Whether most of the cells can be read as one of the field's choices."""
    faults = read_column(field.kind, cells, field.about)[1]
    return bool(cells) and len(faults) <= (1 - _MOST_CELLS) * len(cells)


def contents_of(cells: Sequence[Cell]) -> str:
    """What most of the cells are; "" where they differ or are nothing special.

    >>> contents_of(["1Z999AA10123456784", "986578788855"]), contents_of(["FDX Grnd", "UPS"])
    ('tracking numbers', 'carrier names')
    >>> contents_of([12, 7.0, "3"]), contents_of(["11/20/2026"]), contents_of(["red", "blue"])
    ('small numbers', 'dates', '')
    """
    counts = Counter(_contents(cell) for cell in cells)
    contents, number = counts.most_common(1)[0] if counts else ("", 0)
    return contents if number >= _MOST_CELLS * len(cells) else ""


_DATE = re.compile(
    r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}([ T].*)?"
    r"|\d{1,2}[ -][a-z]{3,9}[ ,-]+\d{2,4}"
    r"|[a-z]{3,9} \d{1,2}, ?\d{4}",
    re.ASCII | re.IGNORECASE,
)
_AMOUNT = re.compile(r"[$€£]? ?\d{1,9}([.,]\d{3})*[.,]\d\d|[$€£] ?\d{1,9}", re.ASCII)
_CARRIERS = ("ups", "usps", "fedex", "fdx", "federalexpress", "dhl", "stampscom", "ontrac")


def _contents(cell: Cell) -> str:
    text = from_cell(shown(cell))
    if isinstance(cell, date) or _DATE.fullmatch(text):  # a datetime is a date
        return "dates"
    if any(match.check for match in carriers_of(re.sub(r"[\s-]", "", text).upper())):
        return "tracking numbers"
    if re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return "small numbers" if int(text) <= _MOST_SMALL else "large numbers"
    if (isinstance(cell, float) and not cell.is_integer()) or _AMOUNT.fullmatch(text):
        return "amounts"
    return "carrier names" if key(text).startswith(_CARRIERS) else ""

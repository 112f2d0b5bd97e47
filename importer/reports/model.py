"""What a report says, before it is a page, a workbook or JSON: all of them are made from this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | float | Decimal | date | datetime | None  # instants are aware UTC


class Tone(StrEnum):
    """How a line is to be looked at; never the only carrier of a meaning."""

    PLAIN = "plain"
    GOOD = "good"
    NOTE = "note"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """`kind` says how its cells are shown and sorted: text, number, date or instant, or
    link, the name of a file beside the page."""

    title: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One row of a table; `marked` are the places of the cells that its tone is about."""

    cells: Sequence[Cell]
    tone: Tone = Tone.PLAIN
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportTable:
    """`empty` is said where there is no line."""

    title: str
    columns: Sequence[ReportColumn]
    lines: Sequence[ReportLine]
    about: str = ""
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers drawn: one bar for each label, with one part for each series.

    `about` says in a sentence what there is to be seen. `tones` colours series by their meaning.
    """

    title: str
    about: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    tones: Mapping[str, Tone] = field(default_factory=dict)
    lying: bool = False  # bars from left to right, for labels that are sentences
    whole: bool = True  # numbers of things


@dataclass(frozen=True, slots=True)
class Report:
    """`headline` says in one sentence what matters; `attention` what to do, the gravest first."""

    title: str
    subject: str
    made_at: datetime
    headline: str
    attention: Sequence[str]
    facts: Sequence[tuple[str, Cell]]
    charts: Sequence[Chart]
    tables: Sequence[ReportTable]

    def table(self, title: str) -> ReportTable:
        return next(table for table in self.tables if table.title == title)

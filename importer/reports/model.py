"""The content of a report; the page, the workbook and JSON are all made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | float | Decimal | date | datetime | None  # instants are aware UTC


class Tone(StrEnum):
    """How a line is colored; the color never carries the meaning alone."""

    PLAIN = "plain"
    GOOD = "good"
    NOTE = "note"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """`kind` says how its cells are shown and sorted: text, number, date, instant, or link (the
    name of a file next to the page)."""

    title: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One row of a table; `marked` are the indexes of the cells that its tone is about."""

    cells: Sequence[Cell]
    tone: Tone = Tone.PLAIN
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportTable:
    """`empty` is the text shown if there are no lines."""

    title: str
    columns: Sequence[ReportColumn]
    lines: Sequence[ReportLine]
    about: str = ""
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers drawn: one bar for each label, with one part for each series.

    `about` says in a sentence what the chart shows. `tones` colors series by their meaning.
    """

    title: str
    about: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    tones: Mapping[str, Tone] = field(default_factory=dict)
    horizontal: bool = False  # for labels that are sentences
    whole_numbers: bool = True  # counts: no ticks between whole numbers


@dataclass(frozen=True, slots=True)
class Report:
    """`headline` says what matters in one sentence; `attention` what to do, most serious first."""

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

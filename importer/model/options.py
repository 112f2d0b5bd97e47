"""What a person asked for, in addition to the sheet."""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Share:
    """A number of rows, or a percentage of them all."""

    rows: int | None = None
    part: Fraction | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Raises ValueError for what is neither a number nor a percentage.

        >>> Share.parse("20%").of(50), Share.parse("7").of(50)
        (10, 7)
        """
        if "/" in text:  # which a Fraction takes
            raise ValueError(text)
        if text.endswith("%"):
            part = Fraction(text[:-1]) / 100
            if not 0 < part <= 1:
                raise ValueError(text)
            return cls(part=part)
        if int(text) < 1:
            raise ValueError(text)
        return cls(rows=int(text))

    def __str__(self) -> str:
        return str(self.rows) if self.part is None else f"{float(self.part * 100):g}%"

    def of(self, rows: int) -> int:
        """The number of rows, at least one."""
        return self.rows or max(1, ceil((self.part or 1) * rows))


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How a sheet is read."""

    operation: str | None = None  # None: detected from the headings
    worksheet: str | None = None  # None: the one that fits
    vendor: str | None = None  # None: detected from the headings
    strict_tracking: bool = False  # a doubtful tracking number is a problem, not a warning
    visible_only: bool = False  # rows hidden by a filter or by hand are left out
    infer_carrier: bool = False  # an empty carrier is filled from an unambiguous number
    split: bool = False  # several tracking numbers in one cell are one line each
    platform: str | None = None  # the account's: an operation of another one is refused
    unattended: bool = False  # nobody reads the notes: a doubtful layout is refused


READING_SWITCHES = ("strict_tracking", "visible_only", "infer_carrier", "split")


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What a person asked for, in addition to the sheet."""

    reading: ReadingOptions = field(default_factory=ReadingOptions)
    into: Path | None = None  # the folder of the result; None: next to the sheet
    whole_po: bool = False  # a bad row withholds the others of its purchase order
    strict: bool = False  # a bad row withholds the whole sheet
    again: bool = False  # send what an earlier run has sent
    verify: bool | None = None  # read back at the end; None: as the operation does by default
    stop_after: Share | None = None  # so many rejected rows end the run
    undoable: bool = False  # keep what the platform had before each write
    take_over: bool = False  # the process that began the sheet's run is known to be gone

    def for_platform(self, platform: str) -> Self:
        """The same for an account of this platform."""
        return replace(self, reading=replace(self.reading, platform=platform))

"""What a person asked for, beside the sheet."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Share:
    """A number of rows, or a part of them all."""

    rows: int | None = None
    part: Fraction | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Raises ValueError for what is neither a number nor a percentage.

        >>> Share.parse("20%").of(50), Share.parse("7").of(50)
        (10, 7)
        """
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
class UploadOptions:
    """What a person asked for, beside the sheet."""

    operation: str | None = None  # None: as the headings say
    worksheet: str | None = None  # None: the one that fits
    into: Path | None = None  # the folder of the result; None: beside the sheet
    whole_po: bool = False  # a bad row holds back the others of its purchase order
    strict: bool = False  # a bad row holds back the whole sheet
    again: bool = False  # send what an earlier run has sent
    verify: bool | None = None  # read back at the end; None: as the operation does by itself
    stop_after: Share | None = None  # so many rejected rows end the run
    vendor: str | None = None  # None: as the headings say
    platform: str | None = None  # the account's: an operation of another is refused
    unattended: bool = False  # nobody looks at the notes: a doubtful layout is refused
    undoable: bool = False  # keep what the platform held before each write
    take_over: bool = False  # the process that began the sheet's run is known to be gone
    strict_tracking: bool = False  # an odd tracking number holds back its row
    visible_only: bool = False  # rows that a filter or a person has hidden are left out
    infer_carrier: bool = False  # an empty carrier is filled from an unambiguous number
    split: bool = False  # several tracking numbers in one cell are taken as a line each

"""What a run was asked, and what it takes to continue it or to write its result again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from importer.model.options import READING_SWITCHES, ReadingOptions, Share, UploadOptions

_SWITCHES = ("whole_po", "strict", "again", "undoable")


@dataclass(frozen=True, slots=True)
class FixedRows:
    """What a fix file fixes."""

    run: int
    rows: Mapping[int, int]  # row of the fix file -> row of the run


@dataclass(frozen=True, slots=True)
class RunSettings:
    """No secrets. The journal keeps it as JSON, of which an older version may lack keys or have
    others."""

    address: str | None = None  # the account's; None: a version that did not keep it
    options: UploadOptions = field(default_factory=UploadOptions)
    vendor: str | None = None  # whose profile the sheet was read with
    header_row: int | None = None
    two_lines: bool = False  # the headings are in two lines
    encoding: str | None = None  # of a text file
    fixes: FixedRows | None = None
    undoes: int | None = None  # the run that this one undoes

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        fixes = kept.get("mends")
        return cls(
            address=kept.get("address"),
            options=_options(kept),
            vendor=kept.get("vendor"),
            header_row=kept.get("header_row"),
            two_lines=bool(kept.get("two_lines")),
            encoding=kept.get("encoding"),
            fixes=fixes and FixedRows(fixes["run"], {int(k): v for k, v in fixes["rows"].items()}),
            undoes=kept.get("undoes"),
        )

    def as_json(self) -> dict[str, Any]:
        options, fixes = self.options, self.fixes
        return {
            "address": self.address,
            "into": None if options.into is None else str(options.into),
            "verify": options.verify,
            "stop_after": None if options.stop_after is None else str(options.stop_after),
            **{name: getattr(options, name) for name in _SWITCHES},
            **{name: getattr(options.reading, name) for name in READING_SWITCHES},
            "vendor": self.vendor,
            "header_row": self.header_row,
            "two_lines": self.two_lines,
            "encoding": self.encoding,
            "mends": fixes and {"run": fixes.run, "rows": dict(fixes.rows)},
            "undoes": self.undoes,
        }


def _options(kept: Mapping[str, Any]) -> UploadOptions:
    into, stop_after = kept.get("into"), kept.get("stop_after")
    reading: dict[str, Any] = {name: bool(kept.get(name)) for name in READING_SWITCHES}
    return UploadOptions(
        ReadingOptions(**reading),
        into=None if into is None else Path(into),
        verify=kept.get("verify"),
        stop_after=None if stop_after is None else Share.parse(stop_after),
        **{name: bool(kept.get(name)) for name in _SWITCHES},
    )

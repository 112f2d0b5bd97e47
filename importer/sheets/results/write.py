"""Returns a vendor's file with Import Status and Import Error added to each row."""

import struct
import zlib
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

from importer.model.errors import SheetError, UsageError
from importer.model.files import Choose, WrittenResult, written
from importer.sheets.results.extent import Extent
from importer.sheets.results.splice import splice
from importer.sheets.results.text_rows import splice_text
from importer.sheets.sheet import Results, TextFormat, Worksheet
from importer.sheets.xlsx.cell_text import cell_text
from importer.sheets.xlsx.package import SpliceError

ODD_WORKBOOK = (
    SpliceError, BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip  # all that reading a damaged zip or its XML may raise


def write_results(
    source: Path,
    target: Path,
    worksheet: str | None,
    header_row: int,
    cells: Mapping[int, tuple[str, str]],
    *,
    attention: Collection[str],
    calm: Collection[str] = (),
    text_format: TextFormat | None = None,
    choose: Choose | None = None,
    read: Worksheet | None = None,
    extent: Extent | None = None,
) -> WrittenResult:
    """Write the source with two more columns to the target, whole or not at all.

    `cells` maps a row, as Excel numbers it, to its status and its sentence; other rows are left
    alone, and lose what an earlier run said of them. Rows whose status is in `attention` turn
    red, others with a sentence amber unless theirs is in `calm`. `text_format` is given for a
    text file, and only there. `choose` is asked for the place of the finished file, as it may
    turn out that the target is taken, or cannot have its ending. `read` is the worksheet as it was
    read: what no other workbook than an .xlsx could be given back without. `extent` is what a
    first look at it has found, where one was taken before.

    Raises SheetError where the source cannot be read at all, OSError of the target where it
    cannot be written.
    """
    if target.exists() and target.samefile(source):
        raise UsageError(f'"{target}" is the sheet itself. Name another file for the result.')
    results = Results(worksheet, header_row, _cleaned(cells), attention, calm)
    if text_format is not None:
        return written(target, partial(_as_text, source, results, text_format), choose)
    if read is not None and read.form != "xlsx":
        why = f"an .{read.form} workbook can only be returned as .xlsx"
    else:
        try:
            return written(target, partial(_spliced, source, results, extent), choose)
        except ODD_WORKBOOK as error:
            sound = isinstance(error, SpliceError)
            why = str(error) if sound else "the file is not a sound workbook"
    result = written(target.with_suffix(".xlsx"), partial(_fresh, source, results, read), choose)
    note = f"The formatting could not be kept because {why}."
    return WrittenResult(result.path, (note, *result.notes))


def _as_text(source: Path, results: Results, text_format: TextFormat, new: BinaryIO) -> None:
    with opened(source) as old:
        splice_text(old, new, results, text_format)


def _spliced(
    source: Path, results: Results, extent: Extent | None, new: BinaryIO
) -> tuple[str, ...]:
    with opened(source) as old:
        return splice(old, new, results, extent)


def _fresh(
    source: Path, results: Results, read: Worksheet | None, new: BinaryIO
) -> tuple[str, ...]:
    from importer.sheets.results.fresh import rows_of, write_fresh  # noqa: PLC0415  (slow, rarely needed)

    return write_fresh(rows_of(source, results.worksheet, read), new, results)


def opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise SheetError(f'"{source}" cannot be read: {error.strerror}.') from error


def _cleaned(cells: Mapping[int, tuple[str, str]]) -> Mapping[int, tuple[str, str]]:
    """Unchanged where no text needs it: nearly all rows say one of a few things."""
    sound = {result: (cell_text(result[0]), cell_text(result[1])) for result in set(cells.values())}
    if all(said == cleaned for said, cleaned in sound.items()):
        return cells
    return {row: sound[result] for row, result in cells.items()}

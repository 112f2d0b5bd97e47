"""Random sheets, whole and damaged, checked as a user checks them: no row is lost on the way."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.model.cells import is_empty
from importer.model.errors import SheetError
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.outcomes import Status
from importer.runs.check import check_sheet
from importer.settings.settings import Settings
from importer.sheets.reading.worksheets import read_worksheets
from tests.runs.uploads import HEADINGS, TRACKING, line, statuses
from tests.sheets.made import ods, workbook
from tests.sheets.reading.test_worksheets_fuzz import (
    as_text,
    damaged,
    damages,
    days,
    few,
    numbers,
    words,
)

TITLES = HEADINGS.split(",")
PLAUSIBLE = st.sampled_from(
    [
        *(10001, "10002", "1Z999AA10123456784", 986578788855, 9.4e21, "9.4E+21", "UPS", "FedEx"),
        *("Other", "Fully Shipped", "2", "3/4/2026", "25/3/2026", "2026-11-20", "Total", "#N/A"),
        *("", " ", True, *TITLES),
    ]
)
WRITERS = {"xlsx": workbook, "ods": ods, "csv": lambda *table: as_text(table)}
rows = st.lists(
    st.lists(st.one_of(st.none(), PLAUSIBLE, words, numbers, days), min_size=5, max_size=5),
    min_size=1,
    max_size=12,
)


def checked(suffix, content):
    """The sheet as it was read, row by row, the outcomes, and the result's cells likewise."""
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / f"dock.{suffix}"
        sheet.write_bytes(content)
        summary = check_sheet(sheet, UploadOptions(ReadingOptions("add_tracking")), Settings())
        name = summary.worksheet
        (result,) = read_worksheets(summary.result, summary.result.read_bytes(), name)
        (found,) = read_worksheets(sheet, content, name)
    return by_row(found), summary.outcomes, by_row(result)


def by_row(worksheet):
    return dict(enumerate(zip(*worksheet.columns, strict=True), start=1))


def seen(cells):
    return [None if is_empty(cell) else cell for cell in cells]


def assert_nothing_is_lost(suffix, content):
    found, outcomes, result = checked(suffix, content)

    headings = max((row for row in found if row < min(outcomes)), default=0)
    filled = {
        n for n, row in found.items() if n > headings and not all(is_empty(cell) for cell in row)
    }
    assert set(outcomes) == filled
    width = max(map(len, found.values()))
    for number, cells in found.items():
        assert seen(result[number][: len(cells)]) == seen(cells)
        if number in filled:
            said = result[number][width : width + 2]
            assert said[0] == outcomes[number].status.value, result[number]
            assert said[1] == (outcomes[number].sentence or None) or suffix == "csv"
            assert outcomes[number].status in {Status.PLANNED, Status.INVALID, Status.UNCHANGED}


@pytest.mark.parametrize("suffix", WRITERS)
@few
@given(rows)
def test_each_row_comes_back_with_its_cells_and_an_outcome(suffix, table):
    try:
        assert_nothing_is_lost(suffix, WRITERS[suffix](TITLES, *table))
    except SheetError as error:
        assert str(error).startswith("dock.")  # noqa: PT017  (no rows below, headings twice)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(**damages, table=rows)
def test_a_damaged_sheet_loses_no_row_that_is_read(places, cut, table):
    content = damaged(as_text([TITLES, *table]), places, cut) or b"x"
    try:
        assert_nothing_is_lost("csv", content)
    except SheetError as error:
        assert str(error).startswith("dock.")  # noqa: PT017  (a refusal is one of two good ends)


def test_check_needs_no_account_and_sends_nothing(settings, sandbox, sheet):
    summary = check_sheet(
        sheet(HEADINGS, line(), line(number="A12345", carrier="Fedx")), TRACKING, settings
    )

    assert statuses(summary) == {2: "planned", 3: "invalid"}
    assert sandbox.log == []

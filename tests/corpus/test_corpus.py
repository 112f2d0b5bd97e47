"""Each sheet of the corpus becomes what is expected of it."""

import pytest

from tests.corpus.checked import CHECKED
from tests.corpus.found import FOLDER, found_sheets
from tests.corpus.made import MADE

FOUND = found_sheets()


@pytest.mark.parametrize("sheet", MADE, ids=lambda sheet: sheet.file)
def test_a_sheet_made_for_a_promise_has_the_outcome_it_must_have(sheet):
    got = sheet.got()

    assert sheet.fits(got), got


@pytest.mark.parametrize("sheet", CHECKED, ids=lambda sheet: sheet.file)
def test_a_sheet_made_for_a_promise_is_checked_as_it_must_be(sheet):
    got = sheet.got()

    assert sheet.fits(got), got


@pytest.mark.skipif(not FOUND, reason=f"no sheets of others in {FOLDER}")
@pytest.mark.parametrize("sheet", FOUND, ids=lambda sheet: sheet.file)
def test_a_sheet_that_others_made_is_read_or_refused_as_expected(sheet):
    got = sheet.got()

    assert sheet.fits(got), got

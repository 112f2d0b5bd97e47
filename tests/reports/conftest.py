"""A run that reports and listings show."""

import pytest

from importer.model.options import ReadingOptions, UploadOptions
from importer.runs.upload import upload_sheet
from importer.undo import undo_run
from tests.reports.made import HEADINGS, NUMBERS


@pytest.fixture
def undone(context, sheet, tmp_path):
    """A run of one row with three tracking numbers, undone by run 2."""
    path = sheet(HEADINGS, f'10001,"{"; ".join(NUMBERS)}",UPS,2026-11-19,2')
    options = UploadOptions(ReadingOptions(split=True), into=tmp_path)
    summary = upload_sheet(path, options, context, context.settings.account("sellercloud"))
    undo_run(summary.run, context)
    return summary.run

"""The sheet of a run of the journal, read again to be given back."""

from pathlib import Path

from importer.entries import sha256
from importer.errors import SheetError
from importer.giving_back import Given
from importer.journal import RunRecord
from importer.operations import operation as operation_named
from importer.sheets.headings import Layout, find_layout
from importer.sheets.reading import read_worksheets
from importer.sheets.regular_file import read_content


def given_again(run: RunRecord) -> Given:
    """The sheet of a run of the journal; raises SheetError where it is gone or has changed."""
    sheet, into = Path(run.file_path), run.settings.get("into")
    content = read_content(sheet)
    if sha256(content) != run.file_sha256:
        raise SheetError(f"{sheet.name} has changed since run {run.id} read it")
    code_page = run.settings.get("encoding")
    worksheets = read_worksheets(sheet, content, run.worksheet, code_page=code_page)
    operation = operation_named(run.operation)
    header_row = run.settings.get("header_row")
    if header_row is None:  # a run of an older version
        layout = find_layout(worksheets, [operation])
    else:  # the headings may be a vendor's own, of a profile that has changed since
        two_lines = run.settings.get("two_lines", False)
        layout = Layout(worksheets[0], operation, header_row, {}, (), two_lines)
    return Given(sheet, content, layout, Path(into) if into else None)

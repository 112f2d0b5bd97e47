"""A sheet goes into the journal and comes back as the same rows."""

from dataclasses import replace

import pytest

from importer.journal import NewRow, RowRecord
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.outcomes import Outcome, Status
from importer.model.row_ids import RowId
from importer.model.run_settings import RunSettings
from importer.operations import operations
from importer.runs.journal_rows import (
    identity,
    new_rows,
    new_run,
    otherwise,
    rows_of_journal,
    sha256,
    values_of,
)
from importer.runs.prepare import prepare
from tests.factories import row, rows
from tests.runs.uploads import HEADINGS, line


@pytest.mark.parametrize("name", sorted(operations()))
def test_the_rows_of_every_operation_come_back_as_they_were(name):
    operation, sheet = operations()[name], rows(name, {}, {})
    records = {
        each.id: RowRecord(1, each.id, Outcome(Status.SENT), values_of(operation, each), None, 1)
        for each in sheet
    }
    unsent = RowRecord(1, RowId(9), Outcome(Status.INVALID), {}, None, None)

    kept = rows_of_journal(operation, records | {RowId(9): unsent})

    assert kept == {each.id: each for each in sheet}


def test_a_prepared_sheet_is_a_run_of_all_its_rows(context, sheet, tmp_path):
    account = replace(context.settings.account("sellercloud"), undoable=True)
    path = sheet(HEADINGS, line(), line(po_id=""))
    options = UploadOptions(ReadingOptions("add_tracking"), into=tmp_path, strict=True)
    prepared = prepare(path, replace(options, strict=False), context.settings)
    (planned,) = prepared.rows.values()

    run, (good, bad) = new_run(path, options, prepared, account), new_rows(prepared, account)

    assert (run.file_path, run.file_sha256) == (str(path), sha256(path.read_bytes()))
    assert run.settings == RunSettings(
        address=account.base_url,
        options=replace(options, undoable=True),
        header_row=1,
        encoding="utf-8",
    )
    assert good == NewRow(
        RowId(2),
        Outcome(Status.UNSENT),
        values_of(prepared.operation, planned),
        identity(prepared.operation, planned, account),
    )
    assert bad == NewRow(RowId(3), prepared.outcomes[RowId(3)])


def test_a_row_is_another_one_at_another_address(context):
    account, operation = context.settings.account("sellercloud"), operations()["add_tracking"]
    moved = replace(account, base_url="https://elsewhere.example")
    here = identity(operation, row("add_tracking"), account)

    assert identity(operation, row("add_tracking", number=9), account) == here
    assert identity(operation, row("add_tracking"), moved) != here


def test_the_values_that_were_others_are_named_by_their_columns():
    operation = operations()["add_tracking"]
    kept = values_of(operation, row("add_tracking", carrier="UPS")) | {"shipped_on": None}

    changed = otherwise(operation, row("add_tracking", carrier="FedEx"), kept)

    assert changed == "Carrier UPS, Shipped On empty"

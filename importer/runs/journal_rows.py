"""A run as the journal keeps it: from a prepared sheet, and back to rows of its operation."""

import getpass
import hashlib
import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from importer.columns import Value
from importer.journal import NewRow, NewRun, RowRecord
from importer.model.options import UploadOptions
from importer.model.outcomes import Status
from importer.model.row_ids import RowId
from importer.model.run_settings import FixedRows, RunSettings
from importer.model.version import __version__
from importer.operations.operation import Operation
from importer.runs.prepare import Prepared
from importer.settings.accounts import Account


def new_run(sheet: Path, options: UploadOptions, prepared: Prepared, account: Account) -> NewRun:
    return NewRun(
        operation=prepared.operation.name,
        account=account.name,
        file_path=str(sheet.resolve()),
        file_name=sheet.name,
        file_size=len(prepared.content),
        file_sha256=sha256(prepared.content),
        worksheet=prepared.layout.worksheet.name,
        version=__version__,
        user=_user(),
        host=socket.gethostname(),
        settings=_settings(options, prepared, account),
    )


def _settings(options: UploadOptions, prepared: Prepared, account: Account) -> RunSettings:
    layout, origin = prepared.layout, prepared.origin
    text_format = layout.worksheet.text_format
    return RunSettings(
        address=account.base_url,
        options=replace(
            options,
            into=None if options.into is None else options.into.resolve(),
            undoable=options.undoable or account.undoable,
        ),
        vendor=prepared.vendor,
        header_row=layout.header_row,
        two_lines=layout.two_lines,
        encoding=None if text_format is None else text_format.encoding,
        fixes=FixedRows(origin.number, origin.rows) if origin and origin.number else None,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no name in this environment
        return "unknown"


def new_rows(prepared: Prepared, account: Account) -> list[NewRow]:
    operation, entries = prepared.operation, []
    for id_, outcome in prepared.outcomes.items():
        row = prepared.rows.get(id_)
        if row is None:
            entries.append(NewRow(id_, outcome))
        else:
            effect = identity(operation, row, account)
            unsent = replace(outcome, status=Status.UNSENT)
            entries.append(NewRow(id_, unsent, values_of(operation, row), effect))
    return entries


def values_of(operation: Operation[Any], row: Any) -> dict[str, str | int | None]:
    """As the journal keeps them."""
    return {field.name: as_json(getattr(row, field.name)) for field in operation.fields}


def otherwise(operation: Operation[Any], row: Any, kept: Mapping[str, Any]) -> str:
    """The values that the same row had in the journal, where they were others."""
    return ", ".join(
        f"{field.title} {'empty' if was is None else was}"
        for field in operation.fields
        if field.name in kept and (was := kept[field.name]) != as_json(getattr(row, field.name))
    )


def identity(operation: Operation[Any], row: Any, account: Account) -> str:
    """Two rows with the same one would do the same thing twice, at the same address.

    An account that is pointed elsewhere, from the sandbox to the platform, has sent nothing yet.
    """
    facts = [account.base_url, *(as_json(value) for value in operation.identity(row))]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def as_json(value: Value) -> str | int | None:
    if value is None or isinstance(value, int | str):
        return value
    return str(value) if isinstance(value, Decimal) else value.isoformat()


def rows_of_journal(
    operation: Operation[Any], records: Mapping[RowId, RowRecord]
) -> dict[RowId, Any]:
    kept = {id_: record.values for id_, record in records.items() if record.values}
    values = {
        field.name: [field.kind.from_journal(v.get(field.name)) for v in kept.values()]
        for field in operation.fields
    }
    return dict(zip(kept, operation.make_rows(list(kept), values), strict=True))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

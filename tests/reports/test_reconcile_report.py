"""The report of a reconciliation: its headline, what to do, and both sides in one line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from importer.model.row_ids import RowId
from importer.operations import operation_named
from importer.reconcile.compare import Agreement, Compared
from importer.reconcile.reconcile import Extra, Question, Reconciliation
from importer.reports.reconcile_report import report_of
from importer.reports.terminal.report_lines import report_lines

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MATCHES, DIFFERS, MISSING = Agreement.MATCHES, Agreement.DIFFERS, Agreement.MISSING
NOT_FOUND, UNREADABLE, NOT_CHECKED = (
    *(Agreement.NOT_FOUND, Agreement.UNREADABLE, Agreement.NOT_CHECKED),
)


def row(number, verdict, **more):
    return Compared(RowId(number), verdict, **{"po": "10001", "source": "a.csv"} | more)


def result(*rows, sources=("a.csv",), **more):
    given = {
        "operation": operation_named("add_tracking"),
        "account": "acme",
        "sources": sources,
        "begun_at": NOON,
        "ended_at": NOON + timedelta(seconds=3),
        "rows": rows,
    }
    return Reconciliation(**given | more)


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        ([row(2, MATCHES)], "The row matches the platform"),
        ([row(2, MATCHES), row(3, MATCHES)], "All 2 rows match the platform"),
        ([row(2, MATCHES), row(3, MISSING)], "1 of 2 rows needs attention"),
        ([row(2, DIFFERS), row(3, NOT_FOUND)], "2 of 2 rows need attention"),
        ([row(2, UNREADABLE)], "The row cannot be read back"),
        (
            [row(2, MATCHES), row(3, NOT_CHECKED, explained=True)],
            "1 of 2 rows match; the others need no action",
        ),
    ],
)
def test_the_headline(rows, headline):
    assert report_of(result(*rows)).headline == headline


def test_every_kind_of_trouble_is_a_sentence_with_examples(snapshot):
    differing = {
        "sentence": "Carrier: UPS here, FedEx there",
        "ours": {"carrier": "UPS"},
        "theirs": {"carrier": "FedEx"},
        "differing": ("carrier",),
    }
    reconciled = result(
        *(row(number, DIFFERS, **differing) for number in range(2, 6)),
        row(6, MISSING, source="b.csv"),
        row(7, NOT_FOUND, po="99999"),
        *(row(8 + n, NOT_CHECKED, sentence=f"reason {n}") for n in range(5)),
        sources=("a.csv", "b.csv"),
        extras=[Extra("10001", {"TrackingNumber": "A1", "Note": "listed a second time"})],
        questions=[Question("PurchaseOrders/10001", NOON, 0.2, "200", 4)],
    )

    snapshot(report_lines(report_of(reconciled), [Path("a.reconcile.html")]))


def test_a_field_that_the_platform_returns_has_a_column_for_each_side():
    sides = {
        "ours": {"carrier": "UPS", "other_carrier": "x"},
        "theirs": {"carrier": "FedEx"},
        "differing": ("carrier",),
        "sentence": "Carrier: UPS here, FedEx there",
    }

    rows = report_of(result(row(2, DIFFERS, **sides))).table("Rows")

    assert [column.title for column in rows.columns] == [
        *("Row", "PO ID", "Verdict", "Carrier", "Carrier there", "Other Carrier", "Message")
    ]
    (line,) = rows.lines
    assert line.cells == [2, "10001", "differs", "UPS", "FedEx", "x", sides["sentence"]]
    assert line.marked == {3, 4}

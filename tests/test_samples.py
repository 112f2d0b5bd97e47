import json
from pathlib import Path

import pytest

from importer.model.options import UploadOptions
from importer.model.outcomes import Status
from importer.operations import operations
from importer.runs.prepare import prepare
from importer.settings.settings import Settings
from importer.sheets.sheet import TextFormat

SAMPLES = Path(__file__).parents[1] / "samples"
EACH_OPERATION = pytest.mark.parametrize("name", list(operations()))


def prepared(stem):
    (sheet,) = (path for path in SAMPLES.glob(f"{stem}.*") if path.suffix in {".xlsx", ".csv"})
    return prepare(sheet, UploadOptions(), Settings())


def rows_carried(sample):
    return sorted(row for call in sample.calls for row in call.rows)


def said(problems):
    return [{"row": p.row, "column": p.column, "message": p.message} for p in problems]


def golden(name):
    """Read by a person before it was kept: what must be said of the mistaken sample."""
    return json.loads((SAMPLES / f"{name}_mistakes.problems.json").read_text(encoding="utf-8"))


class TestCleanSample:
    @EACH_OPERATION
    def test_becomes_the_plan_that_was_reviewed(self, name):
        reviewed = json.loads((SAMPLES / f"{name}.plan.json").read_text(encoding="utf-8"))

        plan = [
            {"method": c.method, "path": c.path, "body": c.body, "rows": list(c.rows)}
            for c in prepared(name).calls
        ]

        assert plan == reviewed

    @EACH_OPERATION
    def test_is_recognised_and_has_nothing_to_be_said_of_it(self, name):
        sample = prepared(name)

        assert sample.operation.name == name
        assert sample.validation.problems == []
        assert sample.validation.warnings == []

    @EACH_OPERATION
    def test_has_each_row_carried_by_one_call(self, name):
        sample = prepared(name)

        assert rows_carried(sample) == list(sample.outcomes)

    @EACH_OPERATION
    def test_fills_every_column_of_its_operation_somewhere(self, name):
        sample = prepared(name)

        values = sample.validation.values
        unused = [
            column for column, cells in values.items() if not any(c is not None for c in cells)
        ]

        assert unused == []

    @pytest.mark.parametrize(
        ("name", "text_format"),
        [
            ("update_shipping", TextFormat("utf-8-sig", ";")),
            ("notify_shipped", TextFormat("utf-8", ",")),
        ],
    )
    def test_that_is_text_comes_as_vendors_export_it(self, name, text_format):
        assert prepared(name).layout.worksheet.text_format == text_format


class TestMistakenSample:
    @EACH_OPERATION
    def test_has_every_mistake_named_in_its_row_and_no_other(self, name):
        validation = prepared(f"{name}_mistakes").validation

        assert said(validation.problems) == golden(name)["problems"]
        assert said(validation.warnings) == golden(name)["warnings"]

    @EACH_OPERATION
    def test_has_its_good_rows_sent_all_the_same(self, name):
        sample = prepared(f"{name}_mistakes")

        invalid = {problem["row"] for problem in golden(name)["problems"]}
        good = [row for row in sample.outcomes if row not in invalid]

        assert {n for n, o in sample.outcomes.items() if o.status is Status.INVALID} == invalid
        assert rows_carried(sample) == good != []

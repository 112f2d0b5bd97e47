import pytest

from importer.model.outcomes import Status
from importer.model.sheet_rows import by_sheet_row
from importer.operations import operations
from importer.sheets.sheet import TextFormat
from tests.golden import plan_file, plan_of, prepared, problems_file, problems_of, read

EACH_OPERATION = pytest.mark.parametrize("name", list(operations()))


def rows_of_calls(sheet):
    return sorted(row for call in sheet.calls for row in call.sheet_rows)


class TestCleanSample:
    @EACH_OPERATION
    def test_becomes_the_plan_that_was_reviewed(self, name):
        assert plan_of(prepared(name)) == read(plan_file(name))

    @EACH_OPERATION
    def test_is_recognized_and_has_no_problem(self, name):
        sheet = prepared(name)

        assert sheet.operation.name == name
        assert problems_of(sheet.validation) == {"problems": [], "warnings": []}

    @EACH_OPERATION
    def test_has_each_row_in_one_call(self, name):
        sheet = prepared(name)

        assert rows_of_calls(sheet) == list(by_sheet_row(sheet.outcomes))

    @EACH_OPERATION
    def test_fills_every_column_of_its_operation_somewhere(self, name):
        values = prepared(name).validation.values

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
        assert problems_of(prepared(f"{name}_mistakes").validation) == read(problems_file(name))

    @EACH_OPERATION
    def test_has_its_good_rows_sent_all_the_same(self, name):
        sheet = prepared(f"{name}_mistakes")

        invalid = {problem["row"] for problem in read(problems_file(name))["problems"]}
        outcomes = by_sheet_row(sheet.outcomes)
        good = [row for row in outcomes if row not in invalid]

        assert {n for n, o in outcomes.items() if o.status is Status.INVALID} == invalid
        assert rows_of_calls(sheet) == good != []

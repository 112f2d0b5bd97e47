"""The operations and their columns, for people and for programs."""

from importer.operations import operation_named
from importer.reports.terminal.operation_lines import operations_as_json, operations_table


def test_the_table_of_an_operation(snapshot):
    snapshot(operations_table([operation_named("add_tracking")]))


def test_json_names_every_column_with_its_kind(operation):
    (found,) = operations_as_json([operation])

    assert (found["name"], found["repeatable"]) == (operation.name, operation.repeatable)
    assert [column["title"] for column in found["columns"]] == [
        field.title for field in operation.fields
    ]
    assert all(column["kind"] for column in found["columns"])

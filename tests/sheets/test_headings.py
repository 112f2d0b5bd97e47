from dataclasses import replace
from pathlib import Path

import pytest

from importer.model.errors import SheetError
from importer.operations import operations
from importer.sheets.headings import find_layout
from importer.sheets.sheet import TextFormat, Worksheet

EVERY = list(operations().values())
TRACKING = ["PO ID", "Tracking Number", "Carrier", "Shipped On", "Shipping Status"]
GOOD = [10001, "1Z999AA10123456784", "UPS", "2026-11-20", "Fully Shipped"]


def worksheet(*rows, name="Lines"):
    """A worksheet of a workbook, from its rows."""
    width = max(map(len, rows), default=0)
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    return Worksheet(
        Path("dock.xlsx"), name, [list(column) for column in zip(*padded, strict=True)]
    )


def text_file(*lines):
    """The same as a text file of commas."""
    sheet = worksheet(*([field or None for field in line.split(",")] for line in lines))
    widths = [len(line.split(",")) for line in lines]
    return Worksheet(Path("dock.csv"), None, sheet.columns, TextFormat("utf-8", ","), widths=widths)


def layout(*rows, among=EVERY):
    return find_layout([worksheet(*rows)], among)


def named(*names):
    return [operations()[name] for name in names]


def refusal(worksheets, among=EVERY):
    with pytest.raises(SheetError) as refused:
        find_layout(worksheets, among)
    return str(refused.value)


def test_a_table_is_found_below_its_titles():
    found = layout(
        ["Acme Trading"],
        ["Tracking", "sent 20 November"],
        [],
        ["Questions to:", "vera@acme.example"],
        [],
        [],
        TRACKING,
        GOOD,
        GOOD,
    )

    assert (found.operation.name, found.header_row, found.rows) == ("add_tracking", 7, [8, 9])
    assert found.columns == {
        "po_id": 0,
        "tracking_number": 1,
        "carrier": 2,
        "shipped_on": 3,
        "shipping_status": 4,
    }
    assert found.cells("tracking_number", [8]) == ["1Z999AA10123456784"]


@pytest.mark.parametrize(
    "heading",
    [
        *("PO ID", "po id", "POID", "PO-ID", " P.O. Id: ", "PO\nID", "PO\u00a0ID", "\ufeffPO ID"),
        *("PO Number", "PO #", "PO#", "P.O. Number", "Purchase Order", "PURCHASE\r\nORDER"),
    ],
)
def test_a_heading_is_matched_without_case_spaces_punctuation_and_line_breaks(heading):
    assert layout([heading, *TRACKING[1:]], GOOD).columns["po_id"] == 0


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
def test_each_operation_is_found_by_its_titles_and_by_its_last_aliases(operation):
    titles = [field.title for field in operation.fields]
    aliases = [(field.about.aliases or [field.title])[-1] for field in operation.fields]

    for headings in (titles, aliases):
        found = layout(headings, among=[operation])
        assert list(found.columns) == [field.name for field in operation.fields]
    assert layout(titles).operation is operation


def test_a_title_wins_over_an_alias():
    found = layout(["PO Number", "PO ID", *TRACKING[1:]], [4711, *GOOD])

    assert found.columns["po_id"] == 1
    assert found.unknown == ("PO Number",)


def test_a_doubled_heading_is_refused():
    told = refusal([worksheet([*TRACKING, "tracking  number"], GOOD)])

    assert told == (
        'dock.xlsx, worksheet "Lines", row 1: "Tracking Number" is the heading of more than one '
        "column; rename all but the one to use"
    )


def test_an_unknown_heading_may_be_doubled_and_is_named():
    found = layout([*TRACKING, "Weight", "Weight", " Pallet "], GOOD)

    assert found.unknown == ("Weight", "Weight", "Pallet")


def test_result_columns_are_neither_unknown_nor_rows_of_their_own():
    headings = [*TRACKING, "Import Status", "IMPORT ERROR"]
    nothing = [None, " ", None, None, None, "invalid", "is empty"]

    found = layout(headings, [*GOOD, "sent", ""], nothing, [*GOOD])

    assert found.unknown == ()
    assert found.rows == [2, 4]


def test_a_vendors_own_status_column_is_not_a_result_column():
    assert layout([*TRACKING, "Status"], GOOD).unknown == ("Status",)


def test_rows_with_a_value_under_any_heading_count():
    found = layout(
        [*TRACKING, "Weight"], GOOD, [None] * 6, [None] * 5 + [7], [None, "\u200b"], GOOD
    )

    assert found.rows == [2, 4, 6]


def test_a_missing_column_is_named_with_the_heading_that_comes_near():
    told = refusal([worksheet([*TRACKING[:4], "Shiping Statuss", "Weight"], GOOD)], EVERY[:1])

    assert told == (
        'dock.xlsx, worksheet "Lines", row 1: the headings best match add_tracking, which '
        "also needs Shipping Status. Did you mean Shiping Statuss? Other headings there: "
        "Shiping Statuss, Weight"
    )


def test_all_missing_columns_are_named():
    told = refusal([worksheet(["Tracking #", "PO"])], named("add_tracking"))

    assert told == (
        'dock.xlsx, worksheet "Lines", row 1: the headings best match add_tracking, which '
        "also needs Carrier, Shipping Status. Other headings there: none"
    )


def test_the_operation_that_explains_more_headings_wins():
    found = layout(["PO ID", "PO Item ID", "Expected Delivery Date"], [1, 2, "2026-12-01"])

    assert found.operation.name == "update_items"


def test_where_two_operations_fit_a_person_is_asked():
    told = refusal([worksheet([*TRACKING, "Expected Delivery Date"], GOOD)])

    assert told == (
        'dock.xlsx, worksheet "Lines" fits add_tracking and update_shipping; choose the operation'
    )


def test_where_two_worksheets_fit_a_person_is_asked():
    sheets = [worksheet(TRACKING, GOOD, name=name) for name in ("May", "April")]

    assert refusal(sheets) == (
        'dock.xlsx: the worksheets "April", "May" all fit; choose the worksheet'
    )


def test_the_one_worksheet_that_fits_is_taken():
    sheets = [
        worksheet(["Read me first"], ["Tracking numbers of May"], name="Notes"),
        worksheet(TRACKING, GOOD),
        worksheet(name="Sheet3"),
    ]

    assert find_layout(sheets, EVERY).worksheet is sheets[1]


def test_a_workbook_without_cells_is_refused():
    assert refusal([worksheet(), worksheet()]) == ("dock.xlsx has no cells with values")


@pytest.mark.parametrize(
    "rows",
    [[[10001, 5], [10002, 6]], [["nothing", "of ours"], ["at", "all"]]],
    ids=["numbers only", "other words"],
)
def test_a_worksheet_without_a_table_is_refused(rows):
    assert refusal([worksheet(*rows)], named("add_tracking")) == (
        "dock.xlsx: no heading row was found in its first 50 rows; add_tracking, for one, "
        "needs PO ID, Tracking Number, Carrier, Shipping Status"
    )


def test_a_table_below_the_first_fifty_rows_is_not_looked_for():
    told = refusal([worksheet(*[["."]] * 50, TRACKING, GOOD)])

    assert "no heading row was found in its first 50 rows" in told


def test_headings_without_rows_are_a_table_without_rows():
    assert layout(TRACKING).rows == []


HEADING = ",".join(TRACKING)
LINE = ",".join(map(str, GOOD))


@pytest.mark.parametrize(
    "title",
    [[], ["Acme, Inc."], ["Acme,,,,,,,,"]],
    ids=["no title", "a title with a comma", "a padded title"],
)
def test_a_line_with_more_fields_than_the_headings_is_a_problem_of_its_own(title):
    first = len(title) + 2

    found = find_layout(
        [text_file(*title, HEADING, LINE, f"{LINE},Inc.", f"{LINE},,", LINE)], EVERY
    )

    assert found.rows == [first, first + 1, first + 2, first + 3]
    assert found.worksheet.row_faults == {
        first + 1: 'the line has 6 fields and the heading 5; a field that holds "," needs quotes'
    }


def test_columns_without_a_heading_are_no_fault_where_the_heading_line_has_them():
    found = find_layout([text_file(f"{HEADING},,", f"{LINE},heavy,7")], EVERY)

    assert found.worksheet.row_faults == {}


def test_a_second_line_of_headings_may_be_the_shorter_one():
    lines = ("PO ID,Tracking,Carrier,Shipped On,Shipping", ",Number,,,Status", "1,2,3,4,5")
    shorter = replace(text_file(*lines), widths=[5, 2, 5])

    assert find_layout([shorter], named("add_tracking")).worksheet.row_faults == {}

"""Colors, tables and widths grow with the result columns."""

from openpyxl import load_workbook

from tests.sheets.results_workbooks import (
    bare_workbook,
    different_parts,
    part,
    plain_rows,
    rich_workbook,
    write,
)


class TestCalm:
    """Rows whose sentence is no warning."""

    def test_calm_rows_keep_the_vendors_colors(self, tmp_path):
        source = rich_workbook(tmp_path / "source.xlsx")
        cells = {2: ("unchanged", "Sent by run 1."), 3: ("sent", "late")}

        write(source, target := tmp_path / "result.xlsx", cells, calm={"unchanged", "planned"})

        rules = load_workbook(target)["Orders"].conditional_formatting
        ours = next(rule for rule in rules if str(rule.sqref) == "A2:E7").rules
        assert ours[1].formula == ['AND(LEN($E2)>0,$D2<>"planned",$D2<>"unchanged")']

    def test_rules_of_an_older_result_are_replaced(self, tmp_path):
        source = rich_workbook(tmp_path / "source.xlsx")

        write(source, old := tmp_path / "old.xlsx")
        write(old, new := tmp_path / "new.xlsx", calm={"unchanged"})
        write(new, again := tmp_path / "again.xlsx", calm={"unchanged"})

        assert part(new).count("LEN($E2)") == 1
        assert different_parts(new, again) == set()

    def test_a_fresh_workbook_does_the_same(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4) + "<?odd?>")
        cells = {2: ("unchanged", "Sent by run 1."), 3: ("sent", "late"), 4: ("unknown", "?")}

        write(source, target := tmp_path / "result.xlsx", cells, calm={"unchanged"})

        sheet = load_workbook(target)["Orders"]
        fills = [sheet.cell(row, 4).fill for row in (1, 2, 3, 4)]
        colors = [fill.fgColor.rgb if fill.fill_type else None for fill in fills]
        assert colors == [None, None, "FFFFEB9C", "FFFFC7CE"]
        assert [sheet.cell(2, column).alignment.wrapText for column in (3, 4)] == [None, True]


class TestTable:
    def test_a_table_takes_the_results_in(self, tmp_path):
        source = rich_workbook(tmp_path / "source.xlsx", table=True, header_row=3)

        result = write(source, target := tmp_path / "r.xlsx", {4: ("sent", "")}, header_row=3)

        table = load_workbook(target)["Orders"].tables["Lines"]
        assert (table.ref, table.autoFilter.ref) == ("A3:E9", "A3:E9")
        assert [(column.id, column.name) for column in table.tableColumns][3:] == [
            (4, "Import Status"),
            (5, "Import Error"),
        ]
        assert part(target, "xl/tables/table1.xml").count('tableColumns count="5"') == 1
        assert result.notes == ()

    def test_a_table_apart_is_left_alone_and_named(self, tmp_path):
        source = rich_workbook(tmp_path / "source.xlsx", table=True)
        book = load_workbook(source)
        book["Orders"]["G2"] = "beside the table"
        book.save(source)

        result = write(source, target := tmp_path / "result.xlsx")

        assert load_workbook(target)["Orders"].tables["Lines"].ref == "A1:C7"
        assert load_workbook(target)["Orders"]["H1"].value == "Import Status"
        assert "table does not reach" in result.notes[0]

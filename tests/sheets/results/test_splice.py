"""Two result columns in a vendor's own workbook; all else is left byte for byte."""

import pytest
from openpyxl import load_workbook

from importer.model.files import WrittenResult
from tests.sheets.results_workbooks import (
    CELLS,
    SHEET,
    STRICT,
    bare_workbook,
    change_parts,
    different_parts,
    part,
    picture,
    plain_rows,
    raw_member,
    references,
    results_in,
    rich_workbook,
    text_cell,
    write,
)

SPARKLINES = (
    b'<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    b' uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"><x14:conditionalFormattings/></ext></extLst>'
)


# openpyxl says of the sparklines what the splice must not do
@pytest.mark.filterwarnings("ignore:Sparkline Group extension:UserWarning")
class TestRichWorkbook:
    @pytest.fixture
    def source(self, tmp_path):
        path = rich_workbook(tmp_path / "source.xlsx")
        return change_parts(
            path,
            {
                SHEET: lambda xml: xml.replace(b"</worksheet>", SPARKLINES + b"</worksheet>"),
                "xl/media/image1.png": lambda _: picture(),
                "xl/drawings/drawing9.xml": lambda _: (
                    b"<xdr:wsDr xmlns:xdr='x'>text box</xdr:wsDr>"
                ),
                "customXml/item1.xml": lambda _: b"<own/>",
            },
        )

    def test_only_the_worksheet_its_filter_name_and_the_styles_change(self, source, tmp_path):
        before = source.read_bytes()

        result = write(source, target := tmp_path / "result.xlsx")

        assert result == WrittenResult(target, ())
        assert different_parts(source, target) == {SHEET, "xl/styles.xml", "xl/workbook.xml"}
        assert source.read_bytes() == before

    def test_untouched_members_keep_their_very_bytes(self, source, tmp_path):
        write(source, target := tmp_path / "result.xlsx")

        for name in ("xl/media/image1.png", "customXml/item1.xml", "xl/worksheets/sheet2.xml"):
            assert raw_member(source, name) == raw_member(target, name)

    def test_vendor_cells_keep_value_and_style(self, source, tmp_path):
        write(source, target := tmp_path / "result.xlsx")

        old, new = load_workbook(source), load_workbook(target)
        assert old.sheetnames == new.sheetnames
        for sheet in old:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                copy = new[sheet.title][cell.coordinate]
                assert (cell.value, cell._style) == (copy.value, copy._style)
        assert new["Orders"].freeze_panes == "A2"
        assert new["Orders"]["A2"].comment.text == "check this"
        assert new["Orders"].data_validations.dataValidation[0].sqref == "B2:B7"

    def test_results_stand_right_of_the_last_column(self, source, tmp_path):
        write(source, target := tmp_path / "result.xlsx")

        sheet = load_workbook(target)["Orders"]
        assert [cell.value for cell in sheet[1]][3:] == ["Import Status", "Import Error"]
        assert results_in(target) == CELLS
        assert sheet["D1"]._style == sheet["C1"]._style
        assert [sheet.column_dimensions[c].width for c in "CDE"] == [31, 14.7109375, 60.7109375]

    def test_filter_name_and_dimension_reach_to_the_results(self, source, tmp_path):
        write(source, target := tmp_path / "result.xlsx")

        assert load_workbook(target)["Orders"].auto_filter.ref == "A1:E7"
        assert "'Orders'!$A$1:$E$7</definedName>" in part(target, "xl/workbook.xml")
        assert '<dimension ref="A1:E7"' in part(target)

    def test_rows_are_colored_by_rule(self, source, tmp_path):
        write(source, target := tmp_path / "result.xlsx")

        rules = load_workbook(target)["Orders"].conditional_formatting
        ours = next(rule for rule in rules if str(rule.sqref) == "A2:E7").rules
        assert [rule.formula for rule in ours] == [
            ['OR($D2="invalid",$D2="rejected",$D2="unknown")'],
            ["LEN($E2)>0"],
        ]
        assert [rule.dxf.fill.bgColor.rgb for rule in ours] == ["FFFFC7CE", "FFFFEB9C"]
        assert "<extLst>" in part(target)

    def test_a_second_run_replaces_the_first(self, source, tmp_path):
        first, second, third = (tmp_path / f"{number}.xlsx" for number in (1, 2, 3))

        write(source, first)
        write(first, second)
        write(second, third, {3: ("verified", "")})

        assert different_parts(first, second) == set()
        assert different_parts(second, third) == {SHEET}
        assert results_in(third) == {3: ("verified", "")}
        assert part(third).count("<conditionalFormatting") == 2

    def test_the_worksheet_is_found_by_name(self, source, tmp_path):
        write(source, target := tmp_path / "result.xlsx", {}, worksheet="Import Status")

        assert different_parts(source, target) == {"xl/worksheets/sheet3.xml"}


class TestAwkwardXml:
    def test_strict_workbooks_are_spliced(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4), main=STRICT)

        result = write(source, target := tmp_path / "result.xlsx")

        assert result.notes == ()
        assert references(part(target))[-2:] == ["C4", "D4"]

    def test_merged_cells_are_not_overwritten(self, tmp_path):
        merged = '<mergeCells count="1"><mergeCell ref="B2:E2"/></mergeCells>'
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4), after=merged)

        write(source, target := tmp_path / "result.xlsx")

        assert load_workbook(target)["Orders"]["F1"].value == "Import Status"

    def test_a_hidden_span_of_columns_is_split_around_the_results(self, tmp_path):
        cols = '<cols><col min="1" max="1" width="9"/><col min="2" max="16384" hidden="1"/></cols>'
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4), before=cols)

        write(source, target := tmp_path / "result.xlsx")

        assert part(target).partition("<cols>")[2].partition("</cols>")[0] == (
            '<col min="1" max="1" width="9"/><col min="2" max="2" hidden="1"/>'
            '<col min="3" max="3" width="14.7109375" customWidth="1"/>'
            '<col min="4" max="4" width="60.7109375" customWidth="1"/>'
            '<col min="5" max="16384" hidden="1"/>'
        )

    def test_result_columns_between_others_are_rewritten_in_place(self, tmp_path):
        head = "".join(
            text_cell(f"{letter}1", text)
            for letter, text in zip("ABCD", ["PO ID", "Import Status", "Import Error", "SKU"],
                                    strict=True)
        )  # fmt: skip
        row = '<row r="{0}"><c r="A{0}"><v>1</v></c>{1}<c r="D{0}"><v>9</v></c></row>'
        old = text_cell("B{0}", "old") + text_cell("C{0}", "old")
        rows = f'<row r="1">{head}</row>'
        rows += "".join(row.format(number, old.format(number)) for number in range(2, 6))
        source = bare_workbook(tmp_path / "source.xlsx", rows)

        write(source, target := tmp_path / "result.xlsx")

        assert results_in(target) == CELLS
        sheet = load_workbook(target)["Orders"]
        assert [cell.value for cell in sheet[5]] == [1, None, None, 9]

    def test_a_broken_signature_is_told(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        change_parts(source, {"_xmlsignatures/sig1.xml": lambda _: b"<Signature/>"})

        assert "digital signature" in write(source, tmp_path / "result.xlsx").notes[0]

import io
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Font, Side

from importer.model.errors import SheetError, UsageError
from importer.model.files import WrittenResult
from importer.sheets.results.write import write_results
from importer.sheets.sheet import TextFormat
from importer.sheets.xlsx.cell_text import cell_text
from tests.sheets.results_workbooks import (
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
    rich_workbook,
    styled_workbook,
    text_cell,
    with_prefix,
)

ATTENTION = ("invalid", "rejected", "unknown")
CELLS = {2: ("invalid", '"x" is no number.'), 3: ("sent", ""), 4: ("sent", "late")}
SPARKLINES = (
    b'<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    b' uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"><x14:conditionalFormattings/></ext></extLst>'
)


def write(source, target, cells=CELLS, *, worksheet="Orders", header_row=1, **rest):
    rest.setdefault("attention", ATTENTION)
    return write_results(source, target, worksheet, header_row, cells, **rest)


def results_in(path, *, worksheet="Orders", header_row=1):
    """Row -> (status, sentence) of a workbook, found by their headings."""
    sheet = load_workbook(path)[worksheet]
    columns = {cell.value: cell.column for cell in sheet[header_row]}
    status, error = columns["Import Status"], columns["Import Error"]
    rows = {row: (sheet.cell(row, status).value, sheet.cell(row, error).value or "")
            for row in range(header_row + 1, sheet.max_row + 1)}  # fmt: skip
    return {row: result for row, result in rows.items() if result != (None, "")}


def result_tags(path):
    """The start tags of the cells in columns C and D of the worksheet."""
    return re.findall(r'<c r="[CD]\d+"[^>/]*', part(path))


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


def test_a_package_written_as_a_stream_stays_as_it_was(tmp_path):
    class Stream(io.RawIOBase):  # cannot seek, so that each member gets a data descriptor
        def writable(self):
            return True

        def write(self, block):
            pieces.append(bytes(block))
            return len(block)

    pieces = []
    made = bare_workbook(tmp_path / "made.xlsx", plain_rows(4))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(Stream(), "w") as new:
        new.comment = b"from the warehouse"
        for number, name in enumerate(old.namelist()):
            kind = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            new.writestr(name, old.read(name), kind)
        new.writestr("xl/pr\u00e4gung.bin", b"own")
    (source := tmp_path / "source.xlsx").write_bytes(b"".join(pieces))

    write(source, target := tmp_path / "result.xlsx")

    assert different_parts(source, target) == {SHEET}
    assert results_in(target) == CELLS
    assert raw_member(source, "xl/workbook.xml") == raw_member(target, "xl/workbook.xml")
    with zipfile.ZipFile(target) as book:
        assert book.comment == b"from the warehouse"


class TestLooks:
    """How the result cells look beside the vendor's."""

    def test_typeface_and_border_are_the_left_neighbors(self, tmp_path):
        source = styled_workbook(tmp_path / "source.xlsx")

        write(source, target := tmp_path / "result.xlsx")

        sheet = load_workbook(target)["Orders"]
        for cell in (sheet["C2"], sheet["D2"], sheet["C4"], sheet["D4"]):
            assert (cell.font.name, cell.font.sz) == ("Arial", 10)
            assert cell.border.left.style == "thin"
            assert cell.fill.fill_type is None
            assert cell.number_format == "General"
        assert sheet["C3"].font.name == "Courier New"
        assert sheet["C3"].border.left.style is None

    def test_sentences_wrap_from_the_top_and_rows_keep_their_heights(self, tmp_path):
        source = styled_workbook(tmp_path / "source.xlsx")

        write(source, target := tmp_path / "result.xlsx")

        sheet = load_workbook(target)["Orders"]
        alignments = [sheet.cell(row, column).alignment for row in (2, 3) for column in (3, 4)]
        assert [(a.wrapText, a.vertical) for a in alignments] == [
            (None, None), (True, "top"), (None, None), (True, "top")
        ]  # fmt: skip
        assert [sheet.row_dimensions[row].height for row in (2, 3, 4)] == [None, 30, None]

    def test_an_empty_sentence_is_a_cell_too_so_that_the_border_goes_on(self, tmp_path):
        source = styled_workbook(tmp_path / "source.xlsx")

        write(source, target := tmp_path / "result.xlsx", {2: ("sent", "")})

        sheet = load_workbook(target)["Orders"]
        assert sheet["D2"].value is None
        assert sheet["D2"].border.left.style == "thin"

    def test_what_would_mislead_is_not_taken_over(self, tmp_path):
        font = Font(name="Arial", sz=10, strike=True, u="single", color="FFFFFFFF")
        source = styled_workbook(tmp_path / "source.xlsx", font)

        write(source, target := tmp_path / "result.xlsx")

        found = load_workbook(target)["Orders"]["C2"].font
        assert (found.name, found.sz) == ("Arial", 10)
        assert (found.strike, found.u, found.color) == (None, None, None)

    def test_each_kind_of_neighbor_costs_two_formats_once(self, tmp_path):
        source = styled_workbook(tmp_path / "source.xlsx")
        targets = [tmp_path / f"{number}.xlsx" for number in range(3)]

        for old, new in zip([source, *targets], targets, strict=False):
            write(old, new)

        before, *after = [part(path, "xl/styles.xml") for path in (source, *targets)]
        counts = [int(re.search(r'<cellXfs count="(\d+)"', xml)[1]) for xml in (before, *after)]
        assert counts == [counts[0], *[counts[0] + 4] * 3]
        assert [xml.count("<xf ") - before.count("<xf ") for xml in after] == [4] * 3
        assert different_parts(targets[0], targets[2]) == set()

    def test_the_same_by_the_short_and_by_the_long_way(self, tmp_path):
        short = styled_workbook(tmp_path / "short.xlsx")
        rows = {SHEET: lambda xml: xml.replace(b'<row r="3"', b'<row ht="30" r="3"')}
        long = change_parts(styled_workbook(tmp_path / "long.xlsx"), rows)

        write(short, one := tmp_path / "one.xlsx")
        write(long, other := tmp_path / "other.xlsx")

        assert part(one, "xl/styles.xml") == part(other, "xl/styles.xml")
        assert result_tags(one) == result_tags(other)

    def test_empty_cells_count_as_neighbors(self, tmp_path):
        path = styled_workbook(tmp_path / "source.xlsx")
        book = load_workbook(path)
        book["Orders"]["B2"].value = None
        book.save(path)

        write(path, target := tmp_path / "result.xlsx")
        write(target, again := tmp_path / "again.xlsx")

        assert load_workbook(target)["Orders"]["C2"].border.left.style == "thin"
        assert different_parts(target, again) == set()

    def test_empty_cells_that_made_way_change_nothing_in_a_second_run(self, tmp_path):
        path = styled_workbook(tmp_path / "source.xlsx")
        book = load_workbook(path)
        for row in CELLS:
            for column in range(3, 7):
                book["Orders"].cell(row, column).border = Border(left=Side("thick"))
        book.save(path)

        write(path, target := tmp_path / "result.xlsx")
        write(target, again := tmp_path / "again.xlsx")

        assert load_workbook(target)["Orders"]["C2"].border.left.style == "thin"
        assert different_parts(target, again) == set()

    def test_styles_without_cell_formats_are_left_without(self, tmp_path):
        source = styled_workbook(tmp_path / "source.xlsx")
        cut = {"xl/styles.xml": lambda xml: re.sub(rb"<cellXfs.*</cellXfs>", b"", xml)}
        change_parts(source, cut)

        result = write(source, target := tmp_path / "result.xlsx")

        assert result.notes == ()
        assert [tag for tag in result_tags(target) if " s=" in tag] == [
            '<c r="C1" s="1" t="inlineStr"',
            '<c r="D1" s="1" t="inlineStr"',
        ]
        assert "<cellXfs" not in part(target, "xl/styles.xml")

    def test_a_workbook_full_of_formats_gets_no_more(self, tmp_path, monkeypatch):
        source = styled_workbook(tmp_path / "source.xlsx")
        monkeypatch.setattr("importer.sheets.results.result_styles.MOST_FORMATS", 6)

        write(source, target := tmp_path / "result.xlsx")

        assert results_in(target) == CELLS
        assert load_workbook(target)["Orders"]["D2"].alignment.wrapText is None

    def test_a_prefix_of_the_styles_is_kept(self, tmp_path):
        source = styled_workbook(tmp_path / "source.xlsx")
        add = {"xl/styles.xml": with_prefix}
        change_parts(source, add)

        write(source, target := tmp_path / "result.xlsx")

        xml = part(target, "xl/styles.xml")
        assert '<x:alignment vertical="top" wrapText="1"/></x:xf></x:cellXfs>' in xml
        assert load_workbook(target)["Orders"]["C2"].font.name == "Arial"


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


class TestAwkwardXml:
    @pytest.mark.parametrize(
        ("rows", "found"),
        [
            pytest.param(plain_rows(4), CELLS, id="plain"),
            pytest.param(plain_rows(4).replace('"', "'"), CELLS, id="single quotes"),
            pytest.param(
                plain_rows(4).replace("<row", "\n  <row"), CELLS, id="on lines of their own"
            ),
            pytest.param(
                plain_rows(2) + '<row r="3" ht="30"/><row ht="9" r="4" spans="1:2"></row>',
                CELLS,
                id="self-closing and empty rows",
            ),
            pytest.param(
                '<row><c t="str"><v>PO ID</v></c></row><row><c><v>1</v></c></row>'
                "<row><c><v>2</v></c></row><row/>",
                CELLS,
                id="no r at all",
            ),
            pytest.param(
                plain_rows(2) + '<row r="4"><c r="A4"><v>1</v></c></row>',
                {2: CELLS[2], 4: CELLS[4]},
                id="a gap",
            ),
            pytest.param(
                plain_rows(4).replace('<c r="A2">', '<c r="A2"><f>1&gt;A1/4</f>'),
                CELLS,
                id="a formula",
            ),
        ],
    )
    def test_rows_of_every_shape_get_their_result(self, tmp_path, rows, found):
        source = bare_workbook(tmp_path / "source.xlsx", rows)

        result = write(source, target := tmp_path / "result.xlsx")

        assert result.notes == ()
        assert results_in(target) == found

    def test_a_namespace_prefix_is_kept(self, tmp_path):
        rows = plain_rows(4)
        for tag in ("row", "c", "is", "t", "v"):
            rows = rows.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>")
            rows = rows.replace(f"</{tag}>", f"</x:{tag}>")
        source = bare_workbook(tmp_path / "source.xlsx", rows, prefix="x")

        write(source, target := tmp_path / "result.xlsx")

        assert results_in(target) == CELLS
        assert "<row" not in part(target)

    def test_strict_workbooks_are_spliced(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4), main=STRICT)

        result = write(source, target := tmp_path / "result.xlsx")

        assert result.notes == ()
        assert references(part(target))[-2:] == ["C4", "D4"]

    def test_empty_styled_cells_to_the_right_make_way(self, tmp_path):
        rows = plain_rows(4).replace("</row>", '<c r="C9" s="0"/><c r="F9" s="0"/></row>')
        for row in range(1, 5):
            rows = rows.replace('"C9"', f'"C{row}"', 1).replace('"F9"', f'"F{row}"', 1)
        source = bare_workbook(tmp_path / "source.xlsx", rows)

        write(source, target := tmp_path / "result.xlsx")

        assert results_in(target) == CELLS
        assert references(part(target))[:5] == ["A1", "B1", "C1", "D1", "F1"]

    def test_a_stray_value_is_not_overwritten(self, tmp_path):
        rows = plain_rows(4) + '<row r="900"><c r="AB900"><v>7</v></c></row>'
        source = bare_workbook(tmp_path / "source.xlsx", rows)

        write(source, target := tmp_path / "result.xlsx")

        assert load_workbook(target)["Orders"]["AC1"].value == "Import Status"

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

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            (plain_rows(4).replace("<v>2</v>", "<v><![CDATA[2]]></v>"), "CDATA"),
            (plain_rows(4) + "<!-- end -->", "comments"),
            (plain_rows(2) + plain_rows(2), "follows row"),
        ],
        ids=["CDATA", "comment", "rows twice"],
    )
    def test_what_is_not_understood_is_written_afresh(self, tmp_path, rows, why):
        source = bare_workbook(tmp_path / "source.xlsx", rows)

        result = write(source, target := tmp_path / "result.xlsx")

        assert why in result.notes[0]
        assert "Import Status" in [cell.value for cell in load_workbook(target)["Orders"][1]]

    def test_a_utf_16_worksheet_is_written_afresh(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        declared = b"<?xml version='1.0' encoding='UTF-16'?>"
        change_parts(source, {SHEET: lambda xml: (declared + xml).decode().encode("utf-16")})

        result = write(source, target := tmp_path / "result.xlsx")

        assert "formatting could not be kept" in result.notes[0]
        assert results_in(target) == CELLS

    def test_a_worksheet_that_defines_entities_is_refused(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        bomb = b'<!DOCTYPE worksheet [<!ENTITY a "aaaa">]>'
        change_parts(source, {SHEET: lambda xml: bomb + xml})

        with pytest.raises(SheetError, match="is a damaged workbook"):
            write(source, tmp_path / "result.xlsx")

        assert list(tmp_path.iterdir()) == [source]

    def test_a_broken_signature_is_told(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        change_parts(source, {"_xmlsignatures/sig1.xml": lambda _: b"<Signature/>"})

        assert "digital signature" in write(source, tmp_path / "result.xlsx").notes[0]


class TestFresh:
    def test_values_stay_and_text_never_becomes_a_formula(self, tmp_path):
        rows = plain_rows(3).replace("<t>x</t>", "<t>=1+1</t>") + "<?odd?>"
        source = bare_workbook(tmp_path / "source.xlsx", rows)

        write(source, target := tmp_path / "result.xlsx", {2: ("invalid", "=cmd()")})

        sheet = load_workbook(target)["Orders"]
        assert [cell.value for cell in sheet[2]] == [2, "=1+1", "invalid", "=cmd()"]
        assert [cell.data_type for cell in sheet[2]] == ["n", "s", "s", "s"]
        assert sheet["D2"].fill.fgColor.rgb == "FFFFC7CE"
        write(target, again := tmp_path / "again.xlsx", {3: ("sent", "")})
        assert results_in(again) == {3: ("sent", "")}

    def test_what_is_no_workbook_is_refused_and_the_old_result_kept(self, tmp_path):
        (source := tmp_path / "source.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 an old .xls")
        (target := tmp_path / "result.xlsx").write_text("an earlier result")

        with pytest.raises(SheetError, match="is a damaged workbook"):
            write(source, target)

        assert target.read_text() == "an earlier result"
        assert sorted(tmp_path.iterdir()) == [target, source]


class TestWriting:
    def test_a_result_open_in_another_program_gets_a_neighbor(self, tmp_path, monkeypatch):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        target = tmp_path / "result.xlsx"
        replace = Path.replace

        def held_open(part, path):
            if path == target:
                raise PermissionError(13, "in use")
            return replace(part, path)

        monkeypatch.setattr(Path, "replace", held_open)
        result = write(source, target)

        assert result.path == tmp_path / "result (2).xlsx"
        assert result.notes == (
            '"result.xlsx" is in use by another program, so see "result (2).xlsx".',
        )
        assert results_in(result.path) == CELLS

    def test_a_full_disk_leaves_the_old_result_and_no_litter(self, tmp_path, monkeypatch):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        (target := tmp_path / "result.xlsx").write_text("an earlier result")

        def full(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write(source, target)

        assert target.read_text() == "an earlier result"
        assert sorted(tmp_path.iterdir()) == [target, source]

    def test_a_folder_that_is_missing_is_told_by_the_name_of_the_result(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

        with pytest.raises(FileNotFoundError) as raised:
            write(source, target := tmp_path / "nowhere" / "result.xlsx")

        assert raised.value.filename == str(target)
        assert ".part" not in str(raised.value)

    def test_a_folder_in_the_way_is_told_and_kept(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        (target := tmp_path / "result.xlsx").mkdir()

        with pytest.raises(IsADirectoryError) as raised:
            write(source, target)

        assert raised.value.filename == str(target)
        assert sorted(tmp_path.iterdir()) == [target, source]

    def test_the_sheet_itself_is_never_the_target(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

        with pytest.raises(UsageError, match="is the sheet itself"):
            write(source, source)

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
    def test_others_may_read_the_result_as_any_file(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))
        (other := tmp_path / "other").touch()

        write(source, target := tmp_path / "result.xlsx")

        assert target.stat().st_mode == other.stat().st_mode


class TestCells:
    @pytest.mark.parametrize(
        "text",
        ["=1+1", "@x", " spaces ", "two\nlines", "<&>\"'", "ünïcödé 😀", "x" * 32_767],
        ids=["formula", "at", "spaces", "lines", "markup", "unicode", "longest"],
    )
    def test_a_sentence_arrives_as_it_is(self, tmp_path, text):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

        write(source, target := tmp_path / "result.xlsx", {2: ("sent", text)})

        assert results_in(target) == {2: ("sent", text)}

    def test_what_no_cell_may_hold_is_taken_out(self):
        assert cell_text("a\x0b\x1b[0m\r\n\tb\ud83d\uffff") == "a[0m\n\tb\\ud83d"
        assert len(cell_text("x" * 40_000)) == 32_767
        assert len(cell_text("😀" * 20_000)) == 16_383

    def test_excel_escapes_are_no_letters(self, tmp_path):
        source = bare_workbook(tmp_path / "source.xlsx", plain_rows(4))

        write(source, target := tmp_path / "result.xlsx", {2: ("sent", "a_x0041_b")})

        assert "a_x005F_x0041_b" in part(target)


def test_many_rows_are_all_answered(tmp_path):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    sheet.append(["PO ID", "SKU"])
    for row in range(2, 20_002):
        sheet.append([row, f"a rather long stock keeping unit number {row}"])
    book.save(source := tmp_path / "source.xlsx")
    cells = {row: ("sent", f"parcel {row}" if row % 3 else "") for row in range(2, 20_002)}

    write(source, target := tmp_path / "result.xlsx", cells)

    assert results_in(target) == cells


def test_a_text_file_is_spliced_as_text(tmp_path):
    (source := tmp_path / "source.csv").write_bytes(b"PO ID;SKU\r\n1;x\r\n")

    result = write_results(
        source,
        target := tmp_path / "result.csv",
        None,
        1,
        {2: ("invalid", "=a;b")},
        attention=ATTENTION,
        text_format=TextFormat("utf-8", ";"),
    )

    assert result == WrittenResult(target)
    assert (
        target.read_bytes() == b'PO ID;SKU;Import Status;Import Error\r\n1;x;invalid;"\'=a;b"\r\n'
    )

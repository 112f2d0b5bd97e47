"""The styles of result cells are those of the vendor's cells to their left."""

import re

from openpyxl import load_workbook
from openpyxl.styles import Border, Font, Side

from tests.sheets.results_workbooks import (
    CELLS,
    SHEET,
    change_parts,
    different_parts,
    part,
    results_in,
    styled_workbook,
    with_prefix,
    write,
)


def result_tags(path):
    """The start tags of the cells in columns C and D of the worksheet."""
    return re.findall(r'<c r="[CD]\d+"[^>/]*', part(path))


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

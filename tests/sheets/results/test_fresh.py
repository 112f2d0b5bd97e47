"""A new workbook with the values, where the own one cannot be changed."""

import pytest
from openpyxl import load_workbook

from importer.model.errors import SheetError
from tests.sheets.results_workbooks import bare_workbook, plain_rows, results_in, write


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

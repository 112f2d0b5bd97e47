from importer.model.options import UploadOptions
from importer.runs.check import check_sheet
from importer.settings.settings import Settings
from tests.benchmarks.check_sheet import write_sheet
from tests.benchmarks.check_yardstick import main


def test_the_yardstick_counts_as_the_importer_does(tmp_path, capsys):
    sheet = tmp_path / "sheet.xlsx"
    write_sheet(sheet, 3_000)

    main([str(sheet), str(tmp_path / "yardstick.xlsx")])

    ours = check_sheet(sheet, UploadOptions(), Settings())
    invalid = ours.statuses["invalid"]
    assert invalid > 20
    assert capsys.readouterr().out == f"{invalid} invalid, {ours.calls} calls\n"

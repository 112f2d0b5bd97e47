import importer
from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.model.outcomes import Status

HEADINGS = "PO ID,PO Item ID,Qty Units Ordered"


def test_a_script_checks_a_sheet(sheet, tmp_path):
    summary = importer.check_sheet(str(sheet(HEADINGS, "10001,100011,x")), into=str(tmp_path))

    assert summary.statuses == {"invalid": 1}
    assert summary.result == tmp_path / "sheet.result.csv"


def test_a_script_imports_a_sheet(sheet, sandbox, tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    config = tmp_path / "importer.toml"
    config.write_text(sandbox_settings_file(sandbox.url))

    summary = importer.import_sheet(
        sheet(HEADINGS, "10001,100011,24"),
        "sellercloud",
        config=config,
        journal=str(tmp_path / "journal.db"),
    )

    assert {o.status for o in summary.outcomes.values()} == {importer.Status.VERIFIED}
    assert importer.Status is Status
    assert sandbox.state.purchase_orders[10001].items[0].qty_units == 24

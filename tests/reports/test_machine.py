"""JSON and CSV: the same content as the workbook, and no formula."""

import csv
import json

import openpyxl

from importer.reports.machine import report_as_json
from importer.reports.model import ReportColumn, ReportLine, ReportTable
from importer.reports.report_files import write_report
from tests.reports.made import report


def test_a_text_that_begins_like_a_formula_stays_text(tmp_path):
    table = ReportTable("Rows", [ReportColumn("Said")], [ReportLine(["=1+1"])])
    _, workbook, text = write_report(report(tables=[table]), tmp_path / "night", as_csv=True)

    assert openpyxl.load_workbook(workbook)["Rows"]["A2"].data_type == "s"
    assert list(csv.reader(text.read_text(encoding="utf-8-sig").splitlines())) == [
        ["Said"],
        ["'=1+1"],
    ]


def test_a_reworded_title_keeps_its_json_key():
    table = ReportTable(
        "Rows", [ReportColumn("Row"), ReportColumn("Message")], [ReportLine([2, "x"])]
    )

    assert report_as_json(report(tables=[table]))["tables"] == {
        "Rows": [{"Row": 2, "What is said": "x"}]
    }


def test_json_says_the_same_as_the_workbook(tmp_path):
    made = report()
    _, path = write_report(made, tmp_path / "night")
    said = json.loads(json.dumps(report_as_json(made)))

    rows = list(openpyxl.load_workbook(path)["Rows"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(said["tables"]["Rows"]) == 8
    assert [row["PO ID"] for row in said["tables"]["Rows"]] == [row[1] for row in rows]
    assert said["headline"] == made.headline

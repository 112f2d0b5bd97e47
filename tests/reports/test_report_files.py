"""The files of a report."""

from importer.reports.report_files import write_report
from tests.reports.made import report


def test_a_report_that_is_there_is_never_written_over(tmp_path):
    first = write_report(report(), tmp_path / "night")
    before = [path.read_bytes() for path in first]

    second = write_report(report(headline="another"), tmp_path / "night")

    assert [path.name for path in second] == ["night-2.html", "night-2.xlsx"]
    assert [path.read_bytes() for path in first] == before

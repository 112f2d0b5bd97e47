"""Each feature of Excel that saving through a library loses is still there, byte for byte."""

import re

import pytest

from importer.sheets.results.write import write_results
from tests.sheets.results_workbooks import (
    SHEET,
    change_parts,
    different_parts,
    part,
    picture,
    raw_member,
    rich_workbook,
)

EXTENSIONS = (
    b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><x14:conditionalFormattings '
    b'xmlns:x14="x"><x14:conditionalFormatting><x14:cfRule type="dataBar"/>'
    b"</x14:conditionalFormatting></x14:conditionalFormattings></ext>"
    b'<ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"><x14:sparklineGroups xmlns:x14="x"/>'
    b"</ext></extLst>"
)

# What of the worksheet's XML a feature is, and where it stands: before this closing or empty tag.
IN_THE_SHEET = {
    "protection": (b'<sheetProtection sheet="1" password="83AF" sort="0"/>', b"<autoFilter"),
    "print settings": (
        b'<pageSetup orientation="landscape" paperSize="9" r:id="rId77"/>',
        b"<legacyDrawing",
    ),
    "row breaks": (
        b'<rowBreaks count="1" manualBreakCount="1"><brk id="4" max="16383" man="1"/></rowBreaks>',
        b"<legacyDrawing",
    ),
    "ignored errors": (
        b'<ignoredErrors><ignoredError sqref="C2:C7" numberStoredAsText="1"/></ignoredErrors>',
        b"<legacyDrawing",
    ),
    "a text box": (b'<drawing r:id="rId88"/>', b"<legacyDrawing"),
    "data bars and sparklines": (EXTENSIONS, b"</worksheet>"),
}
BESIDE_IT = {
    "macros": "xl/vbaProject.bin",
    "a pivot table": "xl/pivotTables/pivotTable1.xml",
    "its cache": "xl/pivotCache/pivotCacheRecords1.xml",
    "a chart": "xl/charts/chart1.xml",
    "an image": "xl/media/image1.png",
    "a drawing": "xl/drawings/drawing7.xml",
    "printer settings": "xl/printerSettings/printerSettings1.bin",
    "calculation order": "xl/calcChain.xml",
    "a query": "xl/connections.xml",
    "threaded comments": "xl/threadedComments/threadedComment1.xml",
}


def given_back(source, target):
    cells = {2: ("invalid", "Carrier: is empty, and needed"), 3: ("sent", "")}
    return write_results(source, target, "Orders", 1, cells, attention={"invalid"})


@pytest.mark.parametrize("feature", IN_THE_SHEET)
def test_what_stands_in_the_worksheet_stays_in_its_place(feature, tmp_path):
    xml, before = IN_THE_SHEET[feature]
    source = change_parts(
        rich_workbook(tmp_path / "source.xlsx"),
        {SHEET: lambda sheet: sheet.replace(before, xml + before, 1)},
    )

    result = given_back(source, target := tmp_path / "result.xlsx")

    assert result.notes == ()
    assert part(source).count(xml.decode()) == part(target).count(xml.decode()) == 1
    assert without_ours(part(target)) == without_ours(part(source))


@pytest.mark.parametrize("feature", BESIDE_IT)
def test_what_stands_beside_the_worksheet_keeps_its_very_bytes(feature, tmp_path):
    name = BESIDE_IT[feature]
    source = change_parts(
        rich_workbook(tmp_path / "source.xlsm"), {name: lambda _: picture() + feature.encode()}
    )

    given_back(source, target := tmp_path / "result.xlsm")

    assert raw_member(source, name) == raw_member(target, name)
    assert different_parts(source, target) == {SHEET, "xl/styles.xml", "xl/workbook.xml"}


def without_ours(xml: str) -> list[str]:
    """The elements of a worksheet outside its rows, but for those that know of our columns."""
    outside = re.sub(r"<sheetData>.*</sheetData>", "", xml, flags=re.DOTALL)
    ours = r'<conditionalFormatting sqref="A2:E7">.*?</conditionalFormatting>'
    outside = re.sub(ours, "", outside, flags=re.DOTALL)
    told = ("<dimension", "<cols", "<col ", "</cols", "<autoFilter")
    return [tag for tag in re.findall(r"<[^>]+>", outside) if not tag.startswith(told)]

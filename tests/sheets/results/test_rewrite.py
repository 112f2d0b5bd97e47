"""A piece of rows taken the short way comes out as it does when taken cell by cell."""

import re
from io import BytesIO
from unittest.mock import patch
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.sheets.results.splice import splice
from importer.sheets.sheet import Results
from importer.sheets.xlsx.package import SpliceError
from tests.sheets.results_workbooks import SHEET, styled_workbook

HEADINGS = ["PO ID", "SKU", "Carrier"]
OLD_RESULT = ["Import Status", "Import Error"]
SAID = [("planned", ""), ("invalid", '"x" is no number.'), ("unchanged", "run 5 sent it"), None]

cells = st.sampled_from(["a value", "a value", "a value", "empty", "missing"])
styles = st.sampled_from([0, 0, 2, 3])
rows = st.tuples(
    st.sampled_from([1, 1, 1, 1, 2, 5]),  # steps from the row before
    st.lists(st.tuples(cells, styles), min_size=5, max_size=5),
    st.sampled_from(["plain"] * 9 + ["self-closing", "r comes last", "filled up", "stray"]),
    st.sampled_from(SAID),
)


def cell(letter: str, row: int, what: str, style: int) -> str:
    styled = f' s="{style}"' if style else ""
    return {
        "a value": f'<c r="{letter}{row}"{styled}><v>7</v></c>',
        "empty": f'<c r="{letter}{row}"{styled}/>',
        "missing": "",
    }[what]


def row_of(number: int, found, kind: str) -> str:
    inside = "".join(
        cell(letter, number, *one) for letter, one in zip("ABCDE", found, strict=False)
    )
    return {
        "plain": f'<row r="{number}">{inside}</row>',
        "self-closing": f'<row r="{number}"/>',
        "r comes last": f'<row ht="9" r="{number}">{inside}</row>',
        "filled up": f'<row r="{number:04d}">{inside}</row>',
        "stray": f'<row r="{number}">{inside}<c r="H{number}" s="1"/></row>',
    }[kind]


@pytest.fixture(scope="module")
def frame(tmp_path_factory) -> dict[str, bytes]:
    path = styled_workbook(tmp_path_factory.mktemp("frame") / "source.xlsx")
    with ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def workbook(frame: dict[str, bytes], rows: str) -> bytes:
    xml = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>%b</sheetData>" % rows.encode(),
                 frame[SHEET], flags=re.DOTALL)  # fmt: skip
    with ZipFile(content := BytesIO(), "w") as book:
        for name, part in (frame | {SHEET: xml}).items():
            book.writestr(name, part)
    return content.getvalue()


def result(content: bytes, said, block: int) -> dict[str, bytes] | str:
    """The parts of the result, or why there is none, where so many bytes are read at once."""
    results = Results("Orders", 1, said, attention=["invalid"], calm=["unchanged"])
    with (
        patch("importer.sheets.xlsx.package.FIRST", block),
        patch("importer.sheets.xlsx.package.BLOCK", block),
    ):
        try:
            splice(BytesIO(content), target := BytesIO(), results)
        except SpliceError as error:
            return str(error)
    with ZipFile(target) as book:
        return {name: book.read(name) for name in book.namelist()}


PLAIN = (1, [("a value", 0)] * 5, "plain", None)
BARE = (1, [("missing", 0)] * 3 + [("a value", 0)] * 2, "plain", SAID[0])
STRAY = (1, [("a value", 0)] * 3 + [("missing", 0)] * 2, "stray", None)


@example(found=[BARE], again=True, block=200)
@example(found=[PLAIN, PLAIN, PLAIN, STRAY], again=True, block=200)
@given(
    found=st.lists(rows, min_size=1, max_size=40),
    again=st.booleans(),
    block=st.sampled_from([200, 900]),
)
def test_the_size_of_the_pieces_makes_no_difference(frame, found, again, block):
    headings = HEADINGS + OLD_RESULT * again
    texts = [f'<c r="{"ABCDE"[i]}1" t="str"><v>{name}</v></c>' for i, name in enumerate(headings)]
    sheet, number, said = [f'<row r="1">{"".join(texts)}</row>'], 1, {}
    for step, inside, kind, told in found:
        number += step
        sheet.append(row_of(number, inside if again else inside[:3], kind))
        said |= {number: told} if told else {}
    content = workbook(frame, "".join(sheet))

    assert result(content, said, block) == result(content, said, 2**20)

"""Workbooks and text files as they come, made here byte by byte or by openpyxl."""

# ruff: noqa: DTZ001  (the dates of Excel have no zone)

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from importer.cells import Fault
from importer.errors import SheetError
from importer.sheets.reading import read_content, read_worksheets
from importer.sheets.sheet import TextFormat, Worksheet

XLSX = Path("dock.xlsx")
CSV = Path("dock.csv")


def workbook(*rows, formats=None, arrange=None) -> bytes:
    """A workbook of one worksheet; `formats` are number formats, `arrange` does the rest."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, number_format in (formats or {}).items():
        book.active[place].number_format = number_format
    if arrange:
        arrange(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rewritten(content, part, rewrite) -> bytes:
    """The workbook with the text of one of its parts rewritten."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, rewrite(text.decode()).encode() if name == part else text)
    return changed.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def columns(content, path=XLSX):
    (worksheet,) = read_worksheets(path, content)
    return worksheet.columns


def text(content):
    (worksheet,) = read_worksheets(CSV, content if isinstance(content, bytes) else content.encode())
    return worksheet


def refusal(content, path=XLSX, worksheet=None):
    with pytest.raises(SheetError) as refused:
        read_worksheets(path, content, worksheet)
    return str(refused.value)


# Workbooks


def test_cells_keep_the_types_excel_gave_them():
    values = [
        "text",
        10001,
        9.40011120620640e21,
        12.5,
        True,
        datetime(2026, 11, 20, 10, 15),
        date(2026, 11, 20),
        time(10, 15),
        timedelta(hours=26),
        None,
        "last",
    ]

    found = columns(workbook(values))

    day = datetime(2026, 11, 20)
    assert found == [[v if v != values[6] else day] for v in values]
    assert [type(column[0]) for column in found[:5]] == [str, int, float, float, bool]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_an_error_cell_is_a_fault(error):
    assert columns(workbook(["PO ID"], [error])) == [["PO ID", Fault(error)]]


def test_a_date_that_is_none_is_a_fault():
    assert columns(workbook([1e9], formats={"A1": "yyyy-mm-dd"})) == [[Fault("#VALUE!")]]


def test_a_formula_without_a_stored_value_is_a_fault_and_never_blank():
    content = workbook(["PO ID", "Qty"], [10001, "=A2*2"], [10002, 5], [None, "=A3*2"])

    assert columns(content) == [
        ["PO ID", 10001, 10002, None],
        ["Qty", Fault("=A2*2"), 5, Fault("=A3*2")],
    ]


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        ("<f>A1</f><v>7</v>", 7),
        ("<f>A1</f><v></v>", Fault("=A1")),
        ("<f>A1</f>", Fault("=A1")),
        ('<f t="shared" ref="B1:B2" si="0">A1</f>', Fault("=A1")),
        ('<f t="array" ref="B1">SUM(A1:A2)</f>', Fault("=SUM(A1:A2)")),
    ],
)
def test_a_formula_gives_its_stored_value_where_it_has_one(stored, value):
    content = rewritten(workbook([1, 2]), SHEET, lambda sheet: sheet.replace("<v>2</v>", stored))

    assert columns(content) == [[1], [value]]


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell():
    content = rewritten(
        workbook([1, 2, 3]),
        SHEET,
        lambda sheet: re.sub(
            r'<c r="B1" t="n"><v>2</v>', '<c r="B1" t="str"><f>IF(A1,"","x")</f><v></v>', sheet
        ),
    )

    assert columns(content) == [[1], [None], [3]]


def test_formulas_are_seen_where_the_workbook_names_its_namespace():
    def prefixed(sheet):
        sheet = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet).replace("xmlns=", "xmlns:x=")
        return sheet.replace("<x:v>2</x:v>", "<x:f>A1</x:f>")

    assert columns(rewritten(workbook([1, 2]), SHEET, prefixed)) == [[1], [Fault("=A1")]]


def test_a_wrong_dimension_tag_loses_no_cell():
    content = rewritten(
        workbook(["PO ID", "Qty"], [1, 2], [3, 4]),
        SHEET,
        lambda sheet: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', sheet),
    )

    assert columns(content) == [["PO ID", 1, 3], ["Qty", 2, 4]]


def test_rows_that_the_file_leaves_out_keep_the_numbers_of_the_others():
    def arrange(book):
        book.active["B4"] = "PO ID"
        book.active["B7"] = 10001

    assert columns(workbook(arrange=arrange)) == [
        [None] * 7,
        [None, None, None, "PO ID", None, None, 10001],
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "cell"),
    [
        (6083, "00000", "06083"),
        (123456, "00000", "123456"),
        (6083.0, "00000", "06083"),
        (6083.5, "00000", 6083.5),
        (-6083, "00000", -6083),
        (9.40011120620640e21, "0" * 22, 9.40011120620640e21),
        (6083, "0", 6083),
        (6083, "0.00", 6083),
        (True, "00", True),
        ("6083", "00000", "6083"),
    ],
)
def test_zeros_that_a_number_format_shows_are_kept_and_lost_digits_are_not_made_up(
    value, number_format, cell
):
    found = columns(workbook([value], formats={"A1": number_format}))

    assert found == [[cell]]
    assert type(found[0][0]) is type(cell)


def test_only_visible_worksheets_are_offered_and_a_hidden_one_only_by_name():
    def arrange(book):
        book.active.title = "Lines"
        book.create_sheet("Old").sheet_state = "hidden"
        book.create_sheet("Older").sheet_state = "veryHidden"
        book["Old"]["A1"] = 5

    content = workbook(["PO ID"], arrange=arrange)

    assert [sheet.name for sheet in read_worksheets(XLSX, content)] == ["Lines"]
    assert read_worksheets(XLSX, content, "Old") == [Worksheet(XLSX, "Old", [[5]])]


def test_a_worksheet_that_is_not_there_is_named_with_those_that_are():
    assert refusal(workbook(["PO ID"]), worksheet="Lines") == (
        'dock.xlsx has no worksheet "Lines"; it has Sheet'
    )


def test_an_empty_worksheet_has_no_cells():
    assert read_worksheets(XLSX, workbook()) == [Worksheet(XLSX, "Sheet", [])]


def test_cells_that_have_only_a_style_do_not_count():
    def arrange(book):
        book.active["H900"].number_format = "0.00"

    assert columns(workbook(["PO ID"], [10001], arrange=arrange)) == [["PO ID", 10001]]


def test_what_openpyxl_has_to_say_of_styles_reaches_nobody(recwarn):
    content = rewritten(
        workbook(["PO ID"]),
        "xl/styles.xml",
        lambda styles: re.sub("<cellStyles.*</cellStyles>", "", styles),
    )

    assert columns(content) == [["PO ID"]]
    assert not recwarn.list


BROKEN = "dock.xlsx cannot be read as a workbook; open it in Excel and save it again as .xlsx"


def damaged(part, old, new):
    return rewritten(workbook(["PO ID"], [10001]), part, lambda found: found.replace(old, new))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and no more",
        workbook(["PO ID"])[:-200],
        damaged(SHEET, "</row>", ""),
        damaged(SHEET, ' t="n"><v>10001', ' t="s"><v>99'),
        damaged(SHEET, "<v>10001</v>", "<v>ten</v>"),
        damaged("xl/workbook.xml", "<sheets>", "<sheets"),
        damaged("[Content_Types].xml", "spreadsheetml", "nothing"),
        rewritten(workbook(["PO ID"]), SHEET, lambda s: f'<!DOCTYPE a [<!ENTITY b "c">]>{s}'),
    ],
    ids=[
        *("zip header only", "cut off", "not well formed", "no such string", "not a number"),
        *("broken workbook part", "no content types", "entities"),
    ],
)
def test_a_workbook_that_is_not_sound_is_refused(content):
    assert refusal(content) == BROKEN


def test_a_zip_that_is_no_workbook_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("readme.txt", "hello")

    assert refusal(content.getvalue()) == BROKEN


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "dock.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
            (
                "dock.xls is an old Excel workbook (.xls) or protected by a password; "
                "open it in Excel and save it as .xlsx without a password"
            ),
        ),
        *(
            (
                "dock.xls",
                content,
                "dock.xls is a web page or XML, not a workbook; save it as .xlsx",
            )
            for content in (
                b"\r\n <html><table><tr><td>PO ID</td></tr></table></html>",
                b"\xef\xbb\xbf<html></html>",
                "\ufeff<html></html>".encode("utf-16-le"),
                b'<?xml version="1.0"?><Workbook/>',
            )
        ),
        ("dock.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00", None),
        ("dock.csv", b"PO ID,Qty\n1\x00,2\n", None),
    ],
    ids=["old Excel", "HTML", "HTML with a mark", "HTML in UTF-16", "XML", "picture", "NUL byte"],
)
def test_a_file_that_is_no_sheet_is_refused_with_what_to_do(name, content, told):
    assert refusal(content, Path(name)) == (
        told or f"{name} is not a text file or workbook that can be read"
    )


# Text


def test_a_text_file_is_one_worksheet_of_texts():
    assert text("PO ID,Qty\n10001,5\n10002,\n") == Worksheet(
        CSV,
        None,
        [["PO ID", "10001", "10002"], ["Qty", "5", None]],
        TextFormat("utf-8", ","),
        widths=[2, 2, 2],
    )


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("PO ID,Café\n".encode(), "utf-8"),
        ("PO ID,Café\n".encode("utf-8-sig"), "utf-8-sig"),
        ("PO ID,Café\n".encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + "PO ID,Café\n".encode("utf-16-be"), "utf-16"),
        ("PO ID,Café\n".encode("cp1252"), "cp1252"),
    ],
    ids=["UTF-8", "UTF-8 with a mark", "UTF-16 little", "UTF-16 big", "Windows-1252"],
)
def test_the_encoding_is_found_and_kept(content, encoding):
    worksheet = text(content)

    assert worksheet.columns == [["PO ID"], ["Café"]]
    assert worksheet.text_format == TextFormat(encoding, ",")


def test_a_guessed_encoding_is_told():
    assert text("Café\n".encode("cp1252")).notes == (
        "read as Windows-1252 text, since it is not UTF-8",
    )
    assert text("Café\n").notes == ()


@pytest.mark.parametrize("content", [b"PO ID\x81,Qty\n", b"\xff\xfea"], ids=["neither", "half"])
def test_text_in_no_known_encoding_is_refused(content):
    assert refusal(content, CSV) == (
        "dock.csv is not UTF-8 text, nor Windows-1252; save it as CSV UTF-8"
    )


@pytest.mark.parametrize("delimiter", list(",;\t|"), ids=["comma", "semicolon", "tab", "bar"])
def test_the_delimiter_is_found(delimiter):
    lines = [["PO ID", "Price", "Note"], ["10001", "5,25; or so", "a"], ["10002", "6,50", "b"]]
    quoted = "\n".join(delimiter.join(f'"{field}"' for field in line) for line in lines)

    worksheet = text(quoted)

    assert worksheet.text_format == TextFormat("utf-8", delimiter)
    assert worksheet.columns == [list(column) for column in zip(*lines, strict=True)]


def test_decimal_commas_do_not_hide_a_semicolon():
    assert text("PO ID;Price\n1;5,25\n2;6,50\n").columns == [
        ["PO ID", "1", "2"],
        ["Price", "5,25", "6,50"],
    ]


def test_a_file_of_one_column_is_read_whole():
    assert text("PO ID\n10001\n10002\n").columns == [["PO ID", "10001", "10002"]]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends_of_every_system_are_read(ends):
    assert text(f"PO ID,Qty{ends}1,2{ends}").columns == [["PO ID", "1"], ["Qty", "2"]]


def test_blank_lines_count_as_rows():
    assert text("PO ID,Qty\n\n1,2\n\n\n").columns == [["PO ID", None, "1"], ["Qty", None, "2"]]


def test_a_line_break_inside_quotes_is_part_of_its_row():
    worksheet = text('PO ID,Note\n1,"two\nlines"\n2,"say ""hi"""\n')

    assert worksheet.columns == [["PO ID", "1", "2"], ["Note", "two\nlines", 'say "hi"']]


def test_a_line_with_too_many_fields_shifts_no_other():
    worksheet = text("PO ID,Qty\n1,2\n1,2,3,4\n5,6\n")

    assert worksheet.columns[:2] == [["PO ID", "1", "1", "5"], ["Qty", "2", "2", "6"]]
    assert worksheet.widths == [2, 2, 4, 2]


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ('PO ID,Note\n1,a\n2,"open\n3,b\n', 3),
        ('PO ID,Note\n"1,a\n', 2),
        ('PO ID,Note\n1,a\n2,"a"b\n', 3),
    ],
    ids=["to the end", "in the first row", "text after the quote"],
)
def test_a_quote_that_is_not_closed_is_refused_with_its_line(lines, number):
    told = refusal(lines.encode(), CSV)

    assert told.startswith(
        f"dock.csv, line {number}: a quote is opened and not closed, or stands inside a field"
    )


def test_a_text_file_has_no_worksheet_to_name():
    assert refusal(b"PO ID\n", CSV, "Lines") == "dock.csv is a text file and has no worksheet Lines"


# Files


def test_the_content_of_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "dock.csv"
    path.write_bytes(b"PO ID\r\n1\r\n")

    assert read_content(path) == b"PO ID\r\n1\r\n"


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n"], ids=["no byte", "only blanks"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "dock.csv"
    path.write_bytes(content)

    with pytest.raises(SheetError, match=r"^dock\.csv is empty$"):
        read_content(path)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "dock.csv", tmp_path):
        with pytest.raises(SheetError) as refused:
            read_content(path)
        assert str(refused.value) == f"{path} is not there, or is not a file"


def test_a_workbook_written_by_openpyxl_and_read_here_is_the_same(tmp_path):
    path = tmp_path / "dock.xlsx"
    path.write_bytes(workbook(["PO ID", "Qty"], [10001, 5]))

    cells = [[cell.value for cell in column] for column in load_workbook(path).active.columns]
    assert columns(read_content(path), path) == cells

"""Text files: encodings, delimiters, quotes, and lines that are not whole."""

import pytest

from importer.sheets.reading.worksheets import read_worksheets
from importer.sheets.sheet import TextFormat, Worksheet
from tests.sheets.made import CSV, refusal

CUT_OFF = (
    ", line 4: the last line has 2 of 3 fields and no line end, so the file was cut off; "
    "get it again"
)


def text(content, **more):
    content = content if isinstance(content, bytes) else content.encode()
    (worksheet,) = read_worksheets(CSV, content, **more)
    return worksheet


def test_a_text_file_is_one_worksheet_of_texts():
    assert text("PO ID,Qty\n10001,5\n10002,\n") == Worksheet(
        CSV,
        None,
        [["PO ID", "10001", "10002"], ["Qty", "5", None]],
        TextFormat("utf-8", ","),
        widths=[2, 2, 2],
        form="text",
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


@pytest.mark.parametrize(
    "content",
    [
        b"PO ID\x81,Qty\n",
        "SKU,\u6307\u8f2a\u7269\u8a9e\n".encode("shift_jis"),
        "SKU,\u95dc\u9375\u5b57\n".encode("big5"),
        "SKU,\u039a\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1\n".encode("iso8859_7"),
        "SKU,\u041c\u043e\u0441\u043a\u0432\u0430\n".encode("cp1251"),
    ],
    ids=["undefined", "Japanese", "Chinese", "Greek", "Russian"],
)
def test_text_in_another_code_page_is_refused_and_never_made_up(content):
    assert refusal(content, CSV) == (
        'dock.csv is neither UTF-8 nor Windows-1252 text; save it as "CSV UTF-8"'
    )


def test_a_code_page_that_the_vendor_is_known_for_is_used():
    worksheet = text(
        "SKU,\u041c\u043e\u0441\u043a\u0432\u0430\n".encode("cp1251"), code_page="cp1251"
    )

    assert worksheet.columns == [["SKU"], ["\u041c\u043e\u0441\u043a\u0432\u0430"]]
    assert worksheet.notes == ("read as cp1251 text, since it is not UTF-8",)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfea", ' begins as utf-16 text but is not; save it as "CSV UTF-8"'),
        (
            "SKU,Caf\u00e9\n1,\u00e9".encode()[:-1],
            " ends in the middle of a character, so it was cut off; get it again",
        ),
        (b"PO ID,Qty\n1\x00,2\n", ", line 2: contains a NUL byte; fix the line"),
        (
            b"PO ID,Qty\n1,2\n" + bytes(4),
            " ends in empty bytes (NUL), so it was not copied whole; get it again",
        ),
        (b"\x01\x02\x00\x00\x07\n", " is not a text file or workbook that can be read"),
        (b"PO ID,Qty,Carrier\n1,2,UPS\n3,4,UPS\n5,6", CUT_OFF),
    ],
    ids=["half a character", "cut in UTF-8", "NUL", "zeros at the end", "binary", "cut off"],
)
def test_text_that_is_not_whole_is_refused(content, told):
    assert refusal(content, CSV) == f"dock.csv{told}"


def test_a_last_line_without_its_end_is_read_where_it_has_all_its_fields():
    assert text("PO ID,Qty\n1,2\n3,4").columns == [["PO ID", "1", "3"], ["Qty", "2", "4"]]


@pytest.mark.parametrize("told", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_a_first_line_that_tells_the_delimiter_is_obeyed(told):
    worksheet = text(f"{told}PO ID;Note\n1;a,b,c\n")

    assert worksheet.columns == [[None, "PO ID", "1"], [None, "Note", "a,b,c"]]
    assert worksheet.text_format == TextFormat("utf-8", ";")


def test_one_line_cannot_make_a_table_of_millions_of_columns():
    content = b"a\n" * 40_000 + b"," * 1000 + b"\n"

    assert refusal(content, CSV) == (
        "dock.csv has 40,001 lines or more, with 1,001 fields in one of them; split it"
    )


def test_a_file_of_too_many_cells_is_refused_before_they_are_made():
    content = (b"," * 2**20 + b"\n") * 17

    assert refusal(content, CSV) == (
        "dock.csv has 17,825,792 cells, more than the 16,777,216 that are read; split it"
    )


def test_a_first_line_of_millions_of_fields_is_refused_before_they_are_made():
    assert refusal(b"," * 2**24, CSV) == (
        "dock.csv, line 1: has 16,777,216 characters, more than the 8,388,608 that are read; "
        "split it"
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
        f"dock.csv, line {number}: a quote is opened and not closed, or appears inside a field"
    )


def test_a_text_file_has_no_worksheet_to_name():
    assert refusal(b"PO ID\n", CSV, "Lines") == "dock.csv is a text file and has no worksheet Lines"

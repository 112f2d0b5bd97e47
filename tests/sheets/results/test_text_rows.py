import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.errors import SheetError
from importer.sheets.results.text_rows import raw_fields, splice_text
from importer.sheets.sheet import Results, TextFormat


def spliced(text, cells, *, header_row=1, encoding="utf-8", delimiter=","):
    source = text if isinstance(text, bytes) else text.encode(encoding)
    target = BytesIO()
    results = Results(None, header_row, cells)
    splice_text(BytesIO(source), target, results, TextFormat(encoding, delimiter))
    written = target.getvalue()
    return written if isinstance(text, bytes) else written.decode(encoding)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", "a,b,Import Status,Import Error\n1,2,sent,late\n"),
        ("a,b\r\n1,2", "a,b,Import Status,Import Error\r\n1,2,sent,late"),
        ("a,b\r1,2\r", "a,b,Import Status,Import Error\r1,2,sent,late\r"),
        ("a,b\n1\n", "a,b,Import Status,Import Error\n1,,sent,late\n"),
        ("a\n1,2\n", "a,,Import Status,Import Error\n1,2,sent,late\n"),
        ('a,b\n"1\n,1", "2" \n', 'a,b,Import Status,Import Error\n"1\n,1", "2" ,sent,late\n'),
        ('a,b\n1,"2\n', 'a,b,Import Status,Import Error\n1,"2",sent,late\n'),
        ("a,b\n1,2\n\n3,4\n", "a,b,Import Status,Import Error\n1,2,sent,late\n\n3,4\n"),
        ("a,b\n\n", "a,b,Import Status,Import Error\n,,sent,late\n"),
        ("a,b,Import Status,Import Error\n1,2,x,y\n3,4,x,y\n",
         "a,b,Import Status,Import Error\n1,2,sent,late\n3,4\n"),
        ('a,"b",Import Status,Import Error\n"1,1",2,"x,\ny",z,own\n',
         'a,"b",Import Status,Import Error\n"1,1",2,sent,late,own\n'),
    ],
    ids=["line feed", "no last line ending", "carriage return", "short", "longer than its heading",
         "quoted line break", "quote never closed", "blank line", "blank row", "second run",
         "field beside old results"],
)  # fmt: skip
def test_two_fields_come_after_the_vendors(text, expected):
    assert spliced(text, {2: ("sent", "late")}) == expected


def test_titles_above_the_heading_stay_as_they_are():
    text = "My orders\n\na\tb\n1\t2\n"

    assert spliced(text, {4: ("sent", "")}, header_row=3, delimiter="\t") == (
        "My orders\n\na\tb\tImport Status\tImport Error\n1\t2\tsent\t\n"
    )


@pytest.mark.parametrize("sentence", ["=1+1", "+1", "-1", "@a", "＝1"])
def test_a_sentence_never_becomes_a_formula(sentence):
    assert spliced("a\n1\n", {2: ("sent", sentence)}).endswith(f"1,sent,'{sentence}\n")


@pytest.mark.parametrize(
    ("mark", "encoding", "codec"),
    [
        (b"\xef\xbb\xbf", "utf-8-sig", "utf-8"),
        (b"\xff\xfe", "utf-16", "utf-16-le"),
        (b"\xfe\xff", "utf-16", "utf-16-be"),
        (b"\xff\xfe", "utf-16-le", "utf-16-le"),
        (b"", "cp1252", "cp1252"),
    ],
)
def test_the_encoding_and_its_mark_are_kept(mark, encoding, codec):
    source = mark + '"ä",b\r\n1,2\r\n'.encode(codec)

    result = spliced(source, {2: ("sent", "ö")}, encoding=encoding)

    expected = '"ä",b,Import Status,Import Error\r\n1,2,sent,ö\r\n'
    assert result == mark + expected.encode(codec)


def test_bytes_that_are_no_text_come_through_and_ours_are_replaced_where_needed():
    source = b"a\n\xff\x81\n"

    assert spliced(source, {2: ("sent", "日本")}, encoding="ascii").endswith(
        b"\n\xff\x81,sent,??\n"
    )


def test_no_heading_record_is_told():
    with pytest.raises(SheetError, match="Row 7 has no headings"):
        spliced("a\n1\n", {}, header_row=7)


@given(st.text(alphabet='ab",; ', max_size=20))
def test_raw_fields_are_those_of_the_csv_module(body):
    fields = next(csv.reader([body]), [])

    assert len(raw_fields(body, ",")) == max(len(fields), 1)
    assert ",".join(raw_fields(body, ",")) == body


@given(
    st.lists(st.lists(st.text(alphabet='ab",\r\n =', max_size=4), min_size=1), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_reads_back_with_its_results(rows, end):
    text = StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["h"], *rows])
    cells = {number: ("sent", f"row, {number}") for number in range(2, len(rows) + 2)}

    once = spliced(text.getvalue(), cells)
    found = list(csv.reader(StringIO(once, newline="")))

    width = max(len(row) for row in [["h"], *rows])
    for number, (row, own) in enumerate(zip(found[1:], rows, strict=True), start=2):
        assert row == [*own, *[""] * (width - len(own)), *cells[number]]
    assert spliced(once, cells) == once

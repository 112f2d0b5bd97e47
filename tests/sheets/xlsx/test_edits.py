"""XML is edited as bytes: what is not meant stays as it was."""

import pytest

from importer.sheets.xlsx.edits import (
    Area,
    area,
    attribute,
    edited,
    first,
    inside,
    outline,
    text_of,
    with_attribute,
)
from importer.sheets.xlsx.package import SpliceError

XML = b"<x:a n='1 > 0'><!-- <b> --><x:b><c/></x:b ><![CDATA[<d>]]></x:a>"


def test_elements_are_found_at_their_depth_and_not_in_comments():
    elements, end = outline(XML)

    assert [(e.name, e.prefix, e.depth, XML[e.start : e.end]) for e in elements] == [
        ("a", b"x:", 0, XML),
        ("b", b"x:", 1, b"<x:b><c/></x:b >"),
        ("c", b"", 2, b"<c/>"),
    ]
    assert end == len(XML)
    assert inside(elements, elements[0]) == elements[1:]
    assert first(elements, "b", depth=1) is elements[1]
    assert first(elements, "b", depth=0) is None


def test_a_piece_ends_where_its_parent_closes():
    elements, end = outline(b"<filter/></worksheet>")

    assert ([e.name for e in elements], end) == (["filter"], len(b"<filter/>"))


def test_edits_leave_all_other_bytes():
    assert edited(b"0123456789", [(8, 10, b"!"), (0, 0, b"<"), (2, 4, b"")]) == b"<014567!"


def test_an_attribute_is_read_and_set_in_either_quotes():
    tag = b"<col min='1' note=\"a &amp; b\"/>"

    assert (attribute(tag, "min"), attribute(tag, "note")) == ("1", "a & b")
    assert with_attribute(tag, "min", 2) == b'<col min="2" note="a &amp; b"/>'
    assert with_attribute(b"<c>", "s", 'a"') == b'<c s="a&quot;">'


def test_an_area_beyond_the_grid_is_refused():
    assert area("C3") == Area(3, 3, 3, 3)
    with pytest.raises(SpliceError, match="column XFE, outside the worksheet"):
        area("A1:XFE2")


def test_the_text_of_a_string_is_that_of_its_runs_without_phonetic_ones():
    runs = b"<r><t>R&amp;</t></r><r><t xml:space='preserve'>D </t></r><t/>"

    assert text_of(runs + b"<rPh sb='0'><t>phonetic</t></rPh>") == "R&D "

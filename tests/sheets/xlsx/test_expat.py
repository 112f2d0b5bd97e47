"""A part is parsed without a document type, and refused with a sentence where it is broken."""

import re

import pytest

from importer.model.errors import SheetError
from importer.sheets.xlsx.expat import elements


def test_elements_come_in_their_order_without_their_prefix():
    assert elements(b'<x:a one="1"><x:b/>text<c two="&amp;"/></x:a>') == [
        ("a", {"one": "1"}),
        ("b", {}),
        ("c", {"two": "&"}),
    ]


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (b"<a><b></a>", "contains broken XML (mismatched tag"),
        (b"<a>", "contains broken XML (no element found"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "defines entities, as malicious files do"),
    ],
    ids=["mismatched", "cut off", "entities"],
)
def test_what_is_not_plain_xml_is_refused(xml, sentence):
    with pytest.raises(SheetError, match=re.escape(sentence)):
        elements(xml)

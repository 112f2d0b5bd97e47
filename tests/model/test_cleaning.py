import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.cleaning import from_cell, printable, storable


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\u00a01Z999\u00a0", "1Z999"),
        ("1Z\u200b999", "1Z999"),
        ("\ufeffPO ID", "PO ID"),
        ("soft\u00adhyphen", "softhyphen"),
        ("two\u00a0words", "two words"),
        ("thin\u202fspace", "thin space"),
        ("bell\x07 and null\x00", "bell and null"),
        ("line\nbreak\tand tab", "line\nbreak\tand tab"),
    ],
)
def test_what_nobody_can_see_is_removed_from_a_cell(written, seen):
    assert from_cell(written) == seen


@given(st.text())
def test_cleaning_a_cell_twice_cleans_no_more(text):
    assert from_cell(from_cell(text)) == from_cell(text)


@given(st.text(st.characters()))
def test_what_is_storable_can_be_encoded_and_has_no_nul(text):
    assert b"\0" not in storable(text).encode()


@pytest.mark.parametrize("text", ["a\x07b\r\nc\td", "caf\xe9", "\x7f\uffff"])
def test_what_a_database_can_hold_is_stored_as_it_is(text):
    assert storable(text) == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1Z\u202e999", "1Z999"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("\x00bell\x07", "bell"),
        ("\udcff", "\\udcff"),
    ],
)
def test_a_person_sees_no_control_characters(text, printed):
    assert printable(text) == printed

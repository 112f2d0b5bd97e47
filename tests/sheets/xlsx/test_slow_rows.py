"""What calamine cannot read is read by openpyxl."""

import re

from tests.sheets.made import columns, rewritten, workbook


def test_what_openpyxl_has_to_say_of_styles_reaches_nobody(recwarn):
    content = rewritten(
        workbook(["PO ID"]),
        "xl/styles.xml",
        lambda styles: re.sub("<cellStyles.*</cellStyles>", "", styles),
    )

    assert columns(content) == [["PO ID"]]
    assert not recwarn.list


def test_what_calamine_cannot_read_is_read_by_openpyxl():
    def odd(relations):  # calamine wants to know the type of a relation
        return re.sub(r' Type="[^"]*worksheet"', ' Type="unheard-of"', relations)

    content = rewritten(workbook(["PO ID"], [5]), "xl/_rels/workbook.xml.rels", odd)

    assert columns(content) == [["PO ID", 5]]


RELATIONS = "xl/_rels/workbook.xml.rels"


def test_nothing_that_a_library_prints_reaches_the_output(capfd, recwarn):
    content = rewritten(
        workbook(["PO ID"], [5]),
        "xl/styles.xml",
        lambda styles: re.sub("<cellStyles.*</cellStyles>", "", styles),
    )
    content = rewritten(
        content, RELATIONS, lambda r: re.sub(r' Type="[^"]*worksheet"', ' Type="x"', r)
    )

    assert columns(content) == [["PO ID", 5]]
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list

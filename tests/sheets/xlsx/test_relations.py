"""Which part of a workbook is what, however the package spells it."""

import pytest

from importer.sheets.xlsx.relations import Link, SheetLink, links_of, sheets_of, workbook_part


class Parts(dict[str, bytes]):
    def read(self, name):
        return self[name]


def relations(*links):
    tags = "".join(
        f'<Relationship Id="{i}" Type="http://x/{kind}" Target="{target}"{more}/>'
        for i, kind, target, more in links
    )
    return f"<Relationships>{tags}</Relationships>".encode()


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("..\\xl\\Worksheets\\Sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("my%20sheet.xml", "xl/my sheet.xml"),
        ("missing.xml", "xl/missing.xml"),
    ],
)
def test_a_target_is_read_as_relative_first_and_then_as_the_roots(target, part):
    package = Parts(
        {
            "xl/_rels/workbook.xml.rels": relations(("r1", "worksheet", target, "")),
            "xl/worksheets/sheet1.xml": b"",
            "xl/my sheet.xml": b"",
        }
    )

    assert links_of(package, "xl/workbook.xml") == [Link("r1", "worksheet", part)]


def test_links_out_of_the_package_are_left_out():
    more = ' TargetMode="External"'
    package = Parts({"_rels/.rels": relations(("r1", "hyperlink", "http://x.example", more))})

    assert links_of(package) == []


def test_a_package_that_does_not_say_has_its_workbook_at_the_usual_place():
    assert workbook_part(Parts()) == "xl/workbook.xml"


def test_sheets_are_listed_with_their_parts_in_the_workbooks_order():
    xml = b'<w xmlns:q="q"><sheet name="B" q:id="r2"/><sheet name="A"/></w>'
    package = Parts(
        {
            "_rels/.rels": relations(("r1", "officeDocument", "/xl/Book.xml", "")),
            "xl/_rels/book.xml.rels": relations(("r2", "worksheet", "b.xml", "")),
            "xl/book.xml": xml,
        }
    )

    assert sheets_of(package, workbook_part(package)) == [
        SheetLink("B", "visible", "xl/b.xml", "worksheet"),
        SheetLink("A", "visible", None, ""),
    ]

"""The morning report: every filed file on one page, and all nights in an index."""

import json
from dataclasses import replace

import openpyxl

from importer.folder.morning_report import with_unreported, write_morning_report
from tests.folder.conftest import shipping, tracking

NO_RULE = "no rule in folder.toml matches this file; nothing was sent"


def write(drop, result):
    context = drop.context
    return write_morning_report(drop.layout, result, context.journal, context.settings)


def rows(path, table):
    return list(openpyxl.load_workbook(path)[table].iter_rows(min_row=2, values_only=True))


def test_what_needs_attention_comes_first(drop):
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346").replace("UPS", "Fedx"))
    drop.put("east/3.csv", tracking("A12347"))

    page, workbook = write(drop, drop.run())

    assert page.suffix == ".html"
    day = next((drop.layout.root / "done").iterdir()).name
    assert rows(workbook, "Files") == [
        (
            "east/3.csv",
            "attention",
            None,
            "no rule in folder.toml matches this file; nothing was sent",
            f"attention/{day}/3.csv",
        ),
        ("north/2.csv", "attention", "sellercloud", "1 invalid", f"attention/{day}/2.csv"),
        ("north/1.csv", "done", "sellercloud", "1 verified", f"done/{day}/1.csv"),
    ]


def test_a_file_is_on_one_page_only(drop):
    drop.put("north/1.csv", tracking("A12345"))
    first = drop.run()
    write(drop, first)
    drop.put("south/2.csv", shipping())

    second = with_unreported(drop.layout, drop.run())

    assert [result.name for result in second.results] == ["south/2.csv"]
    assert with_unreported(drop.layout, replace(first, results=[])).results == second.results


def test_the_index_lists_the_newest_night_first(drop):
    drop.put("north/1.csv", tracking("A12345"))
    (first, _) = write(drop, drop.run())
    drop.put("north/2.csv", tracking("A12346"))
    (second, _) = write(drop, drop.run())

    nights = json.loads((drop.layout.reports / "nights.json").read_text(encoding="utf-8"))
    index = (drop.layout.reports / "index.html").read_text(encoding="utf-8")

    assert [night[0] for night in nights] == [second.name, first.name]
    assert index.index(f'href="{second.name}"') < index.index(f'href="{first.name}"')

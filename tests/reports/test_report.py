"""One model, four forms: what the page, the workbook, the csv and the JSON say of it."""

import csv
import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import openpyxl
import pytest

from importer.reports.html_page import page
from importer.reports.machine import report_as_json
from importer.reports.model import Chart, Report, ReportColumn, ReportLine, ReportTable, Tone
from importer.reports.report_files import write_report
from importer.reports.run_stats import cause

NASTY = '<script>alert(1)</script>=cmd|"&\x1b[31m\u202e\x00'
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


def report(**changes):
    lines = [
        ReportLine(
            [number, f"PO {number}", Decimal("5.50"), date(2026, 3, 1), NASTY],
            Tone.ATTENTION,
            frozenset({2}),
        )
        for number in range(1, 9)
    ]  # fmt: skip
    columns = [
        ReportColumn("Row", "number"),
        ReportColumn("PO ID"),
        ReportColumn("Price", "number"),
        ReportColumn("Shipped", "date"),
        ReportColumn("What is said"),
    ]
    given = {
        "title": "Reconciliation",
        "subject": NASTY,
        "made_at": datetime(2026, 11, 20, 6, 30, tzinfo=UTC),
        "headline": "8 of 8 rows need a person",
        "attention": ["8 rows differ: " + NASTY],
        "facts": [("Rows", 1234), ("Said", NASTY)],
        "charts": [
            Chart("Verdicts", "Most differ.", ["matches", NASTY], {NASTY: [3, 5]}, lying=True),
            Chart("Nights", "Few.", ["11-19", "11-20"], {"in": [3, 5], "out": [0, 2]}),
        ],
        "tables": [
            ReportTable("Rows", columns, lines),
            ReportTable("Extra", columns, [], empty="None here."),
        ],
    }
    return Report(**given | changes)


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.addresses = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [v for k, v in attributes if k in {"src", "href", "xlink:href", "action"}]

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_escapes_what_a_cell_holds_and_fetches_nothing():
    text = page(report())
    found = Elements(text)

    assert found.tags.count("script") == 1
    assert found.addresses == ["data:,"]
    assert not re.search(r"@import|url\((?!data:)", text)
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "<script>alert(1)</script>=cmd" in "".join(found.text)


def test_the_page_says_first_what_needs_a_person():
    text = page(report())

    assert (
        text.index("8 of 8 rows need a person") < text.index("8 rows differ") < text.index("<svg")
    )


def test_every_chart_has_its_words_and_its_numbers():
    found = Elements(page(report()))

    assert (
        found.tags.count("svg")
        == found.tags.count("figcaption")
        == found.tags.count("details")
        == 2
    )
    assert "Most differ." in "".join(found.text)


def test_the_workbook_has_real_numbers_and_dates_and_no_formula(tmp_path):
    _, path = write_report(report(), tmp_path / "night")
    book = openpyxl.load_workbook(path)
    sheet = book["Rows"]

    assert book.sheetnames == ["Summary", "Rows", "Extra"]
    assert [cell.value for cell in sheet[1]] == ["Row", "PO ID", "Price", "Shipped", "What is said"]
    assert [cell.data_type for cell in sheet[2]] == ["n", "s", "n", "d", "s"]
    assert sheet["D2"].value == datetime(2026, 3, 1)  # noqa: DTZ001  (a workbook knows no zone)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E9"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.fitToWidth == 1
    assert all(cell.data_type != "f" for each in book for row in each for cell in row)


def test_a_text_that_begins_like_a_formula_stays_text(tmp_path):
    table = ReportTable("Rows", [ReportColumn("Said")], [ReportLine(["=1+1"])])
    _, workbook, text = write_report(report(tables=[table]), tmp_path / "night", as_csv=True)

    assert openpyxl.load_workbook(workbook)["Rows"]["A2"].data_type == "s"
    assert list(csv.reader(text.read_text(encoding="utf-8-sig").splitlines())) == [
        ["Said"],
        ["'=1+1"],
    ]


def test_json_says_the_same_as_the_workbook(tmp_path):
    made = report()
    _, path = write_report(made, tmp_path / "night")
    said = json.loads(json.dumps(report_as_json(made)))

    rows = list(openpyxl.load_workbook(path)["Rows"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(said["tables"]["Rows"]) == 8
    assert [row["PO ID"] for row in said["tables"]["Rows"]] == [row[1] for row in rows]
    assert said["headline"] == made.headline


def test_a_report_that_is_there_is_never_written_over(tmp_path):
    first = write_report(report(), tmp_path / "night")
    before = [path.read_bytes() for path in first]

    second = write_report(report(headline="another"), tmp_path / "night")

    assert [path.name for path in second] == ["night-2.html", "night-2.xlsx"]
    assert [path.read_bytes() for path in first] == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            'Carrier: "Fedx" is not one of UPS. Did you mean FedEx?',
            'Carrier: "x" is not one of UPS.',
        ),
        ("PO 10010 has two, in rows 12 and 13", "PO 10011 has two, in rows 4, 5 and 6"),
        ("Purchase order se-101 is closed.", "Purchase order se-7 is closed."),
    ],
)
def test_the_same_trouble_in_two_rows_is_one_cause(one, other):
    assert cause(one) == cause(other)


def chromium(*options):
    return subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", *options],
        capture_output=True,
        timeout=60,
        check=True,
    )


@needs_chromium
def test_a_browser_sorts_searches_and_complains_of_nothing(tmp_path):
    (path, _) = write_report(report(), tmp_path / "night")
    script = """
      <script>
      addEventListener("load", () => {
        const table = document.querySelector("table.sortable");
        const button = table.tHead.querySelector("button");
        button.click(); button.click();
        const field = document.querySelector("input[type=search]");
        field.value = "PO 8"; field.dispatchEvent(new Event("input"));
        const rows = Array.from(table.tBodies[0].rows);
        document.title = [rows[0].cells[0].textContent, rows.filter(r => !r.hidden).length,
          document.documentElement.scrollWidth <= innerWidth, table.tHead.rows[0].cells[0].ariaSort,
          performance.getEntriesByType("resource").length].join(" ");
      });
      </script></body>"""
    path.write_text(path.read_text(encoding="utf-8").replace("</body>", script), encoding="utf-8")

    done = chromium(
        "--window-size=500,900", "--enable-logging=stderr", "--v=0", "--dump-dom", path.as_uri()
    )

    assert "<title>8 1 true descending 0</title>" in done.stdout.decode()
    assert not re.search(r"CONSOLE.*(error|refused|violat)", done.stderr.decode(), re.IGNORECASE)


@needs_chromium
def test_a_browser_prints_it(tmp_path):
    (path, _) = write_report(report(), tmp_path / "night")

    chromium(f"--print-to-pdf={tmp_path / 'night.pdf'}", path.as_uri())

    assert (tmp_path / "night.pdf").read_bytes().startswith(b"%PDF")


BROAD = ReportTable(
    "Rows",
    [ReportColumn(f"Tracking Number {n}") for n in range(11)] + [ReportColumn("What is said")],
    [ReportLine([*["9400111899223197428497"] * 4, *["FedEx"] * 7, "W" * 300])] * 3,
)


@needs_chromium
@pytest.mark.parametrize(
    ("table", "paper"),
    [(BROAD, "1017"), (report().tables[0], "688")],
    ids=["landscape", "portrait"],
)
def test_a_browser_prints_no_column_beyond_the_paper(tmp_path, table, paper):
    printed = page(report(tables=[table])).replace("@media print", "@media all")
    measure = "document.title = document.querySelector('table.sortable').offsetWidth"
    path = tmp_path / "printed.html"
    path.write_text(printed.replace("</body>", f"<script>{measure}</script></body>"), "utf-8")

    done = chromium(f"--window-size={paper},900", "--dump-dom", path.as_uri())

    found = re.search(r"<title>(\d+)</title>", done.stdout.decode())
    assert found is not None
    assert int(found[1]) <= int(paper)
    assert ("table broad" in printed) == (table is BROAD)


def test_the_workbook_shows_nothing_that_turns_or_hides_its_neighbours(tmp_path):
    table = ReportTable("Rows", [ReportColumn("Row", "number"), ReportColumn("What is said")],
                  [ReportLine([1, NASTY]), ReportLine([2, "W" * 30_000])])  # fmt: skip

    files = write_report(report(tables=[table]), tmp_path / "night")

    sheet = openpyxl.load_workbook(files[1])["Rows"]
    assert sheet["B2"].value == '<script>alert(1)</script>=cmd|"&[31m'
    assert sheet.row_dimensions[3].height == 409  # Excel opens no higher row
    assert [sheet[place].alignment.horizontal for place in ("A1", "A2", "B1")] == [
        "right",
        "right",
        "left",
    ]

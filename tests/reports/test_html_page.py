"""The page: escaped, complete in itself, and usable in a browser and on paper."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from importer.reports.html_page import page
from importer.reports.model import ReportColumn, ReportLine, ReportTable
from importer.reports.report_files import write_report
from tests.reports.made import report

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


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


def test_the_page_says_first_what_needs_attention():
    text = page(report())

    assert (
        text.index("8 of 8 rows need attention") < text.index("8 rows differ") < text.index("<svg")
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
    [ReportColumn(f"Tracking Number {n}") for n in range(11)] + [ReportColumn("Message")],
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

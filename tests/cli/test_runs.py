"""Commands about earlier runs."""

import re

from tests.cli.conftest import BAD, GOOD, HEADINGS, REFUSED
from tests.ended import Ended

RUNS = """\
run  started (UTC)  sheet      operation     account      state     rows
1    TIME  sheet.csv  add_tracking  sellercloud  finished  1 invalid, 1 verified, 1 rejected
"""


CALL = """\
run 1, call 1: accepted
  POST PurchaseOrders/10001/TrackingNumber/Multiple
  row 2
  body {"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS",\
"TrackingNumber":"1Z999AA10123456784","ShippingStatus":2}]}
"""


def test_runs_and_show_tell_what_the_journal_holds(importer, sheet):
    sheet(HEADINGS, GOOD, BAD, REFUSED)
    importer("upload", "sheet.csv", "--account", "sellercloud")

    runs, story, call = importer("runs"), importer("show", "1"), importer("show", "1", "--call=1")

    assert (runs.status, _timeless(runs.out)) == (0, RUNS)
    assert story.out.startswith("run 1: add_tracking to sellercloud, finished\n  sheet    ")
    assert "\n3    invalid   Carrier: " in story.out
    assert "\n4    rejected  Purchase order 10018 is Completed" in story.out
    assert call.out.startswith(CALL)
    assert re.search(r"UTC  write  POST PurchaseOrders/10001/\S+  200\n", call.out)


def _timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text).replace("(UTC)   ", "(UTC)")


def test_resume_without_an_interrupted_run_says_so(importer):
    assert importer("resume") == Ended(0, "No run was interrupted.\n", "")

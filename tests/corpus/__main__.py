"""Prints what becomes of every sheet: `python -m tests.corpus`."""

import sys

from tests.corpus.checked import CHECKED
from tests.corpus.found import FOLDER, found_sheets
from tests.corpus.made import MADE

WIDTH = 44


def main() -> int:
    found = found_sheets()
    if not found:
        print(f"({FOLDER} is not there: only the sheets made here)")  # noqa: T201  (a command)
    print(f"   {'file':{WIDTH}} {'expected':40} got")  # noqa: T201
    wrong = 0
    for sheet in [*MADE, *CHECKED, *found]:
        got = sheet.got()
        fits = sheet.fits(got)
        wrong += not fits
        name, expect = sheet.file[-WIDTH:], sheet.expect[:40]
        print(f"{'ok' if fits else 'NO'} {name:{WIDTH}} {expect:40} {got[:110]}")  # noqa: T201
    print(f"{len(MADE) + len(CHECKED) + len(found)} sheets, {wrong} not as expected")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

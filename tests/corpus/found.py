"""Sheets that others made, with what is expected of each; they are no part of the checkout."""

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path

from tests.corpus.outcomes import is_taken, outcome

# A folder of sheets and an index.csv with the columns file, expect and measured.
FOLDER = Path(
    os.environ.get("IMPORTER_CORPUS", Path(__file__).parents[2] / ".." / "shared" / "corpus")
)
READ = {"read", "read+warn", "read+error"}


@dataclass(frozen=True, slots=True)
class Found:
    file: str
    expect: str  # refuse, read, read-or-refuse and the like
    measured: str  # what other readers made of it: "calamine: 'Sheet1' 2r/3c | openpyxl: ..."

    def got(self) -> str:
        content = (FOLDER / self.file).read_bytes()
        found = outcome(self.file, content)
        if (
            self.expect == "refuse"
            and found.startswith("read")
            and not is_taken(self.file, content)
        ):
            return f"refused by its headings, {found}"
        return found

    def fits(self, got: str) -> bool:
        if self.expect == "refuse":
            return got.startswith("refused")
        return self.expect not in READ or (got.startswith("read") and self._all_rows(got))

    def _all_rows(self, got: str) -> bool:
        """As many rows in the first worksheet as the best of the others found in one of its."""
        counts = {int(n) for n in re.findall(r"' (\d+)r/", self.measured)}
        return self.file.endswith((".csv", ".txt")) or int(got.split()[1]) in counts


def found_sheets() -> list[Found]:
    """None at all where the folder is not there."""
    index = FOLDER / "index.csv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as file:
        return [Found(row["file"], row["expect"], row["measured"]) for row in csv.DictReader(file)]

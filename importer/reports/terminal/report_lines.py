"""A report in a few lines for the terminal."""

from collections.abc import Sequence
from pathlib import Path

from importer.model.cleaning import printable
from importer.reports.model import Report


def report_lines(report: Report, files: Sequence[Path]) -> str:
    facts = ", ".join(f"{name.lower()} {value}" for name, value in report.facts)
    lines = [
        f"{report.subject}",
        f"  {report.headline}",
        f"  {facts}",
        *(f"  {sentence}" for sentence in report.attention),
        *(f"  {file.suffix[1:]}: {file}" for file in files),
    ]
    return "\n".join(map(printable, lines))

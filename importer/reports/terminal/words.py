"""Aligned columns and a few words that all terminal output shares."""

from collections.abc import Iterable, Sequence

from importer.model.calls import Call


def columns_text(cells: Iterable[Sequence[str]]) -> str:
    """Rows of cells as aligned text; the first row is the heading."""
    rows = [list(row) for row in cells]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    aligned = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(aligned)


def indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def rows_words(call: Call) -> str:
    rows = call.sheet_rows
    return f"row{'' if len(rows) == 1 else 's'} {', '.join(map(str, rows))}"


def need_attention(count: int, rows: int) -> str:
    return f"{count:,} of {counted(rows, 'row')} {'needs' if count == 1 else 'need'} attention"


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
